"""A tray that has nothing to do: its gateway is healthy, its window was never opened."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from tests.bench.figures import Aim, Figure, Measure, Of
from tests.bench.imports import WATCHED_PYTHON, imported_modules
from tests.bench.running import PYTHON_PATH, TRAY, program
from tests.bench.usage import Counted, memory_mb
from tests.end_to_end.tray_program import TrayProgram, variables_of
from tests.support.desktop import Desktop
from tests.support.gateway_home import STAND_IN, GatewayHome

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from tests.bench.figures import Bench

SETTLED_S = 5.0
CALM_S, QUICK_CALM_S = 35.0, 5.0
"""Qt lets go of its own threads after 30 s; what they cost is part of the start."""

WINDOW_S, QUICK_WINDOW_S = 60.0, 5.0
MAX_SWITCHES_PER_S = 0.6
MAX_MEMORY_RATIO = 1.2

WHY_WAKEUPS = (
    "Every 10 s the GUI thread wakes the watch lane and is woken by it: four sleeps, and a fifth"
    " for the gateway's answer. Mostly the two then meet at Python's lock, once or twice, and each"
    " meeting is a sleep too. Once a minute the tooltip's age of the gateway goes to the panel."
)


def _take_memory(bench: Bench) -> Iterator[Figure]:
    home = GatewayHome(bench.folder / "gateway", STAND_IN)
    with Desktop(bench.folder / "desktop") as desktop:
        desktop.start_panel()
        modules = bench.folder / "modules.txt"
        modules.write_text("\n".join(_modules_of_a_run(desktop, home)), encoding="ascii")
        minimal = desktop.start(
            program("minimal_tray", "import", str(modules)),
            name="minimal",
            environment=PYTHON_PATH,
        )
        ours = _running(desktop, home, TRAY, run=2).program
        time.sleep(SETTLED_S)
        theirs, found = memory_mb(minimal), memory_mb(ours)
    note = "baseline: a minimal tray with the same imports, at the same time"
    for name, megabytes in found.items():
        aim = Aim(MAX_MEMORY_RATIO, Of.RATIO)
        yield Figure(f"{name.upper()} idle", megabytes, "MB", theirs[name], aim, note)
        note = ""


def _modules_of_a_run(desktop: Desktop, home: GatewayHome) -> list[str]:
    """What a tray imports until its gateway runs, in all its threads."""
    tray = _running(desktop, home, (*WATCHED_PYTHON, *TRAY[1:]), run=1)
    tray.program.end(grace_s=20)
    return imported_modules(tray.program.output)


def _running(
    desktop: Desktop, home: GatewayHome, command: Sequence[str], *, run: int
) -> TrayProgram:
    variables = {**PYTHON_PATH, **variables_of(home)}
    program = desktop.start(command, name="tray", environment=variables)
    tray = TrayProgram(program, desktop.environment)
    tray.wait_for("-> running", times=run)
    return tray


def _take_wakeups(bench: Bench) -> Iterator[Figure]:
    home = GatewayHome(bench.folder / "gateway", STAND_IN)
    calm_s, window_s = (QUICK_CALM_S, QUICK_WINDOW_S) if bench.quick else (CALM_S, WINDOW_S)
    with Desktop(bench.folder / "desktop") as desktop:
        desktop.start_panel()
        both = (
            _counted(desktop, bench.folder / "minimal", "tests.bench.programs.minimal_tray"),
            _counted(desktop, bench.folder / "ours", "picoclaw_tray", "run", at=home),
        )
        TrayProgram(both[1].program, desktop.environment).wait_for("-> running")
        time.sleep(calm_s)
        before = [each.usage() for each in both]
        time.sleep(window_s)
        minimal, ours = (
            each.usage().since(start) for each, start in zip(both, before, strict=True)
        )
        for each in both:
            each.close()
    note = f"voluntary context switches of all threads, those that ended too, in {window_s:g} s"
    aim = Aim(MAX_SWITCHES_PER_S)
    rates = ours.switches / window_s, minimal.switches / window_s
    yield Figure("wake-ups", rates[0], "/s", rates[1], aim, note, WHY_WAKEUPS)
    note = "baseline: a minimal tray beside it"
    used = ours.cpu_s / window_s * 1000, minimal.cpu_s / window_s * 1000
    yield Figure("CPU", used[0], "ms/s", used[1], note=note)


def _counted(
    desktop: Desktop, folder: Path, *command: str, at: GatewayHome | None = None
) -> Counted:
    variables = variables_of(at) if at else {}
    return Counted(desktop, folder, *command, variables=variables)


MEMORY = Measure("memory", "RSS and PSS of an idle tray, beside one with its imports", _take_memory)
WAKEUPS = Measure("idle", "wake-ups and CPU with a healthy gateway and no window", _take_wakeups)
