"""Looks for something in the lines of a store, in steps none of which takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.printed import AT_ONCE, printed, printed_pieces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from picoclaw_tray.logs.query import Matcher
    from picoclaw_tray.logs.store import LogStore
    from picoclaw_tray.text import Text


def never() -> bool:
    """For those who have all the time they need."""
    return False


class Looker:
    """Looks at whole lines, one after the other, as they are shown. A long one takes several looks.

    Args:
        store: Whose.
        found: What is looked for.
    """

    def __init__(self, store: LogStore, found: Matcher) -> None:
        self._store = store
        self._found = found
        self._parts: Iterator[bool] | None = None

    @property
    def is_busy(self) -> bool:
        """The last line is a long one, and ``go_on`` is to be called before the next."""
        return self._parts is not None

    @property
    def problem(self) -> Text | None:
        """As that of a ``Matcher``."""
        return self._found.problem

    def look(self, n: int, raw: bytes) -> bool:
        """Whether a line has it, as far as one look can tell."""
        found = self._found
        if len(raw) > AT_ONCE:
            self._parts = found.looks(raw, printed_pieces(self._store, n))
            return False
        return self._may_match(n, raw) and found.matches(printed(self._store, n))

    def _may_match(self, n: int, raw: bytes) -> bool:
        """A cheap look before the line is masked, and put into another form."""
        if not raw.startswith(b"{") or self._store.source(n) is Source.OUTPUT:
            return self._found.prefilter.may_match(raw)
        return self._store.source(n) is Source.TRAY or self._found.prefilter.may_match_json(raw)

    def go_on(self) -> bool:
        """Whether the next part of the long line has it; the line may be dropped by now."""
        has_it = self._parts is not None and next(self._parts, None)
        if has_it is not False:
            self._parts = None
        return bool(has_it)
