"""Everything from outside that ends the tray: signals, log-out, shutdown."""

from __future__ import annotations

import signal
import socket
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Signal, Slot
from PySide6.QtDBus import QDBusConnection

from picoclaw_tray.desktop.bus import LOGIND, listen

if sys.platform == "win32":
    from picoclaw_tray.desktop.windows_session import WindowsSessionEnd

if TYPE_CHECKING:
    from types import FrameType

    from PySide6.QtCore import QEvent


class SignalWatch(QObject):
    """Turns Unix signals into Qt signals at once.

    A Python handler alone runs only when the interpreter gets its turn, which an idle Qt loop gives
    it seconds later; untreated, SIGINT leaves the loop running and SIGHUP ends it without mercy.

    Signals:
        interrupted(): SIGINT; by a person.
        terminated(): SIGTERM or SIGHUP; by a session that leaves little time.
    """

    interrupted = Signal()
    terminated = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._notifier = QSocketNotifier(self._reader.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._caught = [signal.SIGINT, signal.SIGTERM]
        if sys.platform != "win32":
            self._caught.append(signal.SIGHUP)
        self._old_handlers = [signal.signal(number, _wake) for number in self._caught]
        self._old_descriptor = signal.set_wakeup_fd(
            self._writer.fileno(), warn_on_full_buffer=False
        )

    def close(self) -> None:
        """Gives the handlers back."""
        signal.set_wakeup_fd(self._old_descriptor)
        for number, handler in zip(self._caught, self._old_handlers, strict=True):
            signal.signal(number, handler)
        self._notifier.setEnabled(False)
        self._reader.close()
        self._writer.close()

    @Slot()
    def _on_readable(self) -> None:
        for number in self._reader.recv(4096):
            if number == signal.SIGINT:
                self.interrupted.emit()
            elif number in self._caught:
                self.terminated.emit()


def _wake(_number: int, _frame: FrameType | None) -> None:
    """The byte in the wake-up descriptor is what counts."""


class SessionEnd(QObject):
    """The end of the session as each desktop tells it.

    Never ``commitDataRequest``: it may still be cancelled. Nobody connects to it, so we never veto.

    Signals:
        ending(): The session ends; a few seconds are left.
        resumed(): The computer was asleep and is awake again (logind only).
    """

    ending = Signal()
    resumed = Signal()

    def __init__(self, application: QCoreApplication) -> None:
        super().__init__(application)
        if sys.platform == "win32":
            self._windows = WindowsSessionEnd(self)
            self._windows.ending.connect(self.ending)
            application.installNativeEventFilter(self._windows.native_filter)
        elif sys.platform == "darwin" or _is_managed(application):
            application.installEventFilter(self)

    @Slot(object)
    def on_bus_reached(self, bus: object) -> None:
        """From now on logind is heard."""
        assert isinstance(bus, QDBusConnection)
        listen(bus, LOGIND, "PrepareForShutdown", self, "on_prepare_for_shutdown(bool)")
        listen(bus, LOGIND, "PrepareForSleep", self, "on_prepare_for_sleep(bool)")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """MacOS sends Quit at log-out and from the Dock, Qt when an X11 session manager says Die.

        Untreated it would close every window, and a window that asks first would prevent the end.
        ``exit`` in our own code sends none.
        """
        from PySide6.QtCore import QEvent  # noqa: PLC0415 - only these two come here

        if event.type() is QEvent.Type.Quit:
            event.ignore()
            self.ending.emit()
            return True
        return super().eventFilter(watched, event)

    @Slot(bool)
    def on_prepare_for_shutdown(self, beginning: bool) -> None:  # noqa: FBT001 - a D-Bus signal
        """False means that the shutdown was called off, which comes too late for an end begun."""
        if beginning:
            self.ending.emit()

    @Slot(bool)
    def on_prepare_for_sleep(self, beginning: bool) -> None:  # noqa: FBT001 - a D-Bus signal
        """False means that the sleep is over."""
        if not beginning:
            self.resumed.emit()


def _is_managed(application: QCoreApplication) -> bool:
    """Whether an X11 session manager knows us. Not with PySide6's own Qt, which is built without.

    Only then: a filter written in Python sees every event of every object.
    """
    from PySide6.QtGui import QGuiApplication  # noqa: PLC0415 - a listener in tests has none

    return isinstance(application, QGuiApplication) and bool(application.sessionId())
