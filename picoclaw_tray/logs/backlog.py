"""What runs have printed and nobody has written down yet: in order, bounded, losses counted."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from picoclaw_tray.logs.entry import Source
    from picoclaw_tray.logs.marks import RunMark

SLICE_BYTES: Final = 16 * 1024
"""So much is taken out in one go: masking it takes 7 ms where each line has a secret."""

LONG_LINE: Final = 32 * 1024
"""Bytes; a line like this is taken out alone. To mask it may take 15 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class Begin:
    """A run begins; each is equal to itself alone."""

    mark: RunMark


@dataclass(frozen=True, slots=True)
class Batch:
    """Lines that came together; ``size`` is in bytes, line ends counted."""

    lines: Sequence[bytes]
    source: Source
    size: int


@dataclass(frozen=True, slots=True)
class Lost:
    """So many lines were here that there was no room for."""

    count: int


@dataclass(frozen=True, slots=True)
class End:
    """A run is over; without a mark where nobody saw how it ended."""

    mark: RunMark | None = None


Item: TypeAlias = Begin | Batch | Lost | End


class Backlog:
    """A queue that drops its oldest lines, but never its newest ones, nor where a run begins.

    Args:
        max_bytes: Of the lines that wait; only a single batch may have more.
    """

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._items: deque[Item] = deque()
        self._size = 0

    def __bool__(self) -> bool:
        """Whether anything waits."""
        return bool(self._items)

    @property
    def size(self) -> int:
        """Bytes of the lines that wait."""
        return self._size

    def append(self, item: Begin | End) -> None:
        """Here a run begins or ends."""
        self._items.append(item)

    def extend(self, lines: Sequence[bytes], source: Source) -> None:
        """More lines of the run that was begun last."""
        if not lines:
            return
        size = sum(map(len, lines)) + len(lines)
        self._items.append(Batch(lines, source, size))
        self._size += size
        while self._size > max(self._max_bytes, size):
            self._drop_oldest()

    def pop(self) -> Item:
        """What came first, of lines only a slice.

        Raises:
            IndexError: Nothing waits.
        """
        item = self._items.popleft()
        if isinstance(item, Batch):
            item = self._first_slice(item)
            self._size -= item.size
        return item

    def drop_lines(self) -> None:
        """Drops all lines; where they were is how many."""
        while self._size:
            self._drop_oldest()

    def clear(self) -> None:
        """Forgets everything."""
        self._items.clear()
        self._size = 0

    def _drop_oldest(self) -> None:
        at, batch = next(
            (at, item) for at, item in enumerate(self._items) if isinstance(item, Batch)
        )
        self._size -= batch.size
        before = self._items[at - 1] if at else None
        if isinstance(before, Lost):
            self._items[at - 1] = Lost(before.count + len(batch.lines))
            del self._items[at]
        else:
            self._items[at] = Lost(len(batch.lines))

    def _first_slice(self, batch: Batch) -> Batch:
        """The beginning of a batch; the rest goes back."""
        count, size = 1, len(batch.lines[0]) + 1
        for line in islice(batch.lines, 1, None):
            if size >= SLICE_BYTES or len(line) > LONG_LINE:
                break
            count += 1
            size += len(line) + 1
        if count < len(batch.lines):
            rest = replace(batch, lines=batch.lines[count:], size=batch.size - size)
            self._items.appendleft(rest)
        return replace(batch, lines=batch.lines[:count], size=size)
