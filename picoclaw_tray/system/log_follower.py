"""Reads a log that somebody else writes, as it grows."""

from __future__ import annotations

import os
import stat
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from picoclaw_tray.logs.moment import SLACK_S, first_since, time_in, written_at
from picoclaw_tray.logs.splitter import MAX_LINE_BYTES, LineSplitter
from picoclaw_tray.system.files import open_regular

if TYPE_CHECKING:
    from pathlib import Path

TURN_BYTES: Final = 64 * 1024
"""What is read in one go in the GUI thread; it takes a tenth of a millisecond, and 5 ms where lines
of earlier runs have to be told from those of this one."""

NEAR_END_BYTES: Final = 256 * 1024
"""How much of what is there already is looked at in any case."""

MAX_BEHIND: Final = 64 * 1024 * 1024
"""As much as is kept of all."""

SKIP_MARK: Final = "… [{count} bytes of the log skipped]"
BEFORE_MARK: Final = "… [{count} bytes before this are not shown]"

_KNOWN_LINES: Final = 32
_KNOWN_END: Final = 512
"""Bytes of a line by which it is found again in a file that was cut."""

_KNOWN_TAIL: Final = 64
"""Bytes before our place by which a file is known again: they hold a time."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one reading gave.

    Attributes:
        lines: Complete ones, without their ends.
        more: There was more to read.
    """

    lines: tuple[bytes, ...] = ()
    more: bool = False


