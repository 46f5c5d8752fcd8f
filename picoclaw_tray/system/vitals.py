"""Looks how a process is; takes a fifth of a second, for the watch lane only."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final, TypeVar

import psutil

from picoclaw_tray.gateway.vitals import Activity, Vitals
from picoclaw_tray.system.process_key import key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.lifecycle.state import ProcessKey

    _T = TypeVar("_T")

INTERVAL_S: Final = 0.2
"""Over which the share of the processor is measured."""

_UNREADABLE = (psutil.Error, OSError)
_ACTIVITIES = {
    psutil.STATUS_RUNNING: Activity.RUNNING,
    psutil.STATUS_WAKING: Activity.RUNNING,
    psutil.STATUS_SLEEPING: Activity.SLEEPING,
    psutil.STATUS_IDLE: Activity.SLEEPING,
    psutil.STATUS_PARKED: Activity.SLEEPING,
    psutil.STATUS_STOPPED: Activity.SUSPENDED if sys.platform == "win32" else Activity.STOPPED,
    psutil.STATUS_TRACING_STOP: Activity.TRACED,
    psutil.STATUS_DISK_SLEEP: Activity.DISK_WAIT,
}
_ENDED = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}


def vitals_of(key: ProcessKey, *, interval_s: float = INTERVAL_S) -> Vitals | None:
    """How exactly this process is; None if it has ended."""
    try:
        process = psutil.Process(key.pid)
    except _UNREADABLE:
        return None
    status = _read(process.status)
    memory, threads = _read(process.memory_info), _read(process.num_threads)
    cpu_s, begun = _cpu_s(process), time.monotonic()
    if status in _ENDED or key_of(key.pid) != key:
        return None
    return Vitals(
        key.pid,
        _ACTIVITIES.get(status or "", Activity.OTHER),
        cpu_s,
        _cpu_percent(process, cpu_s, begun, interval_s),
        None if memory is None else memory.rss,
        threads,
    )


def _cpu_percent(
    process: psutil.Process, before_s: float | None, begun: float, interval_s: float
) -> float | None:
    """Over an interval; None if the process has ended by then: it may be on its way out."""
    time.sleep(interval_s)
    now_s, elapsed = _cpu_s(process), time.monotonic() - begun
    if before_s is None or now_s is None or elapsed <= 0:
        return None
    return 100 * (now_s - before_s) / elapsed


def _cpu_s(process: psutil.Process) -> float | None:
    times = _read(process.cpu_times)
    return None if times is None else times.user + times.system


def _read(question: Callable[[], _T]) -> _T | None:
    try:
        return question()
    except _UNREADABLE:
        return None
