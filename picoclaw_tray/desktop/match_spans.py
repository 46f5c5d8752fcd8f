"""What is coloured in the lines on the screen."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from picoclaw_tray.logs.query import Matcher

Spans: TypeAlias = "tuple[tuple[int, int], ...]"

MAX_SPANS: Final = 200
"""Most matches that are coloured in one line."""

MAX_REMEMBERED: Final = 512
"""Lines; more than are on a screen."""

PAINTING_S: Final = 0.004
"""So much of a painting may be spent on looking."""


class MatchSpans:
    """Where lines have what is looked for, as far as there was time to look.

    An expression may take a while in each line. So what was found is remembered, and what a
    painting has no time for is left to the next one.

    Attributes:
        is_behind: There were lines that this painting had no time for.
    """

    def __init__(self, found: Matcher | None = None) -> None:
        self.is_behind = False
        self._found = found
        self._known: dict[str, Spans] = {}
        self._spent_s = 0.0

    def begin_painting(self) -> None:
        """There is time again."""
        self.is_behind = False
        self._spent_s = 0.0

    def of(self, line: str) -> Spans:
        """The ranges of characters to be coloured in a line."""
        if self._found is None:
            return ()
        known = self._known.get(line)
        if known is not None:
            return known
        if self._spent_s > PAINTING_S:
            self.is_behind = True
            return ()
        if len(self._known) >= MAX_REMEMBERED:
            self._known.clear()
        begin = perf_counter()
        spans = self._known[line] = self._found.spans(line, MAX_SPANS)
        self._spent_s += perf_counter() - begin
        return spans
