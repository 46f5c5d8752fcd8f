"""Counts the starts in a home, for the switch ``times``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.demo.switches import Switches

_NAME = ".picoclaw-demo-starts"


def switches_of_this_start(switches: Switches, home: Path) -> Switches:
    """Counts this start, if ``times`` is given, and drops the faults once it is used up."""
    if switches.times is None:
        return switches
    path = home / _NAME
    try:
        starts = int(path.read_text("ascii"))
    except (OSError, ValueError):
        starts = 0
    home.mkdir(parents=True, exist_ok=True)
    path.write_text(str(starts + 1), "ascii")
    return switches if starts < switches.times else switches.without_faults()
