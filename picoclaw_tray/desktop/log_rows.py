"""What the window shows of a line of the log."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QLocale

from picoclaw_tray.logs.columns import Columns, columns
from picoclaw_tray.logs.entry import Source, is_continuation
from picoclaw_tray.logs.marks import parse_mark

if TYPE_CHECKING:
    from picoclaw_tray.logs.store import LogStore

MAX_SHOWN: Final = 4000
"""Most characters of a line on the screen. Laying out a line of a megabyte would take seconds."""

MAX_REMEMBERED: Final = 512
"""Rows; more than are on a screen."""

_TAB: Final = 8


@dataclass(frozen=True, slots=True)
class Row:
    """What is shown of one line.

    Attributes:
        cells: What stands in the columns, the message cut where it is very long.
        is_mark: It is a note of ours, between the lines of the gateway.
        line: All of it as it came; cut likewise.
    """

    cells: Columns
    is_mark: bool = False
    line: str = ""


_NOTHING: Final = Row(Columns())


class LogRows:
    """Decodes, masks and parses the lines that are asked for, and remembers the last of them."""

    def __init__(self, store: LogStore) -> None:
        self._store = store
        self._known: dict[int, Row] = {}

    def __len__(self) -> int:
        """How many are remembered."""
        return len(self._known)

    def row(self, n: int) -> Row:
        """What is shown of a line; nothing if the store has dropped it and nobody remembers it."""
        known = self._known.get(n)
        if known is None:
            if n < self._store.first:
                return _NOTHING
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            known = self._known[n] = _row(self._store, n)
        return known

    def forget(self) -> None:
        """What is masked otherwise from now on has to be looked at again."""
        self._known.clear()


def _row(store: LogStore, n: int) -> Row:
    source = store.source(n)
    line = _shown_line(store, n).expandtabs(_TAB)
    cells = columns(line, source, store.redactor.mask)
    if source is Source.PANIC_FILE and is_continuation(line, source):
        return Row(replace(cells, level=None), line=line)  # it is said above
    if source is not Source.TRAY:
        return Row(cells, line=line)
    mark = parse_mark(line)
    words = store.words(mark) if mark is not None else cells.message
    return Row(Columns(time=cells.time, message=words), is_mark=True, line=line)


def _shown_line(store: LogStore, n: int) -> str:
    line, excess = store.beginning(n, MAX_SHOWN)
    if not excess:
        return line
    more = QCoreApplication.translate("log", " … [and {count} bytes more]")
    return line + more.format(count=QLocale().toString(excess))
