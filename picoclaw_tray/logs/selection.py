"""Which lines of a store pass a filter; in slices."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from itertools import islice
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.entry import (
    CONSOLE_HEAD,
    CONSOLE_LEVELS,
    MAX_ENTRY_LINES,
    Level,
    Source,
    is_continuation,
    is_given_up,
    parse_entry,
    starts_entry,
)
from picoclaw_tray.logs.looking import Looker, never
from picoclaw_tray.logs.printed import AT_ONCE
from picoclaw_tray.logs.query import matcher
from picoclaw_tray.logs.splitter import decode_line
from picoclaw_tray.text import Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from picoclaw_tray.logs.query import Query
    from picoclaw_tray.logs.store import LogStore

MAX_COMPONENTS: Final = 200
MAX_UNUSUAL: Final = 5000
"""So many lines in another form than PicoClaw's are read for their component: 60 ms."""

_HEAD_BYTES: Final = 1024
"""Enough of a line for its level and component."""

_JSON_HEAD = re.compile(r'\{"level":"(\w+)","component":"([^"\\]*)"')
# As the above, in ASCII; anything else is read the long way.
_QUICK_CONSOLE_HEAD = re.compile(
    rb"\d\d:\d\d:\d\d (DBG|INF|WRN|ERR|FTL|TRC|PNC) ([!-~]+) [!-~]+:\d+ >(?: |\Z)"
)
_QUICK_JSON_HEAD = re.compile(rb'\{"level":"([a-z]+)",(?:"component":"([ !#-[\]-~]*)",)?')
_QUICK_LEVELS: Final = {name.encode(): level for name, level in CONSOLE_LEVELS.items()} | {
    level.name.lower().encode(): level for level in Level
}
_JSON_LEVELS: Final = {level.name.lower(): level for level in Level}
_WARNING: Final = "⚠"


class Selection:
    """The lines that pass a filter, as far as they were examined.

    An entry passes as a whole: by the level, component and run of its first line, and by what any
    of its lines says. The last entry may be going on, and pass later: its lines come then.
    """

    def __init__(self, store: LogStore, query: Query) -> None:
        self._store = store
        self._query = query
        self._all_runs = query.run is None
        found = matcher(query.search) if query.search.pattern else None
        self._looker = None if found is None or isinstance(found, Text) else Looker(store, found)
        self._lines = array("q")
        self._next = store.first
        self._stretch = (Source.TRAY, -1)  # of the line before
        self._entry_lines = 0  # of the entry that may go on; 0: none does
        self._passes = False  # its level, component and run
        self._waits_for: Looker | None = None  # it has found nothing in the entry yet
        self._waiting: list[int] = []  # lines of the entry until then

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def problem(self) -> Text | None:
        """As that of a ``Matcher``."""
        return None if self._looker is None else self._looker.problem

    def advance(self, max_lines: int, is_over: Callable[[], bool] = never) -> bool:
        """Examines at most so many lines more, until the time is over; whether there are others."""
        store, looker = self._store, self._looker
        if looker is not None and looker.is_busy:
            if looker.go_on():
                self._let_in()
            if looker.is_busy:
                return True
        begin = max(self._next, store.first)
        if begin > self._next:  # the beginning of an entry was dropped unseen
            self._entry_lines = 0
        self._next = begin
        for n, raw, source, run in _lines_of(store, begin, begin + max_lines):
            self._take(n, raw, source, run)
            self._next = n + 1
            if looker is not None and looker.is_busy:
                return True
            if is_over():
                break
        return self._next < store.end

    def drop(self) -> int:
        """Forgets what the store has dropped; how many lines at the front went."""
        gone = self.row_of(self._store.first)
        del self._lines[:gone]
        return gone

    def line_at(self, row: int) -> int:
        """The number of the line in a row."""
        return self._lines[row]

    def row_of(self, n: int) -> int:
        """The first row whose line has this number or a higher one; may be the number of rows."""
        return bisect_left(self._lines, n)

    def _take(self, n: int, raw: bytes, source: Source, run: int) -> None:
        quick = _quick_head(raw, source)
        if quick is not None:
            self._begin_entry(*quick, source, run)
        else:
            head = decode_line(raw[:_HEAD_BYTES])
            goes_on = 0 < self._entry_lines < MAX_ENTRY_LINES and (source, run) == self._stretch
            if goes_on and is_continuation(head, source):
                self._entry_lines += 1
            else:
                level, component = level_and_component(head, raw, source)
                self._begin_entry(level, component, source, run)
                self._entry_lines = 1 if starts_entry(head, source) else 0
        if not self._passes:
            return
        if self._waits_for is None:
            self._lines.append(n)
            return
        self._waiting.append(n)
        if self._waits_for.look(n, raw):
            self._let_in()

    def _let_in(self) -> None:
        """The entry has what is looked for."""
        self._lines.extend(self._waiting[bisect_left(self._waiting, self._store.first) :])
        self._waiting = []
        self._waits_for = None

    def _begin_entry(self, level: Level, component: str, source: Source, run: int) -> None:
        query = self._query
        self._stretch = source, run
        self._entry_lines = 1
        self._waits_for, self._waiting = self._looker, []
        self._passes = (self._all_runs or run == query.run) and (
            source is Source.TRAY
            or (
                (query.level is None or level >= query.level)
                and (not query.component or component == query.component)
            )
        )


