"""The verb ``status``, with a tray and without, beside an interpreter with the same imports."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from time import perf_counter
from typing import TYPE_CHECKING

import psutil

from tests.bench.figures import Aim, Figure, Measure, Of
from tests.bench.imports import WATCHED_PYTHON, imported_modules
from tests.bench.running import PYTHON_PATH, REPOSITORY, TRAY, program
from tests.end_to_end.tray_program import TrayProgram, variables_of
from tests.support.desktop import Desktop
from tests.support.gateway_home import STAND_IN, GatewayHome

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tests.bench.figures import Bench

STATUS = ("-m", "picoclaw_tray", "status", "--json")

ROUNDS, QUICK_ROUNDS = 10, 2
MAX_RATIO = 1.5
MAX_S = 2.5


def _take(bench: Bench) -> Iterator[Figure]:
    rounds = QUICK_ROUNDS if bench.quick else ROUNDS
    home = GatewayHome(bench.folder / "gateway", STAND_IN)
    with Desktop(bench.folder / "desktop") as desktop:
        desktop.start_panel()
        asking = _Asking(bench, {**desktop.environment, **PYTHON_PATH, **variables_of(home)})
        yield _compared("without a tray", asking, rounds)
        running = desktop.start(
            TRAY, name="tray", environment={**PYTHON_PATH, **variables_of(home)}
        )
        TrayProgram(running, desktop.environment).wait_for("-> running")
        yield _compared("with a tray", asking, rounds)
        gateway = psutil.Process(home.recorded_pid())
        for hanging in (psutil.Process(running.pid), gateway):
            hanging.suspend()
            asking.alone(rounds)
        gateway.resume()
        running.send_signal(signal.SIGCONT)
    note = "also where the tray hangs, and where the gateway does too"
    yield Figure("the longest of all", asking.longest, "s", aim=Aim(MAX_S), note=note)


def _compared(name: str, asking: _Asking, rounds: int) -> Figure:
    ours, theirs = asking.rounds(rounds)
    note = f"the best of {rounds}; baseline: Python with the same imports"
    return Figure(name, min(ours), "s", min(theirs), Aim(MAX_RATIO, Of.RATIO), note)


class _Asking:
    """Asks for the status, and imports what that imports, in turns."""

    def __init__(self, bench: Bench, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self.longest = 0.0
        self._modules = bench.folder / "modules.txt"

    def rounds(self, rounds: int) -> tuple[list[float], list[float]]:
        """Seconds of ours and of the baseline."""
        watched = self._run((*WATCHED_PYTHON, *STATUS)).stderr
        self._modules.write_text("\n".join(imported_modules(watched)), encoding="ascii")
        ours, theirs = [], []
        for _ in range(rounds):
            theirs.append(self._seconds(program("importing", str(self._modules))))
            ours += self.alone(1)
        return ours, theirs

    def alone(self, rounds: int) -> list[float]:
        """Seconds of ours."""
        took = [self._seconds((sys.executable, *STATUS)) for _ in range(rounds)]
        self.longest = max(self.longest, *took)
        return took

    def _seconds(self, command: Sequence[str]) -> float:
        start = perf_counter()
        self._run(command)
        return perf_counter() - start

    def _run(self, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            command,
            env=dict(self._environment),
            cwd=REPOSITORY,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            message = f"{' '.join(command)} ended with {done.returncode}:\n{done.stderr}"
            raise RuntimeError(message)
        if done.stdout:
            json.loads(done.stdout)
        return done


MEASURE = Measure("status", "the verb status with and without a tray", _take)
