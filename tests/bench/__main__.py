"""Measures what must stay quick and small, each beside its baseline in the same run.

    python -m tests.bench [--quick] [--json FILE] [NAME ...]

Ratios are what counts: a busy machine slows both sides. The exit status is 1 if an aim is missed
and the measure has no sentence (``Figure.why``) that says why that has to do.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench import (
    config_reading,
    cycles,
    endings,
    flood_window,
    full_log,
    gui_gap,
    icon_start,
    idle,
    log_costs,
    status_verb,
    steady_log,
)
from tests.bench.figures import Bench, Figure, Measure
from tests.bench.report import dump_json, render_table

if TYPE_CHECKING:
    from collections.abc import Sequence

MEASURES: tuple[Measure, ...] = (
    icon_start.MEASURE,
    idle.MEMORY,
    idle.WAKEUPS,
    status_verb.MEASURE,
    endings.MEASURE,
    cycles.STOP,
    cycles.KEPT,
    gui_gap.MEASURE,
    flood_window.MEASURE,
    steady_log.MEASURE,
    full_log.MEASURE,
    log_costs.FOLLOWING,
    log_costs.MASKING,
    config_reading.MEASURE,
)


def main(argv: Sequence[str] | None = None, measures: Sequence[Measure] = MEASURES) -> int:
    """Runs the measures that are asked for; the exit status."""
    options = _options(argv, measures)
    if options.list:
        print("\n".join(f"{measure.name:12} {measure.about}" for measure in measures))
        return 0
    wanted = [measure for measure in measures if not options.names or measure.name in options.names]
    found: dict[str, list[Figure]] = {}
    try:
        for measure in wanted:
            found[measure.name] = _take(measure, quick=options.quick)
    finally:  # one that fails does not take the others with it
        print(render_table(found))
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(dump_json(found, quick=options.quick), encoding="utf-8")
    every = [figure for figures in found.values() for figure in figures]
    return 1 if any(figure.is_unexplained for figure in every) else 0


def _options(argv: Sequence[str] | None, measures: Sequence[Measure]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description=(__doc__ or "").splitlines()[0]
    )
    names = [measure.name for measure in measures]
    parser.add_argument("names", nargs="*", metavar="NAME", help="measure only these (--list)")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, shorter windows")
    parser.add_argument("--json", type=Path, default=Path("build", "bench.json"), metavar="FILE")
    parser.add_argument("--list", action="store_true", help="list the measures and leave")
    options = parser.parse_args(argv)
    unknown = sorted(set(options.names).difference(names))
    if unknown:
        parser.error(f"no such measure: {', '.join(unknown)}; there are {', '.join(names)}")
    return options


def _take(measure: Measure, *, quick: bool) -> list[Figure]:
    print(f"measuring {measure.name} …", file=sys.stderr, flush=True)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        return list(measure.take(Bench(Path(folder), quick)))


if __name__ == "__main__":
    sys.exit(main())
