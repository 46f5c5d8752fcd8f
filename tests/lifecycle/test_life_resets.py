"""What makes the count of failures begin anew, and what only a person may start again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    ConfigChanged,
    Diagnosed,
    Exited,
    Notice,
    Observe,
    Prepared,
    RestartRequested,
    StartRequested,
    Terminate,
    Tick,
)
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    Failed,
    Failure,
    FailureKind,
    Health,
    Locating,
    Running,
    Stopping,
)
from tests.lifecycle.scenes import (
    ATTACHED,
    BACKOFF,
    CURABLE,
    EPOCH,
    FAILURE,
    LATER,
    LOCATING,
    NOW,
    PIPE_CHILD,
    PLAN,
    PREPARING,
    REPLANNING,
    SPAWNING,
    alive,
    starting,
    state_of,
    step,
)

FIVE = tuple(CountedFailure(NOW - ago, FailureKind.CRASH) for ago in (50.0, 40.0, 30.0, 20.0, 10.0))
CRASHED = replace(FAILURE, ran=True)
RESTING = Policy(restart_after_crash=False)
UNDER_WAY = [LOCATING, PREPARING, SPAWNING, *alive(PIPE_CHILD), *alive(ATTACHED)]


@pytest.mark.parametrize("phase", UNDER_WAY)
@pytest.mark.parametrize("anyway", [False, True])
def test_start_that_a_person_wishes_begins_the_count_anew_while_one_is_under_way(phase, anyway):
    start = state_of(phase, failures=FIVE, failure=FAILURE, waits=3)

    state, _ = step(start, StartRequested(NOW, anyway))

    assert (state.failures, state.waits) == ((), 0)
    assert state.failure == FAILURE


@pytest.mark.parametrize("phase", [LOCATING, PREPARING])
def test_change_of_the_config_begins_the_count_anew_while_no_gateway_runs(phase):
    state, effects = step(state_of(phase, failures=FIVE, waits=3), ConfigChanged(NOW))

    assert (state.failures, state.waits) == ((), 0)
    assert state.phase == phase
    assert not [effect for effect in effects if not isinstance(effect, Observe)]


@pytest.mark.parametrize("phase", alive(PIPE_CHILD))
def test_gateway_that_writes_its_own_config_and_crashes_is_not_started_for_ever(phase):
    changed, _ = step(state_of(phase, failures=FIVE), ConfigChanged(NOW))
    state, _ = step(changed, Exited(NOW, PIPE_CHILD.key, 1))

    assert state.phase == Failed(gave_up=True)


def test_crash_after_waits_is_the_first_of_its_kind_once_it_is_known_for_a_crash():
    start = state_of(BACKOFF, failure=FAILURE, waits=3)

    state, _ = step(start, Diagnosed(NOW, FAILURE.ticket, CURABLE))

    assert state.waits == 0


def test_wait_goes_on_when_its_reason_is_told_again():
    waiting = replace(BACKOFF, counted=False)

    state, _ = step(
        state_of(waiting, failure=FAILURE, waits=3), Diagnosed(NOW, FAILURE.ticket, CURABLE)
    )

    assert state.waits == 3


@pytest.mark.parametrize("gave_up", [False, True])
def test_change_of_the_config_starts_nothing_that_crashed_when_nobody_wants_restarts(gave_up):
    phase = Failed(gave_up)

    state, _ = step(state_of(phase, failure=CRASHED), ConfigChanged(NOW), RESTING)
    assert state.phase == phase

    state, _ = step(state_of(phase, failure=CRASHED), ConfigChanged(NOW))
    assert isinstance(state.phase, Locating)


def test_change_of_the_config_starts_what_was_only_refused_also_without_restarts():
    refused = Failure("config_unreadable", curable=False)

    state, _ = step(state_of(Failed(gave_up=False), failure=refused), ConfigChanged(NOW), RESTING)

    assert isinstance(state.phase, Locating)


def test_restart_that_is_waited_for_is_called_off_when_restarts_are_switched_off():
    state, effects = step(state_of(BACKOFF, failure=CRASHED), Tick(LATER), RESTING)

    assert state.phase == Failed(gave_up=False)
    assert state.failure == CRASHED
    assert effects == ()


def test_wait_for_what_never_ran_goes_on_without_restarts():
    taken = Failure("port_taken", ticket=1)

    state, _ = step(state_of(BACKOFF, failure=taken), Tick(LATER), RESTING)

    assert isinstance(state.phase, Locating)


def test_person_starts_again_what_rests():
    state, _ = step(state_of(Failed(gave_up=False), failure=CRASHED), StartRequested(NOW), RESTING)

    assert isinstance(state.phase, Locating)
    assert state.failure is None


@pytest.mark.parametrize(("health", "kept"), [(Health.OK, False), (Health.FAILING, True)])
def test_evidence_of_a_silent_gateway_outlives_the_restart_that_a_person_wishes(health, kept):
    phase = Running(PIPE_CHILD, health, replanning=REPLANNING)
    silence = Failure("hung", evidence=("CPU 0 %",), ticket=EPOCH)

    state, effects = step(
        state_of(phase, failure=silence, failures=FIVE), Prepared(NOW, EPOCH, PLAN)
    )

    assert isinstance(state.phase, Stopping)
    assert state.failure == (silence if kept else None)
    assert state.failures == ()
    assert [type(effect) for effect in effects] == [Terminate]


def test_slow_start_is_restarted_with_a_new_count():
    slow = replace(starting(), slow=True)

    state, effects = step(state_of(slow, failures=FIVE), RestartRequested(NOW))

    assert state.failures == ()
    assert not [effect for effect in effects if isinstance(effect, Notice)]
    assert not isinstance(state.phase, Backoff)
