"""The lines of the log on the screen: scrolling, following, selecting, wrapping, zooming."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import (
    QEvent,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    Signal,
    Slot,
)
from PySide6.QtGui import QFont, QFontDatabase, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView, QWidget

from picoclaw_tray.desktop.log_delegate import LineDelegate
from picoclaw_tray.desktop.log_fit import LogFit
from picoclaw_tray.desktop.log_model import Column
from picoclaw_tray.desktop.log_placeholder import LogPlaceholder
from picoclaw_tray.desktop.match_spans import MatchSpans
from picoclaw_tray.desktop.text_size import TextSize

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtGui import (
        QFocusEvent,
        QHideEvent,
        QKeyEvent,
        QPaintEvent,
        QResizeEvent,
        QShowEvent,
    )

    from picoclaw_tray.desktop.log_model import LogModel
    from picoclaw_tray.logs.query import Matcher

_Flag = QItemSelectionModel.SelectionFlag
_ONLY_THIS_ROW: Final = _Flag.ClearAndSelect | _Flag.Rows


class LogView(QTableView):
    """Shows a ``LogModel`` and keeps it awake as long as it is visible itself.

    It follows the newest line until the person scrolls up, and again once they come to the end.
    While they read further up, their lines stay where they are, though older ones are dropped.

    Signals:
        tail_changed(): ``is_following`` or ``unseen`` changed.
        line_chosen(int): The person is at the line with this number; -1: at none.
        opened(): The person wants to see the whole of it.
        escaped(): Or no longer.
    """

    tail_changed = Signal()
    line_chosen = Signal(int)
    opened = Signal()
    escaped = Signal()

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = model
        self._is_following = True
        self._seen_end = 0
        self._store = model.store  # whose lines are shown
        self._kept = -1  # the line where the person is, while there are other rows
        self._is_chosen = False  # and they have chosen it
        self._delegate = LineDelegate(self, model)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.fit = LogFit(self, model, self._delegate)
        self._set_up_looks()
        self.placeholder = LogPlaceholder(self, model)
        self.text_size = TextSize(self)
        model.modelAboutToBeReset.connect(self._on_about_to_be_reset)
        model.modelReset.connect(self._on_reset)
        model.rowsRemoved.connect(self._on_rows_removed)
        model.caught_up.connect(self._on_caught_up)
        model.dataChanged.connect(self._on_caught_up)
        self.activated.connect(self.opened)
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)

    @property
    def log(self) -> LogModel:
        """Its rows."""
        return self._log

    @property
    def is_following(self) -> bool:
        """The newest line is on the screen and will be."""
        return self._is_following

    @property
    def unseen(self) -> int:
        """How many lines came since the person left the end, or paused."""
        if self._is_following and not self._log.is_paused:
            return 0
        return self._log.store.end - self._seen_end

    @property
    def wraps(self) -> bool:
        """Long lines go on in the next row of text."""
        return self._delegate.wraps

    @property
    def current_line(self) -> int | None:
        """The number of the line that the person is at."""
        current = self.currentIndex()
        return self._log.line_at(current.row()) if current.isValid() else None

    def lines_in_sight(self) -> range:
        """From the number of the first line on the screen to that of the last one."""
        first, last = (self.rowAt(y) for y in (0, self.viewport().height() - 1))
        if first < 0:
            return range(0)
        last = self._log.rowCount() - 1 if last < 0 else last
        return range(self._log.line_at(first), self._log.line_at(last) + 1)

    def selected_lines(self) -> Iterator[int]:
        """The numbers of the selected lines, from top to bottom."""
        return map(self._log.line_at, chain.from_iterable(self._selected_rows()))

    def set_matcher(self, matcher: Matcher | None) -> None:
        """What is coloured from now on."""
        self._delegate.matches = MatchSpans(matcher)
        self.viewport().update()

    def show_line(self, n: int) -> None:
        """Goes to a line and selects it."""
        row = self._log.row_of(n)
        if row < self._log.rowCount() and self._log.line_at(row) == n:
            index = self._log.index(row, Column.MESSAGE)
            # setCurrentIndex would add to what is selected while Shift is held: for Shift+F3.
            self.selectionModel().setCurrentIndex(index, _ONLY_THIS_ROW)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def set_wraps(self, wraps: bool) -> None:  # noqa: FBT001 - a setter
        """Whether long lines go on in the next row of text."""
        self._delegate.wraps = wraps
        self.fit.fit_font()
        self._on_caught_up()

    @Slot(bool)
    def set_paused(self, paused: bool) -> None:  # noqa: FBT001 - a slot
        """Leaves what is shown as it is, or goes on."""
        if paused:
            self._seen_end = self._log.store.end
        self._log.set_paused(paused)
        self.tail_changed.emit()

    @Slot()
    def show_newest(self) -> None:
        """Goes to the end and follows."""
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    def showEvent(self, event: QShowEvent) -> None:
        """Wakes the model."""
        super().showEvent(event)
        for part in (self.horizontalHeader(), self.placeholder):
            part.setFont(self._prose_font())
        self.fit.fit_header()
        self._log.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """Lets the model sleep."""
        super().hideEvent(event)
        self._log.sleep()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lets the column and the placeholder fill the width."""
        super().resizeEvent(event)
        self.placeholder.setGeometry(self.viewport().rect())
        self.fit.fit_columns()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints once more where there was no time to look for matches in all lines."""
        matches = self._delegate.matches
        matches.begin_painting()
        super().paintEvent(event)
        if matches.is_behind:
            self.viewport().update()

    def changeEvent(self, event: QEvent) -> None:
        """Fits the rows to another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self.fit.fit_font()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Marks no line that nobody chose; Qt would take the first one."""
        chosen = self.currentIndex().isValid()
        super().focusInEvent(event)
        if not chosen:
            self.selectionModel().clearCurrentIndex()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End mean the first and the last line: cells are of no interest."""
        if event.matches(QKeySequence.StandardKey.MoveToStartOfLine):
            self.scrollToTop()
        elif event.matches(QKeySequence.StandardKey.MoveToEndOfLine):
            self.show_newest()
        elif event.matches(QKeySequence.StandardKey.Cancel):
            self.escaped.emit()
        else:
            super().keyPressEvent(event)

    def scrollTo(  # noqa: N802 - Qt's name
        self,
        index: QModelIndex | QPersistentModelIndex,
        hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible,
    ) -> None:
        """Scrolls up or down only: to click into a long line does not move it."""
        left = self.horizontalScrollBar().value()
        super().scrollTo(index, hint)
        self.horizontalScrollBar().setValue(left)

    def rowsAboutToBeRemoved(  # noqa: N802 - Qt's name
        self, parent: QModelIndex | QPersistentModelIndex, start: int, end: int
    ) -> None:
        """Forgets a current row that goes; Qt would choose the next one and scroll to it."""
        current = self.currentIndex()
        if current.isValid() and start <= current.row() <= end:
            self.selectionModel().clearCurrentIndex()
        super().rowsAboutToBeRemoved(parent, start, end)

    @Slot()
    def _on_about_to_be_reset(self) -> None:
        """Remembers where the person is: at a line that they chose and see, or that they read."""
        in_sight, chosen = self.lines_in_sight(), self.current_line
        self._is_chosen = chosen is not None and chosen in in_sight
        if chosen is not None and self._is_chosen:
            self._kept = chosen
        else:
            self._kept = -1 if self._is_following or not in_sight else in_sight.start

    @Slot()
    def _on_reset(self) -> None:
        self.fit.forget_widest()
        self._seen_end = self._log.store.end  # other rows: what is there is seen
        is_filtered = self._store is self._log.store and self._kept >= self._store.first
        self._store = self._log.store
        if is_filtered and self._log.rowCount():
            self._set_following(False)
            self._go_back()
        else:
            self._set_following(True)

    def _go_back(self) -> None:
        """To the line where the person was, or what is near it now."""
        row = min(self._log.row_of(self._kept), self._log.rowCount() - 1)
        if self._is_chosen and self._log.line_at(row) == self._kept:
            self.show_line(self._kept)
        else:
            top = QAbstractItemView.ScrollHint.PositionAtTop
            self.scrollTo(self._log.index(row, Column.MESSAGE), top)

    @Slot("QModelIndex", int, int)
    def _on_rows_removed(self, _parent: QModelIndex, start: int, end: int) -> None:
        if not self._is_following:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - (end - start + 1))

    @Slot()
    def _on_caught_up(self) -> None:
        self.fit.fit_columns()
        if self._is_following:
            self.fit.fit_heights_at_the_end()
            self.scrollToBottom()
        self.fit.fit_heights_in_sight()
        self.tail_changed.emit()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._set_following(value >= self.verticalScrollBar().maximum())
        self.fit.fit_columns()
        self.fit.fit_heights_in_sight()

    @Slot(int, int)
    def _on_range_changed(self, _minimum: int, maximum: int) -> None:
        if self._is_following:
            self.verticalScrollBar().setValue(maximum)
        else:
            self._set_following(self.verticalScrollBar().value() >= maximum)
        self.fit.fit_columns()

    def _set_following(self, is_following: bool) -> None:  # noqa: FBT001 - a setter
        if is_following != self._is_following:
            self._is_following = is_following
            self._seen_end = self._log.store.end
            self.tail_changed.emit()

    @Slot("QModelIndex", "QModelIndex")
    def _on_current_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        self.line_chosen.emit(self._log.line_at(current.row()) if current.isValid() else -1)

    def _selected_rows(self) -> list[range]:
        selection = self.selectionModel().selection()
        ranges = [selection.at(number) for number in range(selection.count())]
        return sorted(
            (range(part.top(), part.bottom() + 1) for part in ranges),
            key=lambda rows: rows.start,
        )

    def _prose_font(self) -> QFont:
        # The window's own font does not say what it is: a painter takes it for the log's.
        window = self.window().fontInfo()
        font = QFont(window.family())
        font.setPointSizeF(window.pointSizeF())
        return font

    def _set_up_looks(self) -> None:
        self.setAccessibleName(self.tr("Output of the gateway"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerItem)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.fit.fit_font()
