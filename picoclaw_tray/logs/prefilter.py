"""A cheap look at a line as it came, which spares most lines the costly one at what is shown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.console import TOKENS
from picoclaw_tray.logs.redaction import MASK

if TYPE_CHECKING:
    from collections.abc import Callable

_PUT_IN: Final = (MASK[0], '"', "'")
"""What masking puts in; otherwise it only takes text out."""

_WORD = re.compile(r"[A-Za-z0-9_]+", re.ASCII)


class Prefilter:
    """Tells which lines cannot have a text, once they are decoded and masked.

    Of a line with a backslash or with a character that cannot be shown nothing is said: an escape
    may be resolved, and an escape sequence that is taken out may part a word.

    Args:
        wanted: The text; without any, every line may have it.
        is_case_sensitive: Its case matters.
        finds: Whether a text has it, exactly.
    """

    def __init__(
        self, wanted: str, *, is_case_sensitive: bool, finds: Callable[[str], object]
    ) -> None:
        self._folds = not is_case_sensitive
        self._finds = finds
        proves = wanted.isascii() or is_case_sensitive  # "Σ" has two small letters
        self._wanted = "" if any(sign in wanted for sign in _PUT_IN) else wanted
        self._needle = self._folded(self._wanted) if proves else ""
        self._words = _words(self._needle)

    def may_match(self, raw: bytes) -> bool:
        """Whether a line, or a part of one, may have it."""
        line = self._plain(raw) if self._wanted else None
        if line is None:
            return True
        if self._needle:
            return self._needle in self._folded(line)
        return bool(self._finds(line))

    def may_match_json(self, raw: bytes) -> bool:
        """The same of a line of ``gateway.log``, which is shown in the form of the console.

        That form has the words of the line, and adds a few of its own.
        """
        line = self._plain(raw) if self._words else None
        if line is None:
            return True
        line = self._folded(line)
        return all(word in line for word in self._words)

    def _folded(self, text: str) -> str:
        return text.lower() if self._folds else text

    @staticmethod
    def _plain(raw: bytes) -> str | None:
        """The line, if it is shown as it stands there; a tab is."""
        if b"\\" in raw:
            return None
        line = raw.decode("utf-8", "replace")
        is_plain = line.isprintable() or line.replace("\t", " ").isprintable()
        return line if is_plain else None


def _words(needle: str) -> tuple[str, ...]:
    """What must stand in a line of ``gateway.log`` that is shown with this in it."""
    words = _WORD.findall(needle) if needle.isascii() else ()
    return tuple(word for word in words if not any(word.upper() in token for token in TOKENS))
