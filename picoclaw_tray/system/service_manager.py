"""Reads what tells who started a gateway, and who runs it as a service.

For the watch lane: it looks at files of ``/proc``, elsewhere through psutil. It asks no service
manager, and starts none.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import psutil

from picoclaw_tray.gateway.origin import Traces, terminal_name
from picoclaw_tray.gateway.service import Kin

GENERATIONS = 6
"""A gateway, its launcher and the Flutter UI, and a script or a shim before each of them."""

LIMIT = 64 * 1024
"""Bytes of a file of ``/proc`` that are read."""

PROC = Path("/proc")
_PARENT, _SESSION, _TERMINAL = 1, 3, 4
"""Fields 4, 6 and 7 of ``/proc/PID/stat``, counted from the one after the name (proc(5))."""

_EXEC_PID = b"SYSTEMD_EXEC_PID="
_LABEL = "XPC_SERVICE_NAME"

_UNREADABLE = (psutil.Error, OSError, ValueError, OverflowError)


def traces_in(proc: Path, pid: int) -> Traces:
    """What Linux says, by the files below ``proc``."""
    lineage: list[Kin] = []
    while pid > 0 and len(lineage) < GENERATIONS:
        try:
            kin, pid = _kin(proc, pid)
        except (OSError, ValueError, IndexError):
            break
        lineage.append(kin)
    return Traces(tuple(lineage), own_cgroup=_words(proc / "self" / "cgroup"))


def lineage_by_psutil(pid: int) -> tuple[Kin, ...]:
    """A process and its ancestors, where there is no ``/proc``."""
    try:
        process = psutil.Process(pid)
        ancestors = process.parents()
    except _UNREADABLE:
        return ()
    return tuple(_kin_by_psutil(relative) for relative in [process, *ancestors][:GENERATIONS])


def _kin(proc: Path, pid: int) -> tuple[Kin, int]:
    """A process, and the number of its parent.

    Raises:
        OSError: There is no such process.
        ValueError, IndexError: Its line makes no sense.
    """
    folder = proc / str(pid)
    # The name stands in parentheses and may itself contain some, and spaces.
    fields = _read(folder / "stat").rpartition(b")")[2].split()
    words = _words(folder / "cmdline").split("\0")
    argv = tuple(words[:-1]) if words[-1] == "" else tuple(words)
    cgroup, terminal = _words(folder / "cgroup"), terminal_name(int(fields[_TERMINAL]))
    kin = Kin(pid, int(fields[_SESSION]), argv, cgroup, _exec_pid(folder), terminal)
    return kin, int(fields[_PARENT])


def _exec_pid(folder: Path) -> str | None:
    """Our own user's processes tell; nothing else of their environment is kept."""
    try:
        variables = _read(folder / "environ").split(b"\0")
    except OSError:
        return None
    found = (value for value in variables if value.startswith(_EXEC_PID))
    return next((value.removeprefix(_EXEC_PID).decode("ascii", "replace") for value in found), None)


def _words(path: Path) -> str:
    """A file's text; empty if it cannot be read."""
    try:
        return os.fsdecode(_read(path))
    except OSError:
        return ""


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LIMIT)


def _kin_by_psutil(process: psutil.Process) -> Kin:
    """Without session and group; what cannot be read, such as a stranger's words, is left out."""
    argv: tuple[str, ...] = ()
    terminal = ""
    try:
        argv = (process.name(),)  # on Windows it has its ending, which a shell's word may lack
        argv = (*argv, *process.cmdline()[1:])
        if sys.platform != "win32":
            terminal = (process.terminal() or "").removeprefix("/dev/")
    except _UNREADABLE:
        pass
    return Kin(process.pid, 0, argv, terminal=terminal)


if sys.platform == "linux":

    def traces_of(pid: int) -> Traces:
        """What there is to read about a process; empty if there is none."""
        return traces_in(PROC, pid)

elif sys.platform == "darwin":

    def traces_of(pid: int) -> Traces:
        """What there is to read about a process; empty if there is none."""
        lineage, own_label = lineage_by_psutil(pid), os.environ.get(_LABEL, "")
        try:
            process = psutil.Process(pid)
            label, uid = process.environ().get(_LABEL, ""), process.uids().effective
        except _UNREADABLE:
            return Traces(lineage)
        return Traces(lineage, label=label, own_label=own_label, uid=uid)

else:

    def traces_of(pid: int) -> Traces:
        """What there is to read about a process; empty if there is none.

        A service of Windows runs in another session, and is not looked at.
        """
        return Traces(lineage_by_psutil(pid))
