"""A StatusNotifierWatcher that stays when its panel goes, as on Plasma; a program of its own.

The panel's coming and going are told to it: `SetHost`. lxqt-panel has its watcher inside, so both
go at once there. It keeps the list of icons and shows none.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    MatchRule,
    Message,
    MessageType,
    message_bus,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.io.blocking import open_dbus_connection

from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.support.desktop import Desktop

NAME = "org.kde.StatusNotifierWatcher"
WATCHER = DBusAddress("/StatusNotifierWatcher", NAME, NAME)
CONTROL = DBusAddress("/StatusNotifierWatcher", NAME, "org.example.PanelOfTheTests")
_UNKNOWN = "org.freedesktop.DBus.Error.UnknownMethod"


class LastingWatcher:
    """Starts the watcher on a desktop, with or without a panel."""

    def __init__(self, desktop: Desktop, *, has_host: bool) -> None:
        self._bus = desktop.session_bus
        desktop.start([sys.executable, "-m", __name__], name="watcher")
        wait_until(lambda: self._bus.is_owned(NAME), what="the watcher")
        self.set_host(there=has_host)

    def set_host(self, *, there: bool) -> None:
        """Let a panel come, or go."""
        self._bus.call(CONTROL, "SetHost", "b", there)


def main() -> None:
    """Serves the session bus until it is ended."""
    with open_dbus_connection("SESSION") as connection:
        gone = MatchRule(type="signal", interface=message_bus.interface, member="NameOwnerChanged")
        connection.send_and_get_reply(message_bus.AddMatch(gone))
        connection.send_and_get_reply(message_bus.RequestName(NAME))
        served = _Served()
        while True:
            for message in served.answers_to(connection.receive()):
                connection.send(message)


class _Served:
    def __init__(self) -> None:
        self._has_host = False
        self._items: list[str] = []

    def answers_to(self, message: Message) -> list[Message]:
        fields = message.header.fields
        match message.header.message_type, fields.get(HeaderFields.member), message.body:
            case MessageType.signal, "NameOwnerChanged", (name, _, ""):
                self._items = [item for item in self._items if not item.startswith(f"{name}/")]
                return []
            case MessageType.method_call, "SetHost", (bool(there),):
                self._has_host = there
                told = "Registered" if there else "Unregistered"
                signal = new_signal(WATCHER, f"StatusNotifierHost{told}")
                return [signal, new_method_return(message)]
            case MessageType.method_call, "RegisterStatusNotifierItem", (service,):
                self._items.append(f"{fields[HeaderFields.sender]}/StatusNotifierItem")
                signal = new_signal(WATCHER, "StatusNotifierItemRegistered", "s", (service,))
                return [new_method_return(message), signal]
            case MessageType.method_call, "Get", (_, name):
                return [new_method_return(message, "v", (self._property(name),))]
            case MessageType.method_call, _, _:
                return [new_error(message, _UNKNOWN)]
            case _:
                return []

    def _property(self, name: str) -> tuple[str, Any]:
        return {
            "IsStatusNotifierHostRegistered": ("b", self._has_host),
            "RegisteredStatusNotifierItems": ("as", self._items),
            "ProtocolVersion": ("i", 0),
        }[name]


if __name__ == "__main__":
    main()
