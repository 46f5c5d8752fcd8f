"""The JSON lines of ``gateway.log`` in the form that a gateway prints on its console.

So a line reads the same whichever way it came (contract 4.8 and 4.9). What has no console form is
left as it is, byte for byte.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.entry import Level, Source, parse_entry
from picoclaw_tray.logs.redaction import mask

if TYPE_CHECKING:
    from collections.abc import Callable

_TOKENS_OF: Final = {
    Level.TRACE: "TRC",
    Level.DEBUG: "DBG",
    Level.INFO: "INF",
    Level.WARN: "WRN",
    Level.ERROR: "ERR",
    Level.FATAL: "FTL",
    Level.PANIC: "PNC",
}
TOKENS: Final = frozenset(_TOKENS_OF.values())
"""What stands for a level on the console."""

_CLOCK = re.compile(r"\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_COMPONENT = re.compile(r"\S+")
_CALLER = re.compile(r"\S+:\d+")
_PLAIN = re.compile(r"[^\s\"\\]+")
_LOOKS_LIKE_JSON: Final = ("{", "[")


def console_lines(raw: bytes, hide: Callable[[str], str] = mask) -> tuple[bytes, ...]:
    """The lines in which a gateway would have printed this line of its log; usually one.

    A message may hold line breaks. Values never do here: they are written as escapes. ``hide`` is
    that of ``parse_entry``.
    """
    if not raw.startswith(b"{"):
        return (raw,)
    entry = parse_entry(raw.decode("utf-8", "replace"), Source.LOG_FILE, hide)
    clock = _CLOCK.fullmatch(entry.time)
    if (
        clock is None
        or entry.level is None
        or not _COMPONENT.fullmatch(entry.component)
        or not _CALLER.fullmatch(entry.caller)
    ):
        return (raw,)
    head = f"{clock[1]} {_TOKENS_OF[entry.level]} {entry.component} {entry.caller} >"
    ordered = sorted(entry.fields, key=lambda field: (field[0] != "error", field[0]))
    fields = (f"{name}={field_text(name, value)}" for name, value in ordered)
    text = " ".join((head, entry.message, *fields))
    return tuple(line.encode("utf-8", "replace") for line in text.split("\n"))


def field_text(name: str, value: str) -> str:
    """The value of a field as the console shows it (contract 4.8), but always in one line."""
    if _PLAIN.fullmatch(value) or (name != "error" and _is_list_or_object(value)):
        return value
    return json.dumps(value, ensure_ascii=False)


def _is_list_or_object(value: str) -> bool:
    return value.startswith(_LOOKS_LIKE_JSON) and "\n" not in value
