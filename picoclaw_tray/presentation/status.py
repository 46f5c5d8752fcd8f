"""How a gateway is, in a word, a line and a sentence."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final, assert_never

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.launch import join
from picoclaw_tray.lifecycle.state import (
    COULD_NOT_CHECK,
    COULD_NOT_LOOK,
    Backoff,
    Failed,
    Failure,
    FailureKind,
    Health,
    Locating,
    Preparing,
    Running,
    Spawning,
    StartAgain,
    Starting,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.obstacles import port_next_step
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import State
    from picoclaw_tray.presentation.situation import Situation
    from picoclaw_tray.text import Template

_STOPPED = QT_TRANSLATE_NOOP("Status", "Stopped")
_ENDED_OUTSIDE = QT_TRANSLATE_NOOP("Status", "Stopped (this tray did not ask for it)")
_LEFT_RUNNING = QT_TRANSLATE_NOOP("Status", "Left running")
_PID_FILE_REMAINS = QT_TRANSLATE_NOOP("Status", "Stopped; its PID file is still there")
_PROCESSES_REMAIN = QT_TRANSLATE_NOOP(
    "Status", "Stopped; programs it started still run (PID {pids})"
)
_LOCATING = QT_TRANSLATE_NOOP("Status", "Looking for a running gateway…")
_PREPARING = QT_TRANSLATE_NOOP("Status", "Checking…")
_STARTING = QT_TRANSLATE_NOOP("Status", "Starting…")
_INITIALISING = QT_TRANSLATE_NOOP("Status", "Initialising…")
_SLOW = QT_TRANSLATE_NOOP("Status", "Slow start: no answer yet")
_RUNNING = QT_TRANSLATE_NOOP("Status", "Running")
_RESTART_CHECK = QT_TRANSLATE_NOOP("Status", "Running; checking whether it could start again…")
_NOT_ANSWERING = QT_TRANSLATE_NOOP("Status", "Not answering")
_STOPPING = QT_TRANSLATE_NOOP("Status", "Stopping…")
_KILLING = QT_TRANSLATE_NOOP("Status", "Stopping by force…")
_NO_REACTION = QT_TRANSLATE_NOOP("Status", "Does not react, not even to force")
_RESTARTING = QT_TRANSLATE_NOOP("Status", "Restarting…")
_BACKOFF = QT_TRANSLATE_NOOP("Status", "Restarting in {seconds} s. {reason}")
_WAITING = QT_TRANSLATE_NOOP("Status", "Trying again in {seconds} s. {reason}")
_GAVE_UP = QT_TRANSLATE_NOOP(
    "Status", "Given up after {failures} failures within {minutes} min. {reason}"
)
_SHORT_BACKOFF = QT_TRANSLATE_NOOP("Status", "Restarting in {seconds} s")
_SHORT_WAITING = QT_TRANSLATE_NOOP("Status", "Trying again in {seconds} s")
_SHORT_GAVE_UP = QT_TRANSLATE_NOOP("Status", "Given up")
_SHORT_FAILED = QT_TRANSLATE_NOOP("Status", "Not running")
_FAILED = QT_TRANSLATE_NOOP("Status", "The gateway does not run.")
_CRASHED = QT_TRANSLATE_NOOP("Status", "The gateway ended unexpectedly.")
_NO_LOOK = QT_TRANSLATE_NOOP("Status", "Looking for a running gateway took too long.")
_NO_CHECK = QT_TRANSLATE_NOOP("Status", "Checking whether the gateway can start took too long.")
_HUNG = QT_TRANSLATE_NOOP("Status", "The gateway no longer answered.")
_ENDED_BY_OTHERS = QT_TRANSLATE_NOOP("Status", "The gateway has stopped, but not by this tray.")
_START_AGAIN = QT_TRANSLATE_NOOP("Status", "Start it again if you need it.")
_ENDED_WITH_SESSION = QT_TRANSLATE_NOOP("Status", "The gateway ended because the session did.")
_NOT_RUNNABLE = QT_TRANSLATE_NOOP("Status", "The gateway could not be started.")
_NO_OUTPUT = QT_TRANSLATE_NOOP("Status", "No output yet. What the gateway prints appears here.")
_LOG_ELSEWHERE = QT_TRANSLATE_NOOP(
    "Status",
    "This tray cannot see what the gateway prints, only what it writes to its log. The log is "
    "{file}.",
)
_OUTPUT_ELSEWHERE = QT_TRANSLATE_NOOP(
    "Status",
    "This tray cannot see what the gateway prints, only what it writes to its log. At the log "
    "level “warn” PicoClaw writes next to nothing. The log is {file}.",
)

_BY_DETAIL = {COULD_NOT_LOOK: _NO_LOOK, COULD_NOT_CHECK: _NO_CHECK}
_BY_STOP_REASON = {
    StopReason.FROM_OUTSIDE: _ENDED_OUTSIDE,
    StopReason.LEFT_ALONE: _LEFT_RUNNING,
}
_BY_CLASS = {
    "hung": _HUNG,
    "not_runnable": _NOT_RUNNABLE,
    "ended_outside": _ENDED_BY_OTHERS,
    "session_end": _ENDED_WITH_SESSION,
}

_SHORT_BY_CLASS: Final[dict[str, Template]] = {
    FailureClass.BINARY_MISSING: QT_TRANSLATE_NOOP("Status", "Program not found"),
    FailureClass.NOT_RUNNABLE: QT_TRANSLATE_NOOP("Status", "Program cannot be run"),
    FailureClass.CONFIG_UNREADABLE: QT_TRANSLATE_NOOP("Status", "Configuration cannot be used"),
    FailureClass.NOT_READY: QT_TRANSLATE_NOOP("Status", "Not ready to start"),
    FailureClass.PORT_TAKEN: QT_TRANSLATE_NOOP("Status", "Port taken"),
    FailureClass.ALREADY_RUNNING: QT_TRANSLATE_NOOP("Status", "Another gateway runs"),
    FailureClass.PROVIDER_ERROR: QT_TRANSLATE_NOOP("Status", "Model cannot be used"),
    FailureClass.CHANNELS_FAILED: QT_TRANSLATE_NOOP("Status", "No channel works"),
    FailureClass.PANIC: QT_TRANSLATE_NOOP("Status", "Crashed"),
    FailureClass.SIGNAL: QT_TRANSLATE_NOOP("Status", "Ended by a signal"),
    FailureClass.OUT_OF_MEMORY: QT_TRANSLATE_NOOP("Status", "Out of memory"),
}


def icon_of(state: State) -> IconName:
    """The icon column of the table of the life cycle."""
    match state.phase:
        case Stopped():
            return IconName.IDLE
        case Starting(slow=True) | Running(health=Health.FAILING) | Backoff():
            return IconName.WARNING
        case Running():
            return IconName.OK
        case Failed():
            return IconName.ERROR
        case Locating() | Preparing() | Spawning() | Starting() | Stopping():
            return IconName.BUSY
        case _:
            assert_never(state.phase)


def headline(state: State, now: float) -> Text:  # noqa: PLR0911 - one return a phase
    """The state in a few words; a failure in a sentence of its own.

    Args:
        state: Of the life cycle.
        now: Monotonic seconds, for the countdown.
    """
    phase = state.phase
    match phase:
        case Stopped():
            return _stopped(phase)
        case Locating():
            return text(_LOCATING)
        case Preparing():
            return text(_PREPARING)
        case Spawning():
            return text(_STARTING)
        case Starting():
            return text(_SLOW if phase.slow else _INITIALISING if phase.announced else _STARTING)
        case Running():
            return _running(phase)
        case Stopping():
            return _stopping(phase)
        case Backoff() | Failed():
            return _failing(phase, state, now)
        case _:
            assert_never(phase)


def short_headline(state: State, now: float) -> Text:
    """The state in a few words, where the reason of a failure stands beside it."""
    phase = state.phase
    match phase:
        case Backoff():
            template = _SHORT_BACKOFF if _is_restart(phase, state.failure) else _SHORT_WAITING
            return text(template, seconds=_countdown(phase, now))
        case Failed(gave_up=True):
            return text(_SHORT_GAVE_UP)
        case Failed():
            failure_class = state.failure.failure_class if state.failure else ""
            return text(_SHORT_BY_CLASS.get(failure_class, _SHORT_FAILED))
        case _:
            return headline(state, now)


def reason_of(failure: Failure | None) -> Text:
    """Why, in a sentence; a general one as long as nobody knows better."""
    if failure is None:
        return text(_FAILED)
    if failure.reason is not None:
        return failure.reason
    known = _BY_DETAIL.get(failure.detail) or _BY_CLASS.get(failure.failure_class, _CRASHED)
    return text(known)


def next_step_of(failure: Failure | None) -> Text | None:
    """What the person can do; a general step where the failure itself brings none."""
    if failure is None or failure.next_step is not None:
        return failure.next_step if failure else None
    match failure.failure_class:
        case FailureClass.PORT_TAKEN:
            return port_next_step()
        case FailureClass.ENDED_OUTSIDE:
            return text(_START_AGAIN)
        case _:
            return None


def giving_up(state: State) -> Text:
    """That nothing is tried any more, how often it was, and why the last time."""
    times = [failure.at for failure in state.failures if failure.kind is FailureKind.CRASH]
    span = max(times, default=0.0) - min(times, default=0.0)
    minutes = max(1, math.ceil(span / 60))
    return text(_GAVE_UP, failures=len(times), minutes=minutes, reason=reason_of(state.failure))


def _stopped(phase: Stopped) -> Text:
    remains = phase.remains
    if remains is not None and remains.processes:
        return text(_PROCESSES_REMAIN, pids=", ".join(map(str, remains.processes)))
    if remains is not None and remains.pid_file:
        return text(_PID_FILE_REMAINS)
    return text(_BY_STOP_REASON.get(phase.reason, _STOPPED))


def _running(phase: Running) -> Text:
    if phase.health is Health.FAILING:
        return text(_NOT_ANSWERING)
    return text(_RESTART_CHECK if phase.replanning else _RUNNING)


def _stopping(phase: Stopping) -> Text:
    if phase.deadline is None:
        return text(_NO_REACTION)
    if phase.killed:
        return text(_KILLING)
    return text(_RESTARTING if isinstance(phase.then, StartAgain) else _STOPPING)


def _failing(phase: Backoff | Failed, state: State, now: float) -> Text:
    reason = reason_of(state.failure)
    match phase:
        case Backoff():
            template = _BACKOFF if _is_restart(phase, state.failure) else _WAITING
            return text(template, reason=reason, seconds=_countdown(phase, now))
        case Failed():
            return giving_up(state) if phase.gave_up else reason
        case _:
            assert_never(phase)


def _countdown(phase: Backoff, now: float) -> int:
    return max(0, math.ceil(phase.until - now))


def _is_restart(phase: Backoff, failure: Failure | None) -> bool:
    """Whether something ran that is restarted."""
    return phase.counted and not (failure and failure.failure_class == FailureClass.PORT_TAKEN)


def log_placeholder(situation: Situation) -> Text:
    """What to say where the log would be, as long as it is empty.

    What a level that is known hides is said by ``log_level.silence``, beside it.
    """
    process = situation.state.process
    if process is None or process.has_pipe:
        return text(_NO_OUTPUT)
    template = _LOG_ELSEWHERE if situation.facts.log_level else _OUTPUT_ELSEWHERE
    return text(template, file=join(situation.surroundings.home, "logs", "gateway.log"))
