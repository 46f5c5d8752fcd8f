"""Small widgets that the windows are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QLabel, QSizePolicy, QToolButton, QWidget

if TYPE_CHECKING:
    from PySide6.QtGui import QActionEvent, QPaintEvent

_RULE_SHARE: Final = 0.18
_SWITCH_FRAME: Final = 1.5
_SWITCH_TINT: Final = 0.2


class ReadableLabel(QLabel):
    """Wraps, can be selected, and shows plain text whatever stands in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        policy = self.sizePolicy()
        policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
        self.setSizePolicy(policy)

    def show_text(self, text: str) -> None:
        """Sets a text that differs; an equal one would only undo what the person selected."""
        if self.text() != text:
            self.setText(text)


class PaddedButton(QToolButton):
    """A tool button with the room around its text that other buttons have."""

    def __init__(self, padding: QSize, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._padding = padding
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def actionEvent(self, event: QActionEvent) -> None:
        """Follows its action also in whether it is shown, which Qt leaves out."""
        super().actionEvent(event)
        action = self.defaultAction()
        if action is not None:
            self.setVisible(action.isVisible())

    def sizeHint(self) -> QSize:
        """The text and the room."""
        shown = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        return shown + self._padding


class Switch(PaddedButton):
    """A button that stays down, and shows it: in a dark window some styles hardly do."""

    def __init__(self, padding: QSize, parent: QWidget | None = None) -> None:
        super().__init__(padding, parent)
        self.setCheckable(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Frames it in the colour of the selection as long as it is on."""
        super().paintEvent(event)
        if not self.isChecked():
            return
        colour = self.palette().highlight().color()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(colour, _SWITCH_FRAME))
        colour.setAlphaF(_SWITCH_TINT)
        painter.setBrush(colour)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 2, 2)
        painter.end()


class Rule(QWidget):
    """A fine line between two parts, on a light and on a dark window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints it in a shade between the window and its text."""
        palette = self.palette()
        painter = QPainter(self)
        shade = mixed(palette.window().color(), palette.windowText().color(), _RULE_SHARE)
        painter.fillRect(self.rect(), shade)
        painter.end()


def mixed(colour: QColor, other: QColor, share: float) -> QColor:
    """A colour with a share of another, from 0 to 1."""
    red, green, blue, _ = (
        one * (1 - share) + two * share
        for one, two in zip(colour.getRgbF(), other.getRgbF(), strict=True)
    )
    return QColor.fromRgbF(red, green, blue)
