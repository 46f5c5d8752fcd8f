"""Where a gateway lives and what it was told (contract 1.1, 1.2)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from picoclaw_tray.demo.starts import switches_of_this_start

if TYPE_CHECKING:
    from collections.abc import Mapping

    from picoclaw_tray.demo.command_line import Invocation
    from picoclaw_tray.demo.switches import Switches


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that comes from outside and does not change while the gateway lives."""

    home: Path
    config_path: Path
    environ: Mapping[str, str]
    invocation: Invocation
    switches: Switches


def look_around(invocation: Invocation, environ: Mapping[str, str]) -> Surroundings:
    """Finds home and config, and counts this start for the switch ``times``."""
    home = _home(environ)
    host = {} if invocation.host is None else {"PICOCLAW_GATEWAY_HOST": invocation.host}
    return Surroundings(
        home=home,
        config_path=Path(environ.get("PICOCLAW_CONFIG") or home / "config.json"),
        environ={**environ, **host},
        invocation=invocation,
        switches=switches_of_this_start(invocation.switches, home),
    )


def _home(environ: Mapping[str, str]) -> Path:
    if environ.get("PICOCLAW_HOME"):
        return Path(environ["PICOCLAW_HOME"])
    user_home = environ.get("USERPROFILE" if os.name == "nt" else "HOME")
    return Path(user_home) / ".picoclaw" if user_home else Path()
