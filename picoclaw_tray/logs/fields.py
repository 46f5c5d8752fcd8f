"""The ``key=value`` fields at the end of a console line (contract 4.8).

Nothing marks where the message ends, and it may hold ``a=b`` itself. What decides: fields run up to
the end of a line, their names rise in order, and ``error`` comes before all others. A message may
have several lines, of which the last has the fields; and below an entry with its fields may stand
what something else has printed. So the first line that has fields at its end tells them, or else
the last.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final, TypeAlias

Fields: TypeAlias = "tuple[tuple[str, str], ...]"

_NAME = r"[A-Za-z_][\w.-]*"
_FIELD = re.compile(rf'({_NAME})=(?:"((?:[^"\\]|\\.)*)"(?= |\Z)|(?=([{{\[]))|([^ ]*))')
_CLOSING = re.compile(rf"[\]}}](?= {_NAME}=|\Z)")
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([abfnrtv\\\"]))")
_SIMPLE_ESCAPES: Final = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True))
_CODE_POINTS: Final = 0x110000


def parse_fields(tail: str) -> tuple[str, Fields]:
    """Splits what follows the head of a console line into the message and its fields.

    All lines but the one that the fields are in belong to the message.
    """
    lines = tail.split("\n")
    last = len(lines) - 1
    for n in (n for n, line in enumerate(lines) if n in {0, last} or line.endswith("=")):
        message, fields = _split(lines[n], _behind_space(lines[n], 0) if n else 0)
        if n < last and fields and lines[n].endswith("=") and not fields[-1][1]:
            value = "\n".join(lines[n + 1 :])  # printed raw, and nothing says where it ends
            return "\n".join((*lines[:n], message)), (*fields[:-1], (fields[-1][0], value))
        if fields and n in {0, last}:
            return "\n".join((*lines[:n], message, *lines[n + 1 :])), fields
    return tail, ()


def _split(line: str, at: int) -> tuple[str, Fields]:
    """The fields at the end of one line, from a place on, and what is before them."""
    closings = [match.end() for match in _CLOSING.finditer(line)]
    run: list[tuple[int, str, str]] = []  # where the field begins, its name and value
    while at < len(line):
        match = _FIELD.match(line, at)
        if match is None:
            run.clear()
            at = _behind_space(line, at)
            continue
        if run and not _may_follow(match[1], run[-1][1]):
            run.clear()
        value, end = _value(match, closings)
        run.append((at, match[1], value))
        at = end + 1
    message = line[: run[0][0]].removesuffix(" ") if run else line
    return message, tuple((name, value) for _, name, value in run)


def _behind_space(line: str, at: int) -> int:
    return line.find(" ", at) + 1 or len(line)


def _may_follow(name: str, previous: str) -> bool:
    return name != "error" and (previous == "error" or previous < name)


def _value(match: re.Match[str], closings: list[int]) -> tuple[str, int]:
    """Returns a field's value and where it ends."""
    _, quoted, bracket, bare = match.groups()
    text, start = match.string, match.end()
    if quoted is not None:
        return unquote(quoted), start
    if bracket:  # looks like JSON: not quoted although it has spaces
        nearest = bisect_left(closings, start + 1)
        space = text.find(" ", start)
        end = closings[nearest] if nearest < len(closings) else space if space >= 0 else len(text)
        return text[start:end], end
    return bare, start


def unquote(text: str) -> str:
    """Resolves the escapes of Go's ``%q``; what is no such escape stays as it is."""
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    digits = match[1] or match[2] or match[3]
    if digits is None:
        return _SIMPLE_ESCAPES[match[4]]
    code = int(digits, 16)
    return chr(code) if code < _CODE_POINTS else "\ufffd"
