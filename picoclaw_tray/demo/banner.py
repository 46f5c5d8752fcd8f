"""The first thing every invocation prints: the name in block letters (contract 4.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_ROWS = 6
_LETTERS = {
    "P": ("███▄ ", "█  █ ", "███▀ ", "█    ", "█    ", "▀    "),
    "I": ("█ ", "█ ", "█ ", "█ ", "█ ", "▀ "),
    "C": ("▄██▄ ", "█  ▀ ", "█    ", "█    ", "█  ▄ ", "▀██▀ "),
    "O": ("▄██▄ ", "█  █ ", "█  █ ", "█  █ ", "█  █ ", "▀██▀ "),
    "L": ("█    ", "█    ", "█    ", "█    ", "█    ", "▀▀▀▀ "),
    "A": ("▄██▄ ", "█  █ ", "████ ", "█  █ ", "█  █ ", "▀  ▀ "),
    "W": ("█   █ ", "█   █ ", "█   █ ", "█ █ █ ", "██▀██ ", "▀   ▀ "),
}
_FIRST_HALF = ("PICO", "\x1b[38;2;62;93;185m")
_SECOND_HALF = ("CLAW", "\x1b[38;2;213;70;70m")
_RESET = "\x1b[0m"


def render_banner(environ: Mapping[str, str], *, plain: bool) -> str:
    """The banner and, if ``TZ`` is set, what the real program says about time zones."""
    rows = "".join(f"{_row(number, plain=plain)}\r\n" for number in range(_ROWS))
    return f"\r\n{rows} \r\n{_time_zone_lines(environ)}"


def _row(number: int, *, plain: bool) -> str:
    halves = []
    for word, colour in (_FIRST_HALF, _SECOND_HALF):
        blocks = "".join(_LETTERS[letter][number] for letter in word)
        halves.append(blocks if plain else f"{colour}{blocks}{_RESET}")
    return "".join(halves)


def _time_zone_lines(environ: Mapping[str, str]) -> str:
    zone = environ.get("TZ", "")
    if not zone:
        return ""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - few need it, and each start would pay for it

    try:
        ZoneInfo(zone.removeprefix(":"))
        outcome = f"Time zone loaded successfully: {zone}"
    except (OSError, ValueError, LookupError) as error:
        outcome = f"Error loading time zone: {error}"
    source = environ.get("ZONEINFO", "")
    return f"TZ environment: {zone}\nZONEINFO environment: {source}\n{outcome}\n"
