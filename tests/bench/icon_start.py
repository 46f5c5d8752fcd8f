"""From exec to an icon that the watcher has registered, beside a minimal tray."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from tests.bench.bus_ear import REGISTERED, listening
from tests.bench.figures import Aim, Figure, Measure, Of
from tests.bench.running import PYTHON_PATH, TRAY, program
from tests.bench.usage import waited_s
from tests.support.desktop import Desktop
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.bench.bus_ear import BusEar
    from tests.bench.figures import Bench

ROUNDS, QUICK_ROUNDS = 10, 2
MAX_RATIO = 1.6

WHY = (
    "Nearly half of what we add is Python making 78 frozen dataclasses (0.5 to 0.8 ms each on"
    " 3.11), most of them states and messages of the life cycle, which the first picture depends"
    " on; the rest is imports that a minimal tray does without."
)


def _take(bench: Bench) -> Iterator[Figure]:
    ours, theirs = [], []
    with Desktop(bench.folder / "desktop") as desktop:
        desktop.start_panel()
        with listening(desktop.session_bus.address, REGISTERED) as ear:
            for _ in range(QUICK_ROUNDS if bench.quick else ROUNDS):
                theirs.append(_seconds(desktop, ear, program("minimal_tray")))
                ours.append(_seconds(desktop, ear, (*TRAY, "--no-start")))
    note = (
        f"the best of {len(ours)} each, without waiting for a processor; baseline: a minimal tray"
    )
    aim = Aim(MAX_RATIO, Of.RATIO)
    yield Figure("exec → icon registered", min(ours), "s", min(theirs), aim, note, WHY)


def _seconds(desktop: Desktop, ear: BusEar, command: Sequence[str]) -> float:
    """Without the time in which others had the processor that the tray was ready for."""
    ear.forget()
    start = perf_counter()
    tray = desktop.start(command, name="tray", environment=PYTHON_PATH)
    seconds = ear.wait() - start - waited_s(tray)
    tray.end()
    wait_until(lambda: not desktop.tray_items(), what="the end of the icon")
    return seconds


MEASURE = Measure("start", "exec → icon registered, beside a minimal tray", _take)
