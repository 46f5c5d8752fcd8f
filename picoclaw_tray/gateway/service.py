"""Which service manager a gateway belongs to, and the commands that stop and restart it there.

It judges facts that others gathered. What is not proven is nobody's: to name the wrong unit would
make a person stop a terminal, or a whole session.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from picoclaw_tray.gateway.command_line import is_shell


class ServiceManager(Enum):
    """Who starts a gateway, and would start it again."""

    SYSTEMD = "systemd"
    SYSTEMD_USER = "systemd --user"
    OPENRC = "OpenRC"
    RUNIT = "runit"
    LAUNCHD = "launchd"
    DOCKER = "Docker"
    PODMAN = "Podman"
    CONTAINERD = "containerd"
    LXC = "LXC"
    NSPAWN = "systemd-nspawn"
    KUBERNETES = "Kubernetes"


CONTAINERS: Final = frozenset(
    {
        ServiceManager.DOCKER,
        ServiceManager.PODMAN,
        ServiceManager.CONTAINERD,
        ServiceManager.LXC,
        ServiceManager.NSPAWN,
        ServiceManager.KUBERNETES,
    }
)


@dataclass(frozen=True, slots=True)
class Service:
    """What a gateway belongs to.

    Attributes:
        unit: Its name there; of a container with a number the first twelve digits.
        stop_command: For a shell; empty if the name of what has to be stopped cannot be told.
        restart_command: Likewise.
    """

    manager: ServiceManager
    unit: str
    stop_command: str = ""
    restart_command: str = ""


@dataclass(frozen=True, slots=True)
class Kin:
    """A gateway's process or one of its ancestors.

    Attributes:
        session: The number of the process that leads its session.
        argv: Empty if it could not be read.
        cgroup: The text of ``/proc/PID/cgroup``; empty if it could not be read.
        exec_pid: ``SYSTEMD_EXEC_PID`` of its environment; none if it is not there, or not readable.
        terminal: The name of its controlling terminal; empty if it has none.
    """

    pid: int
    session: int
    argv: tuple[str, ...] = ()
    cgroup: str = ""
    exec_pid: str | None = None
    terminal: str = ""


def service_of(lineage: tuple[Kin, ...], own_cgroup: str) -> Service | None:
    """The service of a process on Linux.

    ``INVOCATION_ID`` and the like prove nothing: every terminal of a session inherits them. A unit
    is proven when its process was started from outside of it, at most with a script in between.

    Args:
        lineage: The process, its parent and its grandparent, as far as they could be read.
        own_cgroup: The text of our own ``/proc/self/cgroup``. What we are part of ourselves does
            not own the gateway: it owns the two of us.
    """
    if not lineage:
        return None
    own, path = _path(own_cgroup), _path(lineage[0].cgroup)
    return _container(path, own) or _supervised(lineage) or _main_process_of(path, lineage, own)


def launchd_service(label: str, own_label: str, uid: int) -> Service | None:
    """The job of a process on macOS, by its ``XPC_SERVICE_NAME``.

    A terminal has ``0``, a program with a window ``application.…``; children inherit it.

    Args:
        label: Of the gateway; empty if it has none.
        own_label: Our own.
        uid: The user that the gateway runs as.
    """
    if label == own_label or not re.fullmatch(r"[\w.-]+", label, re.ASCII):
        return None
    if label == "0" or label.startswith("application."):
        return None
    if label.startswith(_HOMEBREW):
        stop, restart = (
            f"brew services {verb} {label.removeprefix(_HOMEBREW)}" for verb in ("stop", "restart")
        )
    else:
        target = f"gui/{uid}/{label}" if uid else f"system/{label}"
        stop, restart = f"launchctl bootout {target}", f"launchctl kickstart -k {target}"
    return Service(ServiceManager.LAUNCHD, label, stop, restart)


_HOMEBREW: Final = "homebrew.mxcl."

_ID: Final = r"(?P<id>[0-9a-f]{64})(?:\.scope)?(?=/|$)"
_NAME: Final = r"(?P<id>[A-Za-z0-9][A-Za-z0-9_.-]*)"
_CONTAINERS: Final = (
    (ServiceManager.KUBERNETES, re.compile(rf"/kubepods[^/]*/(?:[^/]*/)*?(?:[a-z-]+-)?{_ID}")),
    (ServiceManager.DOCKER, re.compile(rf"/docker[-/]{_ID}")),
    (ServiceManager.PODMAN, re.compile(rf"/libpod-(?:payload-)?{_ID}")),
    (ServiceManager.CONTAINERD, re.compile(rf"/(?:default/|nerdctl-){_ID}")),
    (ServiceManager.LXC, re.compile(rf"/lxc(?:\.payload\.|\.payload/|/){_NAME}(?=/|$)")),
    (ServiceManager.NSPAWN, re.compile(rf"/machine-{_NAME}\.scope(?=/|$)")),
    (ServiceManager.NSPAWN, re.compile(rf"/systemd-nspawn@{_NAME}\.service(?=/payload(?:/|$))")),
)
"""How container programs name their groups, with the driver ``systemd`` and with ``cgroupfs``."""

_COMMANDS: Final = {
    ServiceManager.SYSTEMD: ("systemctl stop {}", "systemctl restart {}"),
    ServiceManager.SYSTEMD_USER: ("systemctl --user stop {}", "systemctl --user restart {}"),
    ServiceManager.OPENRC: ("rc-service {} stop", "rc-service {} restart"),
    ServiceManager.RUNIT: ("sv stop {}", "sv restart {}"),
    ServiceManager.DOCKER: ("docker stop {}", "docker restart {}"),
    ServiceManager.PODMAN: ("podman stop {}", "podman restart {}"),
    ServiceManager.CONTAINERD: ("nerdctl stop {}", "nerdctl restart {}"),
    ServiceManager.LXC: ("lxc-stop -n {}", "lxc-stop -r -n {}"),
    ServiceManager.NSPAWN: ("machinectl poweroff {}", "machinectl reboot {}"),
    ServiceManager.KUBERNETES: ("", ""),
}
_SHORT_ID: Final = 12

_HIERARCHIES: Final = ("name=systemd", "", "pids", "memory", "cpu,cpuacct", "cpu")
"""The likeliest first; the nameless one is cgroup v2."""

_DELETED: Final = " (deleted)"
_UNIT: Final = re.compile(r"_?(?P<unit>[A-Za-z0-9:_.\\@-]+\.service)")
_USER_INSTANCE: Final = re.compile(r"/user@\d+\.service/")
_NOT_A_SERVICE: Final = ("user@", "app-", "dbus-")
"""Units that are somebody's session or a program that a desktop or D-Bus started on demand."""

