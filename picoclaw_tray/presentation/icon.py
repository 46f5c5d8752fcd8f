"""The five icons, by name. Which one is shown is decided here in the room, how it looks is not."""

from __future__ import annotations

from enum import StrEnum


class IconName(StrEnum):
    """What the icon says about the gateway; the value is the name of the picture."""

    IDLE = "idle"
    BUSY = "busy"
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"
