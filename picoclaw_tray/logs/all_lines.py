"""Every line of a store, in the shape of a selection (``logs.selection``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.logs.looking import never

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.logs.store import LogStore


class AllLines:
    """The lines that the store held at the last ``advance``; nothing has to be examined."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._first = self._end = store.first

    def __len__(self) -> int:
        return self._end - self._first

    def advance(self, _max_lines: int, _is_over: Callable[[], bool] = never) -> bool:
        """Takes in all that is there; there is never more to do."""
        if self._first == self._end:  # what came and went since was never a row
            self._first = self._store.first
        self._end = self._store.end
        return False

    def drop(self) -> int:
        """Forgets what the store has dropped; how many lines at the front went."""
        gone = self.row_of(self._store.first)
        self._first += gone
        return gone

    def line_at(self, row: int) -> int:
        """The number of the line in a row."""
        return self._first + row

    def row_of(self, n: int) -> int:
        """The first row whose line has this number or a higher one; may be the number of rows."""
        return min(max(n - self._first, 0), len(self))