def components(store: LogStore) -> tuple[str, ...]:
    """The components of all lines held, in alphabetical order; up to 0.2 s for a full store."""
    names: set[str] = set()
    unusual = 0
    for _, raw, source, _ in _lines_of(store, store.first, store.end):
        if source is Source.TRAY or source is Source.PANIC_FILE:
            continue
        quick = _quick_head(raw, source)
        if quick is not None:
            names.add(quick[1])
        elif unusual < MAX_UNUSUAL and starts_entry(head := decode_line(raw[:_HEAD_BYTES]), source):
            unusual += 1
            names.add(level_and_component(head, raw, source)[1])
        if len(names) > MAX_COMPONENTS:
            break
    shown = (name for name in sorted(names - {""}) if store.redactor.mask(name) == name)
    return tuple(islice(shown, MAX_COMPONENTS))


def level_and_component(head: str, raw: bytes, source: Source) -> tuple[Level, str]:
    """What an entry counts as that begins with this line.

    Args:
        head: The beginning of the line, decoded.
        raw: All of it.
        source: Where it was read.
    """
    if source is Source.PANIC_FILE:
        return parse_entry(head, source).level or Level.ERROR, ""
    console = CONSOLE_HEAD.match(head)
    if console is not None:
        return CONSOLE_LEVELS.get(console[2], Level.INFO), console[3]
    if head.startswith("{"):
        quick = _JSON_HEAD.match(head)
        if quick is not None and quick[1] in _JSON_LEVELS:
            return _JSON_LEVELS[quick[1]], quick[2]
        # To read a line of megabytes takes seconds, and what it has is near its beginning.
        entry = parse_entry(decode_line(raw) if len(raw) <= AT_ONCE else head, source)
        return Level.INFO if entry.level is None else entry.level, entry.component
    if is_given_up(head):
        return Level.PANIC, ""
    return (Level.WARN if head.lstrip().startswith(_WARNING) else Level.INFO), ""


def _quick_head(raw: bytes, source: Source) -> tuple[Level, str] | None:
    """Level and component of a line that begins an entry beyond doubt, without decoding it."""
    if source is Source.OUTPUT:
        head = _QUICK_CONSOLE_HEAD.match(raw)
        return None if head is None else (_QUICK_LEVELS[head[1]], head[2].decode())
    if source is Source.LOG_FILE:
        head = _QUICK_JSON_HEAD.match(raw)
        level = None if head is None else _QUICK_LEVELS.get(head[1])
        if head is None or level is None or (head[2] is None and b'"component"' in raw):
            return None
        return level, (head[2] or b"").decode()
    return None


def _lines_of(store: LogStore, begin: int, end: int) -> Iterator[tuple[int, bytes, Source, int]]:
    """The lines of a range, each with its number, source and run."""
    stretches = store.stretches(begin, end)
    at = 0
    for n, raw in enumerate(store.raw_lines(begin, end), begin):
        while at + 1 < len(stretches) and stretches[at + 1].first <= n:
            at += 1
        yield n, raw, stretches[at].source, stretches[at].run
