"""Which lines of ``gateway.log`` belong to one run: it is appended to for ever (contract 4.9)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

MARGIN_S: Final = 2.0
"""The log tells whole seconds, and Linux tells the start of a process as inexactly."""

_TIME: Final = b'"time":"'

SLACK_S: Final = 1.0
"""So much earlier a line of a run may seem than its start; lost seconds are worse to a reader."""


def written_at(line: bytes) -> float | None:
    """When a line of ``gateway.log`` was written, as ``time_in`` tells it; none of any other."""
    return time_in(line) if line.startswith(b"{") else None


def time_in(end: bytes) -> float | None:
    """The time in the end of a line of ``gateway.log``, in seconds since the epoch.

    None if there is none, or one without its zone. The last one counts: what stands behind it are
    the caller and the message, in which quotes are escaped.
    """
    begin = end.rfind(_TIME) + len(_TIME)
    if begin < len(_TIME):
        return None
    try:
        at = datetime.fromisoformat(end[begin : end.find(b'"', begin)].decode())
        return at.timestamp() if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def lines_after(lines: Iterable[str], moment: float) -> tuple[str, ...]:
    """The lines that are surely younger than a moment; one that tells no time is not.

    Args:
        lines: of ``gateway.log``.
        moment: seconds since the epoch.
    """
    times = ((line, written_at(line.encode("utf-8", "replace"))) for line in lines)
    return tuple(line for line, at in times if (at or 0.0) >= moment + MARGIN_S)


def first_since(lines: Iterable[bytes], moment: float) -> int | None:
    """Which line is the first that may have been written after a moment; none if all are older.

    Args:
        lines: of ``gateway.log``, in their order.
        moment: seconds since the epoch.
    """
    times = map(written_at, lines)
    return next((n for n, at in enumerate(times) if at and at > moment - SLACK_S), None)
