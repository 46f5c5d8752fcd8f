"""Reads a log that somebody else writes, as it grows."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, Final

from picoclaw_tray.logs.moment import first_since
from picoclaw_tray.logs.splitter import LineSplitter, decode_line
from picoclaw_tray.system.files import open_regular

if TYPE_CHECKING:
    from pathlib import Path

TURN_BYTES: Final = 64 * 1024
"""What is read in one go in the GUI thread; it takes a tenth of a millisecond, and 5 ms where lines
of earlier runs have to be told from those of this one."""

NEAR_END_BYTES: Final = 256 * 1024
"""How much of what is there already is of interest."""

MAX_BEHIND: Final = 64 * 1024 * 1024
"""As much as is kept of all."""

SKIP_MARK: Final = "… [{count} bytes of the log skipped]"

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

    The file may come late. It may be cut (we go on at its beginning), or be moved or deleted: a
    gateway then writes on into the one it has open, and so do we read on in it, until there is a
    new one of the name that has something to read. A line is given when it is complete.

    Args:
        path: The log.
        start: Where to begin, in bytes; none: near the end.
        since: Of what is there already when beginning near the end, only lines that may be as
            young as this; seconds since the epoch. Minus infinity: also those that tell no time.

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
            self._jump(max(0, size - NEAR_END_BYTES))
            self._old_end = size if self._since > float("-inf") else 0
        else:
            self._go_to(self._start)
        return True

    def _read(self, file: BinaryIO, limit: int) -> Turn:
        size = os.fstat(file.fileno()).st_size
        lines: list[bytes] = []
        if size < self._at or not self._is_known(file):  # cut, and perhaps filled again
            self._go_to(0)
        if size - self._at > self.max_behind:
            to = size - NEAR_END_BYTES
            lines.append(SKIP_MARK.format(count=to - self._at).encode())
            self._jump(to)
        may_be_old = self._at < self._old_end
        if may_be_old:  # a line that is completed beyond that place is not
            limit = min(limit, self._old_end - self._at)
        chunk = self._chunk(file, limit)
        found = self._taken(self._splitter.feed(chunk))
        lines += self._of_this_run(found) if may_be_old else found
        more = self._at < size
        if not more and self._has_successor(file):
            more = True
            if not chunk:  # the old one has nothing more to say
                lines += self.close()
                self._start = 0
        return Turn(tuple(lines), more)

    def _chunk(self, file: BinaryIO, limit: int) -> bytes:
        """The next bytes; around the buffer of ``file``, which would show the past."""
        os.lseek(file.fileno(), self._at, os.SEEK_SET)
        chunk = os.read(file.fileno(), limit)
        self._at += len(chunk)
        self._tail = (self._tail + chunk[-_KNOWN_TAIL:])[-_KNOWN_TAIL:]
        return chunk

    def _is_known(self, file: BinaryIO) -> bool:
        os.lseek(file.fileno(), self._at - len(self._tail), os.SEEK_SET)
        return os.read(file.fileno(), len(self._tail)) == self._tail

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
        first = first_since(map(decode_line, lines), self._since)
        if first is None:
            return ()
        self._since = float("-inf")  # whatever follows is of it too
        self._old_end = 0
        return lines[first:]
