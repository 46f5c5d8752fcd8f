r"""A person's regular expression: read by Python's ``re``, written down for ``regex``.

``regex`` can be interrupted and ``re`` cannot. But ``regex`` reads more into an expression:
``[[:alpha:]]`` is a class of letters to it, ``colou{r}`` may be misspelt, and a ``\w`` may be an
accent. So ``re`` reads, and what it has understood is written in what means the same to both.

What is known to differ: characters that are newer than Python; if case does not matter, ``(.)\1``
beyond ASCII, and U+0345, which is a letter then; a condition within what it asks for, as in
``((?(1)a|b))+``; and where ``re`` itself is wrong, as about the case of ``[𐐀]``.
"""

from __future__ import annotations

import re
import warnings
from functools import partial
from re import _parser  # type: ignore[attr-defined]  # private: it is in no list of types
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol, TypeAlias

import regex

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

MOST_CHARACTERS: Final = 4000
"""Of an expression; it is read in less than a tenth of a second."""

MOST_PARTS: Final = 2000
"""``regex`` writes out what is repeated, as in ``(a{50}){50}``, and a line costs time for each."""

MOST_MEMBERS: Final = 50
"""Of a class: one step of a search may compare each with every character of the line."""

_Tree: TypeAlias = "Iterable[tuple[Any, Any]]"
"""What ``re`` has understood: operations, and whatever belongs to each."""


class ExpressionTooLargeError(Exception):
    """It would take too long, or too much memory, to make anything of it."""


class _Named(Protocol):
    name: str


class _Written(NamedTuple):
    text: str
    parts: int


