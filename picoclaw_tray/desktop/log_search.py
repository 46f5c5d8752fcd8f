"""Finds what a person looks for among the rows: counts it, and goes from one match to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.desktop.slices import work_for_a_slice
from picoclaw_tray.desktop.translation import rendered
from picoclaw_tray.logs.match_index import MatchIndex
from picoclaw_tray.logs.query import Search, matcher
from picoclaw_tray.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.desktop.log_model import LogModel
    from picoclaw_tray.logs.query import Matcher

PAUSE_MS: Final = 200
"""New lines are searched after this time; a flood must not keep the search busy all the time."""


class LogSearch(QObject):
    """Works in slices, between other events; knows the lines that it has come to.

    Args:
        model: Whose rows are searched.
        in_sight: The numbers of the lines on the screen: where a person is who is at no line.

    Signals:
        matcher_changed(object): What is to be coloured from now on: a ``Matcher`` or none.
        problem_found(str): Why the expression cannot be used, or was given up; empty: neither.
        counted(int, int, bool): Place of the current match (0: none), number of matches so far,
            whether all lines were searched.
        found(int): The line with this number is to be shown.
    """

    matcher_changed = Signal(object)
    problem_found = Signal(str)
    counted = Signal(int, int, bool)
    found = Signal(int)

    def __init__(
        self, model: LogModel, in_sight: Callable[[], range], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._log = model
        self._in_sight = in_sight
        self._search = Search()
        self._matcher: Matcher | None = None
        self._index: MatchIndex | None = None
        self._problem: Text | None = None
        self._place = -1
        self._wants_next = False
        self._slice = QTimer(self, singleShot=True)
        self._slice.timeout.connect(self._on_slice)
        model.caught_up.connect(self._on_caught_up)
        model.modelReset.connect(self._on_reset)
        model.dataChanged.connect(self._on_reset)

    @property
    def search(self) -> Search:
        """What is looked for."""
        return self._search

    @Slot(Search)
    def set_search(self, search: Search) -> None:
        """Looks for something else; the nearest match is shown, from where the person is."""
        self._search = search
        found = matcher(search) if search.pattern else None
        self._problem = found if isinstance(found, Text) else None
        self.problem_found.emit(rendered(self._problem) if self._problem else "")
        self._matcher = None if isinstance(found, Text) else found
        self.matcher_changed.emit(self._matcher)
        self._wants_next = self._matcher is not None
        self._on_reset()

    @Slot(int)
    def set_place(self, n: int) -> None:
        """The person is at the line with this number; -1: at none."""
        self._place = n
        self._tell()

    @Slot()
    def go_to_next(self) -> None:
        """To the next match below, and from the last one to the first."""
        if self._index is not None:
            place = self._place if self._place >= 0 else self._in_sight().start - 1
            self._go_to(self._index.next_after(place))

    @Slot()
    def go_to_previous(self) -> None:
        """To the next match above, and from the first one to the last."""
        if self._index is not None:
            place = self._place if self._place >= 0 else self._in_sight().stop
            self._go_to(self._index.previous_before(place))

    def _go_to(self, n: int | None) -> None:
        self._wants_next = False
        if n is not None:
            self.found.emit(n)

    @Slot()
    def _on_reset(self) -> None:
        """Other rows, or another secret in them: everything is to be searched anew."""
        matches = self._matcher
        self._index = MatchIndex(self._log.store, self._log.lines, matches) if matches else None
        self._slice.stop()
        if self._index is None:
            self._tell()
        else:
            self._slice.start(0)

    @Slot()
    def _on_caught_up(self) -> None:
        if self._index is not None and not self._slice.isActive():
            self._slice.start(PAUSE_MS)

    @Slot()
    def _on_slice(self) -> None:
        if self._index is None:
            return
        if more := work_for_a_slice(self._index.advance):
            self._slice.start(0)
        self._tell(complete=not more)
        if self._wants_next and self._index.count and not more:
            place = self._place if self._place >= 0 else self._in_sight().start
            self._go_to(self._index.nearest(place))

    def _tell(self, *, complete: bool = True) -> None:
        index = self._index
        if index is None:
            if self._problem is None:  # what cannot be looked for has no number of matches
                self.counted.emit(0, 0, True)
        else:
            self.counted.emit(index.position_of(self._place), index.count, complete)
            self._tell_problem()

    def _tell_problem(self) -> None:
        """The expression turned out to take too long."""
        problem = (self._matcher.problem if self._matcher else None) or self._log.problem
        if problem is not None and problem != self._problem:
            self._problem = problem
            self.problem_found.emit(rendered(problem))
