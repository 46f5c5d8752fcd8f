"""Tells when somebody who shows tray icons comes or goes (StatusNotifierItem desktops)."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtDBus import QDBusConnection, QDBusPendingCallWatcher
from PySide6.QtWidgets import QSystemTrayIcon

from picoclaw_tray.desktop.bus import BusObject, ask_for_property, listen

WATCHER = "org.kde.StatusNotifierWatcher"
_WATCHER = BusObject(WATCHER, "/StatusNotifierWatcher", WATCHER)
_BUS = BusObject("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")


class TrayHost(QObject):
    """Listens on the session bus; polls nothing. Elsewhere than on Linux it stays silent.

    The watcher keeps the list of icons, a host shows them. On some desktops both are the panel; on
    Plasma the watcher comes before the panel and stays when it goes.

    Signals:
        appeared(): A host can take icons now.
        vanished(): There is none, or none any more.
    """

    appeared = Signal()
    vanished = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._has_host: bool | None = None  # as far as a watcher has said
        if sys.platform not in {"win32", "darwin"}:
            self._listen()

    @staticmethod
    def takes_icons() -> bool:
        """Whether an icon made now reaches a host, be it one that comes later.

        For Qt a watcher is enough.
        """
        return QSystemTrayIcon.isSystemTrayAvailable()

    def is_there(self) -> bool:
        """Whether somebody shows icons, as far as is known."""
        return self._has_host is not False and self.takes_icons()

    def _listen(self) -> None:
        bus = QDBusConnection.sessionBus()
        if not bus.isConnected():
            return
        owner_changed = "on_owner_changed(QString,QString,QString)"
        listen(bus, _BUS, "NameOwnerChanged", self, owner_changed)
        listen(bus, _WATCHER, "StatusNotifierHostRegistered", self, "on_hosts_changed()")
        listen(bus, _WATCHER, "StatusNotifierHostUnregistered", self, "on_hosts_changed()")
        self.on_hosts_changed()

    @Slot(str, str, str)
    def on_owner_changed(self, name: str, _old: str, new: str) -> None:
        """A name of the bus got or lost its owner."""
        if name != WATCHER:
            return
        self._has_host = None
        if new:
            self.on_hosts_changed()
        else:
            self.vanished.emit()

    @Slot()
    def on_hosts_changed(self) -> None:
        """A host came or went; another one may still be there, so the watcher is asked."""
        bus = QDBusConnection.sessionBus()
        question = ask_for_property(bus, _WATCHER, "IsStatusNotifierHostRegistered")
        answer = QDBusPendingCallWatcher(question, self)
        answer.finished.connect(self._on_answer)  # type: ignore[arg-type] # stub: no argument

    @Slot(QDBusPendingCallWatcher)
    def _on_answer(self, answer: QDBusPendingCallWatcher) -> None:
        answer.deleteLater()
        # No answer: there is no watcher, or one that does not know, and is believed to have a host.
        self._has_host = None if answer.isError() else bool(answer.reply().arguments()[0].variant())
        if self.is_there():
            self.appeared.emit()
        elif self._has_host is False:
            self.vanished.emit()
