"""What the tray itself notes between the lines of a gateway: where a run begins and how it ends.

A mark is a line in the form of ``gateway.log`` (contract 4.9), so that it can be stored, shown,
written to a file and searched like any other; its component says that it is ours.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import Enum
from typing import Final

from picoclaw_tray.logs.entry import Source

COMPONENT: Final = "picoclaw-tray"

_SIGN: Final = b"\x1e"
"""What a record of a JSON text sequence begins with (RFC 7464)."""


class MarkKind(Enum):
    """What a mark notes; the value is its message."""

    STARTED = "gateway started"
    RESTARTED = "gateway restarted"
    FOUND = "gateway found"
    ENDED = "gateway ended"
    SOURCE = "other source"
    """In a file of ours: what follows was read elsewhere."""


@dataclass(frozen=True, slots=True)
class RunMark:
    """One note.

    Attributes:
        time: RFC 3339 with the local offset, in seconds.
        run: Its number as a person counts them, 1, 2, 3 … per home; none: unknown.
        exit_code: Negative: the number of the signal that ended it; none: unknown.
        source: Of the lines that follow, for ``MarkKind.SOURCE``.
    """

    kind: MarkKind
    time: str
    run: int | None = None
    pid: int | None = None
    exit_code: int | None = None
    source: Source | None = None


def dump_mark(mark: RunMark) -> bytes:
    """The line, without its end."""
    content: dict[str, object] = {"level": "info", "component": COMPONENT}
    numbers = {"run": mark.run, "pid": mark.pid, "exit_code": mark.exit_code}
    content |= {name: number for name, number in numbers.items() if number is not None}
    if mark.source is not None:
        content["source"] = mark.source.value
    content |= {"time": mark.time, "message": mark.kind.value}
    return json.dumps(content, separators=(",", ":")).encode()


def parse_mark(line: str | bytes) -> RunMark | None:
    """The mark that a line is; none for any other line."""
    if line[:1] not in {"{", b"{"}:
        return None
    try:
        content = json.loads(line)
    except (ValueError, RecursionError):
        return None
    match content:
        case {"component": "picoclaw-tray", "message": str(message), "time": str(time)} if (
            message in _KINDS
        ):
            run, pid, exit_code = map(_number, map(content.get, ("run", "pid", "exit_code")))
            source = _SOURCES.get(str(content.get("source")))
            return RunMark(_KINDS[message], time, run, pid, exit_code, source)
        case _:
            return None


def dump_note(mark: RunMark) -> bytes:
    """The line with its end, for a file in which a gateway's lines stand beside it.

    Whatever a gateway prints, ``without_notes`` keeps it from looking like this.
    """
    return _SIGN + dump_mark(mark) + b"\n"


def parse_note(line: bytes) -> RunMark | None:
    """The mark that a line of such a file is; none for a line of a gateway."""
    return parse_mark(line[1:]) if line.startswith(_SIGN) else None


def without_notes(block: bytes) -> bytes:
    """Lines of a gateway, with their ends, as they may stand in such a file."""
    if _SIGN not in block:
        return block
    return (b"\n" + block).replace(b"\n" + _SIGN, b"\n " + _SIGN)[1:]


def _number(value: object) -> int | None:
    return value if type(value) is int else None


_KINDS: Final = {kind.value: kind for kind in MarkKind}
_SOURCES: Final = {source.value: source for source in Source}
