"""The message bus of the whole computer, which the tray never waits for."""

from __future__ import annotations

import logging
import os
import socket
import sys
from typing import TYPE_CHECKING
from urllib.parse import unquote

from PySide6.QtCore import QObject, QSocketNotifier, Signal, Slot
from PySide6.QtDBus import QDBusConnection

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

_VARIABLE = "DBUS_SYSTEM_BUS_ADDRESS"
_USUAL_ADDRESS = "unix:path=/var/run/dbus/system_bus_socket"  # D-Bus Specification
_LONGEST_ANSWER = 256


class SystemBus(QObject):
    """Connects to the system bus as soon as it is known to answer.

    ``QDBusConnection.systemBus`` waits for the bus without end and without letting any other Python
    thread run: one that hangs would hang the tray. So a socket of our own greets it first, and the
    event loop waits for the answer, however long that takes.

    Signals:
        reached(QDBusConnection): It answers, and we are on it; at most once.
    """

    reached = Signal(object)  # PySide cannot pass a QDBusConnection on as such

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._socket: socket.socket | None = None
        self._notifier: QSocketNotifier | None = None

    def seek(self) -> None:
        """Greets it; returns at once. There is none on Windows and macOS."""
        if sys.platform != "win32" and sys.platform != "darwin":
            self._socket = _greeted(os.environ.get(_VARIABLE) or _USUAL_ADDRESS)
        if self._socket is not None:
            notifier = QSocketNotifier(self._socket.fileno(), QSocketNotifier.Type.Read, self)
            notifier.activated.connect(self._on_readable)
            self._notifier = notifier

    def close(self) -> None:
        """Waits no longer for an answer."""
        if self._notifier is not None:
            self._notifier.setEnabled(False)
            self._notifier.deleteLater()
            self._notifier = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    @Slot()
    def _on_readable(self) -> None:
        answer = _received(self._socket) if self._socket is not None else b""
        self.close()
        if not answer.startswith(b"OK "):
            log.info("the system bus does not let us in: %r", answer)
            return
        bus = QDBusConnection.systemBus()
        if bus.isConnected():
            self.reached.emit(bus)


if sys.platform != "win32":

    def _greeted(addresses: str) -> socket.socket | None:
        """A connection on which a bus was asked to let us in; none where nobody listens."""
        for place in _places(addresses):
            connection = _connected(place)
            if connection is not None:
                return connection
        log.info("no system bus at %s", addresses)
        return None

    def _connected(place: str) -> socket.socket | None:
        connection = socket.socket(socket.AF_UNIX)
        connection.setblocking(False)
        user = str(os.geteuid()).encode().hex()
        try:
            connection.connect(place)
            connection.send(f"\0AUTH EXTERNAL {user}\r\n".encode())
        except (OSError, ValueError):  # the latter: no place for a socket
            connection.close()
            return None
        return connection


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(_LONGEST_ANSWER)
    except OSError:
        return b""


def _places(addresses: str) -> Iterator[str]:
    """Where the Unix sockets of a bus are (D-Bus Specification, "Server Addresses")."""
    for address in addresses.split(";"):
        transport, _, pairs = address.partition(":")
        values = {name: value for name, _, value in (p.partition("=") for p in pairs.split(","))}
        if transport == "unix" and "path" in values:
            yield unquote(values["path"])
        elif transport == "unix" and "abstract" in values:
            yield "\0" + unquote(values["abstract"])
