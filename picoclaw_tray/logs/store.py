"""The one bounded store of lines, of several runs, with the offsets and run ids of contract 9.

Lines are kept as the bytes they came as; they are decoded and masked when they leave, for only a
few of a million are ever looked at. There is no way out that does not mask.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from copy import copy
from dataclasses import dataclass
from operator import attrgetter
from typing import TYPE_CHECKING

from picoclaw_tray.logs.beginnings import LogTail, beginning, bytes_needed
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import parse_mark
from picoclaw_tray.logs.masked_blocks import line_pieces
from picoclaw_tray.logs.private_keys import KeyFinder, is_no_inside
from picoclaw_tray.logs.redaction import MASK, Redactor
from picoclaw_tray.logs.splitter import decode_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from picoclaw_tray.logs.marks import RunMark

_SHARE_GONE = 8
"""One in so many may be a line that was dropped and still takes memory."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines in a row that have one source and run, from number ``first`` on."""

    first: int
    source: Source
    run: int


_first_of = attrgetter("first")


@dataclass(frozen=True, slots=True)
class KnownRun:
    """What the first note of ours in a run says; line ``n``, which may be gone."""

    mark: RunMark
    n: int


class LogStore:
    """The newest lines of the last runs, bounded by their number and by their bytes.

    A line has a number ``n`` that no other ever gets; held are those from ``first`` to ``end - 1``.
    The offsets of contract 9 count the lines of the current run alone, notes of ours left out.

    Args:
        max_lines: Most lines held, at least 1.
        max_bytes: Most bytes of text held. Python adds about 40 bytes a line to that.
        redactor: Masks every line on its way out.
        words: A note of ours in words.
    """

    def __init__(
        self,
        max_lines: int,
        max_bytes: int,
        redactor: Redactor | None = None,
        words: Callable[[RunMark], str] = lambda mark: mark.kind.value,
    ) -> None:
        self.words = words
        self.redactor = Redactor() if redactor is None else redactor
        self._max_lines = max_lines
        self._max_bytes = max_bytes
        self._lines: list[bytes] = []
        self._gone = 0  # so many at its beginning were dropped; a slice of a deque costs far more
        self._bytes = 0
        self._end = 0
        self._cleared_at = 0
        self._run_id = 0
        self._run_first = 0
        self._marks_of_run: list[int] = []
        self._known_runs: dict[int, KnownRun] = {}
        self._stretches: list[Stretch] = []
        self._keys = KeyFinder()

    @property
    def run_id(self) -> int:
        """0 before the first run, then one more with each ``begin_run`` and each ``clear``."""
        return self._run_id

    @property
    def total(self) -> int:
        """How many lines were appended in this run, those dropped since included."""
        return self._end - self._run_first - len(self._marks_of_run)

    @property
    def first(self) -> int:
        """The number of the oldest line held; equals ``end`` when none is."""
        return self._end - len(self._lines) + self._gone

    @property
    def end(self) -> int:
        """The number that the next line will have."""
        return self._end

    @property
    def dropped(self) -> int:
        """How many lines had to make room for newer ones since the last ``clear``."""
        return self.first - self._cleared_at

    @property
    def cleared_at(self) -> int:
        """The number of the first line after the last ``clear``."""
        return self._cleared_at

    def known_runs(self) -> dict[int, KnownRun]:
        """What is known of the runs that have lines here, by their ids."""
        return self._known_runs.copy()

    def begin_run(self) -> None:
        """Starts the next run: a gateway is about to be started, or was found."""
        self._run_id += 1
        self._run_first = self._end
        self._marks_of_run.clear()

    def clear(self) -> None:
        """Forgets all lines; what is still captured goes into the next run (contract 9).

        To a person that run is still the same.
        """
        known = self._known_runs.get(self._run_id)
        self.begin_run()
        self._known_runs = {} if known is None else {self._run_id: known}
        self._lines = []
        self._gone = 0
        self._bytes = 0
        self._cleared_at = self._end
        self._stretches.clear()

    def snapshot(self) -> LogStore:
        """The lines that are held now; those that come or go afterwards change nothing in it."""
        held = copy(self)
        vars(held).update(
            _lines=self._lines[self._gone :],
            _gone=0,
            _marks_of_run=self._marks_of_run.copy(),
            _known_runs=self._known_runs.copy(),
            _stretches=self._stretches.copy(),
            _keys=KeyFinder(),
        )
        return held

    def mark(self, line: bytes) -> None:
        """Appends a note of ours (``logs.marks``); it is no line of the gateway."""
        self.extend((line,), Source.TRAY)

    def extend(self, lines: Sequence[bytes], source: Source = Source.OUTPUT) -> None:
        """Appends lines without line ends and drops the oldest ones over the limits.

        Those of ``Source.TRAY`` are notes of ours.
        """
        if not lines:
            return
        if source is Source.TRAY:
            self._marks_of_run.extend(range(self._end, self._end + len(lines)))
            self._learn(lines)
        stretches = self._stretches
        if not stretches or (stretches[-1].source, stretches[-1].run) != (source, self._run_id):
            stretches.append(Stretch(self._end, source, self._run_id))
        self._end += len(lines)
        newest = lines[-self._max_lines :]
        self._lines += newest
        self._bytes += sum(map(len, newest))
        self._forget(len(self._lines) - self._gone - self._max_lines)
        while self._bytes > self._max_bytes:
            self._forget(1)
        while len(stretches) > 1 and stretches[1].first <= self.first:
            gone = stretches.pop(0).run
            if gone != stretches[0].run:
                self._known_runs.pop(gone, None)

    def source(self, n: int) -> Source:
        """Where a line was read.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        return self._stretch(n).source

    def run(self, n: int) -> int:
        """The id of the run that a line belongs to.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        return self._stretch(n).run

    def size(self, n: int) -> int:
        """How many bytes a line has, as it came.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        return len(self._raw(n))

    def run_number(self, n: int) -> int | None:
        """The run of a line as a person counts them (``RunMark.run``); none: unknown.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        known = self._known_runs.get(self.run(n))
        return None if known is None else known.mark.run

    def numbers_since(self, offset: int = 0, run_id: int | None = None) -> Iterator[int]:
        """The lines of the current run from ``offset`` on that are still held, by their numbers.

        None before the first run (contract 9).

        Args:
            offset: The ``total`` of the asker's last answer. Dropped lines are skipped silently.
            run_id: The run id of that answer. With another one, or none, the offset counts as 0.
        """
        start = offset if run_id == self._run_id else 0
        return iter(()) if self._run_id == 0 else self._numbers_of_run(max(start, 0))

    def tail(self, max_lines: int, max_chars: int) -> LogTail:
        """The last lines that the current run has printed, each up to so many characters.

        They are not masked yet. What was read elsewhere is not among them.
        """
        numbers = range(max(self.first, self._run_first, self._end - max_lines), self._end)
        one_more = bytes_needed(max_chars) + 1  # tells that a line goes on
        lines = tuple(
            self._without_key(n)[:one_more] for n in numbers if self.source(n) is Source.OUTPUT
        )
        return LogTail(lines, max_chars, self.redactor)

    def line(self, n: int) -> str:
        """Returns one line.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        return self.redactor.mask(decode_line(self._without_key(n)))

    def pieces(self, n: int) -> Iterator[str]:
        """Returns one line in pieces, so that a very long one can be masked bit by bit.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        return line_pieces(self._without_key(n), self.redactor)

    def beginning(self, n: int, max_chars: int) -> tuple[str, int]:
        """Returns the beginning of a line and how many bytes more it has, for the screen.

        Masking a line of a megabyte takes a third of a second. What is masked here reaches
        further than what is returned, so that no half secret is taken for none.

        Raises:
            IndexError: The line was dropped, or is not there yet.
        """
        return beginning(self._without_key(n), max_chars, self.redactor)

    def raw_lines(self, begin: int, end: int) -> list[bytes]:
        """The lines of a range as they came, for those who look at many; unmasked, to be kept here.

        What was dropped or is not there yet is missing.
        """
        shift = self._gone - self.first
        return self._lines[max(begin + shift, self._gone) : max(end + shift, self._gone)]

    def stretches(self, begin: int = 0, end: int | None = None) -> tuple[Stretch, ...]:
        """Which lines of a range have one source and run; in order, the first may begin before."""
        known = self._stretches
        first = max(0, bisect_right(known, begin, key=_first_of) - 1)
        last = len(known) if end is None else bisect_left(known, end, key=_first_of)
        return tuple(known[first:last])

    def _learn(self, notes: Sequence[bytes]) -> None:
        """Which run this is; not all that we note tells it."""
        for n, note in enumerate(notes, self._end):
            mark = parse_mark(note)
            if mark is not None:
                self._known_runs.setdefault(self._run_id, KnownRun(mark, n))

    def _forget(self, count: int) -> None:
        """Drops so many of the oldest lines; none if it is less than one."""
        if count > 0:
            begin, self._gone = self._gone, self._gone + count
            self._bytes -= sum(map(len, self._lines[begin : self._gone]))
            if self._gone * _SHARE_GONE > len(self._lines):
                del self._lines[: self._gone]
                self._gone = 0

    def _stretch(self, n: int) -> Stretch:
        if not self.first <= n < self._end:
            raise IndexError(n)
        return self._stretches[bisect_right(self._stretches, n, key=_first_of) - 1]

    def _numbers_of_run(self, offset: int) -> Iterator[int]:
        """The numbers of the lines from an offset of the current run on, without notes of ours."""
        begin = self._run_first + offset
        for n in self._marks_of_run:
            begin += n <= begin
        passed = frozenset(self._marks_of_run)
        return (n for n in range(max(begin, self.first), self._end) if n not in passed)

    def _raw(self, n: int) -> bytes:
        if n < self.first:
            raise IndexError(n)
        return self._lines[n - self.first + self._gone]

    def _without_key(self, n: int) -> bytes:
        """The line, or a mask where it is the inside of a private key printed line by line."""
        raw = self._raw(n)
        if is_no_inside(raw) or not self._keys.is_inside(n, self.first, self._raw):
            return raw
        return MASK.encode()
