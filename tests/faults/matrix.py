"""The fault matrix as data: reads `matrix.toml`, which explains itself at its top."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from picoclaw_tray.demo.switches import Switches

PATH = Path(__file__).with_name("matrix.toml")

HEALTHY = "none"
"""The switch that is no switch: a gateway in good health."""

SWITCHES = (HEALTHY, *(each.name.replace("_", "-") for each in fields(Switches)))
OWNERSHIPS = ("pipe", "outliving", "foreign")
ACTS = ("none", "stop", "force", "restart", "quit", "log-out")

NOTHING = "none"
"""How a row says that there is nothing: an expectation is never empty."""

SHORT = {
    "UP": "locating preparing spawning starting running",
    "COMING": "locating preparing spawning starting",
}
"""Phases that follow each other so often that the file has one word for them; longest first."""


def in_full(phases: str) -> str:
    """With one word a phase."""
    for word, meaning in SHORT.items():
        phases = phases.replace(word, meaning)
    return phases


def in_short(phases: str) -> str:
    """As the file has it."""
    for word, meaning in SHORT.items():
        phases = phases.replace(meaning, word)
    return phases


@dataclass(frozen=True, slots=True)
class Fault:
    """How a switch is brought to bear.

    Attributes:
        words: The stand-in's switches for a gateway that the tray starts.
        by_hand: The same for one that somebody else starts.
        comes_up: Whether one that somebody else starts is waited for until it serves; otherwise
            until its PID file is there.
        at: With these phases, per ownership, the switch has taken effect: now comes the act.
        prints: What is to have arrived as well, where there is a pipe; empty: nothing.
        policy: The numbers of supervision that differ.
    """

    words: str
    by_hand: str
    comes_up: bool
    at: dict[str, str]
    prints: str = ""
    policy: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a row expects, or what was seen; see the top of `matrix.toml`."""

    phases: str
    notices: tuple[str, ...]
    exits: str
    files: str
    signals: str


@dataclass(frozen=True, slots=True)
class Row:
    """One switch, one ownership, one act.

    Attributes:
        expected: None where the row is meaningless, or stands not there yet.
        like: The switch whose row says it already.
        meaningless: Why it is.
    """

    switch: str
    ownership: str
    act: str
    expected: Seen | None = None
    like: str = ""
    meaningless: str = ""

    @property
    def name(self) -> str:
        """As in the ids of the tests."""
        return f"{self.switch}-{self.ownership}-{self.act}"


@dataclass(frozen=True, slots=True)
class Matrix:
    """All of it; `raw` are the rows as they stand in the file."""

    faults: dict[str, Fault]
    sentences: dict[str, str]
    rows: tuple[Row, ...]
    raw: dict[str, dict[str, dict[str, dict[str, str]]]]


def read(path: Path = PATH) -> Matrix:
    """Reads the file; raises KeyError for what is missing or refers to nothing."""
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    faults = {name: _fault(given) for name, given in content["switch"].items()}
    sentences = content["notice"]
    rows = {
        (switch, ownership, act): _row(Row(switch, ownership, act), given, sentences)
        for switch, ownerships in content["row"].items()
        for ownership, acts in ownerships.items()
        for act, given in acts.items()
    }
    resolved = tuple(
        replace(row, expected=rows[row.like, row.ownership, row.act].expected) if row.like else row
        for row in rows.values()
    )
    return Matrix(faults, sentences, resolved, content["row"])


def _fault(given: dict[str, Any]) -> Fault:
    words, at = given["words"], given["at"]
    at = dict.fromkeys(OWNERSHIPS, at) if isinstance(at, str) else at
    policy = given.get("policy", {})
    return Fault(
        words,
        by_hand=given.get("by-hand", words),
        comes_up=given.get("comes-up", True),
        at={ownership: in_full(phases) for ownership, phases in at.items()},
        prints=given.get("prints", ""),
        policy={key: tuple(it) if isinstance(it, list) else it for key, it in policy.items()},
    )


def _row(row: Row, given: dict[str, str], sentences: dict[str, str]) -> Row:
    match given:
        case {"meaningless": why}:
            return replace(row, meaningless=why)
        case {"like": like}:
            return replace(row, like=like)
        case _:
            told = () if given["notices"] == NOTHING else given["notices"].split()
            seen = Seen(
                in_full(given["phases"]),
                tuple(sentences[key] for key in told),
                given["exits"],
                given["files"],
                given["signals"],
            )
            return replace(row, expected=seen)
