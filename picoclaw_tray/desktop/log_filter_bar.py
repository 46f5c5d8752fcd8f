"""What of the log is shown, and what is looked for in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QKeySequence, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from picoclaw_tray.desktop.filter_state import FilterState
from picoclaw_tray.desktop.flow_layout import FilledFlowLayout
from picoclaw_tray.desktop.level_colours import LOOKS, level_colours
from picoclaw_tray.desktop.log_scope import LogScope
from picoclaw_tray.desktop.parts import PaddedButton, ReadableLabel, Switch
from picoclaw_tray.desktop.search_field import SearchField
from picoclaw_tray.logs.entry import Level
from picoclaw_tray.logs.query import Query, Search

if TYPE_CHECKING:
    from collections.abc import Sequence

    from picoclaw_tray.desktop.log_scope import RunChoice

_TYPING_MS: Final = 150
_SPACING: Final = 4
_PADDING: Final = QSize(12, 6)
_SHORTEST_FIELD: Final = 12
_LONGEST_COUNT: Final = "10,000 of 10,000"


class FilterBar(QWidget):
    """Level, component, run and text. It knows no line.

    Signals:
        query_changed(Query): Other lines are wanted.
        search_changed(Search): Something else is to be highlighted.
        run_chosen(object): Key of the run that is wanted; none: all in memory.
        next_wished(): The person wants to see the next match.
        previous_wished(): Or the previous one.
        left(): The person is done with searching.
        runs_wished(): Likewise a run; ``set_runs`` is due.
        components_wished(): The person is about to choose one; ``set_components`` is due.
    """

    query_changed = Signal(Query)
    search_changed = Signal(Search)
    run_chosen = Signal(object)
    next_wished = Signal()
    previous_wished = Signal()
    left = Signal()
    components_wished = Signal()
    runs_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._query = Query()
        self._search = Search()
        self._scope = LogScope()
        self._field = SearchField()
        self._case = self._switch(self.tr("Aa"), self.tr("Match case"))
        self._regex = self._switch(self.tr(".*"), self.tr("Regular expression"))
        self._only = self._switch(self.tr("Only matches"), self.tr("Hide lines that do not match"))
        self._count = QLabel()
        self._problem = ReadableLabel()
        self._typing = QTimer(self, singleShot=True, interval=_TYPING_MS)
        self._is_restoring = False
        self._find = self._action(self.tr("Search"), QKeySequence.StandardKey.Find)
        self._next = self._action(self.tr("Next match"), QKeySequence.StandardKey.FindNext)
        self._previous = self._action(
            self.tr("Previous match"), QKeySequence.StandardKey.FindPrevious
        )
        self._buttons = (self._button("↑", self._previous), self._button("↓", self._next))
        self._lay_out()
        self._connect()
        self._paint_problem()

    # -- what is set -------------------------------------------------------------------------------

    @property
    def query(self) -> Query:
        """The lines that are wanted now."""
        return self._query

    @property
    def search(self) -> Search:
        """What is looked for now."""
        return self._search

    def state(self) -> FilterState:
        """What the person set, to the last letter."""
        return FilterState(
            self._scope.level,
            self._scope.component,
            self._field.text(),
            self._regex.isChecked(),
            self._case.isChecked(),
            self._only.isChecked(),
        )

    def restore(self, state: FilterState) -> None:
        """Sets it again, and tells it at once."""
        self._is_restoring = True
        for switch, is_on in (
            (self._regex, state.is_regex),
            (self._case, state.is_case_sensitive),
            (self._only, state.only_matches),
        ):
            switch.setChecked(is_on)
        self._field.setText(state.pattern)
        self._scope.choose(state.level, state.component)
        self._is_restoring = False
        self._tell()

    def show_all_lines(self) -> None:
        """Takes every filter off; what is looked for is looked for on."""
        self._scope.show_all_runs()
        self.restore(replace(self.state(), level=None, component="", only_matches=False))

    # -- what is offered and shown -----------------------------------------------------------------

    def set_components(self, names: Sequence[str]) -> None:
        """Offers these, and the chosen one."""
        self._scope.set_components(names)

    def set_runs(self, runs: tuple[RunChoice, ...]) -> None:
        """Offers these; if the chosen one is gone, all are chosen, and that is told."""
        self._scope.set_runs(runs)

    def choose_run(self, key: object) -> None:
        """Chooses a run that is offered; none: all in memory."""
        self._scope.choose_run(key)

    def show_hits(self, hits: int, current: int = 0, *, is_done: bool = True) -> None:
        """Says how many matches there are.

        Args:
            hits: found so far.
            current: which of them is the current line, from 1; 0: none is.
            is_done: all lines were looked through.
        """
        number = self.locale().toString
        if not is_done:
            words = (
                self.tr("{count} …").format(count=number(hits)) if hits else self.tr("Searching …")
            )
        elif not hits:
            words = self.tr("No matches")
        elif current:
            words = self.tr("{current} of {count}").format(
                current=number(current), count=number(hits)
            )
        else:
            words = number(hits)
        self._count.setText(words if self._search.pattern else "")

    def show_problem(self, problem: str) -> None:
        """Explains below why the text cannot be looked for; an empty sentence: it can."""
        self._field.show_problem(problem)
        self._problem.show_text(f"{LOOKS[Level.ERROR].shape} {problem}" if problem else "")
        self._problem.setVisible(bool(problem))
        if problem:
            self._count.clear()

    @Slot()
    def focus_search(self) -> None:
        """Lets the person type, over what they typed last."""
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def changeEvent(self, event: QEvent) -> None:
        """Fits the colour of the problem to another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_problem()

    # -- what happens ------------------------------------------------------------------------------

    @Slot()
    def _on_typed(self) -> None:
        self._typing.start()

    @Slot()
    def _on_next(self) -> None:
        if self._is_searching():
            self.next_wished.emit()

    @Slot()
    def _on_previous(self) -> None:
        if self._is_searching():
            self.previous_wished.emit()

    def _is_searching(self) -> bool:
        """Whether there is something to go to; lets the person type if there is not."""
        self._tell()
        if not self._search.pattern:
            self.focus_search()
        return bool(self._search.pattern)

    @Slot()
    def _on_left(self) -> None:
        self._tell()
        self.left.emit()

    @Slot()
    def _tell(self) -> None:
        """Tells what differs from what was told last."""
        if self._is_restoring:
            return
        self._typing.stop()
        state = self.state()
        search = Search(state.pattern, state.is_regex, state.is_case_sensitive)
        filters = search if state.only_matches else Search()
        query = Query(state.level, state.component, self._scope.run_in_memory, filters)
        is_new_search, self._search = search != self._search, search
        is_new_query, self._query = query != self._query, query
        if is_new_search:
            self.show_problem("")
            self._count.clear()
            self.search_changed.emit(search)
        if is_new_query:
            self.query_changed.emit(query)

    def _paint_problem(self) -> None:
        role = QPalette.ColorRole.Window
        palette = QPalette(self.palette())
        colour = level_colours(palette, role)[Level.ERROR]
        palette.setColor(QPalette.ColorRole.WindowText, colour)
        self._problem.setPalette(palette)

    # -- how it is built ---------------------------------------------------------------------------

    def _switch(self, label: str, meaning: str) -> Switch:
        switch = Switch(_PADDING)
        switch.setText(label)
        switch.setToolTip(meaning)
        switch.setAccessibleName(meaning)
        return switch

    def _action(self, name: str, key: QKeySequence.StandardKey) -> QAction:
        action = QAction(name, self)
        action.setShortcuts(key)
        self.addAction(action)
        return action

    def _button(self, picture: str, action: QAction) -> PaddedButton:
        button = PaddedButton(_PADDING)
        button.setText(picture)
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        button.setToolTip(f"{action.text()} ({key})")
        button.setAccessibleName(action.text())
        button.clicked.connect(action.trigger)
        return button

    def _lay_out(self) -> None:
        self._field.setMinimumWidth(self.fontMetrics().averageCharWidth() * _SHORTEST_FIELD)
        self._count.setTextFormat(Qt.TextFormat.PlainText)
        self._count.setMinimumWidth(self.fontMetrics().horizontalAdvance(_LONGEST_COUNT))
        self._count.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._problem.hide()
        flow = FilledFlowLayout(spacing=_SPACING)
        flow.addWidget(self._scope)
        text = _row(self._field, self._case, self._regex)
        policy = text.sizePolicy()
        policy.setHorizontalStretch(1)
        text.setSizePolicy(policy)
        flow.addWidget(text)
        flow.addWidget(_row(self._only, self._count, *self._buttons))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_SPACING)
        column.addLayout(flow)
        column.addWidget(self._problem)

    def _connect(self) -> None:
        self._typing.timeout.connect(self._tell)
        self._field.textChanged.connect(self._on_typed)
        self._field.next_wished.connect(self._on_next)
        self._field.previous_wished.connect(self._on_previous)
        self._field.left.connect(self._on_left)
        for switch in (self._case, self._regex, self._only):
            switch.clicked.connect(self._tell)
        self._scope.changed.connect(self._tell)
        self._scope.run_chosen.connect(self.run_chosen)
        self._scope.components_wished.connect(self.components_wished)
        self._scope.runs_wished.connect(self.runs_wished)
        self._find.triggered.connect(self.focus_search)
        self._next.triggered.connect(self._on_next)
        self._previous.triggered.connect(self._on_previous)


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(_SPACING)
    for widget in widgets:
        line.addWidget(widget)
    return row
