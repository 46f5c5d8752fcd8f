"""Tells when a tray host appears that was not there before (StatusNotifierItem desktops)."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection
from PySide6.QtWidgets import QSystemTrayIcon

from picoclaw_tray.desktop.bus import BusSignal, listen

WATCHER = "org.kde.StatusNotifierWatcher"
HOST_REGISTERED = BusSignal(
    WATCHER, "/StatusNotifierWatcher", WATCHER, "StatusNotifierHostRegistered"
)
HOST_UNREGISTERED = BusSignal(
    WATCHER, "/StatusNotifierWatcher", WATCHER, "StatusNotifierHostUnregistered"
)
OWNER_CHANGED = BusSignal(
    "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameOwnerChanged"
)


class TrayHost(QObject):
    """Listens on the session bus; polls nothing. Elsewhere than on Linux it stays silent.

    Signals:
        appeared(): A host can take icons now.
        vanished(): The one that was there is gone.
    """

    appeared = Signal()
    vanished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        if sys.platform not in {"win32", "darwin"}:
            self._listen()

    @staticmethod
    def is_there() -> bool:
        """Whether an icon made now would be shown."""
        return QSystemTrayIcon.isSystemTrayAvailable()

    def _listen(self) -> None:
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        listen(bus, OWNER_CHANGED, self, "on_owner_changed(QString,QString,QString)")
        # The watcher often comes before the host that it watches for.
        listen(bus, HOST_REGISTERED, self, "on_host_registered()")
        # On some desktops the watcher stays when the panel goes.
        listen(bus, HOST_UNREGISTERED, self, "on_host_unregistered()")

    @Slot(str, str, str)
    def on_owner_changed(self, name: str, _old: str, new: str) -> None:
        """A name of the bus got or lost its owner."""
        if name == WATCHER and new:
            self.on_host_registered()
        elif name == WATCHER:
            self.vanished.emit()

    @Slot()
    def on_host_unregistered(self) -> None:
        """A host went; another one may still be there."""
        if not self.is_there():
            self.vanished.emit()

    @Slot()
    def on_host_registered(self) -> None:
        """A host said that it is there."""
        if self.is_there():
            self.appeared.emit()
