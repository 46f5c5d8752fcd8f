"""One line that explains why the log says less than the person may look for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QActionGroup, QColor
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QMenu, QToolButton

from picoclaw_tray.desktop.cards import Card
from picoclaw_tray.desktop.parts import PaddedButton, ReadableLabel

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent
    from PySide6.QtWidgets import QWidget

LEVELS: Final = ("debug", "info", "warn", "error")
"""The gateway's own words, as ``PICOCLAW_LOG_LEVEL`` takes them; never translated."""

_BLUE: Final = QColor("#2f7fd1")
_PADDING: Final = QSize(16, 6)
_ARROW: Final = QSize(12, 0)
_SLIM: Final = 4
_SHORTEST_LINE: Final = 240


class SilenceStrip(Card):
    """A sentence, another log level, and then a restart. Hidden as long as there is no sentence.

    The button for the level stays in its place when the one for the restart comes.

    Signals:
        level_chosen(str): The person wants this level, one of ``LEVELS``.
        restart_wished(): The person wants it now.
        dismissed(): The person has read it.
    """

    level_chosen = Signal(str)
    restart_wished = Signal()
    dismissed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(_BLUE, parent)
        self._text = ReadableLabel()
        self._level = PaddedButton(_PADDING + _ARROW)
        self._restart = PaddedButton(_PADDING)
        self._dismiss = PaddedButton(_PADDING)
        self._menu = QMenu(self)
        self._levels = QActionGroup(self)
        self._levels.setExclusionPolicy(QActionGroup.ExclusionPolicy.ExclusiveOptional)
        self._line = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._set_up_parts()
        self._lay_out()
        self.hide()

    def show_silence(self, sentence: str) -> None:
        """Sets the sentence; an empty one hides the strip."""
        self._text.show_text(sentence)
        self.setVisible(bool(sentence))

    def show_level(self, level: str) -> None:
        """Ticks the level that holds now; any other word ticks none."""
        for action in self._levels.actions():
            action.setChecked(action.data() == level)

    def offer_restart(self, level: str) -> None:
        """Offers a restart with this level; with an empty one none."""
        if level:
            self._name_restart(level)
        self._restart.setVisible(bool(level))

    def set_restart_enabled(self, is_enabled: bool) -> None:  # noqa: FBT001 - a setter
        """Whether the gateway can be restarted."""
        self._restart.setEnabled(is_enabled)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Sets the buttons below the sentence where it would have too little room beside them."""
        super().resizeEvent(event)
        beside = self._level.sizeHint().width() + self._restart.sizeHint().width()
        others = beside + self._dismiss.sizeHint().width() + 4 * self._line.spacing()
        direction = (
            QBoxLayout.Direction.LeftToRight
            if self.contentsRect().width() - others >= _SHORTEST_LINE
            else QBoxLayout.Direction.TopToBottom
        )
        if direction is not self._line.direction():
            self._line.setDirection(direction)

    def _name_restart(self, level: str) -> None:
        self._restart.setText(self.tr("Restart with {level}").format(level=level))

    @Slot(QAction)
    def _on_level_chosen(self, action: QAction) -> None:
        action.setChecked(True)  # a second click on the same one would untick it
        self.level_chosen.emit(action.data())

    @Slot()
    def _on_dismissed(self) -> None:
        self.hide()
        self.dismissed.emit()

    def _set_up_parts(self) -> None:
        for level in LEVELS:
            action = QAction(level, self._levels)
            action.setCheckable(True)
            action.setData(level)
            self._menu.addAction(action)
        self._levels.triggered.connect(self._on_level_chosen)
        self._level.setText(self.tr("Log level…"))
        self._level.setAccessibleName(self.tr("Log level of the gateway"))
        self._level.setToolTip(self.tr("For this start and later ones"))
        self._level.setMenu(self._menu)
        self._level.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._name_restart(LEVELS[0])  # there is to be room for it when it comes
        self._restart.hide()
        self._restart.clicked.connect(self.restart_wished)
        self._dismiss.setText("×")
        self._dismiss.setAccessibleName(self.tr("Dismiss"))
        self._dismiss.setToolTip(self.tr("Dismiss"))
        self._dismiss.setAutoRaise(True)
        self._dismiss.clicked.connect(self._on_dismissed)

    def _lay_out(self) -> None:
        margins = self._column.contentsMargins()
        self._column.setContentsMargins(margins.left(), _SLIM, _SLIM, _SLIM)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch()
        buttons.addWidget(self._restart)
        buttons.addWidget(self._level)
        self._line.setSpacing(_SLIM)
        self._line.addWidget(self._text, 1)
        self._line.addLayout(buttons)
        whole = QHBoxLayout()
        whole.setSpacing(8)
        whole.addLayout(self._line, 1)
        whole.addWidget(self._dismiss, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(whole)
