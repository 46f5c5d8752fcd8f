"""A steady 1,000 lines a second: CPU with the window open and closed, beside a bare loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.figures import Figure, Measure
from tests.bench.running import answer_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.figures import Bench

SECONDS, QUICK_SECONDS = 60, 3


def _take(bench: Bench) -> Iterator[Figure]:
    seconds = QUICK_SECONDS if bench.quick else SECONDS
    shares = answer_of(bench, "steady_log", str(bench.folder), str(seconds))
    for name in ("closed", "open"):
        yield Figure(f"window {name}", 100 * shares[name], "% CPU", 100 * shares["bare"])


MEASURE = Measure("steady", f"1,000 lines a second for {SECONDS} s, each way", _take)
