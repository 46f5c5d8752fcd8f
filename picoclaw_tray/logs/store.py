"""The one bounded store of output lines, with the offsets and run ids of contract 9.

Lines are kept as the bytes they came as; they are decoded and masked when they leave, for only a
few of a million are ever looked at. There is no way out that does not mask.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from picoclaw_tray.logs.redaction import MASK, Redactor
from picoclaw_tray.logs.splitter import decode_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_CHARACTER = 4
"""Bytes of UTF-8."""

_LONGEST_SECRET = 4096
"""Bytes, and so at most as many characters, that a secret at the edge may have."""

_LONGEST_KEY = 200
"""Lines of a private key; one of 16,384 bits has 200."""

_KEY_BEGINS = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_KEY_GOES_ON = re.compile(rb"\s*(?:[A-Za-z0-9+/]+={0,2}|(?:Proc-Type|DEK-Info): .*)?\s*")


@dataclass(frozen=True, slots=True)
class LogSlice:
    """The newest lines of a run, decoded and masked; ``total`` is the offset to ask from next."""

    lines: tuple[str, ...]
    total: int
    run_id: int


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
        return tuple(_beginning(raw, self._max_chars, self._redactor)[0] for raw in self._lines)


class LogStore:
    """The newest lines of the current run, bounded by their number and by their bytes.

    An offset counts the lines of the run from 0; held are those from ``first`` to ``total - 1``.

    Args:
        max_lines: Most lines held, at least 1.
        max_bytes: Most bytes of text held. Python adds about 40 bytes a line to that.
        redactor: Masks every line on its way out.
    """

    def __init__(self, max_lines: int, max_bytes: int, redactor: Redactor | None = None) -> None:
        self.redactor = Redactor() if redactor is None else redactor
        self._max_lines = max_lines
        self._max_bytes = max_bytes
        self._lines: deque[bytes] = deque()
        self._bytes = 0
        self._total = 0
        self._run_id = 0
        self._asked = (-1, False)  # an offset, and whether a private key goes on there

    @property
    def run_id(self) -> int:
        """0 before the first run, then one more with each ``begin_run`` and each ``clear``."""
        return self._run_id

    @property
    def total(self) -> int:
        """How many lines were appended in this run, those dropped since included."""
        return self._total

    @property
    def first(self) -> int:
        """The offset of the oldest line held; equals ``total`` when none is."""
        return self._total - len(self._lines)

    @property
    def dropped(self) -> int:
        """How many lines of this run had to make room for newer ones."""
        return self.first

    def begin_run(self) -> None:
        """Forgets all lines and starts the next run: a gateway is about to be started."""
        self._lines.clear()
        self._bytes = 0
        self._total = 0
        self._run_id += 1
        self._asked = (-1, False)

    def clear(self) -> None:
        """Forgets all lines; what is still captured goes into the next run (contract 9)."""
        self.begin_run()

    def extend(self, lines: Sequence[bytes]) -> None:
        """Appends lines without line ends and drops the oldest ones over the limits."""
        self._total += len(lines)
        newest = lines[-self._max_lines :]
        self._lines.extend(newest)
        self._bytes += sum(map(len, newest))
        forget = self._lines.popleft
        for _ in range(len(self._lines) - self._max_lines):
            self._bytes -= len(forget())
        while self._bytes > self._max_bytes:
            self._bytes -= len(forget())

    def since(self, offset: int = 0, run_id: int | None = None) -> LogSlice:
        """Returns the lines from ``offset`` on that are still held.

        Args:
            offset: The ``total`` of the asker's last answer. Dropped lines are skipped silently.
            run_id: The run id of that answer. With another one, or none, the offset counts as 0.

        Returns:
            Nothing but zeros before the first run (contract 9).
        """
        if self._run_id == 0:
            return LogSlice((), 0, 0)
        start = offset if run_id == self._run_id else 0
        lines = tuple(map(self.line, range(max(start, self.first), self._total)))
        return LogSlice(lines, self._total, self._run_id)

    def tail(self, max_lines: int, max_chars: int) -> LogTail:
        """Returns the last lines, each up to so many characters, without masking them yet."""
        offsets = range(max(self.first, self._total - max_lines), self._total)
        one_more = _reach(max_chars) + 1  # tells that a line goes on
        lines = tuple(self._without_key(offset)[:one_more] for offset in offsets)
        return LogTail(lines, max_chars, self.redactor)

    def line(self, offset: int) -> str:
        """Returns one line.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        return self.redactor.mask(decode_line(self._without_key(offset)))

    def beginning(self, offset: int, max_chars: int) -> tuple[str, int]:
        """Returns the beginning of a line and how many bytes more it has, for the screen.

        Masking a line of a megabyte takes a third of a second. What is masked here reaches
        further than what is returned, so that no half secret is taken for none.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        return _beginning(self._without_key(offset), max_chars, self.redactor)

    def _raw(self, offset: int) -> bytes:
        index = offset - self.first
        if index < 0:
            raise IndexError(offset)
        return self._lines[index]

    def _without_key(self, offset: int) -> bytes:
        """The line, or a mask where it is the inside of a private key printed line by line."""
        raw = self._raw(offset)
        return MASK.encode() if raw.strip() and self._key_goes_on(offset, raw) else raw

    def _key_goes_on(self, offset: int, raw: bytes) -> bool:
        """Looks back for the beginning of the key, at most to the line that was asked for last."""
        if not _KEY_GOES_ON.fullmatch(raw):
            return False
        goes_on = False
        for before in range(offset - 1, max(self.first, offset - _LONGEST_KEY) - 1, -1):
            asked, answer = self._asked
            if before == asked:
                goes_on = answer
                break
            line = self._raw(before)
            if not _KEY_GOES_ON.fullmatch(line):
                goes_on = _KEY_BEGINS.search(line) is not None
                break
        self._asked = (offset, goes_on)
        return goes_on


def _reach(max_chars: int) -> int:
    return max_chars * _LONGEST_CHARACTER + _LONGEST_SECRET


def _beginning(raw: bytes, max_chars: int, redactor: Redactor) -> tuple[str, int]:
    """What ``LogStore.beginning`` returns, of one line."""
    reach = _reach(max_chars)
    decoded = decode_line(raw[:reach])
    masked_chars = max_chars + _LONGEST_SECRET
    if len(raw) <= reach and len(decoded) <= masked_chars:
        text = redactor.mask(decoded)
        if len(text) <= max_chars:
            return text, 0
    else:
        text = redactor.mask(decoded[:masked_chars])[:-_LONGEST_SECRET]
    text = text[:max_chars]
    return text, max(1, len(raw) - len(text.encode()))
