"""The log in the window: filter and search, the lines, the details of one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from picoclaw_tray.desktop.log_actions import LogActions
from picoclaw_tray.desktop.log_details import EntryPane
from picoclaw_tray.desktop.log_export import Form
from picoclaw_tray.desktop.log_filter_bar import FilterBar
from picoclaw_tray.desktop.log_footer import LogFooter
from picoclaw_tray.desktop.log_search import LogSearch
from picoclaw_tray.desktop.log_view import LogView
from picoclaw_tray.desktop.parts import Rule
from picoclaw_tray.desktop.silence_strip import SilenceStrip
from picoclaw_tray.logs.query import Matcher, Query
from picoclaw_tray.logs.selection import components
from picoclaw_tray.logs.whole_entry import entry_at, lines_of_entry

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent

    from picoclaw_tray.desktop.log_model import LogModel

MARGIN: Final = 16
_CELL_MARGIN: Final = 4
_MAX_DETAILS: Final = 64 * 1024
_SHARES: Final = (500, 500)
"""Of the lines and the details, when these are opened first."""


class LogPanel(QWidget):
    """Shows a ``LogModel``.

    Signals:
        clear_requested(): The person wants all lines to be forgotten.
        hidden(): It cannot be seen any more.
        looked_for(Level): The person wants to see lines of this level and above; none: all.
    """

    clear_requested = Signal()
    looked_for = Signal(object)
    hidden = Signal()

    def __init__(self, model: LogModel, window: QWidget) -> None:
        super().__init__()
        self._log = model
        self.view = LogView(model)
        self.filter = FilterBar()
        self.details = EntryPane()
        self.silence = SilenceStrip()
        self.splitter = QSplitter(Qt.Orientation.Vertical)
        self.actions_ = LogActions(self.view, window)
        self._search = LogSearch(model, self.view.lines_in_sight, self)
        self.footer = LogFooter(self.view, self.actions_)
        self._lay_out()
        self._connect()

    def _connect(self) -> None:
        view, bar, actions, search = self.view, self.filter, self.actions_, self._search
        view.line_chosen.connect(self._on_line_chosen)
        view.opened.connect(self._on_opened)
        view.escaped.connect(self._on_details_closed)
        view.text_size.changed.connect(self.details.text_size.set_above_usual)
        view.placeholder.all_wished.connect(self._on_all_wished)
        actions.clear_wished.connect(self.clear_requested)
        actions.details.toggled.connect(self._on_details_toggled)
        self.details.closed.connect(self._on_details_closed)
        self.details.whole_wished.connect(self._on_whole_wished)
        bar.query_changed.connect(self._on_query_changed)
        bar.search_changed.connect(search.set_search)
        bar.next_wished.connect(search.go_to_next)
        bar.previous_wished.connect(search.go_to_previous)
        bar.left.connect(view.setFocus)
        bar.components_wished.connect(self._on_components_wished)
        search.matcher_changed.connect(self._on_matcher_changed)
        search.counted.connect(self._on_counted)
        search.found.connect(view.show_line)
        search.problem_found.connect(bar.show_problem)
        view.line_chosen.connect(search.set_place)
        self._log.modelReset.connect(self._on_reset)
        self._log.dataChanged.connect(self._show_current)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tells it."""
        super().hideEvent(event)
        self.hidden.emit()

    @Slot()
    def _on_all_wished(self) -> None:
        self.filter.show_all_lines()
        self.view.setFocus()

    @Slot(Query)
    def _on_query_changed(self, query: Query) -> None:
        self._log.set_query(query)
        self.looked_for.emit(query.level)

    @Slot()
    def _on_reset(self) -> None:
        """The line that the person was at may be gone; Qt does not tell."""
        self.view.line_chosen.emit(self._place())

    @Slot(int)
    def _on_line_chosen(self, n: int) -> None:
        if self.actions_.details.isChecked():
            self._show_details(n)

    @Slot()
    def _on_opened(self) -> None:
        self.actions_.details.setChecked(True)

    @Slot(bool)
    def _on_details_toggled(self, wanted: bool) -> None:  # noqa: FBT001 - the signal's
        self.details.setVisible(wanted)
        if wanted:
            self._show_current()

    @Slot()
    def _show_current(self) -> None:
        self._show_details(self._place())

    def _place(self) -> int:
        """The number of the line that the person is at; -1: at none."""
        line = self.view.current_line
        return -1 if line is None else line

    @Slot()
    def _on_details_closed(self) -> None:
        self.actions_.details.setChecked(False)
        self.view.setFocus()

    def _show_details(self, n: int) -> None:
        store = self._log.store
        if store.first <= n < store.end:
            entry, excess = entry_at(store, n, _MAX_DETAILS)
            self.details.show_entry(entry, excess, run=store.run_number(n))
        else:
            self.details.show_entry(None)

    @Slot(bool)
    def _on_whole_wished(self, as_json: bool) -> None:  # noqa: FBT001 - the signal's
        """It shows only the beginning of an entry that is to be copied whole."""
        line = self.view.current_line
        if line is not None:
            lines = lines_of_entry(self._log.store, line)
            self.actions_.copy_lines(lines, Form.JSON if as_json else Form.TEXT)

    @Slot(object)
    def _on_matcher_changed(self, matcher: object) -> None:
        found = matcher if isinstance(matcher, Matcher) else None
        self.view.set_matcher(found)
        self.details.set_matcher(found)

    @Slot(int, int, bool)
    def _on_counted(self, place: int, count: int, is_done: bool) -> None:  # noqa: FBT001
        self.filter.show_hits(count, place, is_done=is_done)

    @Slot()
    def _on_components_wished(self) -> None:
        self.filter.set_components(components(self._log.store))

    def _lay_out(self) -> None:
        self.details.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        bar = QVBoxLayout()
        bar.setContentsMargins(MARGIN, 8, MARGIN, 8)
        bar.setSpacing(8)
        bar.addWidget(self.filter)
        bar.addWidget(self.silence)
        splitter = self.splitter
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self._paper())
        splitter.addWidget(self.details)
        for part, share in enumerate(_SHARES):
            splitter.setStretchFactor(part, share)
        # Else nothing is remembered of details that were never opened, and later they open too low.
        splitter.setSizes(_SHARES)
        column.addLayout(bar)
        column.addWidget(Rule())
        column.addWidget(splitter, 1)
        column.addWidget(Rule())
        self.footer.setContentsMargins(MARGIN, 6, MARGIN, 6)
        column.addWidget(self.footer)

    def _paper(self) -> QWidget:
        """Lets the lines begin where the header does."""
        paper = QWidget()
        paper.setBackgroundRole(QPalette.ColorRole.Base)
        paper.setAutoFillBackground(True)
        inset = QVBoxLayout(paper)
        inset.setContentsMargins(MARGIN - _CELL_MARGIN, 0, 0, 0)
        inset.addWidget(self.view)
        return paper
