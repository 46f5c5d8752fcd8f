"""A line as a person reads it, wherever it came from: so it is searched, copied and printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.console import console_lines
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import parse_mark
from picoclaw_tray.logs.redaction import mask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from picoclaw_tray.logs.store import LogStore

AT_ONCE: Final = 64 * 1024
"""Most bytes of a line that is masked in one go, which may take 15 ms."""

NOTE: Final = "--- {time} {words}"


def printed(store: LogStore, n: int) -> str:
    """A line of up to ``AT_ONCE`` bytes, masked; with line breaks where its message has some.

    Raises:
        IndexError: The line was dropped, or is not there yet.
    """
    line, source = store.line(n), store.source(n)
    if source is Source.LOG_FILE:
        return as_printed(line, store.redactor.mask)
    mark = parse_mark(line) if source is Source.TRAY else None
    if mark is None:
        return line
    return NOTE.format(time=mark.time[:19].replace("T", " "), words=store.words(mark))


def printed_pieces(store: LogStore, n: int) -> Iterator[str]:
    """The same of any line, in pieces where it is long; such a line stays as it came."""
    return iter((printed(store, n),)) if store.size(n) <= AT_ONCE else store.pieces(n)


def as_printed(line: str, hide: Callable[[str], str] = mask) -> str:
    """A masked line of ``gateway.log`` in the form of the console, if it has one."""
    return b"\n".join(console_lines(line.encode("utf-8", "replace"), hide)).decode()
