"""Carries out what a person chose to do about a failure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from picoclaw_tray.desktop.translation import rendered
from picoclaw_tray.presentation.port_holder import about_holder
from picoclaw_tray.presentation.remedies import Remedy, RemedyKind
from picoclaw_tray.presentation.tray import Wish

if TYPE_CHECKING:
    from picoclaw_tray.desktop.dialogs import Dialogs
    from picoclaw_tray.desktop.situation_board import SituationBoard


class RemedyActions(QObject):
    """What concerns the gateway itself is passed on.

    Signals:
        wished(Wish): As from the menu.
        debug_log_wished(): The gateway is to be started with its debug log.
    """

    wished = Signal(Wish)
    debug_log_wished = Signal()

    def __init__(
        self, dialogs: Dialogs, board: SituationBoard, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._dialogs = dialogs
        self._board = board

    @Slot(Remedy)
    def carry_out(self, remedy: Remedy) -> None:
        """Does it."""
        match remedy.kind:
            case RemedyKind.RETRY:
                self.wished.emit(Wish.START)
            case RemedyKind.RESTART:
                self.wished.emit(Wish.RESTART)
            case RemedyKind.DEBUG_LOG:
                self.debug_log_wished.emit()
            case RemedyKind.CHOOSE_PROGRAM:
                self._dialogs.choose_program()
            case RemedyKind.SHOW_PORT_OWNER:
                self._show_port_owner()
            case RemedyKind.COPY:
                QGuiApplication.clipboard().setText(remedy.payload)
            case RemedyKind.OPEN_FILE:
                open_or_name(Path(remedy.payload), self._dialogs)
            case _:
                assert_never(remedy.kind)

    def _show_port_owner(self) -> None:
        holder = self._board.situation.facts.port_owner
        if holder is not None:
            sentence, *lines = map(rendered, about_holder(holder))
            self._dialogs.show_details(sentence, *lines)


def open_or_name(path: Path, dialogs: Dialogs) -> None:
    """Opens a file or folder as the desktop does, the nearest folder if it is not there.

    Where the desktop has no program for it, it is named.
    """
    # os.path, not pathlib: it answers also when a folder on the way may not be entered.
    existing = next(place for place in (path, *path.parents) if os.path.exists(place))  # noqa: PTH110
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(existing))):
        dialogs.show_path(existing)
