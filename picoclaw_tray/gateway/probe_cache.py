"""How long the answer about a local model is believed (contract 6.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST_MEMORY_S: Final = 30 * 60
MOST_MEMORIES: Final = 1024
_FIRST_S: Final[Mapping[bool, float]] = {True: 2.0, False: 1.0}
_LONGEST_S: Final[Mapping[bool, float]] = {True: 60.0, False: 30.0}
_DOUBLINGS: Final = 8  # enough for both


@dataclass(frozen=True, slots=True)
class _Memory:
    """The last result, how many there were of its sort without a break, and how long it counts."""

    reachable: bool
    streak: int
    noted_at: float
    ends_at: float


class ProbeCache:
    """Remembers results for a while, the longer the more often they were the same.

    As upstream's cache (contract 6.3): up to a minute after a success, half a minute after a
    failure. All times are monotonic seconds.
    """

    def __init__(self) -> None:
        self._memories: dict[str, _Memory] = {}  # in the order in which they were noted

    def __len__(self) -> int:
        return len(self._memories)

    def known(self, key: str, now: float) -> bool | None:
        """The last result, if it still counts."""
        memory = self._memories.get(key)
        return memory.reachable if memory is not None and now < memory.ends_at else None

    def note(self, key: str, reachable: bool, now: float) -> None:  # noqa: FBT001 - the value noted
        """Remembers a result, and forgets what is too old or too much."""
        for old in [key for key, memory in self._memories.items() if _is_stale(memory, now)]:
            del self._memories[old]
        last = self._memories.pop(key, None)
        streak = last.streak + 1 if last is not None and last.reachable is reachable else 1
        lasts_s = _FIRST_S[reachable] * 2 ** min(streak - 1, _DOUBLINGS)
        ends_at = now + min(lasts_s, _LONGEST_S[reachable])
        self._memories[key] = _Memory(reachable, streak, now, ends_at)
        if len(self._memories) > MOST_MEMORIES:
            del self._memories[next(iter(self._memories))]


def _is_stale(memory: _Memory, now: float) -> bool:
    return now - memory.noted_at > LONGEST_MEMORY_S
