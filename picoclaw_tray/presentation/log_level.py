"""Why a log is silent: what the gateway's level keeps from being written (contract 4.9)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.level_change import level_after
from picoclaw_tray.logs.entry import Level
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.presentation.situation import Situation
    from picoclaw_tray.text import Template

_LEVELS: Final = {
    "debug": Level.DEBUG,
    "info": Level.INFO,
    "warn": Level.WARN,
    "error": Level.ERROR,
    "fatal": Level.FATAL,
}
_SILENT: Final[dict[str, Template]] = {
    "info": QT_TRANSLATE_NOOP("LogLevel", "Level is info: debug lines are not written."),
    "warn": QT_TRANSLATE_NOOP("LogLevel", "Level is warn: info and debug lines are not written."),
    "error": QT_TRANSLATE_NOOP(
        "LogLevel", "Level is error: warn, info and debug lines are not written."
    ),
    "fatal": QT_TRANSLATE_NOOP(
        "LogLevel", "Level is fatal: not even errors are written, unless they end the gateway."
    ),
}
_THEN: Final = QT_TRANSLATE_NOOP(
    "LogLevel", "From the next start on the level is {level}. Until then it is {present}."
)
_LATER: Final = QT_TRANSLATE_NOOP("LogLevel", "From the next start on the level is {level}.")


def silence(situation: Situation, looked_for: Level | None) -> Text | None:
    """What the level of the gateway that runs hides from a person; none if it hides nothing.

    Args:
        situation: Of now.
        looked_for: The least level that they want to see; none: they did not say, and would not
            miss debug lines.
    """
    level = _level_of(situation)
    wanted = Level.INFO if looked_for is None else looked_for
    if level is None or wanted >= _LEVELS[level]:
        return None
    return text(_SILENT[level])


def level_to_come(situation: Situation, chosen: str = "") -> str:
    """The level that the gateway that runs would have after a restart; empty: the same.

    Args:
        situation: Of now.
        chosen: By the person just now; the next look at the gateway will tell it too.
    """
    present = _level_of(situation)
    told = level_after(situation.facts.changes) if situation.state.process else ""
    level = chosen if chosen and present else told
    return level if level != present else ""


def after_restart(situation: Situation, level: str) -> Text:
    """What a level that is to come means."""
    present = _level_of(situation)
    return text(_THEN, level=level, present=present) if present else text(_LATER, level=level)


def but_for_level(situation: Situation) -> Situation:
    """The same, where a restart would change the level alone: that is told beside the log."""
    facts = situation.facts
    is_told = level_to_come(situation) and len(facts.changes) == 1
    return replace(situation, facts=replace(facts, changes=())) if is_told else situation


def _level_of(situation: Situation) -> str | None:
    """The level of the gateway that runs, if it is known."""
    level = situation.facts.log_level
    return level if situation.state.process is not None and level in _LEVELS else None