class LogFollower:
    """Goes on where it stopped, at a cost that does not depend on the size of the file.

    The file may come late. It may be cut: we go on behind the last line that we know, or else with
    what is not older than it, or else, where no times are told, at the beginning. It may be moved
    or deleted: a gateway then writes on into the one it has open, and so do we read on in it,
    until there is a new one of the name that has something to read. A line is given when it is
    complete.

    Args:
        path: The log.
        start: Where to begin, in bytes; none: with the lines since a moment.
        since: That moment, in seconds since the epoch. A little older lines may come too, no more
            than ``max_behind`` do. Minus infinity: whatever is near the end, also without a time.

    Attributes:
        max_behind: Whoever is further behind, in bytes, goes on near the end, which is said.
    """

    def __init__(self, path: Path, *, start: int | None = None, since: float = 0.0) -> None:
        self.max_behind = MAX_BEHIND
        self._path = path
        self._since = since
        self._start = start
        self._file: BinaryIO | None = None
        self._splitter = LineSplitter()
        self._at = 0
        self._tail = b""  # what is known to stand before our place
        self._old_end = 0  # up to here there may be lines of earlier runs
        self._in_line = False  # we came into the middle of a line, which is left out
        self._known: deque[bytes] = deque(maxlen=_KNOWN_LINES)  # the ends of the last lines
        self._known_at: float | None = None  # when the last of them was written
        self._note = b""  # what is to be said before the next line

    def read_more(self, limit: int = TURN_BYTES) -> Turn:
        """The lines that were completed since; reads at most so many bytes of the file."""
        if self._file is None and not self._open():
            return Turn()
        assert self._file is not None
        try:
            return self._read(self._file, limit)
        except OSError:  # a network that is gone, a disk that fails
            return Turn()

    def has_news(self) -> bool:
        """Whether there may be something to read. Opens nothing: asks for the size at most."""
        if self._file is not None:
            return True
        try:
            return self._path.stat().st_size != (self._start or 0)
        except OSError:
            return False

    def close(self) -> tuple[bytes, ...]:
        """Lets the file go; returns the line that was never completed, if there is one."""
        if self._file is not None:
            self._file.close()
            self._file = None
        return self._taken(self._splitter.finish())

    def _open(self) -> bool:
        try:
            self._file = open_regular(self._path)
            size = os.fstat(self._file.fileno()).st_size
        except OSError:
            self._start = 0  # what will be there is new
            return False
        if self._start is None:
            self._go_to_moment(self._file, size)
        else:
            self._go_to(self._start)
        return True

    def _read(self, file: BinaryIO, limit: int) -> Turn:
        size = os.fstat(file.fileno()).st_size
        lines: list[bytes] = []
        if size < self._at or not self._is_known(file):  # cut, and perhaps filled again
            self._find_place(file, size)
        if self._note:
            lines.append(self._note)
            self._note = b""
        if size - self._at > self.max_behind:
            to = size - NEAR_END_BYTES
            lines.append(SKIP_MARK.format(count=to - self._at).encode())
            self._jump(to)
        may_be_old = self._at < self._old_end
        if may_be_old:  # a line that is completed beyond that place is not
            limit = min(limit, self._old_end - self._at)
        chunk = self._chunk(file, limit)
        found = self._taken(self._splitter.feed(chunk))
        if may_be_old:
            found = self._of_this_run(found)
        for line in found[-_KNOWN_LINES:]:
            if at := written_at(line):
                self._known.append(line[-_KNOWN_END:] + b"\n")
                self._known_at = at
        lines += found
        more = self._at < size
        if not more and self._has_successor(file):
            more = True
            if not chunk:  # the old one has nothing more to say
                lines += self.close()
                self._start = 0
        return Turn(tuple(lines), more)

    def _find_place(self, file: BinaryIO, size: int) -> None:
        """In a file that was cut: behind the last of our lines that is still there."""
        begin = max(0, size - NEAR_END_BYTES)
        rest = _read_at(file, begin, NEAR_END_BYTES)
        for known in reversed(self._known):
            if (found := rest.rfind(known)) >= 0:
                self._go_to(begin + found + len(known))
                self._tail = known[-_KNOWN_TAIL:]
                return
        if self._known_at is None:
            self._go_to(0)
        else:
            self._since = self._known_at + SLACK_S / 2  # the very second is not over yet
            self._go_to_moment(file, size)

    def _go_to_moment(self, file: BinaryIO, size: int) -> None:
        """Goes where the lines since our moment begin."""
        first = max(0, size - self.max_behind + 1)
        place = max(0, size - NEAR_END_BYTES)
        if self._since > float("-inf"):
            place = min(place, _place_of(file, first, size, self._since))
        self._jump(place)
        self._old_end = size if self._since > float("-inf") else 0
        if 0 < place == first:
            self._note = BEFORE_MARK.format(count=place).encode()

    def _chunk(self, file: BinaryIO, limit: int) -> bytes:
        """The next bytes."""
        chunk = _read_at(file, self._at, limit)
        self._at += len(chunk)
        self._tail = (self._tail + chunk[-_KNOWN_TAIL:])[-_KNOWN_TAIL:]
        return chunk

    def _is_known(self, file: BinaryIO) -> bool:
        return _read_at(file, self._at - len(self._tail), len(self._tail)) == self._tail

    def _has_successor(self, file: BinaryIO) -> bool:
        try:
            there = self._path.stat()
        except OSError:
            return False
        here = os.fstat(file.fileno())
        is_other = (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino)
        return is_other and stat.S_ISREG(there.st_mode) and there.st_size > 0

    def _go_to(self, place: int) -> None:
        self._splitter = LineSplitter()
        self._at = place
        self._tail = b""
        self._in_line = False
        self._old_end = 0

    def _jump(self, place: int) -> None:
        """Goes to a place that may be inside a line."""
        self._go_to(max(0, place - 1))  # the line end before it tells that it is not
        self._in_line = place > 0

    def _taken(self, lines: list[bytes]) -> tuple[bytes, ...]:
        if self._in_line and lines:
            self._in_line = False
            return tuple(lines[1:])
        return tuple(lines)

    def _of_this_run(self, lines: tuple[bytes, ...]) -> tuple[bytes, ...]:
        first = first_since(lines, self._since)
        if first is None:
            return ()
        self._since = float("-inf")  # whatever follows is of it too
        self._old_end = 0
        return lines[first:]


def _read_at(file: BinaryIO, place: int, size: int) -> bytes:
    """Around the buffer of ``file``, which would show the past."""
    os.lseek(file.fileno(), place, os.SEEK_SET)
    return os.read(file.fileno(), size)


def _place_of(file: BinaryIO, low: int, high: int, moment: float) -> int:
    """A place shortly before the lines since a moment: they stand in the order of their times."""
    while high - low > TURN_BYTES:
        middle = (low + high) // 2
        furthest = min(high, middle + MAX_LINE_BYTES)
        at = _time_behind(file, middle, furthest)
        # Without a time it is within a long line, which belongs to what is behind it.
        is_young = furthest == high if at is None else at >= moment - SLACK_S
        low, high = (low, middle) if is_young else (middle, high)
    return low


def _time_behind(file: BinaryIO, begin: int, end: int) -> float | None:
    """The first time that is told between two places; a very long line may lie before it."""
    for place in range(begin, end, TURN_BYTES):
        ends = _read_at(file, place, TURN_BYTES).split(b"\n")[:-1]
        at = next(filter(None, map(time_in, ends)), None)
        if at is not None:
            return at
    return None
