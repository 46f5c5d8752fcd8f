"""How long the GUI thread of the tray ever stands still, on the way through a gateway's life."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from tests.bench.figures import Aim, Figure, Measure
from tests.bench.running import output_of
from tests.support.gateway_home import STAND_IN, GatewayHome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.bench.figures import Bench

ROUNDS, QUICK_ROUNDS = 3, 1
MAX_MS = 50


def _take(bench: Bench) -> Iterator[Figure]:
    home = GatewayHome(bench.folder / "gateway", STAND_IN)
    command = (sys.executable, "-m", "tests.support.heartbeat", str(home.place.home), *STAND_IN)
    rounds = [
        json.loads(output_of(bench, command).stdout)
        for _ in range(QUICK_ROUNDS if bench.quick else ROUNDS)
    ]
    calm = min(each["calm_ms"] for each in rounds)
    note = f"the worst of {len(rounds)}; baseline: the same tray before it begins, at its calmest"
    for scene in rounds[0]["pauses"]:
        longest = max(each["pauses"][scene] for each in rounds)
        yield Figure(f"longest gap, {scene}", longest, "ms", calm, Aim(MAX_MS), note)
        note = ""


MEASURE = Measure("gap", "longest pause of the GUI thread during start, hang, stop, kill", _take)
