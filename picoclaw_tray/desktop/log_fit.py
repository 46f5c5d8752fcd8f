"""Fits columns and rows of the log to the font, to the window, and to what is in sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QItemSelectionModel, QObject, QPoint, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHeaderView, QMenu, QTableView

from picoclaw_tray.desktop.log_delegate import MARGIN
from picoclaw_tray.desktop.log_model import Column

if TYPE_CHECKING:
    from picoclaw_tray.desktop.log_delegate import LineDelegate
    from picoclaw_tray.desktop.log_model import LogModel

_ROW_PADDING: Final = 3
_FEWEST_ROWS: Final = 4
_NARROWEST_MESSAGE: Final = 220
"""Pixels; in a narrower window the component has to go, and then the time."""

_WIDEST_TEXT: Final = {
    Column.TIME: "00:00:00",
    Column.LEVEL: "■ PANIC",
    Column.COMPONENT: "channels__",
}
_MAY_GO: Final = (Column.TIME, Column.COMPONENT)
_WIDEST_COLUMN: Final = 2000


class LogFit(QObject):
    """The sizes of one table. What a person has chosen stays; only rows in sight cost anything."""

    def __init__(self, view: QTableView, model: LogModel, delegate: LineDelegate) -> None:
        super().__init__(view)
        self._view = view
        self._log = model
        self._delegate = delegate
        self._widest = 0
        self._usual_widths: dict[Column, int] = {}
        self._chosen_widths: dict[Column, int] = {}
        self._unwanted: set[Column] = set()
        self._is_fitting = False
        self._has_wrapped = False
        view.verticalHeader().hide()
        view.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header = view.horizontalHeader()
        # Whether a whole column is selected, a header asks of each row whenever it is painted.
        header.setSelectionModel(QItemSelectionModel(model, header))
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(2 * MARGIN)
        header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        header.customContextMenuRequested.connect(self._on_header_menu)
        header.sectionResized.connect(self._on_section_resized)

    def columns(self) -> dict[str, object]:
        """How wide the person made columns, and which of them they do not want to see."""
        widths: dict[str, object] = {
            column.name: width for column, width in self._chosen_widths.items()
        }
        return widths | {"unwanted": sorted(column.name for column in self._unwanted)}

    def restore(self, columns: dict[str, object]) -> None:
        """Sets them up so; what makes no sense is passed over."""
        for column in _WIDEST_TEXT:
            width = columns.get(column.name)
            if isinstance(width, int) and 0 < width <= _WIDEST_COLUMN:
                self._view.setColumnWidth(column, width)
        unwanted = columns.get("unwanted")
        names = unwanted if isinstance(unwanted, list) else []
        self._unwanted = {column for column in _MAY_GO if column.name in names}
        self.fit_columns()

    def forget_widest(self) -> None:
        """The lines that were wide are gone."""
        self._widest = 0

    def fit_font(self) -> None:
        """Gives rows and columns the size that the font needs."""
        self._delegate.set_up_font()
        height = self._height_of_text(1)
        rows = self._view.verticalHeader()
        if rows.defaultSectionSize() >= height:
            rows.setMinimumSectionSize(height)
        rows.setDefaultSectionSize(height)
        self._forget_heights()
        rows.setMinimumSectionSize(height)  # last: Qt would raise every single row to it
        self._view.setMinimumHeight(_FEWEST_ROWS * height)
        self._widest = 0
        self.fit_header()

    def fit_header(self) -> None:
        """Gives each column the width that its texts need, that of the header too."""
        for column, text in _WIDEST_TEXT.items():
            if column not in self._chosen_widths:
                self._usual_widths[column] = max(
                    self._delegate.width_of(text) + MARGIN, self._width_of_header(column)
                )
                self._set_width(column, self._usual_widths[column])
        self.fit_columns()

    def _forget_heights(self) -> None:
        """Of rows that were wrapped: no call of Qt makes a section forget its size."""
        header = self._view.verticalHeader()
        usual = header.defaultSectionSize()
        if self._has_wrapped:
            for row in range(self._log.rowCount()):
                if header.sectionSize(row) != usual:
                    header.resizeSection(row, usual)
        self._has_wrapped = False

    def _set_width(self, column: Column, width: int) -> None:
        """Sets one that nobody chose."""
        self._is_fitting = True
        self._view.setColumnWidth(column, width)
        self._is_fitting = False

    def _width_of_header(self, column: Column) -> int:
        """Its text does not become smaller with that of the lines."""
        name = str(self._log.headerData(column, Qt.Orientation.Horizontal))
        return self._view.horizontalHeader().fontMetrics().horizontalAdvance(name) + 4 * MARGIN

    def _height_of_text(self, rows: int) -> int:
        return self._view.fontMetrics().height() * rows + _ROW_PADDING

    def _rows_in_sight(self) -> range:
        """No more than fit, also before Qt has laid out new rows: until then it knows no last."""
        top = max(0, self._view.rowAt(0))
        fit = self._view.viewport().height() // self._view.verticalHeader().minimumSectionSize() + 2
        return range(top, min(top + fit, self._log.rowCount()))

    def fit_columns(self) -> None:
        """Makes the last column as wide as the widest message that was on the screen so far."""
        room = self._room_for_message()
        if not self._delegate.wraps:
            self._widest = max(self._widest, *map(self._width, self._rows_in_sight()), 0)
        width = max(self._widest, room)
        if width != self._view.columnWidth(Column.MESSAGE):
            self._set_width(Column.MESSAGE, width)

    def _room_for_message(self) -> int:
        """What the other columns leave, those that there is room for."""
        header = self._view.horizontalHeader()
        room = self._view.viewport().width() - self._width_of_column(Column.LEVEL)
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

    def fit_heights_in_sight(self) -> None:
        """Gives the rows in sight the height that their wrapped message needs."""
        if not self._delegate.wraps:
            return
        room, row = self._view.viewport().height(), max(0, self._view.rowAt(0))
        while room > 0 and row < self._log.rowCount():
            room -= self._fit_height(row)
            row += 1

    def fit_heights_at_the_end(self) -> None:
        """So that scrolling to the end shows the last row whole."""
        if not self._delegate.wraps:
            return
        room, row = self._view.viewport().height(), self._log.rowCount() - 1
        while room > 0 and row >= 0:
            room -= self._fit_height(row)
            row -= 1
        self._view.updateGeometries()

    def _fit_height(self, row: int) -> int:
        message, width = self._log.row(row).cells.message, self._view.columnWidth(Column.MESSAGE)
        height = self._height_of_text(self._delegate.rows_of(message, width))
        if self._view.rowHeight(row) != height:
            self._view.setRowHeight(row, height)
            self._has_wrapped = True
        return height

    def _width(self, row: int) -> int:
        return self._delegate.width_of(self._log.row(row).cells.message)

    @Slot(int, int, int)
    def _on_section_resized(self, column: int, _before: int, after: int) -> None:
        if column == Column.MESSAGE:
            self.fit_heights_in_sight()
        elif after and not self._is_fitting:  # 0: it is hidden
            self._chosen_widths[Column(column)] = after
            self.fit_columns()

    @Slot(QPoint)
    def _on_header_menu(self, place: QPoint) -> None:
        menu = QMenu(self._view)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for column in _MAY_GO:
            name = self._log.headerData(column, Qt.Orientation.Horizontal)
            action = menu.addAction(str(name))
            action.setCheckable(True)
            action.setChecked(column not in self._unwanted)
            action.setData(column)
        menu.triggered.connect(self._on_column_toggled)
        menu.popup(self._view.horizontalHeader().mapToGlobal(place))

    @Slot(QAction)
    def _on_column_toggled(self, action: QAction) -> None:
        self._unwanted ^= {Column(action.data())}
        self.fit_columns()
