"""Starts and stops without end: how long they take, and that nothing is kept."""

from __future__ import annotations

import signal
import sys
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

from tests.bench.figures import Aim, Figure, Measure, Of
from tests.bench.running import answer_of
from tests.support.gateway_home import STAND_IN, GatewayHome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.figures import Bench

CYCLES, QUICK_CYCLES = 300, 4
WARM_UP = 0.1
"""The share of cycles after which everything has been imported, rendered and remembered."""

BY_HAND = 5
MAX_STOP_RATIO = 1.5
MAX_RSS_RATIO = 1.05
MAX_NONE_DRIFT = 100


def _take(bench: Bench) -> Iterator[Figure]:
    cycles = QUICK_CYCLES if bench.quick else CYCLES
    home = GatewayHome(bench.folder / "gateway", STAND_IN)
    by_hand = median(_stop_by_hand(home) for _ in range(BY_HAND))
    found = answer_of(bench, "cycles", str(cycles), str(home.place.home), *STAND_IN)
    stop = median(found["stops_s"])
    note = f"the middle one of {cycles}; baseline: SIGTERM → end of a gateway without a tray"
    yield Figure("stop", stop, "s", by_hand, Aim(MAX_STOP_RATIO, Of.RATIO), note)

    samples = found["samples"][int(cycles * WARM_UP) :]
    tenth = max(1, len(samples) // 10)
    first, last = samples[:tenth], samples[-tenth:]

    def middles(name: str) -> tuple[float, float]:
        return median(each[name] for each in last), median(each[name] for each in first)

    note = f"after {cycles} cycles; baseline: after the first {cycles - len(samples)}"
    yield Figure("RSS", *_with_unit(middles("rss_mb")), Aim(MAX_RSS_RATIO, Of.RATIO), note)
    for name in ("threads", "descriptors"):
        after, before = middles(name)
        yield Figure(f"{name} more", after - before, aim=Aim(0), note=f"of {before:g}")
    after, before = middles("none_references")
    note = f"of {before:g}; PySide6 6.12 on Python 3.11 loses thousands"
    if sys.version_info >= (3, 12):
        note = "None is immortal in this Python and counts nothing"
    yield Figure("references to None", abs(after - before), aim=Aim(MAX_NONE_DRIFT), note=note)


def _with_unit(values: tuple[float, float]) -> tuple[float, str, float]:
    return values[0], "MB", values[1]


def _stop_by_hand(home: GatewayHome) -> float:
    """Seconds from SIGTERM until a gateway without a tray has ended."""
    with home.started_by_hand() as gateway:
        start = perf_counter()
        gateway.send_signal(signal.SIGTERM)
        gateway.wait(30)
        return perf_counter() - start


MEASURE = Measure("cycles", f"{CYCLES} starts and stops: their time, and what is kept", _take)
