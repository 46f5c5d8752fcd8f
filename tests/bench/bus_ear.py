"""Hears the signals of tray icons on a session bus, and when they came."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from time import perf_counter
from typing import TYPE_CHECKING

from jeepney import MatchRule, message_bus
from jeepney.io.blocking import Proxy, open_dbus_connection

if TYPE_CHECKING:
    from collections import deque
    from collections.abc import Iterator

    from jeepney.io.blocking import DBusConnection

REGISTERED = MatchRule(
    type="signal",
    interface="org.kde.StatusNotifierWatcher",
    member="StatusNotifierItemRegistered",
)
NEW_ICON = MatchRule(type="signal", interface="org.kde.StatusNotifierItem", member="NewIcon")


class BusEar:
    """Hears one kind of signal from now on."""

    def __init__(self, connection: DBusConnection, heard: deque[object]) -> None:
        self._connection = connection
        self._heard = heard

    def forget(self) -> None:
        """What came so far does not count."""
        with suppress(TimeoutError):
            while True:
                self._connection.recv_messages(timeout=0)
        self._heard.clear()

    def wait(self, limit_s: float = 30.0) -> float:
        """Waits for the next signal; when it came, by ``perf_counter``."""
        self._connection.recv_until_filtered(self._heard, timeout=limit_s)
        return perf_counter()


@contextmanager
def listening(address: str, rule: MatchRule) -> Iterator[BusEar]:
    """An ear of its own connection to the bus."""
    with open_dbus_connection(address) as connection:
        Proxy(message_bus, connection).AddMatch(rule)
        with connection.filter(rule, bufsize=100) as heard:
            yield BusEar(connection, heard)
