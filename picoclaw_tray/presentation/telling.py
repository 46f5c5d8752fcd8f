"""When a change is told: at once, or, if a gateway ended, when no successor has come.

Another supervisor may look after the same gateway (contract 13.5). Where that one restarts it, or
was quicker to start one, the end of a gateway is no news by itself.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Locating,
    Preparing,
    Running,
    Spawning,
    Starting,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.notices import (
    Announcement,
    announce_change,
    ended_outside,
    is_unexplained,
)
from picoclaw_tray.presentation.origin import is_unnamed
from picoclaw_tray.presentation.status import headline, next_step_of, reason_of
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Phase, State
    from picoclaw_tray.presentation.situation import Situation

SUCCESSOR_S = 3.0
"""So long the notice of an end waits for a successor (contract 8.6)."""

_REPLACED = QT_TRANSLATE_NOOP("Notice", "The gateway was restarted by somebody else (PID {pid}).")
_IS_RESTARTED = QT_TRANSLATE_NOOP("Notice", "The gateway is being restarted. {reason}")
_WAS_RESTARTED = QT_TRANSLATE_NOOP("Notice", "The gateway was restarted. {reason}")

_TOO_EARLY_TO_ANSWER = "already_running"
"""The failure class of a start that found a gateway of this home which could be starting itself."""
_OBSTACLES = frozenset({"port_taken", _TOO_EARLY_TO_ANSWER})


@dataclass(frozen=True, slots=True)
class End:
    """A gateway ended, or could not start beside another one, and nobody was told yet.

    Attributes:
        until: No longer is a successor waited for; monotonic seconds.
        crashed: It is a failure; otherwise somebody wished the end.
        ran: There was a gateway that a successor takes the place of.
    """

    until: float
    crashed: bool
    ran: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What was told until now: all up to this situation, but for an end that waits."""

    situation: Situation
    end: End | None = None


def tell(
    told: Told, situation: Situation, now: float, patience: float = SUCCESSOR_S
) -> tuple[Told, Announcement | None]:
    """What a new situation, or the same one a while later, is worth telling; mostly nothing.

    Args:
        told: What was told until now.
        situation: The present one. Every change of phase has to come by.
        now: Monotonic seconds.
        patience: How long an end waits for a successor.
    """
    before, state, end = told.situation, situation.state, told.end
    if end is None and _is_alike(before, situation):
        return told, None
    change = announce_change(before, situation, now)
    if _is_end(before.state.phase, state) and (change is not None or end is not None):
        return Told(situation, _end(before.state.phase, state, end, now + patience)), None
    if end is not None:
        outcome = _outcome(end, state, now)
        if isinstance(outcome, Announcement):
            return Told(situation), outcome
        end = outcome
    if end is None and (is_unexplained(state) or is_unnamed(situation)):
        return Told(before), None
    if change is not None and state.phase is not before.state.phase and _is_trouble(state.phase):
        end = None  # one trouble, one notice: the newer one says why there is no gateway
    return Told(situation, end), change


def _is_alike(before: Situation, after: Situation) -> bool:
    """Nothing happened that could be worth telling."""
    return (
        before.state.phase is after.state.phase
        and before.reload is after.reload
        and before.login is after.login
        and before.facts.changes == after.facts.changes
    )


def _is_end(old: Phase, state: State) -> bool:
    """Whether this step ends a gateway, or the hope for one, and a successor may be near."""
    match old, state.phase:
        case ((Starting() | Running()), (Stopped(reason=StopReason.FROM_OUTSIDE) | Backoff())):
            return True
        case Backoff(), Backoff():
            return False
        case _, Backoff():
            failure = state.failure
            return failure is not None and failure.failure_class == _TOO_EARLY_TO_ANSWER
        case _:
            return False


def _end(old: Phase, state: State, earlier: End | None, until: float) -> End:
    """Of two ends in a row one is told, and the second has its own time."""
    crashed = isinstance(state.phase, Backoff)
    ran = isinstance(old, Running) or not crashed or (earlier is not None and earlier.ran)
    return End(until, crashed, ran)


def _outcome(end: End, state: State, now: float) -> End | Announcement | None:
    """What became of an end: it still waits, it is told, or it needs no words (any more)."""
    match state.phase:
        case Starting(process=process) | Running(process=process) if not process.ours:
            sentence = text(_REPLACED, pid=process.key.pid)
            return Announcement(IconName.OK, sentence) if end.ran else None
        case Failed():
            return None  # it gave up, which is told without waiting
        case _ if _has_somebody_acted(state.phase):
            return None
        case _ if now < end.until or is_unexplained(state):
            return end
        case Stopped():
            return ended_outside()
        case _:
            return _late(state, now) if end.crashed else None


def _has_somebody_acted(phase: Phase) -> bool:
    """A person, or the end of a session, has seen to it meanwhile."""
    match phase:
        case Stopped(reason=reason):
            return reason is not StopReason.FROM_OUTSIDE
        case Locating(by_user=by_user) | Preparing(by_user=by_user):
            return by_user
        case Spawning(then=then):
            return then is not None
        case Stopping():
            return True
        case _:
            return False


def _late(state: State, now: float) -> Announcement:
    """A failure in words that fit what has been done about it by now."""
    failure = state.failure
    reason = reason_of(failure)
    match state.phase:
        case Backoff():
            sentence = headline(state, now)
        case _ if failure is not None and failure.failure_class in _OBSTACLES:
            sentence = reason
        case Running():
            sentence = text(_WAS_RESTARTED, reason=reason)
        case _:
            sentence = text(_IS_RESTARTED, reason=reason)
    return Announcement(IconName.WARNING, sentence, next_step_of(failure))


def _is_trouble(phase: Phase) -> bool:
    return isinstance(phase, Backoff | Failed)
