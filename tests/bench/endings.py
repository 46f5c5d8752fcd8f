"""How soon the icon shows that a gateway ended: one of our own, and one that we only watch."""

from __future__ import annotations

import os
import signal
import time
from time import perf_counter
from typing import TYPE_CHECKING

from tests.bench.bus_ear import NEW_ICON, BusEar, listening
from tests.bench.figures import Aim, Figure, Measure
from tests.bench.running import PYTHON_PATH, TRAY, program
from tests.end_to_end.tray_program import TrayProgram, variables_of
from tests.support.desktop import Desktop
from tests.support.gateway_home import STAND_IN, GatewayHome
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.figures import Bench
    from tests.support.programs import Program

ROUNDS, QUICK_ROUNDS = 4, 1
"""With a fifth crash the back-off would last half a minute."""

SETTLED_S = 1.0
MAX_MS = 200.0
"""What a person takes for at once; a poll would take up to ten seconds."""


def _take(bench: Bench) -> Iterator[Figure]:
    rounds = QUICK_ROUNDS if bench.quick else ROUNDS
    with Desktop(bench.folder / "desktop") as desktop:
        desktop.start_panel()
        stage = _Stage(bench, desktop)
        with listening(desktop.session_bus.address, NEW_ICON) as ear:
            crashes = stage.crashes(ear, rounds)
            plain_crashes = [stage.plain_crash(ear) for _ in range(rounds)]
            unwatched = stage.unwatched_ends(ear, rounds)
            plain_unwatched = [stage.plain_unwatched_end(ear) for _ in range(rounds)]
    aim = Aim(MAX_MS)
    note = "baseline: a minimal tray with a QProcess"
    yield _figure("crash → icon changed", crashes, plain_crashes, aim, note)
    note = "baseline: a minimal tray with a pidfd"
    yield _figure("unwatched end → icon changed", unwatched, plain_unwatched, aim, note)


def _figure(name: str, ours: list[float], theirs: list[float], aim: Aim, note: str) -> Figure:
    """The slowest round counts against us, and the slowest of the baseline beside it."""
    note = f"the slowest of {len(ours)}; {note}"
    return Figure(name, max(ours) * 1000, "ms", max(theirs) * 1000, aim, note)


class _Stage:
    """The trays and gateways of this measure, on one desktop."""

    def __init__(self, bench: Bench, desktop: Desktop) -> None:
        self._desktop = desktop
        self._home = GatewayHome(bench.folder / "gateway", STAND_IN)

    def crashes(self, ear: BusEar, rounds: int) -> list[float]:
        """Our tray's own gateway is killed, and comes back each time."""
        tray, found = self._tray(), []
        for number in range(1, rounds + 1):
            pid = tray.gateway(run=number).pid
            found.append(_seconds(ear, pid))
        self._end(tray.program)
        return found

    def unwatched_ends(self, ear: BusEar, rounds: int) -> list[float]:
        """A gateway that our tray did not start is killed."""
        tray, found = self._tray("--no-start"), []
        for _ in range(rounds):
            before = tray.log.count("-> running")
            with self._home.started_by_hand() as gateway:
                tray.wait_for("-> running", times=before + 1)
                found.append(_seconds(ear, gateway.pid))
        self._end(tray.program)
        return found

    def plain_crash(self, ear: BusEar) -> float:
        """The same of the minimal tray's child."""
        minimal = self._minimal("child")
        pid = int(wait_until(lambda: minimal.printed(r"^\d+$"), what="the PID of the child"))
        seconds = _seconds(ear, pid)
        self._end(minimal)
        return seconds

    def plain_unwatched_end(self, ear: BusEar) -> float:
        """The same of a process that the minimal tray watches."""
        watched = self._desktop.start(["sleep", "600"], name="watched")
        minimal = self._minimal("watch", str(watched.pid))
        seconds = _seconds(ear, watched.pid)
        self._end(minimal)
        return seconds

    def _tray(self, *words: str) -> TrayProgram:
        variables = {**PYTHON_PATH, **variables_of(self._home)}
        running = self._desktop.start((*TRAY, *words), name="tray", environment=variables)
        return TrayProgram(running, self._desktop.environment)

    def _minimal(self, *words: str) -> Program:
        command = program("minimal_tray", *words)
        minimal = self._desktop.start(command, name="minimal", environment=PYTHON_PATH)
        self._desktop.tray_item()
        return minimal

    def _end(self, tray: Program) -> None:
        tray.end(grace_s=20)
        wait_until(lambda: not self._desktop.tray_items(), what="the end of the icon")


def _seconds(ear: BusEar, pid: int) -> float:
    time.sleep(SETTLED_S)  # the icon of what was before has come and gone
    ear.forget()
    start = perf_counter()
    os.kill(pid, signal.SIGKILL)
    return ear.wait() - start


MEASURE = Measure("endings", "the end of a gateway → icon changed", _take)
