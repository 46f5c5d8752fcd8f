"""Work on many lines that is done bit by bit, so that the window has its turn in between."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

SLICE_S: Final = 0.008
"""How long work goes on before the window has its turn again; the line it is at is finished."""

LINES_A_STEP: Final = 500


Advance: TypeAlias = "Callable[[int, Callable[[], bool]], bool]"
"""Examines at most so many lines more, until the time is over; whether there are others."""


def work_for_a_slice(advance: Advance) -> bool:
    """Examines more lines for one slice; whether there are more."""
    end = perf_counter() + SLICE_S

    def is_over() -> bool:
        return perf_counter() > end

    while advance(LINES_A_STEP, is_over):
        if is_over():
            return True
    return False
