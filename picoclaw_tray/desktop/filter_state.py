"""How the filter bar is set."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from picoclaw_tray.logs.entry import Level


@dataclass(frozen=True, slots=True)
class FilterState:
    """What a person set, without the run."""

    level: Level | None = None
    component: str = ""
    pattern: str = ""
    is_regex: bool = False
    is_case_sensitive: bool = False
    only_matches: bool = False
