"""Tinted panels for what a person should read before anything else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QPlainTextEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from picoclaw_tray.desktop.flow_layout import FlowLayout
from picoclaw_tray.desktop.parts import PaddedButton, ReadableLabel, mixed
from picoclaw_tray.presentation.remedies import Remedy, RemedyKind

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

_RED: Final = QColor("#d64545")
_BLUE: Final = QColor("#2f7fd1")
_TINT: Final = 0.12
_STRIPE: Final = 4
_RADIUS: Final = 6
_MOST_LINES: Final = 8
_THANKS_MS: Final = 1500
_REMEDY_PADDING: Final = QSize(20, 8)


@dataclass(frozen=True, slots=True)
class FailureContent:
    """A failure in sentences.

    Attributes:
        reason: What happened.
        facts: How it ended, and what the gateway said of that; may be empty.
        next_step: What the person can do; may be empty.
        evidence: Lines that show it, secrets masked; may be empty.
    """

    reason: str
    facts: str = ""
    next_step: str = ""
    evidence: tuple[str, ...] = ()


class Card(QFrame):
    """A rounded panel in a tint of its colour, with a stripe; the text keeps its own colour."""

    def __init__(self, accent: QColor, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._accent = accent
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12 + _STRIPE, 10, 12, 10)
        self._column.setSpacing(6)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paints the panel; a palette's dark window gives a dark panel."""
        window = self.palette().color(QPalette.ColorRole.Window)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._accent)
        painter.drawRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.setClipRect(self.rect().adjusted(_STRIPE, 0, 0, 0))
        painter.setBrush(mixed(window, self._accent, _TINT))
        painter.drawRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
        painter.end()

    def _add_label(self) -> ReadableLabel:
        label = ReadableLabel(self)
        self._column.addWidget(label)
        return label


class RemedyRow(QWidget):
    """Buttons for what can be done about it, as many as there are.

    Signals:
        chosen(Remedy): One was pressed.
    """

    chosen = Signal(Remedy)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._flow = FlowLayout(self)
        self._flow.setContentsMargins(0, 4, 0, 0)
        self._shown: tuple[tuple[Remedy, str], ...] = ()
        self._buttons: list[PaddedButton] = []
        self._thanks = QTimer(self, singleShot=True, interval=_THANKS_MS)
        self._thanks.timeout.connect(self._on_thanked)
        self.hide()

    def show_remedies(self, remedies: tuple[tuple[Remedy, str], ...]) -> None:
        """Sets what differs: a button that is about to be pressed stays where it is."""
        if remedies == self._shown:
            return
        self._shown = remedies
        for button in self._buttons:
            self._flow.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._buttons = [self._button(label) for _, label in remedies]
        self.setVisible(bool(remedies))

    def _button(self, label: str) -> PaddedButton:
        button = PaddedButton(_REMEDY_PADDING, self)
        button.setText(label)
        button.clicked.connect(self._on_clicked)
        self._flow.addWidget(button)
        button.show()
        return button

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        if not isinstance(button, PaddedButton) or button not in self._buttons:
            return
        remedy, _ = self._shown[self._buttons.index(button)]
        if remedy.kind is RemedyKind.COPY:
            button.setText(self.tr("Copied"))
            self._thanks.start()
        self.chosen.emit(remedy)

    @Slot()
    def _on_thanked(self) -> None:
        for button, (_, label) in zip(self._buttons, self._shown, strict=True):
            button.setText(label)


class NoticeCard(Card):
    """One sentence that is no failure. Hidden as long as there is none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_BLUE, parent)
        self._text = self._add_label()
        self.remedies = RemedyRow(self)
        self._column.addWidget(self.remedies)
        self.hide()

    def show_notice(self, notice: str) -> None:
        """Sets the sentence; an empty one hides the card."""
        self._text.show_text(notice)
        self.setVisible(bool(notice))


class FailureCard(Card):
    """Reason, next step and, unfolded on demand, the evidence. Hidden without a failure."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_RED, parent)
        self._content: FailureContent | None = None
        self._reason = self._add_label()
        bold = QFont(self._reason.font())
        bold.setBold(True)
        self._reason.setFont(bold)
        self._facts = self._add_label()
        self._next_step = self._add_label()
        self.remedies = RemedyRow(self)
        self._column.addWidget(self.remedies)
        self._unfold = QToolButton(self)
        self._unfold.setText(self.tr("What the gateway said"))
        self._unfold.setCheckable(True)
        self._unfold.setAutoRaise(True)
        self._unfold.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._unfold.setArrowType(Qt.ArrowType.RightArrow)
        self._unfold.toggled.connect(self._on_unfolded)
        self._column.addWidget(self._unfold)
        self._evidence = QPlainTextEdit(self)
        self._evidence.setAccessibleName(self._unfold.text())
        self._evidence.setReadOnly(True)
        self._evidence.setTabChangesFocus(True)
        self._evidence.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._evidence.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self._evidence.hide()
        self._column.addWidget(self._evidence)
        self.hide()

    def show_failure(self, content: FailureContent | None) -> None:
        """Sets what differs: what the person selected in the same failure stays selected."""
        if content != self._content:
            self._content = content
            if content is not None:
                self._fill(content)
            self.setVisible(content is not None)

    def _fill(self, content: FailureContent) -> None:
        for label, sentence in (
            (self._reason, content.reason),
            (self._facts, content.facts),
            (self._next_step, content.next_step),
        ):
            label.show_text(sentence)
            label.setVisible(bool(sentence))
        self._unfold.setVisible(bool(content.evidence))
        self._unfold.setChecked(False)
        self._evidence.setPlainText("\n".join(content.evidence))
        self._evidence.setFixedHeight(self._height_of(min(len(content.evidence), _MOST_LINES)))

    def _height_of(self, lines: int) -> int:
        """How high the evidence is with room for so many lines and a scroll bar below them."""
        box = self._evidence
        # One more pixel: without it Qt finds the last line cut, and adds a scroll bar at the side.
        margins = 2 * (box.frameWidth() + math.ceil(box.document().documentMargin())) + 1
        line = math.ceil(QFontMetricsF(box.font()).lineSpacing())
        return lines * line + margins + box.horizontalScrollBar().sizeHint().height()

    @Slot(bool)
    def _on_unfolded(self, is_open: bool) -> None:  # noqa: FBT001 - the signal's
        arrow = Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
        self._unfold.setArrowType(arrow)
        self._evidence.setVisible(is_open)
