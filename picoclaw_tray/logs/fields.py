"""The ``key=value`` fields at the end of a console line (contract 4.8).

Nothing marks where the message ends, and it may hold ``a=b`` itself. What decides: fields run up to
the end, their names rise in order, and ``error`` comes before all others.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final, TypeAlias

Fields: TypeAlias = "tuple[tuple[str, str], ...]"

_NAME = r"[A-Za-z_][\w.-]*"
_FIELD = re.compile(rf'({_NAME})=(?:"((?:[^"\\]|\\.)*)"(?= |\Z)|(?=(\n))|(?=([{{\[]))|([^ ]*))')
_CLOSING = re.compile(rf"[\]}}](?= {_NAME}=|\Z)")
_ESCAPE = re.compile(r"\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|U([0-9a-f]{8})|([abfnrtv\\\"]))")
_SIMPLE_ESCAPES: Final = dict(zip('abfnrtv\\"', '\a\b\f\n\r\t\v\\"', strict=True))
_CODE_POINTS: Final = 0x110000


def parse_fields(tail: str) -> tuple[str, Fields]:
    """Splits what follows the head of a console line into the message and its fields."""
    closings = [match.end() for match in _CLOSING.finditer(tail)]
    run: list[tuple[int, str, str]] = []  # where the field begins, its name and value
    at = 0
    while at < len(tail):
        match = _FIELD.match(tail, at)
        if match is None:
            run.clear()
            at = tail.find(" ", at) + 1 or len(tail)
            continue
        if run and not _may_follow(match[1], run[-1][1]):
            run.clear()
        value, end = _value(match, closings)
        run.append((at, match[1], value))
        at = end + 1
    message = tail[: run[0][0]].removesuffix(" ") if run else tail
    return message, tuple((name, value) for _, name, value in run)


def _may_follow(name: str, previous: str) -> bool:
    return name != "error" and (previous == "error" or previous < name)


def _value(match: re.Match[str], closings: list[int]) -> tuple[str, int]:
    """Returns a field's value and where it ends."""
    _, quoted, newline, bracket, bare = match.groups()
    text, start = match.string, match.end()
    if quoted is not None:
        return unquote(quoted), start
    if newline:  # printed raw, and nothing says where it ends
        return text[start + 1 :], len(text)
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
