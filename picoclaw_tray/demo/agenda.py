"""What the main thread has to do later; it is the only thread that prints."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    Act: TypeAlias = "Callable[[], float | None]"
    """Does its work and returns the seconds until it wants to do so again, or None."""


@dataclass(order=True, slots=True)
class _Item:
    due: float
    number: int
    act: Act = field(compare=False)


class Agenda:
    """Acts in the order in which they fall due."""

    def __init__(self) -> None:
        self._items: list[_Item] = []
        self._added = 0

    def after(self, seconds: float, act: Act) -> None:
        """Plans an act, counted from now."""
        self._added += 1
        heapq.heappush(self._items, _Item(time.monotonic() + seconds, self._added, act))

    def run_due(self) -> None:
        """Does the one act that is longest due, so that others may come in between."""
        if self._items and self._items[0].due <= time.monotonic():
            item = heapq.heappop(self._items)
            again = item.act()
            if again is not None:
                self.after(again, item.act)

    def seconds_left(self) -> float | None:
        """Until the next act; None if there is none."""
        if not self._items:
            return None
        return max(0.0, self._items[0].due - time.monotonic())
