"""Who started a gateway, and who seems to look after it.

It judges facts that others gathered. What is not proven is unknown. The environment proves less
than it seems to: what the launcher or a terminal puts there, everything that is started from
there inherits. So a gateway whose launcher has ended is nobody's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import dropwhile, takewhile
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.command_line import is_shell, program_name
from picoclaw_tray.gateway.service import launchd_service, service_of

if TYPE_CHECKING:
    from picoclaw_tray.gateway.service import Kin, Service


class OriginKind(Enum):
    """What started a gateway."""

    THIS_TRAY = "this_tray"
    EARLIER_TRAY = "earlier_tray"
    LAUNCHER = "launcher"
    """PicoClaw's web console, written in Go (contract section 13)."""
    FLUTTER_UI = "flutter_ui"
    """PicoClaw's desktop program; it starts a launcher of its own, which starts the gateway."""
    SERVICE = "service"
    TERMINAL = "terminal"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a gateway comes from.

    Attributes:
        service: Of a service manager or a container.
        starter: The PID of a tray, a launcher or a Flutter UI that still runs.
        terminal: Its name, such as ``pts/3``; on Windows the shell's.
    """

    kind: OriginKind
    service: Service | None = None
    starter: int | None = None
    terminal: str = ""


@dataclass(frozen=True, slots=True)
class Traces:
    """What the system says about where a process comes from.

    Attributes:
        lineage: The process, its parent and so on, as far as they could be read. On Windows each
            argument vector begins with a name that ends in ``.exe``.
        own_cgroup: The text of our own ``/proc/self/cgroup``.
        label: ``XPC_SERVICE_NAME`` of the process, on macOS.
        own_label: Our own.
        uid: The user that the process runs as, on macOS.
    """

    lineage: tuple[Kin, ...] = ()
    own_cgroup: str = ""
    label: str = ""
    own_label: str = ""
    uid: int = 0


def origin_of(traces: Traces) -> Origin:
    """Where a gateway comes from that is not ours.

    A container or a unit comes first: it holds whatever runs in it. A launcher that is itself a
    job of launchd passes its label on to its gateway, so it comes before the job.
    """
    service = service_of(traces.lineage[:_CLOSE_KIN], traces.own_cgroup)
    if service is not None:
        return Origin(OriginKind.SERVICE, service)
    ancestors = _ancestors(traces.lineage)
    supervisor = _supervisor(ancestors)
    if supervisor is not None:
        return supervisor
    service = launchd_service(traces.label, traces.own_label, traces.uid)
    if service is not None:
        return Origin(OriginKind.SERVICE, service)
    terminal = _terminal(traces.lineage) or _console(ancestors)
    return Origin(OriginKind.TERMINAL if terminal else OriginKind.UNKNOWN, terminal=terminal)


def terminal_name(device: int) -> str:
    """The name of a terminal on Linux by its number in ``/proc/PID/stat``; empty for none."""
    major, minor = (device >> 8) & 0xFFF, (device & 0xFF) | ((device >> 12) & 0xFFF00)
    if device == 0:
        return ""
    if major == _PSEUDO_TERMINAL:
        return f"pts/{minor}"
    if major == _VIRTUAL_CONSOLE:
        return f"tty{minor}" if minor < _FIRST_SERIAL_LINE else f"ttyS{minor - _FIRST_SERIAL_LINE}"
    return f"{major}:{minor}"


_CLOSE_KIN: Final = 3
"""The process, its parent and its grandparent: further away a unit proves nothing."""

_PSEUDO_TERMINAL: Final = 136
_VIRTUAL_CONSOLE: Final = 4
_FIRST_SERIAL_LINE: Final = 64
"""Numbers of Documentation/admin-guide/devices.txt of the Linux kernel."""

_LAUNCHER: Final = re.compile(r"picoclaw-launcher(?:-(?:linux|darwin|windows|\w+bsd)-\w+)?")
"""As released, and as its makefile builds it. ``picoclaw-launcher-tui`` looked after nothing."""

_FLUTTER_UI: Final = "picoclaw_flutter_ui"
"""The name of its program on Linux, macOS and Windows."""

_WINDOWS_SHELLS: Final = frozenset({"cmd", "powershell", "pwsh", "bash", "sh", "zsh"})
_WINDOWS_TERMINALS: Final = frozenset({"windowsterminal", "mintty"})
_EXPLORER: Final = "explorer"
_STAYS: Final = frozenset({"/k", "-noexit", "-i", "--login"})
"""Options that let a shell go on after what it was told to run."""


def _ancestors(lineage: tuple[Kin, ...]) -> tuple[Kin, ...]:
    """Without a shim: a small program of the same name that only starts the real one."""
    if not lineage or not _name(lineage[0]):
        return lineage[1:]
    return tuple(dropwhile(lambda kin: _name(kin) == _name(lineage[0]), lineage))


def _supervisor(ancestors: tuple[Kin, ...]) -> Origin | None:
    """A launcher, or the Flutter UI that started it; scripts may stand in between."""
    launcher = None
    for kin in ancestors:
        if _is_shell(kin):
            continue
        if _name(kin) == _FLUTTER_UI:
            return Origin(OriginKind.FLUTTER_UI, starter=kin.pid)
        if launcher is not None or not _LAUNCHER.fullmatch(_name(kin)):
            break
        launcher = kin
    return None if launcher is None else Origin(OriginKind.LAUNCHER, starter=launcher.pid)


def _terminal(lineage: tuple[Kin, ...]) -> str:
    """The terminal that it has, or that the shell has which started it without."""
    shells = takewhile(_is_shell, lineage[1:])
    return next((kin.terminal for kin in (*lineage[:1], *shells) if kin.terminal), "")


def _console(ancestors: tuple[Kin, ...]) -> str:
    """The shell or the terminal of Windows that it was started in.

    A shell that only runs a script may be anybody's: the task scheduler's too.
    """
    script = ""
    for kin in ancestors:
        name = _name(kin) if _is_windows_program(kin) else ""
        if name in _WINDOWS_TERMINALS or (script and name == _EXPLORER):
            return script or name
        if name not in _WINDOWS_SHELLS:
            break
        script = script or name
        if len(kin.argv) == 1 or not _STAYS.isdisjoint(word.lower() for word in kin.argv):
            return script
    return ""


def _name(kin: Kin) -> str:
    return program_name(kin.argv[0]) if kin.argv else ""


def _is_shell(kin: Kin) -> bool:
    """Also one that was started by a log-in: those have a name with a hyphen."""
    return bool(kin.argv) and is_shell((kin.argv[0].removeprefix("-"),))


def _is_windows_program(kin: Kin) -> bool:
    return bool(kin.argv) and kin.argv[0].lower().endswith(".exe")
