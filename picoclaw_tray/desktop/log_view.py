"""The lines of the log on the screen: scrolling, following, selecting, wrapping, zooming."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QFont, QFontDatabase, QKeySequence, QPainter, QTextOption
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QMenu, QTableView, QWidget

from picoclaw_tray.desktop.log_delegate import MARGIN, LineDelegate
from picoclaw_tray.desktop.log_model import Column

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

_ROW_PADDING: Final = 3
_FEWEST_ROWS: Final = 4
_PLACEHOLDER_MARGIN: Final = 32
_NARROWEST_MESSAGE: Final = 220
"""Pixels; in a narrower window the component has to go, and then the time."""

_SMALLEST_FONT: Final = 6.0
_LARGEST_FONT: Final = 32.0
_WIDEST_TEXT: Final = {
    Column.TIME: "00:00:00",
    Column.LEVEL: "■ PANIC",
    Column.COMPONENT: "channels__",
}
_MAY_GO: Final = (Column.TIME, Column.COMPONENT)
_WIDEST_COLUMN: Final = 2000


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
        self._widest = 0
        self._usual_widths: dict[Column, int] = {}
        self._chosen_widths: dict[Column, int] = {}
        self._is_fitting = False
        self._has_wrapped = False
        self._unwanted: set[Column] = set()
        self._placeholder = ""
        self._delegate = LineDelegate(self, model)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self._usual_size = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).pointSizeF()
        self._set_up_looks()
        model.modelReset.connect(self._on_reset)
        model.rowsRemoved.connect(self._on_rows_removed)
        model.caught_up.connect(self._on_caught_up)
        self.activated.connect(self.opened)
        self.selectionModel().currentRowChanged.connect(self._on_current_changed)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        self.verticalScrollBar().rangeChanged.connect(self._on_range_changed)
        self.horizontalHeader().sectionResized.connect(self._on_section_resized)

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

    def selected_lines(self) -> Iterator[int]:
        """The numbers of the selected lines, from top to bottom."""
        return map(self._log.line_at, chain.from_iterable(self._selected_rows()))

    def set_matcher(self, matcher: Matcher | None) -> None:
        """What is coloured from now on."""
        self._delegate.matcher = matcher
        self.viewport().update()

    def show_line(self, n: int) -> None:
        """Goes to a line and selects it."""
        row = self._log.row_of(n)
        if row < self._log.rowCount() and self._log.line_at(row) == n:
            index = self._log.index(row, Column.MESSAGE)
            self.setCurrentIndex(index)
            self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def set_wraps(self, wraps: bool) -> None:  # noqa: FBT001 - a setter
        """Whether long lines go on in the next row of text."""
        self._delegate.wraps = wraps
        self._widest = 0
        self._fit_rows()
        self._on_caught_up()

    def columns(self) -> dict[str, object]:
        """How wide the person made columns, and which of them they do not want to see."""
        widths: dict[str, object] = {
            column.name: width for column, width in self._chosen_widths.items()
        }
        return widths | {"unwanted": sorted(column.name for column in self._unwanted)}

    def restore_columns(self, columns: dict[str, object]) -> None:
        """Sets them up so; what makes no sense is passed over."""
        for column in _WIDEST_TEXT:
            width = columns.get(column.name)
            if isinstance(width, int) and 0 < width <= _WIDEST_COLUMN:
                self.setColumnWidth(column, width)
        unwanted = columns.get("unwanted")
        names = unwanted if isinstance(unwanted, list) else []
        self._unwanted = {column for column in _MAY_GO if column.name in names}
        self._fit_columns()

    @Slot(bool)
    def set_paused(self, paused: bool) -> None:  # noqa: FBT001 - a slot
        """Leaves what is shown as it is, or goes on."""
        if paused:
            self._seen_end = self._log.store.end
        self._log.set_paused(paused)
        self.tail_changed.emit()

    @Slot()
    def zoom_in(self) -> None:
        """Makes the text larger."""
        self._set_font_size(self.font().pointSizeF() + 1)

    @Slot()
    def zoom_out(self) -> None:
        """Makes the text smaller."""
        self._set_font_size(self.font().pointSizeF() - 1)

    @Slot()
    def zoom_to_usual(self) -> None:
        """As large as the desktop has it."""
        self._set_font_size(self._usual_size)

    @property
    def zoom(self) -> float:
        """How much larger the text is than usual, in points."""
        return self.font().pointSizeF() - self._usual_size

    def set_zoom(self, points: float) -> None:
        """Makes the text so much larger than usual."""
        self._set_font_size(self._usual_size + points)

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

    def showEvent(self, event: QShowEvent) -> None:
        """Wakes the model."""
        super().showEvent(event)
        self.horizontalHeader().setFont(self._prose_font())
        self._log.wake()

    def hideEvent(self, event: QHideEvent) -> None:
        """Lets the model sleep."""
        super().hideEvent(event)
        self._log.sleep()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lets the column fill the width."""
        super().resizeEvent(event)
        self._fit_columns()

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
        """Home and End mean the first and the last line: cells are of no interest."""
        if event.matches(QKeySequence.StandardKey.MoveToStartOfLine):
            self.scrollToTop()
        elif event.matches(QKeySequence.StandardKey.MoveToEndOfLine):
            self.show_newest()
        elif event.matches(QKeySequence.StandardKey.Cancel):
            self.escaped.emit()
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
        self._fit_columns()
        if self._is_following:
            self._fit_heights_at_the_end()
            self.scrollToBottom()
        self._fit_heights_in_sight()
        self.tail_changed.emit()

    @Slot(int)
    def _on_scrolled(self, value: int) -> None:
        self._set_following(value >= self.verticalScrollBar().maximum())
        self._fit_columns()
        self._fit_heights_in_sight()

    @Slot(int, int)
    def _on_range_changed(self, _minimum: int, maximum: int) -> None:
        if self._is_following:
            self.verticalScrollBar().setValue(maximum)
        else:
            self._set_following(self.verticalScrollBar().value() >= maximum)
        self._fit_columns()

    def _set_following(self, is_following: bool) -> None:  # noqa: FBT001 - a setter
        if is_following != self._is_following:
            self._is_following = is_following
            self._seen_end = self._log.store.end
            self.tail_changed.emit()

    def _set_font_size(self, points: float) -> None:
        font = self.font()
        font.setPointSizeF(min(max(points, _SMALLEST_FONT), _LARGEST_FONT))
        self.setFont(font)

    def _fit_rows(self) -> None:
        """Gives rows and columns the size that the font needs."""
        self._delegate.set_up_font()
        height = self._height_of_text(1)
        self.verticalHeader().setMinimumSectionSize(height)
        self.verticalHeader().setDefaultSectionSize(height)
        self._forget_heights()
        self.setMinimumHeight(_FEWEST_ROWS * height)
        for column, text in _WIDEST_TEXT.items():
            if column not in self._chosen_widths:
                self._usual_widths[column] = self._delegate.width_of(text) + MARGIN
                self._set_width(column, self._usual_widths[column])
        self._widest = 0
        self._fit_columns()

    def _forget_heights(self) -> None:
        """Of rows that were wrapped: no call of Qt makes a section forget its size."""
        header, usual = self.verticalHeader(), self.verticalHeader().defaultSectionSize()
        if self._has_wrapped:
            for row in range(self._log.rowCount()):
                if header.sectionSize(row) != usual:
                    header.resizeSection(row, usual)
        self._has_wrapped = False

    def _set_width(self, column: Column, width: int) -> None:
        """Sets one that nobody chose."""
        self._is_fitting = True
        self.setColumnWidth(column, width)
        self._is_fitting = False

    def _height_of_text(self, rows: int) -> int:
        return self.fontMetrics().height() * rows + _ROW_PADDING

    def _rows_in_sight(self) -> range:
        """No more than fit, also before Qt has laid out new rows: until then it knows no last."""
        top = max(0, self.rowAt(0))
        fit = self.viewport().height() // self.verticalHeader().minimumSectionSize() + 2
        return range(top, min(top + fit, self._log.rowCount()))

    def _fit_columns(self) -> None:
        """Makes the last column as wide as the widest message that was on the screen so far."""
        room = self._room_for_message()
        if not self.wraps:
            self._widest = max(self._widest, *map(self._width, self._rows_in_sight()), 0)
        width = max(self._widest, room)
        if width != self.columnWidth(Column.MESSAGE):
            self._set_width(Column.MESSAGE, width)

    def _room_for_message(self) -> int:
        """What the other columns leave, those that there is room for."""
        header = self.horizontalHeader()
        room = self.viewport().width() - self._width_of_column(Column.LEVEL)
        for column in _MAY_GO:
            rest = room - self._width_of_column(column)
            hidden = column in self._unwanted or rest < _NARROWEST_MESSAGE
            if header.isSectionHidden(column) != hidden:
                self._is_fitting = True
                header.setSectionHidden(column, hidden)
                self._is_fitting = False
            room = room if hidden else rest
        return max(room, 0)

    def _width_of_column(self, column: Column) -> int:
        """Also of a hidden one."""
        return self._chosen_widths.get(column, self._usual_widths[column])

    def _fit_heights_in_sight(self) -> None:
        """Gives the rows in sight the height that their wrapped message needs."""
        if not self.wraps:
            return
        room, row = self.viewport().height(), max(0, self.rowAt(0))
        while room > 0 and row < self._log.rowCount():
            room -= self._fit_height(row)
            row += 1

    def _fit_heights_at_the_end(self) -> None:
        """So that scrolling to the end shows the last row whole."""
        if not self.wraps:
            return
        room, row = self.viewport().height(), self._log.rowCount() - 1
        while room > 0 and row >= 0:
            room -= self._fit_height(row)
            row -= 1
        self.updateGeometries()

    def _fit_height(self, row: int) -> int:
        message, width = self._log.row(row).cells.message, self.columnWidth(Column.MESSAGE)
        height = self._height_of_text(self._delegate.rows_of(message, width))
        if self.rowHeight(row) != height:
            self.setRowHeight(row, height)
            self._has_wrapped = True
        return height

    def _width(self, row: int) -> int:
        return self._delegate.width_of(self._log.row(row).cells.message)

    @Slot(int, int, int)
    def _on_section_resized(self, column: int, _before: int, after: int) -> None:
        if column == Column.MESSAGE:
            self._fit_heights_in_sight()
        elif after and not self._is_fitting:  # 0: it is hidden
            self._chosen_widths[Column(column)] = after
            self._fit_columns()

    @Slot(QPoint)
    def _on_header_menu(self, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column in _MAY_GO:
            name = self._log.headerData(column, Qt.Orientation.Horizontal)
            action = menu.addAction(str(name))
            action.setCheckable(True)
            action.setChecked(column not in self._unwanted)
            action.setData(column)
        menu.triggered.connect(self._on_column_toggled)
        menu.popup(self.horizontalHeader().mapToGlobal(place))

    @Slot(QAction)
    def _on_column_toggled(self, action: QAction) -> None:
        self._unwanted ^= {Column(action.data())}
        self._fit_columns()

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
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = self.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(2 * MARGIN)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_header_menu)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._fit_rows()
