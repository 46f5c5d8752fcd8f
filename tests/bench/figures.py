"""What a measure is and what it finds: values beside their baselines and aims."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


class Of(Enum):
    """What an aim is about."""

    VALUE = "value"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Aim:
    """A bound, of the value itself or of its ratio to the baseline.

    Attributes:
        at_least: A lower bound; else an upper one.
    """

    limit: float
    of: Of = Of.VALUE
    at_least: bool = False

    def __str__(self) -> str:
        times = "×" if self.of is Of.RATIO else ""
        return f"{'≥' if self.at_least else '≤'} {self.limit:,g}{times}"


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    Attributes:
        unit: Of value and baseline; empty for a bare number.
        baseline: What the same thing costs a program that does nothing else, in the same run.
        note: What helps to read the value.
        why: The sentence that a missed aim needs; printed only then.
    """

    name: str
    value: float
    unit: str = ""
    baseline: float | None = None
    aim: Aim | None = None
    note: str = ""
    why: str = ""

    @property
    def ratio(self) -> float | None:
        """Value to baseline, where there is one."""
        return self.value / self.baseline if self.baseline else None

    @property
    def is_missed(self) -> bool:
        """Whether there is an aim and it is not reached."""
        if self.aim is None:
            return False
        judged = self.ratio if self.aim.of is Of.RATIO else self.value
        if judged is None:
            return True
        return judged < self.aim.limit if self.aim.at_least else judged > self.aim.limit

    @property
    def is_unexplained(self) -> bool:
        """Whether an aim is missed and nobody has said why that has to do."""
        return self.is_missed and not self.why


@dataclass(frozen=True, slots=True)
class Bench:
    """What every measure is given.

    Attributes:
        folder: An empty folder of the measure's own.
        quick: Shorter and fewer, to see that it works; the figures are worth less.
    """

    folder: Path
    quick: bool


@dataclass(frozen=True, slots=True)
class Measure:
    """Something that can be measured by itself.

    Attributes:
        about: One line for ``--list``.
        take: Measures; the figures in the order of the table.
    """

    name: str
    about: str
    take: Callable[[Bench], Iterable[Figure]]
