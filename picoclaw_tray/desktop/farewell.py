"""How the tray ends, by whoever wishes it, and what becomes of a gateway of its own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray.lifecycle.state import QuitKind

if TYPE_CHECKING:
    from picoclaw_tray.desktop.controller import GatewayController
    from picoclaw_tray.desktop.situation_board import SituationBoard

log = logging.getLogger(__name__)


class Farewell(QObject):
    """Tells the controller who ends the tray; it tells when the tray may end.

    Signals:
        question_raised(): A person is to say whether the gateway is left running.
    """

    question_raised = Signal()

    def __init__(
        self,
        controller: GatewayController,
        board: SituationBoard,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._controller = controller
        self._board = board
        self._interrupts = 0

    @Slot()
    def on_wished(self) -> None:
        """By a person in the menu or the window, who can be asked."""
        if self._board.situation.asks_on_quit:
            self.question_raised.emit()
        else:
            self._quit_as_set()

    @Slot(bool)
    def on_answered(self, leave: bool) -> None:  # noqa: FBT001 - a slot
        """By a person who has said what becomes of the gateway."""
        self._controller.quit(leave=leave)

    @Slot()
    def on_interrupted(self) -> None:
        """By Ctrl+C; again, it does not wait for the gateway."""
        self._interrupts += 1
        if self._interrupts == 1:
            self._quit_as_set()
        else:
            self._controller.force_stop()

    @Slot()
    def on_terminated(self) -> None:
        """By whoever wants this process to end, and soon; a gateway may stay."""
        log.info("told to end")
        self._quit_as_set(QuitKind.SESSION)

    @Slot()
    def on_session_ending(self) -> None:
        """By the session. Nothing of it stays: the gateway is to end well while there is time."""
        log.info("the session ends")
        self._controller.quit(QuitKind.SESSION)

    def _quit_as_set(self, kind: QuitKind = QuitKind.USER) -> None:
        self._controller.quit(kind, leave=self._board.situation.leaves_on_quit)
