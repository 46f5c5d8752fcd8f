"""Who has a port; for a sentence that names the owner, never for a decision."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from picoclaw_tray.gateway.command_line import is_gateway_command_line, mentions_gateway
from picoclaw_tray.gateway.pid_file import MAX_PID_FILE_BYTES, PID_FILE_NAME, parse_pid_file
from picoclaw_tray.logs.redaction import mask
from picoclaw_tray.presentation.port_holder import PortHolder
from picoclaw_tray.system.files import read_bounded
from picoclaw_tray.system.processes import home_served_by, is_our_users, program_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.gateway.health import HealthAnswer

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


def holder_of(port: int, answer: HealthAnswer | None, command: GatewayCommand) -> PortHolder:
    """All that can be told about who has a port that is taken.

    Args:
        port: the port.
        answer: what answers there as a gateway does, if anything does.
        command: the configured gateway command.
    """
    said = answer.pid if answer else None
    owner = owner_of(port, preferred=said)
    if owner is None and said is not None:  # another user's sockets are not told, processes are
        owner = _owner(said)
        if owner is None or not is_gateway_command_line(program_of(said)[1], command):
            return PortHolder(gateway=True)
    if owner is None:
        return PortHolder()
    binary, argv = program_of(owner.pid)
    is_gateway = is_gateway_command_line(argv, command)
    if owner.pid == said and (argv is None or mentions_gateway(argv)):
        is_gateway = True
    if not is_gateway:
        return replace(_shown(owner, binary, argv), answers_like_one=said is not None)
    home = home_served_by(owner.pid)
    version = "" if home is None else _recorded_version(Path(home), owner.pid)
    return replace(_shown(owner, binary, argv), gateway=True, home=home, version=version)


def _shown(owner: PortOwner, binary: str, argv: tuple[str, ...] | None) -> PortHolder:
    """What can be told of any process."""
    user, started = _circumstances(owner.pid)
    return PortHolder(
        owner.pid,
        owner.name,
        binary=binary,
        command=mask(shlex.join(argv or ())),
        user=user,
        started=started,
    )


def _circumstances(pid: int) -> tuple[str, str]:
    """Whose a process is, and when it was started; empty if that cannot be told."""
    try:
        process = psutil.Process(pid)
        moment = datetime.fromtimestamp(process.create_time(), UTC).astimezone()
        return process.username(), f"{moment:%Y-%m-%d %H:%M}"
    except (psutil.Error, OSError, ValueError, OverflowError):
        return "", ""


def _recorded_version(home: Path, pid: int) -> str:
    """The version in the PID file of a home, if that is of this process."""
    try:
        record = parse_pid_file(read_bounded(home / PID_FILE_NAME, MAX_PID_FILE_BYTES + 1))
    except OSError:
        return ""
    return record.version if record is not None and record.pid == pid else ""


def owner_of(port: int, *, preferred: int | None = None) -> PortOwner | None:
    """Who listens on a TCP port; None if it cannot be told.

    Linux tells only of our own user's processes.

    Args:
        port: the port.
        preferred: the process to choose if there are several; else one on a loopback.
    """
    listeners = [(address, pid) for address, at, pid in _listeners() if at == port]
    listeners.sort(key=lambda listener: (listener[1] != preferred, listener[0] not in _USUAL))
    return next((owner for _, pid in listeners if (owner := _owner(pid))), None)


def _owner(pid: int) -> PortOwner | None:
    try:
        process = psutil.Process(pid)
        return PortOwner(pid, process.name(), bool(is_our_users(process)))
    except (psutil.Error, ValueError, OverflowError):  # or no number of a process at all
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
