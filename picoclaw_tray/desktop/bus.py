"""Listens to signals of D-Bus; there is none on Windows and macOS."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import SLOT

if TYPE_CHECKING:
    from PySide6.QtCore import QObject
    from PySide6.QtDBus import QDBusConnection


@dataclass(frozen=True, slots=True)
class BusSignal:
    """A signal of the bus: who sends it, and its name."""

    service: str
    path: str
    interface: str
    name: str


def listen(bus: QDBusConnection, signal: BusSignal, receiver: QObject, slot: str) -> bool:
    """Connects it to a slot, given with its C++ signature: ``on_sleep(bool)``."""
    return bus.connect(  # type: ignore[call-overload,no-any-return] # wants str, says bytes
        signal.service, signal.path, signal.interface, signal.name, receiver, SLOT(slot)
    )
