"""From one line of a store to the whole entry that it belongs to (contract 4.8)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.entry import MAX_ENTRY_LINES, is_continuation, parse_entry, starts_entry
from picoclaw_tray.logs.splitter import decode_line

if TYPE_CHECKING:
    from picoclaw_tray.logs.entry import Entry
    from picoclaw_tray.logs.store import LogStore

_HEAD_BYTES: Final = 64
"""Enough of a line to tell whether it begins an entry."""


def lines_of_entry(store: LogStore, n: int) -> range:
    """The numbers of the lines of the entry that line ``n`` belongs to, as far as they are held.

    Raises:
        IndexError: The line was dropped, or is not there yet.
    """
    source, run = store.source(n), store.run(n)

    def continues(number: int) -> bool:
        same = store.first <= number < store.end
        same = same and (store.source(number), store.run(number)) == (source, run)
        return same and is_continuation(_head(store, number), source)

    begin = n
    while continues(begin) and begin > max(store.first, n - MAX_ENTRY_LINES):
        begin -= 1
    if (store.source(begin), store.run(begin)) != (source, run):
        begin += 1  # another run, or another file, lies above
    if not starts_entry(_head(store, begin), source):
        return range(n, n + 1)
    end = max(begin, n) + 1
    while continues(end) and end - begin < MAX_ENTRY_LINES:
        end += 1
    return range(begin, end)


def entry_at(store: LogStore, n: int, max_chars: int) -> tuple[Entry, int]:
    """The whole entry of a line, masked, and how many bytes more it has than ``max_chars`` tell.

    Raises:
        IndexError: The line was dropped, or is not there yet.
    """
    lines: list[str] = []
    room, excess = max_chars, 0
    for number in lines_of_entry(store, n):
        if room <= 0:  # to mask what is not told either may take seconds
            excess += store.size(number) + 1
            continue
        line, more = store.beginning(number, room)
        excess += more
        lines.append(line)
        room -= store.size(number)  # what is masked is shorter than what has to be looked at
    source = store.source(n)
    text = "\n".join(lines)
    return replace(parse_entry(text, source, store.redactor.mask), raw=text), excess


def _head(store: LogStore, n: int) -> str:
    (raw,) = store.raw_lines(n, n + 1)
    return decode_line(raw[:_HEAD_BYTES])
