"""Who listens on a port; for a sentence that names the owner, never for a decision."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import psutil

from picoclaw_tray.system.processes import is_our_users

if TYPE_CHECKING:
    from collections.abc import Iterator

_USUAL = {"127.0.0.1", "::1", "0.0.0.0", "::"}


@dataclass(frozen=True, slots=True)
class PortOwner:
    """A process that listens.

    Attributes:
        name: of its program, as the system shows it.
        is_our_users: it runs as the user that we run as.
    """

    pid: int
    name: str
    is_our_users: bool


def owner_of(port: int) -> PortOwner | None:
    """Who listens on a TCP port, preferably on a loopback; None if it cannot be told.

    Linux tells only of our own user's processes.
    """
    listeners = [(address, pid) for address, at, pid in _listeners() if at == port]
    listeners.sort(key=lambda listener: listener[0] not in _USUAL)
    for _, pid in listeners:
        try:
            process = psutil.Process(pid)
            return PortOwner(pid, process.name(), bool(is_our_users(process)))
        except psutil.Error:
            continue
    return None


def _listeners() -> Iterator[tuple[str, int, int]]:
    """Address, port and process of each listening socket whose process is told."""
    try:
        for connection in psutil.net_connections("tcp"):
            address, pid = connection.laddr, connection.pid
            if connection.status == psutil.CONN_LISTEN and address and pid is not None:
                yield address.ip, address.port, pid
    except psutil.AccessDenied:  # macOS: root alone may ask about everybody at once
        for process in psutil.process_iter():
            yield from _listeners_of(process)


def _listeners_of(process: psutil.Process) -> Iterator[tuple[str, int, int]]:
    try:
        for connection in process.net_connections("tcp"):
            address = connection.laddr
            if connection.status == psutil.CONN_LISTEN and address:
                yield address.ip, address.port, process.pid
    except psutil.Error:
        return
