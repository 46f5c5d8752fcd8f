"""Starts and stops without end: how long a stop takes, and that nothing is kept."""

from __future__ import annotations

import json
import signal
import sys
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING, Any

from tests.bench.figures import Aim, Figure, Measure, Of
from tests.bench.running import PYTHON_PATH, program
from tests.bench.usage import wait_for_end
from tests.support.desktop import Desktop
from tests.support.gateway_home import STAND_IN, GatewayHome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.figures import Bench

CYCLES, QUICK_CYCLES = 300, 4
WARM_UP = 0.1
"""The share of cycles after which everything has been imported, rendered and remembered."""

STOPS, QUICK_STOPS = 5, 1
LINGER = "linger=0.5"
"""A gateway needs "usually well under a second" to shut down (contract 4.10)."""

SECONDS_A_CYCLE = 10
MAX_STOP_RATIO = 1.2
MAX_RSS_RATIO = 1.05
MAX_NONE_A_CYCLE = 1.0

WHY_NONE = (
    "PySide6 6.11 keeps a reference to None for every QObject that ends by deleteLater, and one for"
    " its connections; a bare QObject does so too. A count that only grows costs nothing."
)


def _take_stops(bench: Bench) -> Iterator[Figure]:
    rounds = QUICK_STOPS if bench.quick else STOPS
    home = GatewayHome(bench.folder / "gateway", STAND_IN)
    by_hand = median(_stop_by_hand(home) for _ in range(rounds))
    ours = median(_run(bench, home, rounds, LINGER)["stops_s"])
    note = f"the middle one of {rounds}; baseline: SIGTERM → end of a gateway without a tray"
    yield Figure("stop", ours, "s", by_hand, Aim(MAX_STOP_RATIO, Of.RATIO), note)


def _stop_by_hand(home: GatewayHome) -> float:
    """Seconds from SIGTERM until a gateway without a tray has ended."""
    with home.started_by_hand(LINGER) as gateway:
        start = perf_counter()
        gateway.send_signal(signal.SIGTERM)
        wait_for_end(gateway.pid)
        return perf_counter() - start


def _take_cycles(bench: Bench) -> Iterator[Figure]:
    cycles = QUICK_CYCLES if bench.quick else CYCLES
    home = GatewayHome(bench.folder / "gateway", STAND_IN)
    samples = _run(bench, home, cycles, "")["samples"]
    first, last = samples[int(cycles * WARM_UP)], samples[-1]
    passed = cycles - 1 - int(cycles * WARM_UP)
    note = f"after {cycles} cycles; baseline: after the first {cycles - passed}"
    aim = Aim(MAX_RSS_RATIO, Of.RATIO)
    yield Figure("RSS", last["rss_mb"], "MB", first["rss_mb"], aim, note)
    for name in ("threads", "descriptors"):
        note = f"of {first[name]:g}"
        yield Figure(f"{name} more", last[name] - first[name], aim=Aim(0), note=note)
    drift = (last["none_references"] - first["none_references"]) / passed
    note = f"{drift:+.1f} a cycle; PySide6 6.12 on Python 3.11 loses one a call, and aborts"
    if sys.version_info >= (3, 12):
        note = "None is immortal in this Python and counts nothing"
    aim = Aim(MAX_NONE_A_CYCLE)
    why = WHY_NONE if drift > 0 else ""
    yield Figure("references to None", abs(drift), "/cycle", aim=aim, note=note, why=why)


def _run(bench: Bench, home: GatewayHome, cycles: int, switches: str) -> Any:
    """What a tray on a panel says of so many starts and stops."""
    with Desktop(bench.folder / "desktop") as desktop:
        desktop.start_panel()
        tray = desktop.start(
            program("cycles", str(cycles), str(home.place.home), *STAND_IN),
            name="cycles",
            environment={**PYTHON_PATH, "PICOCLAW_DEMO": switches},
        )
        status = tray.wait(SECONDS_A_CYCLE * (cycles + 1))
    if status != 0:
        message = f"the tray ended with {status}:\n{tray.output}"
        raise RuntimeError(message)
    return json.loads(tray.output.splitlines()[-1])  # Qt may have had a word before


STOP = Measure("stop", "a stop, beside the gateway's own shutdown", _take_stops)
KEPT = Measure("cycles", f"what is kept after {CYCLES} starts and stops", _take_cycles)
