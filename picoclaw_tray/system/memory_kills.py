"""Reads the kernel's counters of processes that were ended for want of memory.

Only Linux has them; elsewhere there are no such files, and so nothing is told.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from picoclaw_tray.gateway.memory_kills import (
    MemoryCounters,
    MemoryKills,
    counter_files,
    group_kills,
    machine_kills,
    memory_kills,
)

PROC: Final = Path("/proc")
LIMIT: Final = 1024 * 1024
"""Bytes of a file that are read; ``mountinfo`` of a machine with many containers is long."""


@dataclass(frozen=True, slots=True)
class MemoryMark:
    """The counters at one moment, and where they are read once the process is gone."""

    counters: MemoryCounters
    group_file: Path | None = None


def mark(pid: int | None = None, proc: Path = PROC) -> MemoryMark:
    """The counters now.

    Args:
        pid: of a gateway; None: of one that we are about to start, in our own group.
        proc: where the kernel tells of processes.
    """
    cgroup = _text(proc / ("self" if pid is None else str(pid)) / "cgroup")
    mountinfo = _text(proc / "self" / "mountinfo")
    for file in map(Path, counter_files(cgroup, mountinfo)):
        group, _ = group_kills(_text(file))
        if group is not None:
            return MemoryMark(_counters(proc, file), file)
    return MemoryMark(_counters(proc, None))


def kills_since(before: MemoryMark, proc: Path = PROC) -> MemoryKills:
    """What happened since a mark."""
    return memory_kills(before.counters, _counters(proc, before.group_file))


def _counters(proc: Path, group_file: Path | None) -> MemoryCounters:
    group, limits = (None, None) if group_file is None else group_kills(_text(group_file))
    return MemoryCounters(machine_kills(_text(proc / "vmstat")), group, limits)


def _text(path: Path) -> str:
    """A file's text; empty if it cannot be read."""
    try:
        with path.open("rb") as file:
            return os.fsdecode(file.read(LIMIT))
    except OSError:
        return ""
