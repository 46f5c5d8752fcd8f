"""What a person looks for in the log, and what lets a line pass a filter."""

from __future__ import annotations

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.redaction import MASK
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.logs.entry import Level
    from picoclaw_tray.text import Template

MAX_SEARCHED: Final = 4000
"""Most characters of a line that are searched: those that the screen shows."""

_BAD_EXPRESSION = QT_TRANSLATE_NOOP(
    "Search", "This is no regular expression; look at character {place}."
)
_TOO_LARGE = QT_TRANSLATE_NOOP("Search", "This regular expression is too large.")
_NESTED = QT_TRANSLATE_NOOP(
    "Search",
    "The repetition at character {place} repeats what can be matched in several ways, as in (a+)+ "
    "or (a|b)*. To try them all could take for ever.",
)
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
_QUOTES: Final = ("\"", "'")  # fmt: skip


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

    Nothing is found beyond ``MAX_SEARCHED`` characters, and with three and more repetitions without
    bound, as in ``.*.*.*``, beyond far fewer: it might take minutes.
    """

    def __init__(self, search: Search, expression: re.Pattern[str]) -> None:
        self._expression = expression
        plain = not search.is_regex and MASK[0] not in search.pattern
        plain = plain and not any(quote in search.pattern for quote in _QUOTES)
        self._needle = search.pattern if plain else ""
        self._folds = not search.is_case_sensitive
        self._end = _reach(search.pattern) if search.is_regex else MAX_SEARCHED

    def matches(self, line: str) -> bool:
        """Whether a line has it."""
        return self._expression.search(line, 0, self._end) is not None

    def may_match(self, raw: bytes) -> bool:
        """Whether a line may have it; a cheap look before it is masked.

        Masking takes text out and puts nothing else in than bullets and quotes.
        """
        if not self._needle:
            return True
        line = raw.decode("utf-8", "replace")
        if not line.isprintable() and not line.replace("\t", " ").isprintable():
            return True  # escape sequences that are taken out may part a word
        if not self._folds:
            return self._needle in line
        if not self._needle.isascii():  # "Σ" has two small letters: what is next decides
            return self._expression.search(line) is not None
        return self._needle.lower() in line.lower()

    def spans(self, line: str, limit: int) -> tuple[tuple[int, int], ...]:
        """Where a line has it: at most so many ranges of characters, none of them empty."""
        spans: list[tuple[int, int]] = []
        for match in self._expression.finditer(line, 0, self._end):
            if len(spans) >= limit:
                break
            if match.end() > match.start():
                spans.append(match.span())
        return tuple(spans)


def matcher(search: Search) -> Matcher | Text:
    """What finds it, or why the expression cannot be used.

    An expression is refused that repeats what can be matched in several ways: there may be more
    ways to try than there is time for.
    """
    flags = re.NOFLAG if search.is_case_sensitive else re.IGNORECASE
    pattern = search.pattern if search.is_regex else re.escape(search.pattern)
    if pattern.isascii():
        flags |= re.ASCII if not search.is_regex else re.NOFLAG
    try:
        with warnings.catch_warnings(action="ignore", category=FutureWarning):
            expression = re.compile(pattern, flags)  # "[[" is none yet, and may become a set
    except re.error as error:
        return _explained(error)
    except (OverflowError, RecursionError):
        return text(_TOO_LARGE)
    nested = _nested_repetition(pattern) if search.is_regex else None
    return Matcher(search, expression) if nested is None else text(_NESTED, place=nested + 1)


def _explained(error: re.error) -> Text:
    place = (error.pos or 0) + 1
    templates = (template for begin, template in _BY_MESSAGE if error.msg.startswith(begin))
    return text(next(templates, _BAD_EXPRESSION), place=place)


_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?[:=!]|\(|\)|\||[*+?]|\{\d+\}|\{\d*,\d*\}|.", re.DOTALL
)
_UNBOUNDED = re.compile(r"[*+]|\{\d*,\}")
_REPEATED = re.compile(r"[*+]|\{\d*,\d*\}|\{\d+\}")
_VARIES = re.compile(r"[*+?|]|\{\d*,\d*\}")
_REACH: Final = (MAX_SEARCHED, MAX_SEARCHED, MAX_SEARCHED, 500, 150, 60)
"""Characters of a line that are searched, by the number of repetitions without bound."""


def _nested_repetition(pattern: str) -> int | None:
    """Where a group is repeated whose inside can be matched in several ways."""
    varies = [False]  # one for each open group: whether its inside can be matched in several ways
    closed = False  # whether that of the group that was closed just now can
    for match in _TOKEN.finditer(pattern):
        token = match[0]
        if closed and _REPEATED.fullmatch(token):
            return match.start()
        closed = False
        if token.startswith("("):
            varies.append(False)
        elif token == ")" and len(varies) > 1:
            closed = varies.pop()
            varies[-1] |= closed
        elif _VARIES.fullmatch(token):
            varies[-1] = True
    return None


def _reach(pattern: str) -> int:
    """How much of a line is searched: the ways to try grow with its length, to a high power."""
    tokens = (match[0] for match in _TOKEN.finditer(pattern))
    repetitions = sum(_UNBOUNDED.fullmatch(token) is not None for token in tokens)
    return _REACH[min(repetitions, len(_REACH) - 1)]
