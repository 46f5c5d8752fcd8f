"""Durations the way Go prints them (contract 3.8)."""

from __future__ import annotations

_SECOND = 10**9
_UNITS = (("ms", 10**6), ("µs", 10**3), ("ns", 1))


def render_duration(nanoseconds: int) -> str:
    """``1h2m3.5s``, ``2.345678ms``, ``0s``; takes no negative value."""
    if nanoseconds == 0:
        return "0s"
    if nanoseconds < _SECOND:
        unit, size = next(each for each in _UNITS if nanoseconds >= each[1])
        return _decimal(nanoseconds, size) + unit
    minutes, rest = divmod(nanoseconds, 60 * _SECOND)
    hours, minutes = divmod(minutes, 60)
    text = f"{_decimal(rest, _SECOND)}s"
    if hours:
        return f"{hours}h{minutes}m{text}"
    return f"{minutes}m{text}" if minutes else text


def _decimal(value: int, size: int) -> str:
    whole, fraction = divmod(value, size)
    digits = f"{fraction:0{len(str(size)) - 1}d}".rstrip("0") if fraction else ""
    return f"{whole}.{digits}" if digits else str(whole)
