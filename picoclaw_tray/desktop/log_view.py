"""The lines of the log on the screen: scrolling, following, selecting, copying."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFont, QFontDatabase, QKeySequence, QPainter, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QWidget

from picoclaw_tray.desktop.log_copy import LogCopy
from picoclaw_tray.desktop.log_delegate import LineDelegate

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex
    from PySide6.QtGui import (
        QFocusEvent,
        QHideEvent,
        QKeyEvent,
        QPaintEvent,
        QResizeEvent,
        QShowEvent,
    )

    from picoclaw_tray.desktop.log_model import LogModel

_ROW_PADDING: Final = 3
_FEWEST_ROWS: Final = 4
_PLACEHOLDER_MARGIN: Final = 32


class LogView(QTableView):
    """Shows a ``LogModel`` and keeps it awake as long as it is visible itself.

    It follows the newest line until the person scrolls up, and again once they come to the end.
    While they read further up, their lines stay where they are, though older ones are dropped.

    Signals:
        tail_changed(): ``is_following`` or ``unseen`` changed.
        clear_requested(): The person wants all lines to be forgotten.
    """

    tail_changed = Signal()
    clear_requested = Signal()

    def __init__(self, model: LogModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = model
        self._is_following = True
        self._seen_end = 0
        self._widest = 0
        self._placeholder = ""
        self._copy = LogCopy(model, self)
        self._delegate = LineDelegate(self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self._set_up_looks()
        self._set_up_actions()
        model.modelReset.connect(self._on_reset)
        model.rowsRemoved.connect(self._on_rows_removed)
        model.caught_up.connect(self._on_caught_up)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)

    @property
    def is_following(self) -> bool:
        """The newest line is on the screen and will be."""
        return self._is_following

    @property
    def unseen(self) -> int:
        """How many lines came since the person left the end."""
        return 0 if self._is_following else self._log.end - self._seen_end

    def set_placeholder(self, text: str) -> None:
        """What is written in the middle as long as there is no line."""
        if text != self._placeholder:
            self._placeholder = text
            self.setAccessibleDescription(text)
            self.viewport().update()

    @Slot()
    def show_newest(self) -> None:
        """Goes to the end and follows."""
        self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())

    @Slot()
    def copy_selected(self) -> None:
        """Puts the selected lines into the clipboard, masked as on the screen but never cut."""
        first = self._log.first
        self._copy.start(first + row for row in chain.from_iterable(self._selected_rows()))

    def showEvent(self, event: QShowEvent) -> None:
        """Wakes the model."""
        super().showEvent(event)
        self._log.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """Lets the model sleep."""
        super().hideEvent(event)
        self._log.sleep()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lets the column fill the width."""
        super().resizeEvent(event)
        self._fit_column()

    def changeEvent(self, event: QEvent) -> None:
        """Fits the rows to another font."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_rows()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Marks no line that nobody chose; Qt would take the first one."""
        chosen = self.currentIndex().isValid()
        super().focusInEvent(event)
        if not chosen:
            self.selectionModel().clearCurrentIndex()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Home and End mean the first and the last line: there is only one column."""
        if event.matches(QKeySequence.StandardKey.MoveToStartOfLine):
            self.scrollToTop()
        elif event.matches(QKeySequence.StandardKey.MoveToEndOfLine):
            self.show_newest()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Writes the placeholder where there are no lines."""
        super().paintEvent(event)
        if self._placeholder and not self._log.rowCount():
            self._paint_placeholder()

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
    def _on_reset(self) -> None:
        self._widest = 0
        self._set_following(True)

    @Slot("QModelIndex", int, int)
    def _on_rows_removed(self, _parent: QModelIndex, start: int, end: int) -> None:
        if not self._is_following:
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() - (end - start + 1))

    @Slot()
    def _on_caught_up(self) -> None:
        self._fit_column()
        if self._is_following:
            self.scrollToBottom()
        else:
            self.tail_changed.emit()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._set_following(value >= self.verticalScrollBar().maximum())
        self._fit_column()

    @Slot(int, int)
    def _on_range_changed(self, _minimum: int, maximum: int) -> None:
        if self._is_following:
            self.verticalScrollBar().setValue(maximum)
        else:
            self._set_following(self.verticalScrollBar().value() >= maximum)
        self._fit_column()

    def _set_following(self, is_following: bool) -> None:  # noqa: FBT001 - a setter
        if is_following != self._is_following:
            self._is_following = is_following
            self._seen_end = self._log.end
            self.tail_changed.emit()

    def _fit_rows(self) -> None:
        self._delegate.set_up_font()
        height = self.fontMetrics().height() + _ROW_PADDING
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self.setMinimumHeight(_FEWEST_ROWS * height)
        self._widest = 0
        self._fit_column()

    def _fit_column(self) -> None:
        """Makes the column as wide as the widest line that was on the screen in this run."""
        top, bottom = self.rowAt(0), self.rowAt(self.viewport().height() - 1)
        rows = range(max(0, top), (bottom if bottom >= 0 else self._log.rowCount() - 1) + 1)
        self._widest = max(self._widest, *map(self._width, rows), 0)
        width = max(self._widest, self.viewport().width())
        if width != self.columnWidth(0):
            self.setColumnWidth(0, width)

    def _width(self, row: int) -> int:
        return self._delegate.width_of(str(self._log.data(self._log.index(row, 0))))

    def _selected_rows(self) -> list[range]:
        selection = self.selectionModel().selection()
        ranges = [selection.at(number) for number in range(selection.count())]
        return sorted(
            (range(part.top(), part.bottom() + 1) for part in ranges),
            key=lambda rows: rows.start,
        )

    def _paint_placeholder(self) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(self._prose_font())
        colour = self.palette().text().color()
        colour.setAlphaF(0.7)
        painter.setPen(colour)
        margin = _PLACEHOLDER_MARGIN
        area = QRectF(self.viewport().rect()).adjusted(margin, margin, -margin, -margin)
        option = QTextOption(Qt.AlignmentFlag.AlignCenter)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        painter.drawText(area, self._placeholder, option)
        painter.end()

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
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.hide()
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._fit_rows()

    def _set_up_actions(self) -> None:
        copy = QAction(self.tr("&Copy"), self)
        copy.setShortcut(QKeySequence.StandardKey.Copy)
        copy.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        copy.triggered.connect(self.copy_selected)
        select_all = QAction(self.tr("Select &all"), self)
        select_all.setShortcut(QKeySequence.StandardKey.SelectAll)
        select_all.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        select_all.triggered.connect(self.selectAll)
        self.clear_action = QAction(self.tr("C&lear"), self)
        self.clear_action.setShortcut(QKeySequence(self.tr("Ctrl+L")))
        self.clear_action.triggered.connect(self.clear_requested)
        self.addActions([copy, select_all, self.clear_action])
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
