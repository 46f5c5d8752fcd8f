"""Whether the kernel ended a process for want of memory, by its counters at two moments.

Linux counts such ends for the whole machine (``/proc/vmstat``) and for each control group. A group
counts its own processes, whichever limit was reached: so where its counter could be read, that of
the machine says nothing more.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

_KILLS = "oom_kill"
_GROUP_KILLS = "oom_group_kill"
_LIMIT_REACHED = "oom"

_FILES_OF_V1: Final[tuple[str, ...]] = ("memory.oom_control",)
_FILES_OF_V2: Final[tuple[str, ...]] = ("memory.events.local", "memory.events")
"""The first, since Linux 5.2, leaves out the groups below."""

_OCTAL = re.compile(r"\\([0-7]{3})")
_SEPARATOR = "-"
"""Ends the optional fields of a line of ``mountinfo`` (proc(5))."""


class MemoryKills(Enum):
    """What the counters say."""

    UNKNOWN = "unknown"
    """None could be read."""
    NONE = "none"
    """No process was ended for want of memory."""
    ON_MACHINE = "on this machine"
    """Some process was, and nothing tells which."""
    IN_GROUP = "in its group"
    """A process of the gateway's control group was."""
    BY_LIMIT = "by the limit of its group"
    """The same, because of the limit of that group."""

    @property
    def in_group(self) -> bool:
        """Whether it was a process of the gateway's control group."""
        return self in {MemoryKills.IN_GROUP, MemoryKills.BY_LIMIT}


@dataclass(frozen=True, slots=True)
class MemoryCounters:
    """The counters at one moment; None: could not be read.

    Attributes:
        machine: processes ended on the machine.
        group: processes ended in the gateway's control group.
        limits: how often the limit of that group left no other way; cgroup v2 alone tells.
    """

    machine: int | None = None
    group: int | None = None
    limits: int | None = None


def memory_kills(before: MemoryCounters, after: MemoryCounters) -> MemoryKills:
    """What happened between two moments."""
    in_group = _has_risen(before.group, after.group)
    if in_group:
        by_limit = _has_risen(before.limits, after.limits)
        return MemoryKills.BY_LIMIT if by_limit else MemoryKills.IN_GROUP
    if in_group is not None:
        return MemoryKills.NONE
    on_machine = _has_risen(before.machine, after.machine)
    if on_machine is None:
        return MemoryKills.UNKNOWN
    return MemoryKills.ON_MACHINE if on_machine else MemoryKills.NONE


def _has_risen(before: int | None, after: int | None) -> bool | None:
    """None if it cannot be told; a counter that fell is that of another group of the same name."""
    if before is None or after is None or after < before:
        return None
    return after > before


def machine_kills(vmstat: str) -> int | None:
    """The counter in ``/proc/vmstat``; kernels before 4.13 have none."""
    return _counters(vmstat).get(_KILLS)


def group_kills(events: str) -> tuple[int | None, int | None]:
    """Ends and limits in ``memory.events`` of cgroup v2, or ``memory.oom_control`` of v1."""
    counters = _counters(events)
    kills = [counters[name] for name in (_KILLS, _GROUP_KILLS) if name in counters]
    return (sum(kills) if kills else None), counters.get(_LIMIT_REACHED)


def _counters(text: str) -> dict[str, int]:
    """Lines of a name and a number; whatever else there is, is passed over."""
    pairs = (line.split() for line in text.splitlines())
    return {
        pair[0]: int(pair[1])
        for pair in pairs
        if len(pair) == 2 and pair[1].isascii() and pair[1].isdecimal()  # noqa: PLR2004 - a pair
    }


def counter_files(cgroup: str, mountinfo: str) -> tuple[str, ...]:
    """Where the counters of a process's group may be, the likeliest first.

    Args:
        cgroup: the text of ``/proc/PID/cgroup``.
        mountinfo: the text of ``/proc/self/mountinfo``.
    """
    files = []
    for line in mountinfo.splitlines():
        mount = _mount(line)
        if mount is None:
            continue
        root, point, kind, options = mount
        if kind == "cgroup" and "memory" in options:
            controller, names = "memory", _FILES_OF_V1
        elif kind == "cgroup2":
            controller, names = "", _FILES_OF_V2
        else:
            continue
        group = _group(cgroup, controller)
        if group is not None and (below := _below(group, root)) is not None:
            files += [f"{point.rstrip('/')}{below}/{name}" for name in names]
    return tuple(dict.fromkeys(files))


def _mount(line: str) -> tuple[str, str, str, list[str]] | None:
    """Root, mount point, type and options of the file system of a line of ``mountinfo``."""
    fields = line.split(" ")
    match fields[: fields.index(_SEPARATOR)] if _SEPARATOR in fields else []:
        case [_, _, _, root, point, *_]:
            pass
        case _:
            return None
    match fields[fields.index(_SEPARATOR) + 1 :]:
        case [kind, _, options, *_]:
            return _unescaped(root), _unescaped(point), kind, options.split(",")
        case _:
            return None


def _unescaped(path: str) -> str:
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), path)


def _group(cgroup: str, controller: str) -> str | None:
    """The path of the group of a controller; the empty one is that of cgroup v2."""
    for line in cgroup.splitlines():
        _, _, rest = line.partition(":")
        controllers, colon, path = rest.partition(":")
        if colon and controller in controllers.split(",") and path.startswith("/"):
            return path
    return None


def _below(group: str, root: str) -> str | None:
    """The path of a group below the part of the tree that is mounted; None if it is not below."""
    if root == "/":
        return group.rstrip("/")
    if group == root or group.startswith(f"{root}/"):
        return group.removeprefix(root)
    return None
