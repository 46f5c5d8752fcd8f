"""What a tray went through, as its own log tells it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_STEP = re.compile(
    r"(?P<old>[a-z]+)(?: \([a-z ]+\))? -> (?P<new>[a-z]+)(?: \([a-z ]+\))?:"
    r" (?P<why>\w+)(?: -?\d+)?(?: \(PID (?P<pid>\d+)\))?$"
)
_ALIVE = {"starting", "running"}


@dataclass(frozen=True, slots=True)
class Step:
    """From one phase to the next. ``pid``: the gateway of the new phase, where it has one."""

    old: str
    new: str
    why: str
    pid: int | None


def steps_in(lines: Iterable[str]) -> list[Step]:
    """The steps of the life cycle."""
    matches = filter(None, map(_STEP.search, lines))
    return [
        Step(match["old"], match["new"], match["why"], int(match["pid"]) if match["pid"] else None)
        for match in matches
    ]


def flickers(steps: Iterable[Step]) -> list[Step]:
    """The steps that show a gateway alive which had been shown as ending, or as gone."""
    found: list[Step] = []
    over: set[int] = set()
    shown: int | None = None
    for step in steps:
        if step.new in _ALIVE and step.pid in over:
            found.append(step)
        if shown is not None and shown != step.pid:
            over.add(shown)
        if step.new == "stopping" and step.pid is not None:
            over.add(step.pid)
        shown = step.pid
    return found


def spawned(steps: Iterable[Step]) -> list[int]:
    """The gateways that the tray started itself."""
    return [step.pid for step in steps if step.old == "spawning" and step.pid is not None]
