"""The whole tray in the process of the tests, and shortcuts to its parts."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QSystemTrayIcon,
)

from picoclaw_tray.app import TrayApp
from picoclaw_tray.desktop.actions import Actions
from picoclaw_tray.desktop.controller import GatewayController
from picoclaw_tray.desktop.log_model import LogModel
from picoclaw_tray.desktop.log_window import GatewayWindow
from picoclaw_tray.desktop.parts import PaddedButton
from picoclaw_tray.desktop.session import SessionEnd
from picoclaw_tray.desktop.situation_board import SituationBoard
from picoclaw_tray.desktop.tray import Tray
from picoclaw_tray.lifecycle.state import Phase, Quit, QuitKind, Running, State, Stopping
from picoclaw_tray.lifecycle.timing import wakeup_at
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system.rendezvous import meeting_folders, usable_sockets

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

    from picoclaw_tray.presentation.notices import Announcement
    from picoclaw_tray.system.launch_site import LaunchSite

    _T = TypeVar("_T", bound=QObject)

PATIENCE_MS = 20_000
GAVE_UP = 70


class ListeningTray(Tray):
    """Remembers what it was told to show: without a desktop there are no notifications."""

    def __init__(self, *arguments: object, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.notified: list[str] = []

    def notify(self, announcement: Announcement) -> None:
        self.notified.append(render(announcement.sentence))
        super().notify(announcement)


class Rig:
    """The whole tray, and shortcuts to its parts."""

    def __init__(self, qtbot: QtBot, application: QApplication, site: LaunchSite) -> None:
        self.qtbot = qtbot
        self._application = application
        self._others = set(application.findChildren(SessionEnd))
        self.app = TrayApp(site, application, sockets=usable_sockets(meeting_folders(site.place)))
        self.controller = self.part(GatewayController)
        self.actions = self.part(Actions)
        self.tray = self.part(ListeningTray)

    def part(self, kind: type[_T]) -> _T:
        found = self.app.findChild(kind)
        assert isinstance(found, kind)
        return found

    @property
    def session(self) -> SessionEnd:
        (session,) = set(self._application.findChildren(SessionEnd)) - self._others
        return session

    @property
    def state(self) -> State:
        return self.controller.state

    @property
    def window(self) -> GatewayWindow:
        windows = self._application.topLevelWidgets()
        (window,) = (window for window in windows if isinstance(window, GatewayWindow))
        return window

    @property
    def says(self) -> str:
        """All that the window says at present, but for the log."""
        labels = self.window.findChildren(QLabel)
        said = "\n".join(label.text() for label in labels if label.isVisible())
        return said.replace("\u00a0", " ")

    @property
    def model(self) -> LogModel:
        """Of the window, which was opened before."""
        return self.part(LogModel)

    @property
    def lines(self) -> list[str]:
        """The log as the window shows it, each line as it came."""
        model = self.model
        return [model.row(row).line for row in range(model.rowCount())]

    @property
    def evidence(self) -> str:
        """What the window quotes of the gateway's last words."""
        box = self.window.findChild(QPlainTextEdit)
        assert isinstance(box, QPlainTextEdit)
        return box.toPlainText()

    @property
    def icon(self) -> QSystemTrayIcon:
        icon = self.tray.findChild(QSystemTrayIcon)
        assert isinstance(icon, QSystemTrayIcon)
        return icon

    @property
    def tooltip(self) -> str:
        return self.icon.toolTip()

    def button(self, text: str) -> PaddedButton:
        buttons = self.window.findChildren(PaddedButton)
        return next(button for button in buttons if text in button.text())

    def gateway_version(self) -> str:
        return self.part(SituationBoard).situation.facts.version

    def quits_for(self) -> QuitKind | None:
        """Who ends the tray, while it waits for the gateway."""
        match self.state.phase:
            case Stopping(then=Quit(kind=kind)):
                return kind
            case _:
                return None

    def until_next_look(self) -> float:
        """Seconds."""
        at = wakeup_at(self.state)
        assert at is not None
        return at - time.monotonic()

    def box(self) -> QMessageBox | None:
        """The dialog that is open, if one is."""
        widgets = self._application.topLevelWidgets()
        boxes = (widget for widget in widgets if isinstance(widget, QMessageBox))
        return next((box for box in boxes if box.isVisible()), None)

    def open_window(self) -> GatewayWindow:
        self.app.show_window()
        return self.window

    def start_with_window(self) -> int:
        """Somebody looks on while a gateway is started; its PID."""
        self.open_window()
        self.app.begin(start=True)
        return self.until_runs()

    def until(self, holds: Callable[[], object], timeout_ms: int = PATIENCE_MS) -> None:
        def is_so() -> bool:
            return bool(holds())

        self.qtbot.waitUntil(is_so, timeout=timeout_ms)

    def until_phase(self, phase: type[Phase]) -> None:
        self.until(lambda: isinstance(self.state.phase, phase))

    def until_runs(self, *, other_than: int = 0) -> int:
        """Waits for a gateway that answers; its PID."""

        def runs() -> bool:
            process = self.state.process
            is_running = isinstance(self.state.phase, Running)
            return is_running and process is not None and process.key.pid != other_than

        self.until(runs)
        assert self.state.process is not None
        return self.state.process.key.pid

    def look(self) -> None:
        """Looks at the gateway, and waits for the answer."""
        self.until(lambda: not self.state.probing)
        with self.qtbot.waitSignal(self.controller.observed, timeout=PATIENCE_MS):
            self.controller.nudge()

    def end_of(self, *wishes: Callable[[], object], patience_ms: int = PATIENCE_MS) -> int:
        """How the event loop ends when these are called in it, one after the other."""
        for wish in wishes:
            QTimer.singleShot(0, wish)
        limit = QTimer(singleShot=True, interval=patience_ms)
        limit.timeout.connect(self._give_up)
        limit.start()
        status = self._application.exec()
        limit.stop()
        return status

    def close(self) -> None:
        """As ``run`` does in the end; a gateway that runs ends by force."""
        if not self.state.ended:
            end_session = partial(self.controller.quit, QuitKind.SESSION)
            assert self.end_of(self.controller.force_stop, end_session) == 0
        session = self.session
        self.app.end()
        session.deleteLater()  # it belongs to the application, which lives on here

    def _give_up(self) -> None:
        self._application.exit(GAVE_UP)
