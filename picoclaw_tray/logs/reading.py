"""Takes the newest lines out of a store in slices, for somebody who is far away."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from picoclaw_tray.logs.entry import Source
    from picoclaw_tray.logs.store import LogStore

MAX_LINES: Final = 10_000
MAX_BYTES: Final = 2 * 1024 * 1024
"""Of all lines together, as JSON in ASCII."""

MAX_CHARS: Final = 32 * 1024
"""Of one line. What is cut off is counted at its end."""

CUT_MARK: Final = "… [{count} bytes more]"


class Reading:
    """Lines of a store, as many of the newest as there is room for.

    Args:
        store: Whose; it may go on meanwhile.
        numbers: Of the lines, in their order.
    """

    def __init__(self, store: LogStore, numbers: Iterable[int]) -> None:
        self._store = store
        self.total = store.total if store.run_id else 0
        self.run_id = store.run_id
        wanted = list(numbers)
        self._earliest = wanted[0] if wanted else store.end
        self._numbers = self._fitting(wanted[-MAX_LINES:])
        self._next = 0
        self._told: list[int] = []
        self._lines: list[str] = []
        self._sources: list[Source] = []
        self._sizes: list[int] = []

    @property
    def lines(self) -> tuple[str, ...]:
        """What has been read, masked."""
        return tuple(self._lines)

    @property
    def first(self) -> int | None:
        """The number of the first line that has been read; none if there is none."""
        return self._told[0] if self._told else None

    @property
    def has_more(self) -> bool:
        """Whether there was no room for others before it."""
        return self.first is not None and self.first > self._earliest

    @property
    def sources(self) -> tuple[tuple[int, Source], ...]:
        """From which of the lines on which source holds."""
        before = [None, *self._sources]
        changes = enumerate(self._sources)
        return tuple((place, source) for place, source in changes if source is not before[place])

    def advance(self, max_bytes: int) -> bool:
        """Reads about so many bytes more; whether there are others."""
        room = max_bytes
        while self._next < len(self._numbers) and room > 0:
            n = self._numbers[self._next]
            self._next += 1
            if n < self._store.first:  # dropped, or cleared, meanwhile
                continue
            line, more = self._store.beginning(n, MAX_CHARS)
            room -= len(line) + 1
            line += CUT_MARK.format(count=more) if more else ""
            self._told.append(n)
            self._lines.append(line)
            self._sources.append(self._store.source(n))
            self._sizes.append(len(json.dumps(line)) + 2)
        if self._next < len(self._numbers):
            return True
        self._keep_to_room()
        return False

    def _fitting(self, numbers: Sequence[int]) -> Sequence[int]:
        """Without those that there is no room for anyway."""
        raw_lines = self._store.raw_lines(numbers[0], self._store.end) if numbers else []
        size = 0
        for index in range(len(numbers) - 1, -1, -1):
            size += min(len(raw_lines[numbers[index] - numbers[0]]), MAX_CHARS)
            if size > MAX_BYTES:
                return numbers[index + 1 :]
        return numbers

    def _keep_to_room(self) -> None:
        """What JSON makes of a line may be six times as long."""
        size, gone = sum(self._sizes), 0
        while size > MAX_BYTES:
            size -= self._sizes[gone]
            gone += 1
        for kept in (self._told, self._lines, self._sources, self._sizes):
            del kept[:gone]
