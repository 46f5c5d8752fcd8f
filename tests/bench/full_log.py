"""The window over a full store, beside the same work in a plain loop over the lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.figures import Aim, Figure, Measure
from tests.bench.running import answer_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.figures import Bench

LINES, QUICK_LINES = 100_000, 10_000
MAX_PAINT_MS = 150
MAX_GAP_MS = 25
SLICED = ("filter by level", "filter by text", "search")


def _take(bench: Bench) -> Iterator[Figure]:
    steps = answer_of(bench, "full_log", str(QUICK_LINES if bench.quick else LINES))
    paint = steps["first paint"]
    note = "baseline: to join and decode all lines"
    yield Figure("first paint", paint["ms"], "ms", paint["bare_ms"], Aim(MAX_PAINT_MS), note)
    note = "in slices; baseline: the bare test in a plain loop"
    for name in SLICED:
        yield Figure(name, steps[name]["ms"], "ms", steps[name]["bare_ms"], note=note)
        note = ""
    longest = max(steps[name]["gap_ms"] for name in SLICED)
    yield Figure("longest GUI gap meanwhile", longest, "ms", aim=Aim(MAX_GAP_MS))


MEASURE = Measure("full", f"first paint, filter and search over {LINES:,} lines", _take)
