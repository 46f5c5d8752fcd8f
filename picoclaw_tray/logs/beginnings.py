"""The beginnings of lines, for a screen and for whoever explains an end; no half secret in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.splitter import decode_line

if TYPE_CHECKING:
    from picoclaw_tray.logs.redaction import Redactor

_LONGEST_CHARACTER: Final = 4
"""Bytes of UTF-8."""

_LONGEST_SECRET: Final = 4096
"""Bytes, and so at most as many characters, that a secret at the edge may have."""


@dataclass(frozen=True, slots=True)
class LogTail:
    """The last lines as they were at one moment, still to be masked; may go to another thread."""

    _lines: tuple[bytes, ...] = field(repr=False)
    _max_chars: int
    _redactor: Redactor

    @property
    def redactor(self) -> Redactor:
        """What masks them, for whatever else is shown beside them."""
        return self._redactor

    def render(self) -> tuple[str, ...]:
        """The lines, decoded, masked and cut. Takes up to 10 ms a line."""
        return tuple(beginning(raw, self._max_chars, self._redactor)[0] for raw in self._lines)


def bytes_needed(max_chars: int) -> int:
    """How many bytes of a line are looked at to tell so many characters of it."""
    return max_chars * _LONGEST_CHARACTER + _LONGEST_SECRET


def beginning(raw: bytes, max_chars: int, redactor: Redactor) -> tuple[str, int]:
    """So many characters of a line, masked, and how many bytes more it has."""
    needed = bytes_needed(max_chars)
    decoded = decode_line(raw[:needed])
    masked_chars = max_chars + _LONGEST_SECRET
    if len(raw) <= needed and len(decoded) <= masked_chars:
        text = redactor.mask(decoded)
        if len(text) <= max_chars:
            return text, 0
    else:
        text = redactor.mask(decoded[:masked_chars])[:-_LONGEST_SECRET]
    text = text[:max_chars]
    return text, max(1, len(raw) - len(text.encode()))
