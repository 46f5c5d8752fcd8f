"""How a process is that lives and does not answer: what it uses, and what it waits for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

_MEGABYTE: Final = 1e6


class Activity(StrEnum):
    """What a process does at a moment; the values are read by people."""

    RUNNING = "running"
    SLEEPING = "sleeping"
    STOPPED = "stopped"
    """By SIGSTOP or its like; it runs on at SIGCONT."""
    TRACED = "stopped by a debugger"
    SUSPENDED = "suspended"
    """What Windows has instead."""
    DISK_WAIT = "waiting for a disk"
    OTHER = "in an unknown state"


@dataclass(frozen=True, slots=True)
class Vitals:
    """One look at a process. None: could not be told.

    Attributes:
        cpu_s: seconds of processor time used in its whole life.
        cpu_percent: of one processor, over the time of the look.
        memory: resident bytes.
    """

    pid: int
    activity: Activity
    cpu_s: float | None = None
    cpu_percent: float | None = None
    memory: int | None = None
    threads: int | None = None


def vitals_line(vitals: Vitals) -> str:
    """A line beside those of the log: ``CPU 0 % (3.4 s in all), memory 31 MB, 12 threads, …``."""
    parts = []
    if vitals.cpu_percent is not None:
        parts.append(f"CPU {vitals.cpu_percent:.0f} %")
    if vitals.cpu_s is not None:
        in_all = f"{vitals.cpu_s:.1f} s in all"
        parts[:] = [f"{parts[0]} ({in_all})"] if parts else [f"CPU {in_all}"]
    if vitals.memory is not None:
        parts.append(f"memory {vitals.memory / _MEGABYTE:.0f} MB")
    if vitals.threads is not None:
        parts.append("1 thread" if vitals.threads == 1 else f"{vitals.threads} threads")
    return ", ".join((*parts, vitals.activity))
