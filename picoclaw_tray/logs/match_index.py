"""Which of some lines have what is looked for; in slices."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING, Protocol

from picoclaw_tray.logs.looking import Looker, never

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.logs.query import Matcher
    from picoclaw_tray.logs.store import LogStore


class Lines(Protocol):
    """Some lines of a store, in their order."""

    def __len__(self) -> int: ...
    def line_at(self, row: int) -> int:
        """The number of the line in a row."""

    def row_of(self, n: int) -> int:
        """The first row whose line has this number or a higher one; may be the number of rows."""


class MatchIndex:
    """Which of some lines have what is looked for, as far as they were examined."""

    def __init__(self, store: LogStore, lines: Lines, found: Matcher) -> None:
        self._store = store
        self._of = lines
        self._looker = Looker(store, found)
        self._matches = array("q")
        self._next = 0

    @property
    def count(self) -> int:
        """How many were found."""
        return len(self._matches)

    def advance(self, max_lines: int, is_over: Callable[[], bool] = never) -> bool:
        """Examines at most so many lines more, until the time is over; whether there are others."""
        store, looker = self._store, self._looker
        del self._matches[: bisect_left(self._matches, store.first)]
        if looker.is_busy and self._goes_on():
            return True
        row = self._next_row()
        for n in map(self._of.line_at, range(row, min(len(self._of), row + max_lines))):
            (raw,) = store.raw_lines(n, n + 1)
            self._next = n + 1
            if looker.look(n, raw):
                self._matches.append(n)
            if looker.is_busy or is_over():
                break
        return looker.is_busy or self._next_row() < len(self._of)

    def _goes_on(self) -> bool:
        """Looks on at a long line; whether there is more of it."""
        if self._looker.go_on() and self._next > self._store.first:
            self._matches.append(self._next - 1)
        return self._looker.is_busy

    def _next_row(self) -> int:
        return self._of.row_of(max(self._next, self._store.first))

    def position_of(self, n: int) -> int:
        """Which of the matches a line is, counted from 1; 0: it is none."""
        place = bisect_left(self._matches, n)
        is_match = place < len(self._matches) and self._matches[place] == n
        return place + 1 if is_match else 0

    def nearest(self, n: int) -> int | None:
        """The first match from a line on, or else the last one above; none if there is none."""
        if not self._matches:
            return None
        return self._matches[min(bisect_left(self._matches, n), len(self._matches) - 1)]

    def next_after(self, n: int) -> int | None:
        """The next match below a line, after the last one the first; none if there is none."""
        if not self._matches:
            return None
        return self._matches[bisect_right(self._matches, n) % len(self._matches)]

    def previous_before(self, n: int) -> int | None:
        """The next match above a line, before the first one the last; none if there is none."""
        return self._matches[bisect_left(self._matches, n) - 1] if self._matches else None