def compiled(pattern: str, *, is_case_sensitive: bool) -> regex.Pattern[str]:
    """What finds in a text what ``re`` would find there.

    Raises:
        re.error: It is no expression of ``re``.
        ExpressionTooLargeError: It is too long, repeats too much or is nested too deeply.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise ExpressionTooLargeError
    flags = 0 if is_case_sensitive else re.IGNORECASE
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            re.compile(pattern, flags)  # it refuses more than its parser does
            tree = _parser.parse(pattern, flags)
        text, parts = _in_group(f"(?{_switches(tree.state.flags)}:", tree, tree.state.flags)
        if parts > MOST_PARTS:
            raise ExpressionTooLargeError
        return regex.compile(text, regex.VERSION1)
    except (OverflowError, RecursionError, MemoryError, KeyError, regex.error) as error:
        raise ExpressionTooLargeError from error


def _sequence(tree: _Tree, flags: int) -> _Written:
    written = [_WRITERS[operation.name](value, flags) for operation, value in tree]
    return _Written("".join(text for text, _ in written), sum(parts for _, parts in written))


def _in_group(opening: str, tree: _Tree, flags: int) -> _Written:
    text, parts = _sequence(tree, flags)
    return _Written(f"{opening}{text})", parts + 1)


def _sign(text: str) -> Callable[[Any, int], _Written]:
    return lambda _value, _flags: _Written(text, 1)


# Switches


def _ignores_case(flags: int) -> bool:
    """Whether ``regex`` is to do so; for ASCII alone it cannot, see ``_forms``."""
    return bool(flags & re.IGNORECASE and not flags & re.ASCII)


def _switches(flags: int) -> str:
    """``i``, ``m`` and ``s`` on or off; and no ``f``, to which ``ß`` is ``ss``."""
    switches = ("i", _ignores_case(flags)), ("m", flags & re.MULTILINE), ("s", flags & re.DOTALL)
    on = "".join(sign for sign, is_on in switches if is_on)
    return f"{on}-{''.join(sign for sign, is_on in switches if not is_on)}f"


def _group(value: tuple[int | None, int, int, _Tree], flags: int) -> _Written:
    number, on, off, tree = value
    if number is not None:
        return _in_group("(", tree, flags)
    if on & _parser.TYPE_FLAGS:  # "a" takes "u" away, and the other way round
        off |= _parser.TYPE_FLAGS
    inside = flags & ~off | on
    opening = "" if _ignores_case(inside) == _ignores_case(flags) else _NO_FIRST_CHARACTER
    return _in_group(f"{opening}(?{_switches(inside)}:", tree, inside)


_NO_FIRST_CHARACTER: Final = "(?>[^x]??)"
"""Matches nothing. WORKAROUND for regex 2026.11: what a match may begin with is looked up without
case if any part is, and "B" is no match of ``(?i:a)|[^b]`` then; after this nothing is looked up.
"""

# One character


def _character(code: int, flags: int, *, opening: str = "[") -> _Written:
    return _Written(f"{opening}{_forms(code, code, flags)}]", 1)


def _class(members: list[tuple[Any, Any]], flags: int) -> _Written:
    if len(members) > MOST_MEMBERS:
        raise ExpressionTooLargeError
    written = [_MEMBERS[operation.name](value, flags) for operation, value in members]
    return _Written(f"[{''.join(written)}]", len(members))


def _range(ends: tuple[int, int], flags: int) -> str:
    first, last = ends
    return _forms(first, last, flags)


def _forms(first: int, last: int, flags: int) -> str:
    """The characters of a range, and what else is meant by them."""
    text = f"{re.escape(chr(first))}-{re.escape(chr(last))}"
    if not flags & re.IGNORECASE:
        return text
    if flags & re.ASCII:
        letters = filter(str.isalpha, map(chr, range(first, min(last, 127) + 1)))
        return text + "".join(letters).swapcase()
    return text + _I if any(first <= ord(letter) <= last for letter in _I) else text


_I: Final = "Iiİı"
"""All the same without case, but not to ``regex``."""


def _kinds(flags: int) -> dict[str, str]:
    return _ASCII_KINDS if flags & re.ASCII else _KINDS


def _kind(value: _Named, flags: int) -> str:
    kind = value.name.removeprefix("CATEGORY_")
    opening = "[^" if kind.startswith("NOT_") else "["
    return f"{opening}{_kinds(flags)[kind.removeprefix('NOT_')]}]"


_KINDS: Final = {"DIGIT": r"\p{Nd}", "SPACE": r"\s\x1c-\x1f", "WORD": r"\p{L}\p{N}_"}
_ASCII_KINDS: Final = {"DIGIT": "0-9", "SPACE": r"\ \t-\r", "WORD": "a-zA-Z0-9_"}
_MEMBERS: Final[dict[str, Callable[[Any, int], str]]] = {
    "NEGATE": lambda _value, _flags: "^",
    "LITERAL": lambda code, flags: _forms(code, code, flags),
    "RANGE": _range,
    "CATEGORY": _kind,
}

# A place


def _place(value: _Named, flags: int) -> _Written:
    word = f"[{_kinds(flags)['WORD']}]"
    return _Written(_PLACES[value.name].replace("WORD", word), 4)


_NOT_IN_NOTHING: Final = "" if re.search(r"\B", "") else r"(?!\A\Z)"  # "" before Python 3.14
_PLACES: Final = {
    "AT_BEGINNING": "^",
    "AT_BEGINNING_STRING": r"\A",
    "AT_BOUNDARY": "(?(?<=WORD)(?!WORD)|(?=WORD))",
    "AT_NON_BOUNDARY": _NOT_IN_NOTHING + "(?(?<=WORD)(?=WORD)|(?!WORD))",
    "AT_END": "$",
    "AT_END_STRING": r"\Z",
}

# What is made of others


def _branch(value: tuple[None, list[_Tree]], flags: int) -> _Written:
    written = [_in_group("(?:", tree, flags) for tree in value[1]]
    text = "|".join(text for text, _ in written)
    return _Written(f"(?:{text})", sum(parts for _, parts in written))


def _repeated(value: tuple[int, int, _Tree], flags: int, *, sign: str) -> _Written:
    least, most, tree = value
    text, parts = _sequence(tree, flags)
    last = "" if most == _parser.MAXREPEAT else most
    return _Written(f"(?:{text}){{{least},{last}}}{sign}", (least + 1) * parts)


def _looking(value: tuple[int, _Tree], flags: int, *, sign: str) -> _Written:
    direction, tree = value
    return _in_group(f"(?{'<' if direction < 0 else ''}{sign}", tree, flags)


def _reference(number: int, flags: int) -> _Written:
    text = rf"\g<{number}>"
    return _Written(f"(?i:{text})" if flags & re.IGNORECASE else text, 1)


def _condition(value: tuple[int, _Tree, _Tree | None], flags: int) -> _Written:
    number, then, otherwise = value
    text, parts = _sequence(then, flags)
    other_text, other_parts = _sequence(otherwise or (), flags)
    return _Written(f"(?({number}){text}|{other_text})", parts + other_parts + 1)


_WRITERS: Final[dict[str, Callable[[Any, int], _Written]]] = {
    "LITERAL": _character,
    "NOT_LITERAL": partial(_character, opening="[^"),
    "IN": _class,
    "ANY": _sign("."),
    "AT": _place,
    "BRANCH": _branch,
    "SUBPATTERN": _group,
    "ATOMIC_GROUP": partial(_in_group, "(?>"),
    "MAX_REPEAT": partial(_repeated, sign=""),
    "MIN_REPEAT": partial(_repeated, sign="?"),
    "POSSESSIVE_REPEAT": partial(_repeated, sign="+"),
    "ASSERT": partial(_looking, sign="="),
    "ASSERT_NOT": partial(_looking, sign="!"),
    "FAILURE": _sign("(?!)"),
    "GROUPREF": _reference,
    "GROUPREF_EXISTS": _condition,
}
