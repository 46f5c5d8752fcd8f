"""What a gateway leaves behind beside its output: two files, and counters of the kernel."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.memory_kills import MemoryKills
from picoclaw_tray.logs.moment import lines_after
from picoclaw_tray.logs.splitter import decode_line
from picoclaw_tray.system import memory_kills
from picoclaw_tray.system.files import open_regular, size_of

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.lifecycle.messages import Found
    from picoclaw_tray.lifecycle.state import ProcessKey
    from picoclaw_tray.system.memory_kills import MemoryMark
    from picoclaw_tray.system.paths import GatewayPlace

LIMIT: Final = 64 * 1024
"""The last bytes of a file that are read; both grow for ever."""

MARKS_KEPT: Final = 4
"""A gateway is explained after its end, when the next one may be there already."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How things were when a gateway was about to be started, or was found.

    Attributes:
        panic_size: bytes of ``gateway_panic.log``.
        log_size: bytes of ``gateway.log``.
        started_at: of the gateway, seconds since the epoch.
        memory: the kernel's counters.
    """

    panic_size: int
    log_size: int
    started_at: float
    memory: MemoryMark


@dataclass(frozen=True, slots=True)
class Trace:
    """What one gateway left.

    Attributes:
        panic: the last lines that ``gateway_panic.log`` gained.
        log: the last lines of ``gateway.log`` that are surely of this run.
    """

    panic: tuple[str, ...] = ()
    log: tuple[str, ...] = ()
    memory: MemoryKills = MemoryKills.UNKNOWN


class Traces:
    """Remembers how things were, for the gateways of one home; works in one lane."""

    def __init__(self, place: GatewayPlace) -> None:
        self._place = place
        self._start: Mark | None = None
        self._marks: dict[ProcessKey, Mark] = {}

    def mark_start(self) -> None:
        """A gateway is about to be started; there is none now."""
        self._start = self._mark(time.time())

    def begin(self, key: ProcessKey) -> None:
        """This is the gateway that was started."""
        if self._start is not None:
            self._keep(key, self._start)

    def find(self, found: Found) -> None:
        """A gateway was found. What another one left before must not count as its own."""
        process = found.process
        if not process.watched and process.key not in self._marks:
            self._keep(process.key, self._mark(time.time() - found.age, process.key.pid))

    def of(self, key: ProcessKey) -> Trace:
        """What this gateway has left by now; nothing if it was never marked."""
        mark = self._marks.get(key)
        if mark is None:
            return Trace()
        return Trace(
            gained(self._place.panic_log, mark.panic_size),
            _lines_of_run(self._place.log, mark),
            memory_kills.kills_since(mark.memory),
        )

    def _mark(self, started_at: float, pid: int | None = None) -> Mark:
        place = self._place
        sizes = size_of(place.panic_log), size_of(place.log)
        return Mark(*sizes, started_at, memory_kills.mark(pid))

    def _keep(self, key: ProcessKey, mark: Mark) -> None:
        self._marks[key] = mark
        while len(self._marks) > MARKS_KEPT:
            del self._marks[next(iter(self._marks))]


def gained(path: Path, size: int) -> tuple[str, ...]:
    """The last lines of a file beyond a size that it had; all of one that was cut meanwhile."""
    return _last_lines(path, size if size <= size_of(path) else 0)


def _lines_of_run(path: Path, mark: Mark) -> tuple[str, ...]:
    """What was there at the mark, or is what was kept of a file that was cut, tells by its time."""
    if size_of(path) < mark.log_size:
        return lines_after(_last_lines(path, 0), mark.started_at)
    older = lines_after(_last_lines(path, 0, mark.log_size), mark.started_at)
    return older + _last_lines(path, mark.log_size)


def _last_lines(path: Path, begin: int, end: int | None = None) -> tuple[str, ...]:
    """The last lines of a part of a file; none if it cannot be read."""
    try:
        with open_regular(path) as file:
            size = file.seek(0, os.SEEK_END)
            end = size if end is None else min(end, size)
            begin = max(begin, end - LIMIT)
            file.seek(begin)
            return tuple(map(decode_line, file.read(max(0, end - begin)).splitlines()))
    except OSError:
        return ()
