"""Paints the cells of the log, however long a line is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from picoclaw_tray.desktop.level_colours import level_colours, match_colours
from picoclaw_tray.desktop.line_layout import LineLayout
from picoclaw_tray.desktop.log_model import Column, LogModel
from picoclaw_tray.desktop.match_spans import MatchSpans
from picoclaw_tray.desktop.parts import mixed
from picoclaw_tray.logs.entry import Level

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

MARGIN: Final = 4
_FAINT: Final = 0.35
_ROW_AIR: Final = 1.5
_MARK_SHADE: Final = 0.12


class LineDelegate(QStyledItemDelegate):
    """Lays out only what can be seen of a line; the font must be of fixed pitch."""

    def __init__(self, view: QTableView, model: LogModel) -> None:
        super().__init__(view)
        self._view = view
        self._log = model
        self.layout = LineLayout(view.font())
        self.matches = MatchSpans()
        self.wraps = False
        self._palette_key = -1
        self._inks: dict[Level, QColor] = {}
        self._match = QColor(), QColor()

    def set_up_font(self) -> None:
        """Takes over the font of the view."""
        self.layout = LineLayout(self._view.font())

    def width_of(self, line: str) -> int:
        """How wide a cell has to be for a text, in pixels."""
        return round(self.layout.width(line)) + 2 * MARGIN

    def rows_of(self, message: str, width: int) -> int:
        """How many rows of text a message takes in a column of a width."""
        return len(self.layout.wrapped(message, width - 2 * MARGIN)) if self.wraps else 1

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Lets the style paint all but the text, then the part of the text that is in sight."""
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        text, cell.text = cell.text, ""
        row = self._log.row(index.row())
        self._follow_palette(cell.palette)
        if row.is_mark:
            base, ink = cell.palette.base().color(), cell.palette.text().color()
            painter.fillRect(cell.rect, mixed(base, ink, _MARK_SHADE))
        self._view.style().drawControl(
            QStyle.ControlElement.CE_ItemViewItem, cell, painter, self._view
        )
        painter.save()
        painter.setClipRect(cell.rect)
        font = cell.font
        font.setBold(row.is_mark or index.column() == Column.LEVEL)
        painter.setFont(font)
        painter.setPen(self._ink(cell, row.cells.level, index.column()))
        place = QRectF(cell.rect).adjusted(MARGIN, 0, -MARGIN, 0)
        if index.column() == Column.MESSAGE:
            self._paint_message(painter, text, place)
        else:
            place.setHeight(min(place.height(), self.layout.height + 2 * _ROW_AIR))
            self._paint_row(painter, text, place)
        painter.restore()

    def _paint_message(self, painter: QPainter, text: str, place: QRectF) -> None:
        rows = self.layout.wrapped(text, place.width()) if self.wraps else ((0, len(text)),)
        spans = self.matches.of(text)
        height = self.layout.height
        top = place.top() + min(_ROW_AIR, max(0.0, (place.height() - height * len(rows)) / 2))
        for start, end in rows:
            row = QRectF(place.left(), top, place.width(), height)
            part = text[start:end]
            self._paint_row(painter, part, row)
            for first, last in spans:
                if first < end and last > start:
                    span = max(first, start) - start, min(last, end) - start
                    self._paint_match(painter, part, row, span)
            top += height

    def _paint_row(self, painter: QPainter, text: str, place: QRectF) -> None:
        base = place.top() + (place.height() - self.layout.height) / 2 + self.layout.ascent
        for x, piece in self.layout.in_sight(text, place.left(), self._view.width()):
            painter.drawText(QPointF(x, base), piece)

    def _paint_match(
        self, painter: QPainter, text: str, row: QRectF, span: tuple[int, int]
    ) -> None:
        first, last = span
        left = row.left() + self.layout.x_of(text, first)
        right = row.left() + self.layout.x_of(text, last)
        if right < 0 or left > self._view.width():
            return
        paper, ink = self._match
        painter.fillRect(QRectF(left, row.top(), right - left, row.height()), paper)
        painter.save()
        painter.setPen(ink)
        base = row.top() + self.layout.ascent
        for x, piece in self.layout.in_sight(text[first:last], left, self._view.width()):
            painter.drawText(QPointF(x, base), piece)
        painter.restore()

    def _follow_palette(self, palette: QPalette) -> None:
        """Takes over its colours; to judge what can be read on it takes a while."""
        if palette.cacheKey() != self._palette_key:
            self._palette_key = palette.cacheKey()
            self._inks = level_colours(palette)
            self._match = match_colours(palette)

    def _ink(self, cell: QStyleOptionViewItem, level: Level | None, column: int) -> QColor:
        is_active = QStyle.StateFlag.State_Active in cell.state
        group = QPalette.ColorGroup.Active if is_active else QPalette.ColorGroup.Inactive
        palette: QPalette = cell.palette
        if QStyle.StateFlag.State_Selected in cell.state:
            return palette.color(group, QPalette.ColorRole.HighlightedText)
        text, base = palette.color(group, QPalette.ColorRole.Text), palette.base().color()
        if column == Column.TIME:
            return mixed(text, base, _FAINT)
        if level is None or (column != Column.LEVEL and level < Level.WARN):
            return text
        return self._inks[level]
