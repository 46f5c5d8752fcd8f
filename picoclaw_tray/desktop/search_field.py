"""The field for a text to be found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal, Slot
from PySide6.QtGui import QAction, QIcon, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QLineEdit

from picoclaw_tray.desktop.level_colours import level_colours
from picoclaw_tray.logs.entry import Level

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QPaintEvent
    from PySide6.QtWidgets import QWidget

_MARK: Final = 2
_CROSS: Final = 16
_ENTER: Final = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class SearchField(QLineEdit):
    """Knows the keys of a search, and can be marked as one that makes no sense.

    Signals:
        next_wished(): Enter.
        previous_wished(): Shift+Enter.
        left(): Escape, after which the field is empty.
    """

    next_wished = Signal()
    previous_wished = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._problem = ""
        self.setPlaceholderText(self.tr("Search"))
        self.setAccessibleName(self.tr("Search"))
        self._clear = QAction(self.tr("Clear the search"), self)
        self._clear.setVisible(False)
        self._clear.triggered.connect(self.clear)
        self.addAction(self._clear, QLineEdit.ActionPosition.TrailingPosition)
        self.textChanged.connect(self._on_text_changed)
        self._paint_clear()

    def show_problem(self, problem: str) -> None:
        """Marks the field, or no longer if the sentence is empty."""
        if problem != self._problem:
            self._problem = problem
            self.setAccessibleDescription(problem)
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Goes on, goes back, or leaves; everything else is typing."""
        if event.key() in _ENTER:
            goes_back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.previous_wished if goes_back else self.next_wished).emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Fits the picture to another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._paint_clear()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Underlines the field where it makes no sense."""
        super().paintEvent(event)
        if self._problem:
            painter = QPainter(self)
            colour = level_colours(self.palette(), QPalette.ColorRole.Base)[Level.ERROR]
            frame = QRect(1, self.height() - _MARK - 1, self.width() - 2, _MARK)
            painter.fillRect(frame, colour)
            painter.end()

    @Slot(str)
    def _on_text_changed(self, text: str) -> None:
        self._clear.setVisible(bool(text))

    def _paint_clear(self) -> None:
        """Draws the cross in the ink of the text: Qt's own is not seen on a dark field."""
        picture = QPixmap(2 * _CROSS, 2 * _CROSS)
        picture.setDevicePixelRatio(2)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().text().color(), 1.5))
        low, high = _CROSS * 0.3, _CROSS * 0.7
        painter.drawLine(QPointF(low, low), QPointF(high, high))
        painter.drawLine(QPointF(low, high), QPointF(high, low))
        painter.end()
        self._clear.setIcon(QIcon(picture))
