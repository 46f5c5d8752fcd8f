"""What one look at the gateway found; a module of its own because the GUI thread imports it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.messages import Finding
    from picoclaw_tray.presentation.situation import Facts
    from picoclaw_tray.system.config_files import Stamp


@dataclass(frozen=True, slots=True)
class Observation:
    """What one look found.

    Attributes:
        survivors: Those of the asked-for descendants that live.
        facts: For the person; unknown parts are empty.
        config_stamp: Changes whenever PicoClaw's files do.
        token: Of the PID file, to be masked wherever it may turn up; empty if there is none.
        secrets: Of the config, likewise.
    """

    finding: Finding
    survivors: tuple[int, ...]
    facts: Facts
    config_stamp: Stamp
    token: str = field(default="", repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
