"""Where in a JSON text a value stands, to say it in an error."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_SPACE = re.compile(r"[ \t\n\r]*")
_STEP = re.compile(r"\[(\d+)\]|([^.\[]+)")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str)  # positions only


def position_of(text: str, path: str) -> tuple[int, int]:
    """Line and column of the value at ``path``, such as ``model_list[0].model``.

    The gateway's decoder points at the last character of a plain value and at the opening
    bracket of any other. Where the path ends early, the last value found is meant.

    Args:
        text: a document that has already been decoded without an error.
        path: keys and indices from the root; empty for the document itself.
    """
    start = _after_space(text, 0)
    with suppress(RecursionError):  # the decoder's limit lies a few frames higher
        for index, key in _STEP.findall(path):
            start = dict(_children(text, start)).get(index or key, start)
    end = start + 1 if text[start] in "{[" else _DECODER.raw_decode(text, start)[1]
    return line_and_column(text, end - 1)


def place_of(text: str, path: str) -> tuple[int, int] | None:
    """As ``position_of``; None if the value does not stand there."""
    start = _after_space(text, 0)
    with suppress(RecursionError):
        for index, key in _STEP.findall(path):
            inner = dict(_children(text, start)).get(index or key)
            if inner is None:
                return None
            start = inner
    return line_and_column(text, start)


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    """Both counted from 1, in characters."""
    return text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset)


def _children(text: str, start: int) -> Iterator[tuple[str, int]]:
    """Keys (or indices) and starts of what an object or array holds; nothing for other values."""
    if text[start] not in "{[":
        return
    is_object = text[start] == "{"
    at, count = _after_space(text, start + 1), 0
    while text[at] not in "}]":
        name = str(count)
        if is_object:
            name, at = _DECODER.raw_decode(text, at)
            at = _after_space(text, _after_space(text, at) + 1)
        yield name, at
        at = _after_space(text, _DECODER.raw_decode(text, at)[1])
        if text[at] == ",":
            at = _after_space(text, at + 1)
        count += 1


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at
