"""A steady 1,000 lines a second: CPU with the window open and closed, beside a bare loop."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from tests.bench.figures import Figure, Measure
from tests.bench.running import answer_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.figures import Bench

SECONDS, QUICK_SECONDS = 60, 10
WAYS = ("bare", "closed", "open")


def _take(bench: Bench) -> Iterator[Figure]:
    seconds = QUICK_SECONDS if bench.quick else SECONDS

    def share(way: str) -> float:
        return float(answer_of(bench, "steady_log", str(bench.folder), str(seconds), way))

    with ThreadPoolExecutor() as together:  # they mostly sleep, and CPU time is their own
        bare, closed, opened = together.map(share, WAYS)
    yield Figure("window closed", 100 * closed, "% CPU", 100 * bare)
    yield Figure("window open", 100 * opened, "% CPU", 100 * bare)


MEASURE = Measure("steady", f"1,000 lines a second for {SECONDS} s, all ways at once", _take)
