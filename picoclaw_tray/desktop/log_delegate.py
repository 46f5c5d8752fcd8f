"""Paints a line of output, however long it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

if TYPE_CHECKING:
    from PySide6.QtCore import QModelIndex, QPersistentModelIndex

_PIECE: Final = 128
_MAX_REMEMBERED: Final = 4096
_MARGIN: Final = 4


class LineDelegate(QStyledItemDelegate):
    """Lays out only what can be seen of a line.

    Qt's own delegate lays out the whole text, several times for each painting: a screen of lines of
    4,000 characters took 0.1 s, in Chinese 0.9 s. The font must be of fixed pitch.
    """

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._advances: dict[str, float] = {}
        self._metrics = QFontMetricsF(view.font())

    def set_up_font(self) -> None:
        """Takes over the font of the view."""
        self._metrics = QFontMetricsF(self._view.font())
        self._advances.clear()

    def width_of(self, line: str) -> int:
        """How wide a line is, in pixels; a long line with wide characters may be narrower."""
        if not line.isascii() and len(line) <= _PIECE:
            return round(self._advance(line)) + 2 * _MARGIN
        others = len(line) - len(line.encode("ascii", "ignore"))
        return round((len(line) + others) * self._advance("M")) + 2 * _MARGIN

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        """Lets the style paint all but the text, then the part of the text that is in sight."""
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        line, cell.text = cell.text, ""
        self._view.style().drawControl(
            QStyle.ControlElement.CE_ItemViewItem, cell, painter, self._view
        )
        painter.setPen(_ink(cell))
        painter.setFont(cell.font)
        text = QRectF(cell.rect).adjusted(_MARGIN, 0, -_MARGIN, 0)
        height = self._metrics.ascent() + self._metrics.descent()
        base = text.top() + (text.height() - height) / 2 + self._metrics.ascent()
        for x, piece in self._in_sight(line, text.left(), self._view.width()):
            painter.drawText(QPointF(x, base), piece)

    def _in_sight(self, line: str, left: float, right: float) -> list[tuple[float, str]]:
        if line.isascii():
            advance = self._advance("M")
            first, last = max(0, int(-left / advance)), int((right - left) / advance) + 1
            return [(left + first * advance, line[first:last])]
        pieces = []
        for start in range(0, len(line), _PIECE):
            piece = line[start : start + _PIECE]
            end = left + self._advance(piece)
            if end > 0:
                pieces.append((left, piece))
            if end > right:
                break
            left = end
        return pieces

    def _advance(self, text: str) -> float:
        advance = self._advances.get(text)
        if advance is None:
            if len(self._advances) >= _MAX_REMEMBERED:
                self._advances.clear()
            advance = self._advances[text] = self._metrics.horizontalAdvance(text)
        return advance


def _ink(cell: QStyleOptionViewItem) -> QColor:
    is_active = QStyle.StateFlag.State_Active in cell.state
    group = QPalette.ColorGroup.Active if is_active else QPalette.ColorGroup.Inactive
    is_selected = QStyle.StateFlag.State_Selected in cell.state
    role = QPalette.ColorRole.HighlightedText if is_selected else QPalette.ColorRole.Text
    palette: QPalette = cell.palette
    return palette.color(group, role)
