"""From lines of text to entries: time, level, component, message and fields.

Reads the console format (contract 4.8) and the JSON lines of ``gateway.log`` (4.9). Any input gives
an entry and never an exception: what has neither format is an entry without time and level.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import Enum, IntEnum
from typing import TYPE_CHECKING, Any, Final

from picoclaw_tray.logs.fields import parse_fields
from picoclaw_tray.logs.redaction import mask
from picoclaw_tray.logs.splitter import display_safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

MAX_ENTRY_LINES: Final = 1000
"""An entry that goes on for longer is continued by plain entries, so that memory stays bounded."""


class Level(IntEnum):
    """How grave an entry is, in the order of the gateway's own levels."""

    TRACE = 0
    DEBUG = 1
    INFO = 2
    WARN = 3
    ERROR = 4
    FATAL = 5
    PANIC = 6


class Source(Enum):
    """Where a line was read."""

    OUTPUT = "output"  # the pipe of a gateway of ours
    LOG_FILE = "gateway.log"
    PANIC_FILE = "gateway_panic.log"
    TRAY = "picoclaw-tray"  # a note of ours: see ``logs.marks``


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the gateway said.

    Attributes:
        time: As printed: local ``HH:MM:SS`` on the console, RFC 3339 in the file, else empty.
        level: None for progress lines, the banner and anything else without a level; a panic of
            Go has its own.
        component: Short name such as ``gateway``; may be empty.
        caller: ``path/file.go:line``, opaque; may be empty.
        message: May hold newlines.
        fields: Names and values in their order. Nested JSON values are compact JSON text.
        raw: The lines as they came, joined by newlines.
        source: Where they were read.
    """

    time: str
    level: Level | None
    component: str
    caller: str
    message: str
    fields: tuple[tuple[str, str], ...]
    raw: str
    source: Source = Source.OUTPUT

    def field(self, name: str) -> str | None:
        """Returns the first value of that name, None if there is none."""
        return next((value for key, value in self.fields if key == name), None)


CONSOLE_HEAD = re.compile(
    r"(\d\d:\d\d:\d\d) (DBG|INF|WRN|ERR|FTL|TRC|PNC|\?\?\?) (\S+) (\S+:\d+) >(?: (.*))?\Z",
    re.DOTALL,
)
# What Go prints when it gives a program up: into the panic log, once the gateway has opened it;
# until then between the lines of the console.
_GO_GIVES_UP: Final = r"panic: |fatal error: |unexpected fault |SIG[A-Z0-9]+: [a-z]"
_IS_GIVEN_UP = re.compile(_GO_GIVES_UP)
_STARTS_ENTRY = re.compile(rf"\d\d:\d\d:\d\d (?:[A-Z]{{3}}|\?\?\?) |\{{\"level\":|{_GO_GIVES_UP}")
# The progress lines of contract 4.8. They have no time and yet do not belong to the entry above.
_PROGRESS = re.compile(r"(?:  )?[✓⚠📦🔍🔄🦞]|  • (?:Tools|Skills): |Press Ctrl\+C to stop$")
# What stands in the panic log (contract 4.6). Go's own log package writes there too, and with it
# what cron jobs do; a goroutine's stack goes on what stands above it.
_PANIC_HEAD = re.compile(
    rf"(?P<trouble>{_GO_GIVES_UP}|runtime: )"
    r"|\[\d{4}-\d\d-\d\d (?P<caught_at>\d\d:\d\d:\d\d)\] (?=PANIC )"
    r"|\d{4}/\d\d/\d\d (?P<logged_at>\d\d:\d\d:\d\d)(?:\.\d+)? "
    r"|Error: |zerolog: |={10,}$"
)
_TELLS_PANIC = re.compile(r"http: panic | recovered panic: ")
_GOES_WELL = re.compile("[▶✓]")
CONSOLE_LEVELS: Final = {
    "TRC": Level.TRACE,
    "DBG": Level.DEBUG,
    "INF": Level.INFO,
    "WRN": Level.WARN,
    "ERR": Level.ERROR,
    "FTL": Level.FATAL,
    "PNC": Level.PANIC,
}
_to_json = json.JSONEncoder(ensure_ascii=False).encode
_JSON_LEVELS: Final = {level.name.lower(): level for level in Level}
_FIRST_NAMES: Final = ("level", "component")  # what the logger writes before the event's fields
_LAST_NAMES: Final = ("time", "caller", "message")  # and after them


def entries(lines: Iterable[str], source: Source = Source.OUTPUT) -> Iterator[Entry]:
    """Groups lines into entries: a line that starts none belongs to the entry above it.

    Lines before the first entry, progress lines and whatever follows these stand alone.
    """
    group: list[str] = []
    for line in lines:
        if group and len(group) < MAX_ENTRY_LINES and is_continuation(line, source):
            group.append(line)
            continue
        if group:
            yield parse_entry("\n".join(group), source)
            group = []
        if starts_entry(line, source):
            group = [line]
        else:
            yield parse_entry(line, source)
    if group:
        yield parse_entry("\n".join(group), source)


def starts_entry(line: str, source: Source = Source.OUTPUT) -> bool:
    """Whether a line begins an entry that lines below it may belong to."""
    if source is Source.PANIC_FILE:
        return _PANIC_HEAD.match(line) is not None
    return source is not Source.TRAY and _STARTS_ENTRY.match(line) is not None


def is_continuation(line: str, source: Source = Source.OUTPUT) -> bool:
    """Whether a line belongs to the entry above it, if there is one of the same source."""
    if source is Source.TRAY or starts_entry(line, source):
        return False
    return source is Source.PANIC_FILE or not _PROGRESS.match(line)


def parse_entry(
    text: str, source: Source = Source.OUTPUT, hide: Callable[[str], str] = mask
) -> Entry:
    """Reads one entry: a console line with its continuation lines, a JSON line, or anything.

    Args:
        text: Masked already, if that is to be.
        source: Where it was read.
        hide: Masks what was decoded: an escape may have kept a secret from being seen.
    """
    if source is Source.PANIC_FILE:
        return _parse_panic(text, source)
    read = _reader(text, hide)
    return (
        _parse_console(text, source, read)
        or _parse_json(text, source, read)
        or _plain(text, source)
    )


def is_given_up(line: str) -> bool:
    """Whether a line between those of the console says that Go gives the program up."""
    return _IS_GIVEN_UP.match(line) is not None


def _plain(text: str, source: Source) -> Entry:
    level = Level.PANIC if is_given_up(text) else None
    return Entry("", level, "", "", text, (), text, source)


def _parse_panic(text: str, source: Source) -> Entry:
    """What is not known to be harmless is an error, so that no filter hides it."""
    head = _PANIC_HEAD.match(text)
    if head is None:
        return Entry("", Level.ERROR, "", "", text, (), text, source)
    caught_at, logged_at = head["caught_at"], head["logged_at"]
    time = caught_at or logged_at or ""
    message = text[head.end() :] if time else text
    if head["trouble"] or caught_at or (logged_at and _TELLS_PANIC.search(message)):
        level = Level.PANIC
    elif logged_at:
        level = Level.INFO if _GOES_WELL.search(message) else Level.WARN
    else:
        level = Level.ERROR
    return Entry(time, level, "", "", message, (), text, source)


def _parse_console(text: str, source: Source, read: Callable[[str], str]) -> Entry | None:
    head = CONSOLE_HEAD.match(text)
    if head is None:
        return None
    time, level, component, caller, tail = head.groups()
    message, fields = parse_fields((tail or "").rstrip("\n"))  # blank lines set off what follows
    safe = tuple((name, read(value)) for name, value in fields)
    return Entry(time, CONSOLE_LEVELS.get(level), component, caller, message, safe, text, source)


class _Number(str):
    """A number as it was written; Python would write ``1e5`` in another way."""

    __slots__ = ()


class _Object(dict[str, Any]):
    """A JSON object that remembers all its pairs: an event field may be named like a part."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.pairs = pairs


