"""JSON as the gateway's own decoder reads it: what is an error there is an error here.

Python's decoder is more generous (``NaN``, UTF-16, ``true`` as a number) and less so (deep or
huge documents end in an exception of another kind); both differences are levelled here.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import NoReturn

T = TypeVar("T")

_GO_NAMES: dict[type, str] = {
    str: "string",
    int: "number",
    float: "number",
    bool: "bool",
    list: "array",
    dict: "object",
}

LONGEST_INTEGER = 20
"""Digits and sign of the longest number that may still be a 64-bit integer."""

BITS_64 = range(-(2**63), 2**63)


class WrongTypeError(ValueError):
    """A value of another type than the schema says.

    Attributes:
        path: the key, dotted from the root: ``gateway.port``.
        expected: the type of the schema, in the decoder's words: ``int``.
        found: the type of the value, in the decoder's words: ``string``.
    """

    def __init__(self, path: str, expected: str, found: str) -> None:
        super().__init__(f'field "{path}": expected {expected} but got {found}')
        self.path = path
        self.expected = expected
        self.found = found


def decode_json(raw: bytes) -> object:
    """Decodes one document; invalid UTF-8 is replaced, as the gateway's decoder does.

    Raises:
        json.JSONDecodeError: a syntax error, with its position.
        ValueError: a syntax error without a position: ``NaN``, or nested too deeply.
    """
    try:
        return json.loads(
            raw.decode("utf-8", "replace"),
            parse_int=_parse_integer,
            parse_constant=_reject,
            object_pairs_hook=_object,
        )
    except RecursionError:
        raise ValueError("exceeded max depth") from None


def parse_object(raw: bytes, limit: int) -> dict[str, object] | None:
    """Decodes a document of at most ``limit`` bytes; None if it is not one JSON object."""
    if len(raw) > limit:
        return None
    try:
        document = decode_json(raw)
    except ValueError:
        return None
    return document if isinstance(document, dict) else None


def take(document: Mapping[str, object], path: str, kind: type[T], default: T) -> T:
    """The value at a dotted path; what is absent or null keeps its default.

    Raises:
        WrongTypeError: the value, or an object on the way to it, has another type.
    """
    *sections, key = path.split(".")
    passed: list[str] = []
    for section in sections:
        passed.append(section)
        inner = document.get(section)
        if inner is None:
            return default
        document = _checked(inner, ".".join(passed), dict)
    value = document.get(key)
    return default if value is None else _checked(value, path, kind)


def type_name(value: object) -> str:
    """The name the gateway's decoder gives to the type of a JSON value."""
    return "null" if value is None else _GO_NAMES[type(value)]


def valid_string(value: str) -> str:
    """A string that can be encoded: a lone surrogate escape becomes U+FFFD, as in Go."""
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def merged_pairs(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """An object whose key occurs twice: objects are merged, null only empties lists."""
    merged: dict[str, object] = {}
    for key, value in pairs:
        before = merged.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            merged[key] = merged_pairs([*before.items(), *value.items()])
        elif value is not None or key not in merged or isinstance(before, list):
            merged[key] = value
    return merged


def _object(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    """As ``merged_pairs``, in place: while a document is decoded nobody else has its objects.

    Copies would take hours for a megabyte of one key with many objects.
    """
    merged: dict[str, object] = {}
    _merge(merged, pairs)
    return merged


def _merge(into: dict[str, object], pairs: Iterable[tuple[str, object]]) -> None:
    for key, value in pairs:
        before = into.get(key)
        if isinstance(before, dict) and isinstance(value, dict):
            _merge(before, value.items())
        elif value is not None or key not in into or isinstance(before, list):
            into[key] = value


def _checked(value: object, path: str, kind: type[T]) -> T:
    if type(value) is not kind:  # exact: True is no port
        expected = "int" if kind is int else _GO_NAMES[kind]
        raise WrongTypeError(path, expected, type_name(value))
    if isinstance(value, str):
        return cast("T", valid_string(value))
    return value


def _parse_integer(digits: str) -> int | float:
    """What does not fit into 64 bits is no integer; Python would refuse more than 4300 digits."""
    if len(digits) > LONGEST_INTEGER or int(digits) not in BITS_64:
        return float(digits)
    return int(digits)


def _reject(constant: str) -> NoReturn:
    msg = f"invalid character {constant[0]!r} looking for beginning of value"
    raise ValueError(msg)
