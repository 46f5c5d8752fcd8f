"""One line in the columns of a table, whichever of the formats it has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.console import field_text
from picoclaw_tray.logs.entry import CONSOLE_HEAD, CONSOLE_LEVELS, Source, parse_entry
from picoclaw_tray.logs.redaction import mask

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.logs.entry import Level

_CLOCK: Final = re.compile(r"\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Columns:
    """What a row shows of a line.

    Attributes:
        time: ``HH:MM:SS``; empty if the line tells none.
        level: None if the line tells none.
        message: With the fields behind it; the whole line if it has no columns.
    """

    time: str = ""
    level: Level | None = None
    component: str = ""
    message: str = ""


def columns(line: str, source: Source, hide: Callable[[str], str] = mask) -> Columns:
    """Splits a line that is safe to show; a continuation line is all message.

    ``hide`` is that of ``parse_entry``.
    """
    head = CONSOLE_HEAD.match(line) if source is not Source.PANIC_FILE else None
    if head is not None:
        time, level, component, _, tail = head.groups()
        return Columns(time, CONSOLE_LEVELS.get(level), component, tail or "")
    entry = parse_entry(line, source, hide)
    clock = _CLOCK.match(entry.time)
    fields = (f"{name}={field_text(name, value)}" for name, value in entry.fields)
    message = " ".join((entry.message, *fields))
    return Columns(clock[1] if clock else entry.time, entry.level, entry.component, message)
