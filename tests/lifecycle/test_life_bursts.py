"""Back-off and giving up: what counts, for how long, and where it ends."""

from __future__ import annotations

import pytest

from picoclaw_tray.lifecycle.messages import Diagnose, Exited, Foreign, Observed, SpawnFailed, Tick
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    Failed,
    FailureKind,
    Running,
)
from tests.lifecycle.scenes import (
    EPOCH,
    KEY,
    LATER,
    LOCATING,
    NOW,
    OWNER,
    PIPE_CHILD,
    PREPARING,
    SPAWNING,
    state_of,
    step,
)

CRASH = Exited(NOW, KEY, 1)


def failures(*ago: float, kind=FailureKind.CRASH) -> tuple[CountedFailure, ...]:
    return tuple(CountedFailure(NOW - seconds, kind) for seconds in ago)


@pytest.mark.parametrize(
    ("before", "attempt", "delay"),
    [(0, 1, 2.0), (1, 2, 4.0), (2, 3, 8.0), (3, 4, 16.0), (4, 5, 30.0)],
)
def test_backoff_grows_with_every_crash_of_the_burst(before, attempt, delay):
    earlier = failures(*[100.0] * before)

    state, _ = step(state_of(Running(PIPE_CHILD), failures=earlier), CRASH)

    assert state.phase == Backoff(NOW + delay, attempt, counted=True, anyway=True)
    assert state.failures == (*earlier, *failures(0.0))


FIVE = failures(299.0, 200.0, 100.0, 60.0, 30.0)


@pytest.mark.parametrize(
    ("phase", "event"),
    [
        (Running(PIPE_CHILD), CRASH),
        (LOCATING, Observed(NOW, EPOCH, Foreign(OWNER))),
        (SPAWNING, SpawnFailed(NOW, "no such file")),
    ],
)
def test_sixth_failure_within_the_window_gives_up_and_still_asks_why(phase, event):
    state, effects = step(state_of(phase, failures=FIVE), event)

    assert state.phase == Failed(gave_up=True)
    assert state.failure is not None
    assert state.failure.ticket == state.epoch
    assert isinstance(effects[0], Diagnose)


@pytest.mark.parametrize("phase", [LOCATING, PREPARING])
def test_sixth_failure_gives_up_when_a_question_was_not_answered(phase):
    state, _ = step(state_of(phase, failures=FIVE[1:] + failures(0.0)), Tick(LATER))

    assert state.phase == Failed(gave_up=True)


def test_failure_does_not_count_any_more_when_its_window_is_over():
    earlier = failures(300.0, 200.0, 100.0, 60.0, 30.0)

    state, _ = step(state_of(Running(PIPE_CHILD), failures=earlier), CRASH)

    assert state.phase == Backoff(NOW + 30.0, 5, counted=True, anyway=True)
    assert state.failures == (*earlier[1:], *failures(0.0))


def test_hangs_count_for_half_an_hour_but_not_as_crashes():
    hangs = failures(1700.0, 900.0, 100.0, kind=FailureKind.HANG)

    state, _ = step(state_of(Running(PIPE_CHILD), failures=hangs), CRASH)

    assert state.phase == Backoff(NOW + 2.0, 1, counted=True, anyway=True)
    assert state.failures == (*hangs, *failures(0.0))


def test_every_failure_has_a_ticket_of_its_own():
    first, _ = step(Running(PIPE_CHILD), CRASH)
    second, _ = step(first, Tick(NOW + 2.0))
    second, _ = step(second, Tick(NOW + 8.0))

    assert first.failure is not None
    assert second.failure is not None
    assert second.failure.ticket > first.failure.ticket


def test_policy_waits_as_long_as_the_last_time_when_attempts_outnumber_delays():
    policy = Policy(backoff=(1.0, 3.0))

    assert [policy.delay(attempt) for attempt in range(1, 5)] == [1.0, 3.0, 3.0, 3.0]


def test_policy_looks_more_often_while_somebody_watches():
    assert Policy().attentive().poll_steady == 2.0
    assert Policy(poll_steady=1.0).attentive().poll_steady == 1.0


def test_policy_is_rejected_when_its_crash_burst_could_never_be_reached():
    Policy(crash_window=60.1)
    with pytest.raises(ValueError, match="crash burst"):
        Policy(crash_window=60.0)


def test_policy_is_rejected_when_its_hang_burst_could_never_be_reached():
    Policy(hang_window=114.1)
    with pytest.raises(ValueError, match="hang burst"):
        Policy(hang_window=114.0)
