"""Lines and entries as they leave the log for a clipboard, a file or a shell; always masked."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.console import console_lines
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.whole_entry import entry_at, lines_of_entry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from picoclaw_tray.logs.entry import Entry
    from picoclaw_tray.logs.store import LogStore

LONGEST: Final = 64 * 1024
"""Most characters of one entry as JSON; what is longer has its length beside it."""


def export_text(store: LogStore, numbers: Iterable[int]) -> Iterator[str]:
    """The lines as a person reads them, each with its end; long ones in several pieces.

    Those of ``gateway.log`` are put into the form of the console.
    """
    for n in numbers:
        if n < store.first:
            continue
        if store.source(n) is Source.LOG_FILE:
            yield "\n".join(as_printed(store.line(n))) + "\n"
        else:
            yield from store.pieces(n)
            yield "\n"


def export_json(store: LogStore, numbers: Iterable[int]) -> Iterator[str]:
    """The entries that the lines belong to, each once, as one JSON object a line."""
    end = 0
    for n in numbers:
        if n < max(end, store.first):
            continue
        end = lines_of_entry(store, n).stop
        entry, excess = entry_at(store, n, LONGEST)
        yield json.dumps(entry_object(entry, store.run(n), excess), ensure_ascii=False) + "\n"


def as_printed(line: str) -> tuple[str, ...]:
    """A masked line of ``gateway.log`` in the form of the console, if it has one."""
    return tuple(raw.decode() for raw in console_lines(line.encode("utf-8", "replace")))


def entry_object(entry: Entry, run: int, excess: int = 0) -> dict[str, object]:
    """An entry as JSON tells it.

    Args:
        entry: Masked already.
        run: The number of its run in the store.
        excess: Bytes that are missing at its end.
    """
    cut = {"bytes_cut": excess} if excess else {}
    return {
        "time": entry.time,
        "level": None if entry.level is None else entry.level.name.lower(),
        "component": entry.component,
        "caller": entry.caller,
        "message": entry.message,
        "fields": dict(entry.fields),
        "source": entry.source.value,
        "run": run,
        **cut,
    }
