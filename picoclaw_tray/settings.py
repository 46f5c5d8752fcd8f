"""What a user may set, as one frozen value per home; parsed and dumped, never half."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one home.

    Attributes:
        gateway: The gateway executable; empty: found by itself (contract 1.5).
        host: Bind host list for the gateway instead of the config's; empty: the config's.
        log_level: Log level for the gateway instead of the config's; empty: the config's.
    """

    gateway: str = ""
    host: str = ""
    log_level: str = ""


def parse_settings(raw: bytes) -> Settings | None:
    """Reads a settings file; keys it does not know are ignored. None if it is no settings file."""
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict):
        return None
    known = {name: content[name] for name in Settings.__slots__ if name in content}
    if not all(isinstance(value, str) for value in known.values()):
        return None
    return Settings(**known)


def dump_settings(settings: Settings) -> bytes:
    """Writes them so that a person can read and edit them."""
    return (json.dumps(asdict(settings), indent=2) + "\n").encode()
