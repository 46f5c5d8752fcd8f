"""Carries out what a person chose to do about a failure."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication

from picoclaw_tray.presentation.remedies import Remedy, RemedyKind
from picoclaw_tray.presentation.tray import Wish

if TYPE_CHECKING:
    from picoclaw_tray.desktop.dialogs import Dialogs


class RemedyActions(QObject):
    """What concerns the gateway itself is passed on.

    Signals:
        wished(Wish): As from the menu.
        debug_log_wished(): The gateway is to be started with its debug log.
        port_owner_wished(): Who uses the gateway's port is to be shown.
    """

    wished = Signal(Wish)
    debug_log_wished = Signal()
    port_owner_wished = Signal()

    def __init__(self, dialogs: Dialogs, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dialogs = dialogs

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
                self.port_owner_wished.emit()
            case RemedyKind.COPY:
                QGuiApplication.clipboard().setText(remedy.payload)
            case RemedyKind.OPEN_FILE:
                open_or_name(Path(remedy.payload), self._dialogs)
            case _:
                assert_never(remedy.kind)


def open_or_name(path: Path, dialogs: Dialogs) -> None:
    """Opens a file or folder as the desktop does, the nearest folder if it is not there.

    Where the desktop has no program for it, it is named.
    """
    # os.path, not pathlib: it answers also when a folder on the way may not be entered.
    existing = next(place for place in (path, *path.parents) if os.path.exists(place))  # noqa: PTH110
    if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(existing))):
        dialogs.show_path(existing)
