"""What identifies a process beyond the reuse of its number; cheap enough for the GUI thread."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from picoclaw_tray.lifecycle.state import ProcessKey

_STAT_STARTTIME = 19
"""Field 22 of ``/proc/PID/stat``, counted from the one after the name (proc(5))."""


def key_of(pid: int) -> ProcessKey | None:
    """The key of a process, a zombie included; None if there is no such process.

    ``created`` is empty if the system does not tell it: such a key proves nothing.
    """
    created = _created_on_linux(pid) if sys.platform == "linux" else _created_elsewhere(pid)
    return None if created is None else ProcessKey(pid, created)


def _created_on_linux(pid: int) -> str | None:
    """Ticks between boot and start; psutil's time of creation moves with the system clock here."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except PermissionError:
        return ""
    except OSError:  # ProcessLookupError: it ended between opening and reading
        return None
    # The name stands in parentheses and may itself contain some, and spaces.
    fields = stat.rpartition(b")")[2].split()
    return f"{_boot_id()}:{int(fields[_STAT_STARTTIME])}"


@cache
def _boot_id() -> str:
    """Ticks start anew at each boot. A sandbox may hide the id: then a boot cannot be told."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return "unknown boot"


def _created_elsewhere(pid: int) -> str | None:
    import psutil  # noqa: PLC0415 - not needed on Linux, and 30 ms

    try:
        return repr(psutil.Process(pid).create_time())
    except (psutil.NoSuchProcess, ValueError, OverflowError):  # or no number of a process at all
        return None
    except (psutil.Error, OSError):
        return ""