def _parse_json(text: str, source: Source, read: Callable[[str], str]) -> Entry | None:
    first_line, newline, rest = text.partition("\n")
    try:
        value = json.loads(
            first_line, object_pairs_hook=_Object, parse_int=_Number, parse_float=_Number
        )
        pairs = value.pairs if isinstance(value, _Object) else []
        fields = [(read(name), read(_json_text(item))) for name, item in pairs]
    except (ValueError, RecursionError):
        return None
    if not fields:
        return None
    part = {name: _take(fields, name, 0) for name in _FIRST_NAMES}
    part |= {name: _take(fields, name, -1) for name in _LAST_NAMES}
    return Entry(
        part["time"],
        _JSON_LEVELS.get(part["level"]),
        part["component"],
        part["caller"],
        (part["message"] + newline + rest).rstrip("\n"),
        tuple(fields),
        text,
        source,
    )


def _take(fields: list[tuple[str, str]], name: str, which: int) -> str:
    """Removes the first or last field of that name and returns its value, or nothing."""
    found = [index for index, (key, _) in enumerate(fields) if key == name]
    return fields.pop(found[which])[1] if found else ""


def _json_text(value: object) -> str:
    """A JSON value for reading: text as it is, everything else as compact JSON."""
    return value if isinstance(value, str) else _compact(value)


def _compact(value: object) -> str:
    match value:
        case _Number():
            return value
        case dict():
            return f"{{{','.join(f'{_to_json(k)}:{_compact(v)}' for k, v in value.items())}}}"
        case list():
            return f"[{','.join(map(_compact, value))}]"
        case _:
            return _to_json(value)


def _reader(text: str, hide: Callable[[str], str]) -> Callable[[str], str]:
    """Makes what was decoded safe to show; what has no escape was masked as it is."""
    return (lambda value: hide(display_safe(value))) if "\\" in text else display_safe
