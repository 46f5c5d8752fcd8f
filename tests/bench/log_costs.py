"""What masking costs a line, and what it costs to begin to follow a file of any size."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from picoclaw_tray.demo.mischief import flood_line
from picoclaw_tray.logs.masked_blocks import BlockMasker
from picoclaw_tray.logs.redaction import Redactor, mask
from picoclaw_tray.system.log_follower import LogFollower
from tests.bench.figures import Aim, Figure, Measure, Of
from tests.bench.programs.full_log import lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from tests.bench.figures import Bench

BLOCK, ROUNDS = 500, 20
MEGABYTE = 1024 * 1024
GIGABYTE = 1024 * MEGABYTE
TAIL = 512 * 1024
SIZE_AIM = Aim(2, Of.RATIO)
STARTED = 1.8e9
"""When the gateway was started that is followed; seconds since the epoch."""

FLOOD = [flood_line(n).rstrip("\n").encode() for n in range(BLOCK)]
USUAL = lines(BLOCK)
SECRET = [line + b" api_key=sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4" for line in USUAL]
ESCAPED = [line + rb" \u003cb\u003e \/ \"c\"" for line in USUAL]


def best_us(step: Callable[[], object], count: int) -> float:
    """Microseconds for each of so many, in the best of some rounds: the rest is noise."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = perf_counter()
        step()
        best = min(best, perf_counter() - start)
    return best / count * 1e6


def _masking(_bench: Bench) -> Iterator[Figure]:
    note = "baseline: to decode the same lines one by one"
    blocks = {
        "a flood": FLOOD,
        "usual lines": USUAL,
        "a secret each": SECRET,
        "escapes in each": ESCAPED,
    }
    for name, block in blocks.items():
        bare = best_us(partial(_decode, block), BLOCK)
        whole = best_us(partial(BlockMasker(Redactor()).mask_lines, block), BLOCK)
        single = best_us(partial(_mask, _decode(block)), BLOCK)
        yield Figure(f"{name}, for the disk", whole, "µs/line", bare, note=note)
        yield Figure(f"{name}, for the screen", single, "µs/line", bare)
        note = ""


def _decode(block: Sequence[bytes]) -> list[str]:
    return [line.decode() for line in block]


def _mask(texts: Iterable[str]) -> list[str]:
    return list(map(mask, texts))


def _following(bench: Bench) -> Iterator[Figure]:
    old, new = (_logged(at) for at in (STARTED - 60, STARTED))
    block, tail = old * (MEGABYTE // 4 // len(old)), new * (TAIL // len(new))

    def begin(size: int) -> float:
        path = bench.folder / f"{size}.log"
        with path.open("wb") as file:
            for _ in range((size - len(tail)) // len(block)):
                file.write(block)
            file.write(tail)
        milliseconds = best_us(partial(_read, path), 1) / 1000
        path.unlink()
        return milliseconds

    small, large = begin(MEGABYTE), begin(GIGABYTE)
    note = "both end with as many lines of the gateway that is followed; baseline: one of 1 MB"
    yield Figure("to begin to follow 1 GB", large, "ms", small, SIZE_AIM, note)


def _logged(at: float) -> bytes:
    """A line of ``gateway.log`` that was written then."""
    time = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    line = {"level": "info", "component": "agent", "time": time, "caller": "a.go:7"}
    return json.dumps({**line, "message": "Handled"}, separators=(",", ":")).encode() + b"\n"


def _read(path: Path) -> None:
    follower = LogFollower(path, since=STARTED)
    while follower.read_more().more:
        pass
    follower.close()


MASKING = Measure("masking", "what masking costs a line, with and without secrets", _masking)
FOLLOWING = Measure("follow", "to begin to follow a log of 1 GB, beside one of 1 MB", _following)
