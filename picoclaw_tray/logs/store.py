"""The one bounded store of output lines, with the offsets and run ids of contract 9.

Lines are kept as the bytes they came as; they are decoded and masked when they leave, for only a
few of a million are ever looked at. There is no way out that does not mask.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from picoclaw_tray.logs.redaction import Redactor
from picoclaw_tray.logs.splitter import decode_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST_CHARACTER = 4
"""Bytes of UTF-8."""

_LONGEST_SECRET = 4096
"""Bytes, and so at most as many characters, that a secret at the edge may have."""


@dataclass(frozen=True, slots=True)
class LogSlice:
    """The newest lines of a run, decoded and masked; ``total`` is the offset to ask from next."""

    lines: tuple[str, ...]
    total: int
    run_id: int


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
        held = islice(self._lines, max(0, start - self.first), None)
        lines = tuple(map(self._render, held))
        return LogSlice(lines, self._total, self._run_id)

    def line(self, offset: int) -> str:
        """Returns one line.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        return self._render(self._raw(offset))

    def beginning(self, offset: int, max_chars: int) -> tuple[str, int]:
        """Returns the beginning of a line and how many bytes more it has, for the screen.

        Masking a line of a megabyte takes a third of a second. What is masked here reaches
        further than what is returned, so that no half secret is taken for none.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        raw = self._raw(offset)
        reach = max_chars * _LONGEST_CHARACTER + _LONGEST_SECRET
        if len(raw) <= reach:
            text = self._render(raw)
        else:
            text = self._render(raw[:reach])[:-_LONGEST_SECRET]
        if len(text) <= max_chars and len(raw) <= reach:
            return text, 0
        text = text[:max_chars]
        return text, max(1, len(raw) - len(text.encode()))

    def _raw(self, offset: int) -> bytes:
        index = offset - self.first
        if index < 0:
            raise IndexError(offset)
        return self._lines[index]

    def _render(self, raw: bytes) -> str:
        return self.redactor.mask(decode_line(raw))
