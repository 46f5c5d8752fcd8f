"""What a person can do about a failure with one click, best first."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Health,
    Process,
    Running,
    Starting,
    Stopped,
    StopReason,
)
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from picoclaw_tray.lifecycle.state import Failure, Place
    from picoclaw_tray.presentation.situation import Situation
    from picoclaw_tray.text import Template


class RemedyKind(Enum):
    """What a click does."""

    RETRY = "retry"
    RESTART = "restart"
    CHOOSE_PROGRAM = "choose program"
    OPEN_FILE = "open file"
    COPY = "copy"
    SHOW_PORT_OWNER = "show port owner"
    DEBUG_LOG = "debug log"


@dataclass(frozen=True, slots=True)
class Remedy:
    """One button.

    Attributes:
        payload: The path to open, or the words to copy.
    """

    kind: RemedyKind
    text: Text
    payload: str = ""


_RETRY = QT_TRANSLATE_NOOP("Remedy", "Retry now")
_RESTART = QT_TRANSLATE_NOOP("Remedy", "Restart now")
_CHOOSE = QT_TRANSLATE_NOOP("Remedy", "Choose program…")
_OPEN = QT_TRANSLATE_NOOP("Remedy", "Open file")
_COPY_PLACE = QT_TRANSLATE_NOOP("Remedy", "Copy its path and line")
_COPY_PATH = QT_TRANSLATE_NOOP("Remedy", "Copy its path")
_COPY_COMMAND = QT_TRANSLATE_NOOP("Remedy", "Copy command")
_COPY_STOP = QT_TRANSLATE_NOOP("Remedy", "Copy command to stop")
_COPY_RESTART = QT_TRANSLATE_NOOP("Remedy", "Copy command to restart")
_PORT_OWNER = QT_TRANSLATE_NOOP("Remedy", "Show who uses the port")
_DEBUG_START = QT_TRANSLATE_NOOP("Remedy", "Start with debug log")
_DEBUG_RESTART = QT_TRANSLATE_NOOP("Remedy", "Restart with debug log")

_BY_PROGRAM: Final = frozenset({FailureClass.BINARY_MISSING, FailureClass.NOT_RUNNABLE})
_BY_DEBUG_LOG: Final = frozenset(
    {
        FailureClass.PROVIDER_ERROR,
        FailureClass.CHANNELS_FAILED,
        FailureClass.PANIC,
        FailureClass.SIGNAL,
        FailureClass.OUT_OF_MEMORY,
        FailureClass.HUNG,
        FailureClass.CLEAN_EXIT,
        FailureClass.UNKNOWN,
    }
)
"""Failures that the gateway itself may tell more about."""


def remedies(  # noqa: PLR0911 - one return for each thing that may be wrong
    situation: Situation,
) -> tuple[Remedy, ...]:
    """For what the window says at present; mostly none."""
    facts, failure = situation.facts, situation.state.failure
    match situation.state.phase:
        case Starting(process=process) | Running(process=process) if process.managed:
            return tuple(_of_service(situation))
        case Running(health=Health.FAILING) if failure is not None:
            return tuple(_of_silence(failure))
        case Running(process=Process(ours=True, watched=False, outlives=False)):
            return (Remedy(RemedyKind.RESTART, text(_RESTART)),)
        case Running() if facts.config_place is not None:
            return tuple(_of_place(facts.config_place))
        case Backoff() | Failed() | Stopped(reason=StopReason.FROM_OUTSIDE) if failure is not None:
            return tuple(_of_failure(situation, failure))
        case Stopped() if situation.outlook is not None and situation.outlook.objection:
            return tuple(_of_cause(situation, situation.outlook.objection))
        case _:
            return ()


def concern_failure(situation: Situation) -> bool:
    """Whether they belong to the failure that is shown, and not to what is said beside it."""
    match situation.state.phase:
        case Running(health=Health.FAILING) | Backoff() | Failed():
            return True
        case Stopped(reason=StopReason.FROM_OUTSIDE):
            return situation.state.failure is not None
        case _:
            return False


def _of_silence(failure: Failure) -> Iterator[Remedy]:
    if failure.command:
        yield Remedy(RemedyKind.COPY, text(_COPY_COMMAND), failure.command)
    yield Remedy(RemedyKind.RESTART, text(_RESTART))
    yield from _of_debug_log(failure, _DEBUG_RESTART)


def _of_failure(situation: Situation, failure: Failure) -> Iterator[Remedy]:
    retry = Remedy(RemedyKind.RETRY, text(_RETRY))
    match situation.state.phase:
        case Stopped():
            yield from _of_cause(situation, failure)
        case Failed(gave_up=False):  # a retry does not help before the cause is mended
            yield from _of_cause(situation, failure)
            yield retry
        case _:
            yield retry
            yield from _of_cause(situation, failure)
    yield from _of_debug_log(failure, _DEBUG_START)


def _of_cause(situation: Situation, failure: Failure) -> Iterator[Remedy]:
    may_be_another = failure.failure_class == FailureClass.UNKNOWN and not failure.was_ready
    if failure.failure_class in _BY_PROGRAM or (may_be_another and failure.exit_code is not None):
        yield Remedy(RemedyKind.CHOOSE_PROGRAM, text(_CHOOSE))
    if failure.place is not None:
        yield from _of_place(failure.place)
    if failure.command:
        yield Remedy(RemedyKind.COPY, text(_COPY_COMMAND), failure.command)
    if failure.failure_class == FailureClass.PORT_TAKEN and situation.facts.port_owner is not None:
        yield Remedy(RemedyKind.SHOW_PORT_OWNER, text(_PORT_OWNER))


def _of_place(place: Place) -> Iterator[Remedy]:
    yield Remedy(RemedyKind.OPEN_FILE, text(_OPEN), place.path)
    label = _COPY_PATH if place.line is None else _COPY_PLACE
    yield Remedy(RemedyKind.COPY, text(label), str(place))


def _of_debug_log(failure: Failure, label: Template) -> Iterator[Remedy]:
    if failure.failure_class in _BY_DEBUG_LOG:
        yield Remedy(RemedyKind.DEBUG_LOG, text(label))


def _of_service(situation: Situation) -> Iterator[Remedy]:
    service = situation.facts.service
    if service is None:
        return
    if service.stop_command:
        yield Remedy(RemedyKind.COPY, text(_COPY_STOP), service.stop_command)
    if service.restart_command:
        yield Remedy(RemedyKind.COPY, text(_COPY_RESTART), service.restart_command)
