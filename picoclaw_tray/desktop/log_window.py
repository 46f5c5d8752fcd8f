"""The window of one gateway: how it is, what can be done, what it prints."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QFont, QIcon
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMainWindow,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from picoclaw_tray.desktop.cards import (
    FailureCard,
    FailureContent,
    NoticeCard,
)
from picoclaw_tray.desktop.flow_layout import FlowLayout
from picoclaw_tray.desktop.log_panel import MARGIN, LogPanel
from picoclaw_tray.desktop.parts import PaddedButton, ReadableLabel, Rule
from picoclaw_tray.presentation.remedies import Remedy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QAction, QCloseEvent, QHideEvent, QShowEvent

    from picoclaw_tray.desktop.log_model import LogModel

_SIZE: Final = QSize(900, 600)
_SMALLEST: Final = QSize(360, 320)
_ICON: Final = QSize(48, 48)
_HEADLINE_SCALE: Final = 1.5
_BUTTON_PADDING: Final = QSize(24, 12)
_NO_BREAK: Final = "\u00a0"


@dataclass(frozen=True, slots=True)
class WindowContent:
    """What the window shows beside the log, ready to be shown.

    Attributes:
        icon: The tray's.
        title: Of the window.
        headline: The state in a few words.
        details: Version, PID, address, uptime, as far as they are known.
        failure: The last failure, as long as it matters.
        notice: What is no failure and yet has to be said; may be empty.
        remedies: What can be done about it with one click, and how the button is called.
        concern_failure: They belong to the failure, not to the notice.
    """

    icon: QIcon
    title: str
    headline: str
    details: tuple[str, ...] = ()
    failure: FailureContent | None = None
    notice: str = ""
    remedies: tuple[tuple[Remedy, str], ...] = ()
    concern_failure: bool = False


class GatewayWindow(QMainWindow):
    """Header, cards, buttons, log and footer.

    Args:
        model: The lines.
        actions: One button each, in this order; text and state of a button follow its action.

    Signals:
        visibility_changed(bool): The window can be seen, or no longer.
        close_requested(): The person closes the window, which stays open: see
            ``set_confirm_close``.
        remedy_chosen(Remedy): The person wants this done about what is wrong.
    """

    visibility_changed = Signal(bool)
    close_requested = Signal()
    remedy_chosen = Signal(Remedy)

    def __init__(
        self, model: LogModel, actions: Sequence[QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._confirm_close = False
        self._icon_key = 0
        self._icon = QLabel()
        self._icon.setFixedSize(_ICON)
        self._headline = ReadableLabel()
        self._details = ReadableLabel()
        self._failure = FailureCard()
        self._notice = NoticeCard()
        self.panel = LogPanel(model, self)
        self._buttons: list[PaddedButton] = []
        self._lay_out(actions)
        self._failure.remedies.chosen.connect(self.remedy_chosen)
        self._notice.remedies.chosen.connect(self.remedy_chosen)
        self.setWindowTitle("PicoClaw")
        self.setMinimumSize(_SMALLEST)
        self.resize(_SIZE)
        self.panel.view.setFocus()

    def show_presentation(self, content: WindowContent) -> None:
        """Sets what differs."""
        if self.windowTitle() != content.title:
            self.setWindowTitle(content.title)
        if self._icon_key != content.icon.cacheKey():
            self._icon_key = content.icon.cacheKey()
            self._icon.setPixmap(content.icon.pixmap(_ICON, self.devicePixelRatioF()))
        self._headline.show_text(content.headline)
        details = (detail.replace(" ", _NO_BREAK) for detail in content.details)
        self._details.show_text(" · ".join(details))
        self._details.setVisible(bool(content.details))
        self._failure.show_failure(content.failure)
        self._notice.show_notice(content.notice)
        in_failure = content.concern_failure and content.failure is not None
        self._failure.remedies.show_remedies(content.remedies if in_failure else ())
        self._notice.remedies.show_remedies(() if in_failure else content.remedies)
        self._leave_room()

    def set_placeholder(self, text: str) -> None:
        """What is written in the log as long as there are no lines."""
        self.panel.view.placeholder.set_reason(text)

    def set_confirm_close(self, confirm: bool) -> None:  # noqa: FBT001 - a setter
        """Whether closing only emits ``close_requested``; for a window without a tray icon."""
        self._confirm_close = confirm

    def closeEvent(self, event: QCloseEvent) -> None:
        """Closes, or asks."""
        if self._confirm_close:
            event.ignore()
            self.close_requested.emit()
        else:
            super().closeEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Tells that it can be seen."""
        super().showEvent(event)
        self._leave_room()
        self.visibility_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:
        """Tells that it cannot be seen."""
        super().hideEvent(event)
        self.visibility_changed.emit(False)

    def _leave_room(self) -> None:
        """Grows for the words: a main window does not ask how high they are at its width."""
        layout = self.centralWidget().layout()
        if layout is None:
            return
        layout.activate()  # what was just said counts already
        height = layout.totalMinimumHeightForWidth(self.width())
        if height > self.height():
            self.resize(self.width(), height)

    def _lay_out(self, actions: Sequence[QAction]) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._top(actions))
        column.addWidget(Rule())
        column.addWidget(self.panel, 1)
        self.setCentralWidget(centre)

    def _top(self, actions: Sequence[QAction]) -> QVBoxLayout:
        font = QFont(self._headline.font())
        font.setPointSizeF(font.pointSizeF() * _HEADLINE_SCALE)
        font.setWeight(QFont.Weight.DemiBold)
        self._headline.setFont(font)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addStretch()
        words.addWidget(self._headline)
        words.addWidget(self._details)
        words.addStretch()
        header = QHBoxLayout()
        header.setSpacing(12)
        header.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        header.addLayout(words, 1)
        buttons = FlowLayout()
        for action in actions:
            button = PaddedButton(_BUTTON_PADDING)
            button.setDefaultAction(action)
            if action.menu() is not None:
                button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            buttons.addWidget(button)
            self._buttons.append(button)
        top = QVBoxLayout()
        top.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        top.setSpacing(12)
        top.addLayout(header)
        top.addWidget(self._notice)
        top.addWidget(self._failure)
        top.addLayout(buttons)
        return top
