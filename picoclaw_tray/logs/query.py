"""What a person looks for in the log, and what lets a line pass a filter."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

import regex

from picoclaw_tray.logs.expressions import ExpressionTooLargeError, compiled
from picoclaw_tray.logs.prefilter import Prefilter
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from picoclaw_tray.logs.entry import Level
    from picoclaw_tray.text import Template

MARGIN: Final = 4096
"""Characters: as long may be what an expression finds in a line that comes in pieces, and as far it
looks around."""

_BAD_EXPRESSION = QT_TRANSLATE_NOOP(
    "Search", "This is no regular expression; look at character {place}."
)
_TOO_LARGE = QT_TRANSLATE_NOOP("Search", "This regular expression is too large.")
_TOO_SLOW = QT_TRANSLATE_NOOP(
    "Search", "This expression takes too long in some lines; these were passed over."
)
_GIVEN_UP = QT_TRANSLATE_NOOP(
    "Search", "This expression takes too long in many lines; the search was given up."
)

LIMIT_S: Final = 0.02
"""For one line. To try all ways of ``(a+)+b`` could take years.

``regex`` looks at the time after 256 steps, each of which may go to the end of the line. In 64 KiB
that can take a tenth of a second, or half a second with ``MOST_MEMBERS`` in each class.
"""

MAX_SLOW: Final = 5
"""After so many lines that took too long the rest is not searched: the window does not wait."""

SHORT: Final = 4000
"""Characters. A longer line that takes too long counts for less: the expression may be harmless."""

_LOOKED_AT: Final = 1024 * 1024
"""Bytes of a long line that one cheap look is at; it takes up to 20 ms."""

_LONGEST_CHARACTER: Final = 4
"""Bytes of UTF-8."""

_BY_MESSAGE: Final[tuple[tuple[str, Template], ...]] = (
    (
        "unterminated character set",
        QT_TRANSLATE_NOOP("Search", "The “[” at character {place} is not closed."),
    ),
    ("missing )", QT_TRANSLATE_NOOP("Search", "The “(” at character {place} is not closed.")),
    (
        "unbalanced parenthesis",
        QT_TRANSLATE_NOOP("Search", "The “)” at character {place} closes nothing."),
    ),
    (
        "nothing to repeat",
        QT_TRANSLATE_NOOP("Search", "There is nothing to repeat at character {place}."),
    ),
    (
        "multiple repeat",
        QT_TRANSLATE_NOOP("Search", "There is one sign of repetition too many at {place}."),
    ),
    (
        "bad escape",
        QT_TRANSLATE_NOOP("Search", "The backslash at character {place} says nothing."),
    ),
    (
        "bad character range",
        QT_TRANSLATE_NOOP("Search", "The range at character {place} runs backwards."),
    ),
)


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for; nothing, if the pattern is empty.

    Attributes:
        pattern: As it was typed.
        is_regex: It is a regular expression of Python's ``re``, else plain text.
    """

    pattern: str = ""
    is_regex: bool = False
    is_case_sensitive: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """Which entries are wanted; without anything: all.

    Attributes:
        level: At least this. An entry without a level counts as ``INFO``, a warning among the
            progress lines as ``WARN``; notes of ours pass always.
        component: Exactly this; notes of ours pass always.
        run: The id of a run in the store.
        search: In any line of the entry.
    """

    level: Level | None = None
    component: str = ""
    run: int | None = None
    search: Search = Search()


class Matcher:
    """Finds a pattern in lines as they are shown: decoded and masked.

    However an expression is made, a line or piece of one that takes longer than ``LIMIT_S`` is
    passed over soon after, and after some that did all the others are.

    Attributes:
        prefilter: A cheap look at lines as they came.
    """

    def __init__(self, search: Search, expression: regex.Pattern[str]) -> None:
        self._expression = expression
        self._slow = 0.0  # how many lines took too long, long ones counted as parts of one
        self._margin = MARGIN if search.is_regex else len(search.pattern)
        self.prefilter = Prefilter(
            "" if search.is_regex else search.pattern,
            is_case_sensitive=search.is_case_sensitive,
            finds=expression.search,
        )

    @property
    def problem(self) -> Text | None:
        """What was not searched, and why; none if all was."""
        if self._slow >= MAX_SLOW:
            return text(_GIVEN_UP)
        return text(_TOO_SLOW) if self._slow else None

    def matches(self, line: str) -> bool:
        """Whether a line has it."""
        return self._begins(line, 0, len(line) + 1)

    def looks(self, raw: bytes, pieces: Iterable[str]) -> Iterator[bool]:
        """Whether a line has it that is too long for one look: an answer for each part of it.

        Args:
            raw: The line as it came.
            pieces: As it is shown; taken only when they are needed.
        """
        reach = _LOOKED_AT + _LONGEST_CHARACTER * self._margin
        for begin in range(0, len(raw), _LOOKED_AT):
            if self.prefilter.may_match(raw[begin : begin + reach]):
                yield from self._looks(pieces)
                return
            yield False

    def spans(self, line: str, limit: int) -> tuple[tuple[int, int], ...]:
        """Where a line has it: at most so many ranges of characters, none of them empty."""
        spans = (match.span() for match in self._found(line))
        return tuple(islice((span for span in spans if span[0] < span[1]), limit))

    def _looks(self, pieces: Iterable[str]) -> Iterator[bool]:
        """Looks at each place once, and at as much before and behind it as the margin."""
        line, begin, slow = "", 0, self._slow
        for piece in pieces:
            line += piece
            end = len(line) - self._margin  # what begins further on may go on in the next piece
            if end <= begin:
                continue
            yield self._begins(line, begin, end)
            if self._slow > slow:
                return
            gone = max(0, end - self._margin)
            line, begin = line[gone:], end - gone
        yield self._begins(line, begin, len(line) + 1)

    def _begins(self, line: str, begin: int, end: int) -> bool:
        """Whether it is found between these places; it may go on beyond."""
        first = next(self._found(line, begin), None)
        return first is not None and first.start() < end

    def _found(self, line: str, begin: int = 0) -> Iterator[regex.Match[str]]:
        if self._slow >= MAX_SLOW:
            return
        try:
            yield from self._expression.finditer(line, begin, timeout=LIMIT_S)
        except TimeoutError:
            self._slow += SHORT / max(SHORT, len(line))


def matcher(search: Search) -> Matcher | Text:
    """What finds it, or why the expression cannot be used.

    Expressions are those of Python's ``re``, carried out by ``regex``, which can be interrupted.
    """
    try:
        return Matcher(search, _compiled(search))
    except re.error as error:
        return _explained(str(error), error.pos or 0)
    except ExpressionTooLargeError:
        return text(_TOO_LARGE)


def _compiled(search: Search) -> regex.Pattern[str]:
    if search.is_regex:
        return compiled(search.pattern, is_case_sensitive=search.is_case_sensitive)
    flags = regex.VERSION0
    if not search.is_case_sensitive:
        flags |= regex.IGNORECASE
    if search.pattern.isascii():
        flags |= regex.ASCII
    return regex.compile(re.escape(search.pattern), flags)


def _explained(message: str, place: int) -> Text:
    templates = (template for begin, template in _BY_MESSAGE if message.startswith(begin))
    return text(next(templates, _BAD_EXPRESSION), place=place + 1)
