"""What a shell reaches of the tray: a socket, and who answers there once somebody asks.

The two are imported late. QtNetwork is not for the icon to wait for, and what judges and reports
would, right after it, halt the GUI thread while the lanes have their own imports.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray.presentation.tray import Wish
from picoclaw_tray.remote import Answer, Request, View

if TYPE_CHECKING:
    from collections.abc import Iterable

    from picoclaw_tray.desktop.remote_control import RemoteControl
    from picoclaw_tray.desktop.remote_server import RemoteServer
    from picoclaw_tray.desktop.situation_board import SituationBoard


class ShellAccess(QObject):
    """Nobody can ask before ``listen``.

    Signals:
        wished(Wish): As from the menu.
        quit_wished(bool): The tray is to end; whether a gateway that can outlive it is left.
        view_wished(View): Something is to be shown.
        log_asked(int, Request): As ``RemoteControl.log_asked``; ``answer`` is to follow.
    """

    wished = Signal(Wish)
    quit_wished = Signal(bool)
    view_wished = Signal(View)
    log_asked = Signal(int, Request)

    def __init__(self, board: SituationBoard, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._board = board
        self._server: RemoteServer | None = None

    def listen(self, names: Iterable[str]) -> bool:
        """From now on a shell can ask; false if there can be a socket at none of these names."""
        from picoclaw_tray.desktop.remote_server import RemoteServer  # noqa: PLC0415

        self._server = server = RemoteServer(self)
        server.requested.connect(self._on_requested)
        return any(map(server.listen, names))

    @Slot()
    def ensure(self) -> None:
        """As ``RemoteServer.ensure``."""
        if self._server is not None:
            self._server.ensure()

    @Slot(int, Answer)
    def answer(self, number: int, answer: Answer) -> None:
        """Answers a connection."""
        if self._server is not None:
            self._server.answer(number, answer)

    def close(self) -> None:
        """Listens no more."""
        if self._server is not None:
            self._server.close()

    @Slot(int, Request)
    def _on_requested(self, number: int, request: Request) -> None:
        self._control.on_requested(number, request)

    @cached_property
    def _control(self) -> RemoteControl:
        from picoclaw_tray.desktop.remote_control import RemoteControl  # noqa: PLC0415

        server = self._server
        assert server is not None
        control = RemoteControl(self._board.situation, self)
        self._board.situation_changed.connect(control.on_situation)
        server.dropped.connect(control.on_dropped)
        control.answered.connect(server.answer)
        control.wished.connect(self.wished)
        control.quit_wished.connect(self.quit_wished)
        control.view_wished.connect(self.view_wished)
        control.log_asked.connect(self.log_asked)
        return control
