"""A D-Bus message bus of our own: nobody else is on it, and it starts no service by itself."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from jeepney import DBusAddress, DBusErrorResponse, MessageType, Properties, new_method_call
from jeepney.io.blocking import open_dbus_connection

from tests.support.programs import DIES_WITH_THE_TESTS, Program
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from jeepney.io.blocking import DBusConnection

_BUS = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")
_CALL_TIMEOUT_S = 5.0
# Without a folder of services the bus activates none, so nothing runs that we did not start.
_CONFIGURATION = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


@contextmanager
def running_bus(name: str, folder: Path, environment: Mapping[str, str]) -> Iterator[MessageBus]:
    """A bus with its socket and its files in `folder`, whose path must be short.

    The path of a socket may have at most 107 bytes.
    """
    configuration = folder / f"{name}.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder), encoding="utf-8")
    options = (f"--config-file={configuration}", "--nofork", "--print-address=1")
    command = (*DIES_WITH_THE_TESTS, "dbus-daemon", *options)
    output_path = folder / f"{name}.log"
    with Program(command, environment=environment, output_path=output_path) as daemon:
        address = wait_until(partial(daemon.printed, r"^unix:.*(?=\n)"), what=f"the {name}")
        with open_dbus_connection(address, auth_timeout=_CALL_TIMEOUT_S) as connection:
            yield MessageBus(address, connection)


class MessageBus:
    """A message bus and our connection to it; every call has a time limit."""

    def __init__(self, address: str, connection: DBusConnection) -> None:
        self.address = address
        self._connection = connection

    def call(
        self, target: DBusAddress, method: str, signature: str | None = None, *arguments: object
    ) -> tuple[Any, ...]:
        """Call a method and return what it returns.

        Raises:
            DBusErrorResponse: The answer is an error, for example because nobody has the name.
            TimeoutError: There is no answer in time.
        """
        return self._ask(new_method_call(target, method, signature, arguments))

    def read(self, target: DBusAddress, name: str) -> Any:
        """The value of a property; raises as `call` does."""
        (variant,) = self._ask(Properties(target).get(name))
        return variant[1]

    def daemon(self) -> int:
        """Its PID."""
        (pid,) = self.call(_BUS, "GetConnectionUnixProcessID", "s", _BUS.bus_name)
        return int(pid)

    def is_owned(self, name: str) -> bool:
        """Whether somebody on the bus has this well-known name."""
        (answer,) = self.call(_BUS, "NameHasOwner", "s", name)
        return bool(answer)

    def _ask(self, message: Any) -> tuple[Any, ...]:
        reply = self._connection.send_and_get_reply(message, timeout=_CALL_TIMEOUT_S)
        if reply.header.message_type is MessageType.error:
            raise DBusErrorResponse(reply)
        return tuple(reply.body)
