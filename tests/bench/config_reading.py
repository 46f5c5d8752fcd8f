"""Reading a config with everything that is known about it, beside decoding its JSON alone.

    python -m tests.bench.config_reading [--models 200]

Printed for each step: milliseconds, and its ratio to the bare `json.loads` in the same run. The
config has as many models as is asked for, every built-in channel, and a `.security.yml`. It is read
when one of the files changes; the fingerprint is made at each look at a running gateway.
"""

from __future__ import annotations

import argparse
import json
from time import perf_counter
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.config import ConfigSources, GatewayConfig, read_config
from picoclaw_tray.gateway.fingerprint import fingerprint
from picoclaw_tray.gateway.readiness import readiness
from picoclaw_tray.gateway.release import NEWEST

if TYPE_CHECKING:
    from collections.abc import Callable

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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--models", type=int, default=200)
    sources = sources_with(parser.parse_args().models)
    config = read_config(sources)
    assert isinstance(config, GatewayConfig)
    raw = sources.config or b""
    steps: dict[str, Callable[[], object]] = {
        "json.loads": lambda: json.loads(raw),
        "read, with .security.yml": lambda: read_config(sources),
        "readiness": lambda: readiness(config, NEWEST),
        "fingerprint": lambda: fingerprint(config, NEWEST, KEY),
    }
    base = milliseconds(steps["json.loads"])
    print(f"config of {len(raw)} bytes, {len(config.models)} models")
    for name, step in steps.items():
        took = milliseconds(step)
        print(f"{name:26} {took:9.3f} ms  {took / base:8.1f} x json.loads")


if __name__ == "__main__":
    main()
