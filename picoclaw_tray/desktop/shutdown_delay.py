"""Asks the computer to wait with its shutdown for a gateway of ours."""

from __future__ import annotations

import logging
import os

from PySide6.QtCore import QObject, Slot
from PySide6.QtDBus import (
    QDBusConnection,
    QDBusMessage,
    QDBusPendingCallWatcher,
    QDBusUnixFileDescriptor,
)

from picoclaw_tray.desktop.bus import LOGIND
from picoclaw_tray.lifecycle.state import Spawning, State

log = logging.getLogger(__name__)


class ShutdownDelay(QObject):
    """Holds a delay lock of logind as long as there is a gateway of ours, and no longer.

    With it logind says that the computer is about to shut down, and waits until the lock is given
    back, five seconds unless the system is set otherwise (logind.conf, ``InhibitDelayMaxSec``).
    Without one it says so and goes on. It never prevents a shutdown. The lock is a file descriptor;
    whoever closes it, or ends, gives it back.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._bus: QDBusConnection | None = None
        self._wanted = False
        self._lock: int | None = None
        self._asked = False
        self._complained = False

    @Slot(object)
    def on_bus_reached(self, bus: object) -> None:
        """From now on logind can be asked."""
        assert isinstance(bus, QDBusConnection)
        self._bus = bus
        self._settle()

    @Slot(State)
    def on_state_changed(self, state: State) -> None:
        """A gateway of ours came or went."""
        wanted = _has_own_gateway(state)
        if wanted is not self._wanted:  # not at every change: logind may have refused
            self._wanted = wanted
            self._settle()

    def _settle(self) -> None:
        if not self._wanted and self._lock is not None:
            os.close(self._lock)
            self._lock = None
        elif self._wanted and self._lock is None and not self._asked and self._bus is not None:
            self._ask(self._bus)

    def _ask(self, bus: QDBusConnection) -> None:
        self._asked = True
        why = self.tr("Stop the PicoClaw gateway first")
        question = QDBusMessage.createMethodCall(
            LOGIND.service, LOGIND.path, LOGIND.interface, "Inhibit"
        )
        question.setArguments(["shutdown", "picoclaw-tray", why, "delay"])
        answer = QDBusPendingCallWatcher(bus.asyncCall(question), self)
        answer.finished.connect(self._on_answer)  # type: ignore[arg-type] # stub: no argument

    @Slot(QDBusPendingCallWatcher)
    def _on_answer(self, answer: QDBusPendingCallWatcher) -> None:
        answer.deleteLater()
        self._asked = False
        reply = answer.reply()
        match reply.arguments():
            case [QDBusUnixFileDescriptor() as lock] if lock.isValid():
                self._lock = lock.takeFileDescriptor()
                self._settle()  # the gateway may be gone by now
            case _:
                self._complain(reply.errorMessage())

    def _complain(self, reason: str) -> None:
        """Once: where nobody grants a delay, it is the same with the next gateway."""
        if not self._complained:
            log.info("a shutdown will not wait for the gateway: %s", reason)
        self._complained = True


def _has_own_gateway(state: State) -> bool:
    """Whether there is one, or is about to be, that would have to be stopped."""
    if state.ended:
        return False
    process = state.process
    return isinstance(state.phase, Spawning) or (process is not None and process.ours)
