"""Why a log is silent: what the gateway's level keeps from being written (contract 4.9)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

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


def other_level(situation: Situation, chosen: str) -> Text | None:
    """What a level that was chosen means for the gateway that runs; none if it has it already."""
    level = _level_of(situation)
    if level is None or level == chosen:
        return None
    return text(_THEN, level=chosen, present=level)


def _level_of(situation: Situation) -> str | None:
    """The level of the gateway that runs, if it is known."""
    level = situation.facts.log_level
    return level if situation.state.process is not None and level in _LEVELS else None
