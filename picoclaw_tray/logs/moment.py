"""Which lines of ``gateway.log`` belong to one run: it is appended to for ever (contract 4.9)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.entry import Source, parse_entry

if TYPE_CHECKING:
    from collections.abc import Iterable

MARGIN_S: Final = 2.0
"""The log tells whole seconds, and Linux tells the start of a process as inexactly."""

SLACK_S: Final = 1.0
"""So much earlier a line of a run may seem than its start; lost seconds are worse to a reader."""


def written_at(line: str) -> float | None:
    """When a line of ``gateway.log`` was written, in seconds since the epoch.

    None if it has no time, or one without its zone.
    """
    if not line.startswith("{"):
        return None
    try:
        at = datetime.fromisoformat(parse_entry(line, Source.LOG_FILE).time)
        return at.timestamp() if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def lines_after(lines: Iterable[str], moment: float) -> tuple[str, ...]:
    """The lines that are surely younger than a moment; one that tells no time is not.

    Args:
        lines: of ``gateway.log``.
        moment: seconds since the epoch.
    """
    return tuple(line for line in lines if (written_at(line) or 0.0) >= moment + MARGIN_S)


def first_since(lines: Iterable[str], moment: float) -> int | None:
    """Which line is the first that may have been written after a moment; none if all are older.

    Args:
        lines: of ``gateway.log``, in their order.
        moment: seconds since the epoch.
    """
    times = map(written_at, lines)
    return next((n for n, at in enumerate(times) if at and at > moment - SLACK_S), None)
