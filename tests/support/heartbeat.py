"""How long the GUI thread of the whole tray ever stands still, and what it does that could wait.

Up to ``quit_ready``. After it the tray takes everything off the screen and then waits for what its
lanes have begun: that may take a moment, and nobody can see it.

Measured in a process of its own, because only a fresh one imports what the lanes need while the
tray runs. Its arguments are a PicoClaw home and the gateway's command; it prints one JSON object.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, Qt, QTimer, Slot
from PySide6.QtWidgets import QApplication

from picoclaw_tray.app import TrayApp
from picoclaw_tray.desktop.controller import GatewayController
from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.lifecycle.state import Running, State, Stopped
from picoclaw_tray.system.launch_site import prepare_site
from picoclaw_tray.system.rendezvous import meeting_folders, usable_sockets

if TYPE_CHECKING:
    from collections.abc import Callable

INTERVAL_MS = 1
CALM_MS = 200


class Heart(QObject):
    """Beats in the GUI thread; knows its longest pause.

    What the thread had to wait for a processor on a busy machine is no pause of its own.
    """

    def __init__(self) -> None:
        super().__init__()
        self._last = self._time()
        self._longest = 0.0
        timer = QTimer(self, interval=INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._on_beat)
        timer.start()

    def take_longest_ms(self) -> float:
        """The longest pause since the last call, up to now, in milliseconds."""
        self._on_beat()
        longest, self._longest = self._longest, 0.0
        return round(max(0.0, longest * 1000 - INTERVAL_MS), 1)

    @Slot()
    def _on_beat(self) -> None:
        now = self._time()
        self._longest = max(self._longest, now - self._last)
        self._last = now

    @staticmethod
    def _time() -> float:
        """Seconds, without those in which this thread was ready to run and had no processor."""
        try:
            _, delay_ns, _ = Path("/proc/thread-self/schedstat").read_text("ascii").split()
        except FileNotFoundError:  # a kernel that does not count them
            delay_ns = "0"
        return time.monotonic() - int(delay_ns) / 1e9


class Eye:
    """Sees what the GUI thread does that may take time: by the audit events of Python.

    Reading our own pictures and modules, and the birth of a process in ``/proc``, does not.
    """

    _WAITING = ("os.listdir", "os.scandir", "socket.connect", "socket.getaddrinfo")

    def __init__(self, home: str) -> None:
        self._homes = tuple({home, os.environ["HOME"]})
        self._thread = threading.get_ident()
        self._is_open = True
        self.seen: list[str] = []
        sys.addaudithook(self._on_event)

    def close(self) -> None:
        """Sees no more; a hook stays for ever."""
        self._is_open = False

    def _on_event(self, event: str, arguments: tuple[object, ...]) -> None:
        if not self._is_open or threading.get_ident() != self._thread:
            return
        in_a_home = event == "open" and str(arguments[0]).startswith(self._homes)
        if in_a_home or (event in self._WAITING and not _is_impatient(arguments[0])):
            self.seen.append(f"{event} {arguments[0]}")


def _is_impatient(connecting: object) -> bool:
    """Whether it is a socket that never waits: the greeting of the system bus."""
    return isinstance(connecting, socket.socket) and connecting.gettimeout() == 0


class Waiter(QObject):
    """Runs the event loop until the life cycle is where it is to be."""

    def __init__(self, controller: GatewayController) -> None:
        super().__init__()
        self._controller = controller
        self._holds: Callable[[State], bool] = bool
        self._loop = QEventLoop(self)
        controller.state_changed.connect(self._on_state_changed)

    def until(self, holds: Callable[[State], bool]) -> None:
        """Returns when the state is so."""
        self._holds = holds
        if not holds(self._controller.state):
            self._loop.exec()

    @Slot(State)
    def _on_state_changed(self, state: State) -> None:
        if self._holds(state):
            self._loop.quit()


def main() -> None:
    """Starts, hangs, kills, stops and quits; the longest pause of each, and what was seen."""
    home, program, *arguments = sys.argv[1:]
    site = prepare_site(os.environ, home=home, config="", demo=False)
    site = replace(site, command=GatewayCommand(program, tuple(arguments)))
    application = QApplication(sys.argv[:1])
    tray = TrayApp(site, application, sockets=usable_sockets(meeting_folders(site.place)))
    controller = tray.findChild(GatewayController)
    assert isinstance(controller, GatewayController)
    waiter, heart = Waiter(controller), Heart()
    assert not {"psutil", "requests"} & sys.modules.keys()
    pauses = {}
    calm_ms = _calm_ms(heart)
    eye = Eye(home)

    tray.begin(start=True)
    waiter.until(runs)
    pauses["start"] = heart.take_longest_ms()

    assert controller.state.process is not None
    os.kill(controller.state.process.key.pid, signal.SIGSTOP)
    controller.nudge()
    waiter.until(misses)
    pauses["hang"] = heart.take_longest_ms()

    controller.force_stop()
    waiter.until(is_stopped)
    pauses["kill"] = heart.take_longest_ms()

    controller.start()
    waiter.until(runs)
    controller.stop()
    waiter.until(is_stopped)
    pauses["stop"] = heart.take_longest_ms()

    controller.start()
    waiter.until(runs)
    controller.quit()
    waiter.until(is_ended)
    pauses["quit"] = heart.take_longest_ms()

    eye.close()
    tray.end()
    sys.stdout.write(json.dumps({"pauses": pauses, "calm_ms": calm_ms, "seen": eye.seen}))


def _calm_ms(heart: Heart) -> float:
    """The longest pause while nothing happens: what the machine itself makes."""
    loop = QEventLoop()
    QTimer.singleShot(CALM_MS, loop.quit)
    heart.take_longest_ms()
    loop.exec()
    return heart.take_longest_ms()


def runs(state: State) -> bool:
    """There is a gateway that answers, or did."""
    return isinstance(state.phase, Running)


def misses(state: State) -> bool:
    """It has not answered at least once."""
    return isinstance(state.phase, Running) and state.phase.misses > 0


def is_stopped(state: State) -> bool:
    """There is none, and nothing is left of it."""
    return isinstance(state.phase, Stopped) and state.phase.remains is not None


def is_ended(state: State) -> bool:
    """The tray may end."""
    return state.ended


if __name__ == "__main__":
    main()
