"""When the machine wants to be woken, and when it wants to look."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from picoclaw_tray.lifecycle.messages import Observe
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Locating,
    Phase,
    Preparing,
    Process,
    ProcessKey,
    Remains,
    Replanning,
    Running,
    Spawning,
    Starting,
    State,
    Stopped,
    Stopping,
)

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.messages import Effect
    from picoclaw_tray.lifecycle.policy import Policy


def wakeup_at(state: State) -> float | None:
    """When the machine wants a ``Tick``; none while it only waits for answers and signals."""
    if state.ended:
        return None
    probe_at = None if state.probing else state.probe_at
    times = [time for time in (_deadline(state.phase), probe_at) if time is not None]
    return min(times, default=None)


def _deadline(phase: Phase) -> float | None:
    match phase:
        case Locating(deadline=deadline) | Preparing(deadline=deadline):
            return deadline
        case Starting(deadline=deadline, slow=slow):
            return None if slow else deadline
        case Running(replanning=Replanning(deadline=deadline)):
            return deadline
        case Stopping(deadline=limit):
            return limit
        case Backoff(until=until):
            return until
        case Stopped() | Spawning() | Running() | Failed():
            return None
        case _:
            assert_never(phase)


def later(phase: Phase, gap: float) -> Phase:
    """The same phase with its deadlines moved by ``gap`` seconds."""
    match phase:
        case Locating() | Preparing() | Starting():
            return replace(phase, deadline=phase.deadline + gap)
        case Backoff():
            return replace(phase, until=phase.until + gap)
        case Running(replanning=Replanning() as replanning):
            return replace(
                phase, replanning=replace(replanning, deadline=replanning.deadline + gap)
            )
        case Stopping(deadline=deadline) if deadline is not None:
            return replace(phase, deadline=deadline + gap)
        case _:
            return phase


def _interval(phase: Phase, policy: Policy) -> float | None:
    """Seconds between two probes; none where the phase needs none."""
    match phase:
        case Stopped() | Backoff() | Failed() | Running(misses=0):
            return policy.poll_steady
        case Running():
            return policy.poll_attentive
        case Starting() | Locating() | Stopping(process=Process(watched=False)):
            return policy.poll_starting
        case Preparing() | Spawning() | Stopping():
            return None
        case _:
            assert_never(phase)


def _tree_of_interest(phase: Phase) -> tuple[ProcessKey, ...]:
    """Looked for once after a stop, and then only as long as somebody was left."""
    match phase:
        case Stopped(remains=Remains(processes=())):
            return ()
        case Stopped(tree=tree):
            return tree
        case _:
            return ()


def with_due_probe(
    state: State, effects: tuple[Effect, ...], at: float, policy: Policy
) -> tuple[State, tuple[Effect, ...]]:
    """Sends the probe that is due; one at a time, the next one when its answer has come."""
    interval = _interval(state.phase, policy)
    if interval is None or state.ended:
        return replace(state, probe_at=None), effects
    if state.probing:
        return state, effects
    if state.probe_at is None:
        return replace(state, probe_at=at + interval), effects
    if state.probe_at > at:
        return state, effects
    observe = Observe(state.epoch, state.process, _tree_of_interest(state.phase))
    return replace(state, probing=True, probe_at=None), (*effects, observe)
