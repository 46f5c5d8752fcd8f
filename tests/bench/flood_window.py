"""A flood of output through archive and window, beside a bare ``QProcess.readAll`` loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.figures import Aim, Figure, Measure, Of
from tests.bench.running import answer_of
from tests.support.gateway_home import STAND_IN, GatewayHome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.figures import Bench

LINES, HELD = 1_000_000, 100_000
MIN_SHARE = 0.2
MAX_GAP_MS = 25
MAX_GROWN_MB = 64
"""As much as the store may hold; the lines of this flood take 12 MB."""

WHY = (
    "the bare loop only copies bytes, at a speed that grows with the machine's memory; to make "
    "lines of them in Python takes a third of a microsecond each"
)


def _take(bench: Bench) -> Iterator[Figure]:
    lines = LINES // 20 if bench.quick else LINES
    home = str(GatewayHome(bench.folder / "gateway", STAND_IN).place.home)
    ways = answer_of(bench, "flood", str(bench.folder), str(lines), str(HELD), home)
    bare = max(ways[name]["lines_per_s"] for name in ("bare loop", "bare loop again"))
    longest = max(ways.values(), key=lambda way: way["longest_gap_ms"])["longest_gap_ms"]
    bare_stand_in = ways["stand-in, bare loop"]["lines_per_s"]
    for name, base in (
        ("window hidden", bare),
        ("window following", bare),
        ("window scrolled up", bare),
        ("stand-in, following", bare_stand_in),
    ):
        way = ways[name]
        note = f"CPU {way['cpu_us_per_line']:.2f} µs a line, grew {way['grown_mb']:.0f} MB"
        if name == "window hidden":
            note += "; so fast a flood is not written down whole, and the files say by how much"
        aim = Aim(MIN_SHARE, Of.RATIO, at_least=True)
        why = WHY if base == bare else ""
        yield Figure(name, way["lines_per_s"], "lines/s", base, aim, note, why)
    yield Figure("longest GUI gap", longest, "ms", aim=Aim(MAX_GAP_MS))
    grown = max(way["grown_mb"] for way in ways.values())
    yield Figure("most that it grew", grown, "MB", aim=Aim(MAX_GROWN_MB))
    lost = sum(not way["is_exact"] for way in ways.values())
    yield Figure("ways that lost count of a line", lost, aim=Aim(0))


MEASURE = Measure("flood", f"{LINES:,} lines of output through the log window", _take)
