"""Reads who runs a gateway as a service; asks no service manager, and starts none.

For the watch lane: it looks at files of ``/proc``, on macOS through psutil.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from picoclaw_tray.gateway.service import Kin, Service, launchd_service, service_of

GENERATIONS = 3
LIMIT = 64 * 1024
"""Bytes of a file of ``/proc`` that are read."""

PROC = Path("/proc")
_PARENT, _SESSION = 1, 3
"""Fields 4 and 6 of ``/proc/PID/stat``, counted from the one after the name (proc(5))."""

_EXEC_PID = b"SYSTEMD_EXEC_PID="
_LABEL = "XPC_SERVICE_NAME"


def service_in(proc: Path, pid: int) -> Service | None:
    """The service of a process on Linux, by the files below ``proc``."""
    lineage: list[Kin] = []
    while pid > 0 and len(lineage) < GENERATIONS:
        try:
            kin, pid = _kin(proc, pid)
        except (OSError, ValueError, IndexError):
            break
        lineage.append(kin)
    return service_of(tuple(lineage), _words(proc / "self" / "cgroup"))


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
    kin = Kin(pid, int(fields[_SESSION]), argv, _words(folder / "cgroup"), _exec_pid(folder))
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


if sys.platform == "darwin":
    import psutil

    def service_running(pid: int) -> Service | None:
        """The service that a process belongs to; none also if it cannot be told."""
        try:
            process = psutil.Process(pid)
            label, uid = process.environ().get(_LABEL, ""), process.uids().effective
        except (psutil.Error, OSError, ValueError):
            return None
        return launchd_service(label, os.environ.get(_LABEL, ""), uid)

elif sys.platform == "linux":

    def service_running(pid: int) -> Service | None:
        """The service that a process belongs to; none also if it cannot be told."""
        return service_in(PROC, pid)

else:

    def service_running(pid: int) -> Service | None:  # noqa: ARG001
        """None: a service of Windows runs in another session, and is not looked at."""
        return None
