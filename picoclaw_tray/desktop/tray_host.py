"""Tells when a tray host appears that was not there before (StatusNotifierItem desktops)."""

from __future__ import annotations

import sys

from PySide6.QtCore import SLOT, QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection
from PySide6.QtWidgets import QSystemTrayIcon

WATCHER = "org.kde.StatusNotifierWatcher"


class TrayHost(QObject):
    """Listens on the session bus; polls nothing. Elsewhere than on Linux it stays silent.

    Signals:
        appeared(): A host can take icons now.
    """

    appeared = Signal()

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
        bus.connect(
            "org.freedesktop.DBus",
            "/org/freedesktop/DBus",
            "org.freedesktop.DBus",
            "NameOwnerChanged",
            self,
            _slot("on_owner_changed(QString,QString,QString)"),
        )
        # The watcher often comes before the host that it watches for.
        bus.connect(
            WATCHER,
            "/StatusNotifierWatcher",
            WATCHER,
            "StatusNotifierHostRegistered",
            self,
            _slot("on_host_registered()"),
        )

    @Slot(str, str, str)
    def on_owner_changed(self, name: str, _old: str, new: str) -> None:
        """A name of the bus got or lost its owner."""
        if name == WATCHER and new:
            self.on_host_registered()

    @Slot()
    def on_host_registered(self) -> None:
        """A host said that it is there."""
        if self.is_there():
            self.appeared.emit()


def _slot(signature: str) -> bytes:
    """The form in which QtDBus wants a slot; the stubs ask for bytes, ``SLOT`` makes a string."""
    return str(SLOT(signature)).encode()
