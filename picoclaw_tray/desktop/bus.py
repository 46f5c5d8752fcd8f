"""Listens to D-Bus and asks without waiting; there is none on Windows and macOS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import SLOT
from PySide6.QtDBus import QDBusMessage

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtDBus import QDBusConnection, QDBusPendingCall

_PROPERTIES = "org.freedesktop.DBus.Properties"


@dataclass(frozen=True, slots=True)
class BusObject:
    """An object on the bus as one of its interfaces shows it."""

    service: str
    path: str
    interface: str


LOGIND = BusObject(
    "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager"
)


def listen(
    bus: QDBusConnection, sender: BusObject, signal: str, receiver: QObject, slot: str
) -> bool:
    """Connects a signal to a slot, given with its C++ signature: ``on_sleep(bool)``."""
    return bus.connect(  # type: ignore[call-overload,no-any-return] # wants str, says bytes
        sender.service, sender.path, sender.interface, signal, receiver, SLOT(slot)
    )


def ask_for_property(bus: QDBusConnection, owner: BusObject, name: str) -> QDBusPendingCall:
    """Asks for a property; returns at once. The reply holds a ``QDBusVariant``."""
    question = QDBusMessage.createMethodCall(owner.service, owner.path, _PROPERTIES, "Get")
    question.setArguments([owner.interface, name])
    return bus.asyncCall(question)
