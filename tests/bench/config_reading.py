"""Reading a config with everything that is known about it, beside decoding its JSON alone.

The config has 200 models and a `.security.yml`. It is read when one of the files changes; the
fingerprint is made at each look at a running gateway.
"""

from __future__ import annotations

import json
from time import perf_counter
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.config import ConfigSources, GatewayConfig, read_config
from picoclaw_tray.gateway.fingerprint import fingerprint
from picoclaw_tray.gateway.readiness import readiness
from picoclaw_tray.gateway.release import NEWEST
from tests.bench.figures import Figure, Measure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.bench.figures import Bench

MODELS = 200
ROUNDS = 20
KEY = b"k" * 32


def sources_with(models: int) -> ConfigSources:
    """A config of a size that hardly anybody has."""
    entries = [
        {
            "model_name": f"m{n}",
            "provider": "openai",
            "model": f"x{n}",
            "api_base": "http://m.invalid",
        }
        for n in range(models)
    ]
    channels = {"telegram": {"enabled": True}, "pico": {"enabled": True}}
    document = {
        "version": 3,
        "agents": {"defaults": {"model_name": "m0"}},
        "model_list": entries,
        "channel_list": channels,
        "tools": {"web": {"enabled": True}},
    }
    secrets = "".join(f"  m{n}:0:\n    api_keys:\n      - key-{n}\n" for n in range(models))
    return ConfigSources(
        config=json.dumps(document, indent=2).encode(), security=f"model_list:\n{secrets}".encode()
    )


def milliseconds(step: Callable[[], object]) -> float:
    """The best of some rounds: the rest is noise."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = perf_counter()
        step()
        best = min(best, perf_counter() - start)
    return best * 1000


def _take(_bench: Bench) -> Iterator[Figure]:
    sources = sources_with(MODELS)
    config = read_config(sources)
    assert isinstance(config, GatewayConfig)
    raw = sources.config or b""
    base = milliseconds(lambda: json.loads(raw))
    steps: dict[str, Callable[[], object]] = {
        "read, with .security.yml": lambda: read_config(sources),
        "readiness": lambda: readiness(config, NEWEST),
        "fingerprint": lambda: fingerprint(config, NEWEST, KEY),
    }
    note = f"baseline: json.loads of the same {len(raw)} bytes, {len(config.models)} models"
    for name, step in steps.items():
        yield Figure(name, milliseconds(step), "ms", base, note=note)
        note = ""


MEASURE = Measure("config", "reading a large config, beside decoding its JSON alone", _take)
