"""What logind is to a tray, on a bus of the tests: it announces, and hands out delay locks."""

from __future__ import annotations

import os
import select
from contextlib import contextmanager
from enum import Enum, auto
from typing import TYPE_CHECKING

from jeepney import (
    DBusAddress,
    HeaderFields,
    MessageType,
    new_error,
    new_method_return,
    new_signal,
)
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeepney import Message
    from jeepney.io.blocking import DBusConnection

LOGIN1 = "org.freedesktop.login1"
MANAGER = DBusAddress("/org/freedesktop/login1", LOGIN1, f"{LOGIN1}.Manager")


class Manner(Enum):
    """How it takes a request for a lock."""

    GRANTS = auto()
    REFUSES = auto()
    TALKS_NONSENSE = auto()


class Logind:
    """Has no thread: it deals with what has arrived whenever a test asks it something.

    Attributes:
        requests: What was asked for so far, as of the last look.
    """

    def __init__(self, connection: DBusConnection, manner: Manner) -> None:
        self._connection = connection
        self._manner = manner
        self._locks: list[int] = []
        self.requests: list[tuple[str, str, str, str]] = []

    def emit(self, member: str, *, value: bool) -> None:
        """Announce something once."""
        self._connection.send(new_signal(MANAGER, member, "b", (value,)))

    def held(self) -> int:
        """How many locks somebody holds; before, what was asked for is handed out."""
        while True:
            try:
                message = self._connection.receive(timeout=0)
            except TimeoutError:
                break
            self._take(message)
        return sum(not _is_given_back(lock) for lock in self._locks)

    def has(self, descriptor: int) -> bool:
        """Whether this is its own end of a lock."""
        return descriptor in self._locks

    def close(self) -> None:
        """Forget the locks."""
        for lock in self._locks:
            os.close(lock)

    def _take(self, message: Message) -> None:
        fields = message.header.fields
        is_call = message.header.message_type is MessageType.method_call
        if not is_call or fields.get(HeaderFields.member) != "Inhibit":
            return
        self.requests.append(message.body)
        match self._manner:
            case Manner.GRANTS:
                ours, theirs = os.pipe()
                self._locks.append(ours)
                self._connection.send(new_method_return(message, "h", (theirs,)))
                os.close(theirs)
            case Manner.REFUSES:
                denied = "org.freedesktop.DBus.Error.AccessDenied"
                self._connection.send(new_error(message, denied, "s", ("Permission denied",)))
            case Manner.TALKS_NONSENSE:
                self._connection.send(new_method_return(message, "s", ("a lock",)))


def _is_given_back(lock: int) -> bool:
    """Whether the other end of a pipe is closed everywhere."""
    poll = select.poll()
    poll.register(lock, select.POLLIN)
    return any(events & select.POLLHUP for _, events in poll.poll(0))


@contextmanager
def running_logind(address: str, manner: Manner = Manner.GRANTS) -> Iterator[Logind]:
    """Logind on the bus at this address."""
    with open_dbus_connection(address, enable_fds=True) as connection:
        connection.send_and_get_reply(message_bus.RequestName(LOGIN1))
        logind = Logind(connection, manner)
        try:
            yield logind
        finally:
            logind.close()
