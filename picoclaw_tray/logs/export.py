"""Lines and entries as they leave the log for a clipboard, a file or a shell; always masked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.printed import as_printed, printed_pieces
from picoclaw_tray.logs.whole_entry import entry_at, lines_of_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from picoclaw_tray.logs.entry import Entry
    from picoclaw_tray.logs.store import LogStore

LONGEST: Final = 64 * 1024
"""Most characters of one entry as JSON; what is longer has its length beside it."""


def export_text(store: LogStore, numbers: Iterable[int]) -> Iterator[str]:
    """The lines as a person reads them, each with its end; long ones in several pieces."""
    for n in numbers:
        if n >= store.first:
            yield from printed_pieces(store, n)
            yield "\n"


def export_json(store: LogStore, numbers: Iterable[int]) -> Iterator[str]:
    """The entries that the lines belong to, each once, as one JSON object a line."""
    end = 0
    for n in numbers:
        if n < max(end, store.first):
            continue
        end = lines_of_entry(store, n).stop
        entry, excess = entry_at(store, n, LONGEST)
        told = entry_object(entry, store.run_number(n), excess)
        yield json.dumps(told, ensure_ascii=False) + "\n"


def entry_text(entry: Entry) -> str:
    """All lines of an entry; a line of ``gateway.log`` in the form of the console."""
    if entry.source is not Source.LOG_FILE:
        return entry.raw
    first, newline, rest = entry.raw.partition("\n")
    return as_printed(first) + newline + rest


def entry_json(entry: Entry, run: int | None = None) -> str:
    """An object over several lines, for reading and for programs."""
    return json.dumps(entry_object(entry, run), ensure_ascii=False, indent=2)


def entry_object(entry: Entry, run: int | None, excess: int = 0) -> dict[str, object]:
    """An entry as JSON tells it; what is not known is null.

    Values of fields are texts: a console line does not tell a number from a text. A name that
    comes more than once has the list of its values.

    Args:
        entry: Masked already.
        run: Its run as a person counts them; none: unknown.
        excess: Bytes that are missing at its end.
    """
    named: dict[str, list[str]] = {}
    for name, value in entry.fields:
        named.setdefault(name, []).append(value)
    cut = {"bytes_cut": excess} if excess else {}
    return {
        "time": entry.time or None,
        "level": None if entry.level is None else entry.level.name.lower(),
        "component": entry.component or None,
        "caller": entry.caller or None,
        "message": entry.message,
        "fields": {
            name: values[0] if len(values) == 1 else values for name, values in named.items()
        },
        "source": entry.source.value,
        "run": run,
        **cut,
    }