_SUPERVISORS: Final = {
    "runsv": ServiceManager.RUNIT,
    "supervise-daemon": ServiceManager.OPENRC,
}
_SUPERVISED: Final = re.compile(r"[\w.@+-]+", re.ASCII)


def _path(cgroup: str) -> str:
    """The one path that tells most: of systemd's hierarchy, else of one that is not the root."""
    paths = {}
    for line in cgroup.splitlines():
        _, _, rest = line.partition(":")
        hierarchy, _, path = rest.partition(":")
        paths[hierarchy] = path.removesuffix(_DELETED)
    known = (paths.get(hierarchy, "") for hierarchy in _HIERARCHIES)
    return next((path for path in known if path not in {"", "/"}), "/")


def _container(path: str, own: str) -> Service | None:
    """The outermost container that we are not in, or the unit that this container is."""
    found = [
        (match.start(), manager, match)
        for manager, pattern in _CONTAINERS
        for match in pattern.finditer(path)
        if not _is_below(own, match.string[: match.end()])
    ]
    if not found:
        return None
    start, manager, match = min(found, key=lambda candidate: candidate[0])
    unit = _unit_path(path[:start]) if manager is ServiceManager.PODMAN else None
    if unit is not None:
        return _systemd(unit)  # podman-systemd.unit(5): systemd would start it again
    name = match["id"]
    is_number = manager not in {ServiceManager.LXC, ServiceManager.NSPAWN}
    return _service(manager, name[:_SHORT_ID] if is_number else name)


def _unit_path(path: str) -> str | None:
    """The path of the innermost unit if that is a service; groups below it are its own."""
    while path.strip("/"):
        parent, _, name = path.rpartition("/")
        match = _UNIT.fullmatch(name)
        if match is not None:
            return None if match["unit"].startswith(_NOT_A_SERVICE) else path
        if name.endswith((".scope", ".slice")):
            return None
        path = parent
    return None


def _systemd(unit_path: str) -> Service:
    name = unit_path.rpartition("/")[2].removeprefix("_")  # systemd escapes a kernel's file name
    by_user = _USER_INSTANCE.search(unit_path)
    return _service(ServiceManager.SYSTEMD_USER if by_user else ServiceManager.SYSTEMD, name)


def _service(manager: ServiceManager, unit: str) -> Service:
    quoted = f"'{unit}'" if "\\" in unit else unit
    stop, restart = _COMMANDS[manager]
    return Service(manager, unit, stop.format(quoted), restart.format(quoted))


def _main_process_of(path: str, lineage: tuple[Kin, ...], own: str) -> Service | None:
    """The unit whose main process this is, or the shell that runs it."""
    unit = _unit_path(path)
    if unit is None or _is_below(own, unit):
        return None
    match lineage:
        case (gateway, starter, *_) if gateway.session == gateway.pid:
            main = gateway
        case (gateway, main, starter) if gateway.session == main.pid and is_shell(main.argv):
            pass
        case _:
            return None
    if gateway.exec_pid not in {None, str(main.pid)} or not starter.cgroup:
        return None
    return None if _is_below(_path(starter.cgroup), unit) else _systemd(unit)


def _supervised(lineage: tuple[Kin, ...]) -> Service | None:
    """Small supervisors run once for each service and say its name."""
    for ancestor in lineage[1:]:
        supervisor = _supervisor(ancestor.argv)
        if supervisor is not None:
            return _service(*supervisor)
        if not is_shell(ancestor.argv):
            break
    return None


def _supervisor(argv: tuple[str, ...]) -> tuple[ServiceManager, str] | None:
    """Which one it is, and the name of its service."""
    match argv:
        case (program, name, *_) if _SUPERVISED.fullmatch(name):
            manager = _SUPERVISORS.get(program.rpartition("/")[2])
            return None if manager is None else (manager, name)
        case _:
            return None


def _is_below(path: str, group: str) -> bool:
    return path == group or path.startswith(f"{group}/")
