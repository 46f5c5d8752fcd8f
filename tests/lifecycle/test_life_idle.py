"""The table's rows of Stopped, Backoff and Failed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    ConfigChanged,
    Diagnosed,
    Foreign,
    Found,
    Nothing,
    Observe,
    Observed,
    RestartRequested,
    Stale,
    StartRequested,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    Failed,
    FailureKind,
    Health,
    Locating,
    Remains,
    Running,
    Starting,
    Stopped,
    StopReason,
)
from tests.lifecycle.scenes import (
    ATTACHED,
    BACKOFF,
    CHILDREN,
    CURABLE,
    EPOCH,
    FAILURE,
    FOUND_AGAIN,
    IDLE,
    INCURABLE,
    LATER,
    NOW,
    OWNER,
    POLICY,
    WAITED_FOR,
    answering,
    silent,
    state_of,
    stays,
    step,
)

FAILURES = (CountedFailure(NOW - 1.0, FailureKind.CRASH),)


@pytest.mark.parametrize("phase", IDLE)
@pytest.mark.parametrize("request_", [StartRequested, RestartRequested])
@pytest.mark.parametrize("anyway", [False, True])
def test_idle_looks_for_a_gateway_first_when_a_start_is_requested(phase, request_, anyway):
    state, effects = step(phase, request_(NOW, anyway))

    assert state.phase == Locating(by_user=True, anyway=anyway, deadline=NOW + POLICY.locate_limit)
    assert effects == (Observe(state.epoch),)


@pytest.mark.parametrize("phase", IDLE)
@pytest.mark.parametrize("request_", [StartRequested, RestartRequested])
def test_idle_forgets_its_failures_when_a_start_is_requested(phase, request_):
    start = state_of(phase, failures=FAILURES, failure=FAILURE, waits=2)

    state, _ = step(start, request_(NOW))

    assert (state.failures, state.failure, state.waits) == ((), None, 0)


def test_backoff_still_passes_over_readiness_when_a_start_is_requested_without_saying_so():
    state, _ = step(replace(BACKOFF, anyway=True), StartRequested(NOW))

    assert isinstance(state.phase, Locating)
    assert state.phase.anyway


@pytest.mark.parametrize("phase", IDLE)
def test_idle_adopts_a_gateway_when_it_answers(phase):
    state, _ = step(state_of(phase, waits=3), Observed(NOW, EPOCH, answering(ATTACHED)))

    assert state.phase == Running(ATTACHED)
    assert state.waits == 0


@pytest.mark.parametrize("phase", IDLE)
@pytest.mark.parametrize("announced", [False, True])
def test_idle_adopts_a_gateway_for_the_rest_of_its_window_when_it_is_young(phase, announced):
    found = Found(FOUND_AGAIN, answering=False, age=4.0, announced=announced)

    state, _ = step(phase, Observed(NOW, EPOCH, found))

    rest = POLICY.start_window - 4.0
    assert state.phase == Starting(FOUND_AGAIN, NOW + rest, announced=announced)


@pytest.mark.parametrize("phase", IDLE)
@pytest.mark.parametrize("age", [15.0, 3600.0])
def test_idle_adopts_a_gateway_as_not_answering_when_it_is_old_and_silent(phase, age):
    state, _ = step(phase, Observed(NOW, EPOCH, silent(ATTACHED, age)))

    assert state.phase == Running(ATTACHED, Health.FAILING, misses=3)


@pytest.mark.parametrize("finding", [Nothing(), Foreign(OWNER), Stale(100)])
@pytest.mark.parametrize("phase", [BACKOFF, Failed(gave_up=False)])
def test_idle_stays_when_no_gateway_is_found(phase, finding):
    assert stays(phase, Observed(NOW, EPOCH, finding))


def test_stopped_says_what_remains_when_it_has_looked():
    start = Stopped(StopReason.BY_USER, CHILDREN)

    state, effects = step(start, Observed(NOW, EPOCH, Stale(100), survivors=(102,)))

    assert state.phase == replace(start, remains=Remains(pid_file=True, processes=(102,)))
    assert effects == ()


def test_stopped_says_that_a_pid_file_remains_when_another_program_has_the_port():
    finding = Foreign(OWNER, pid_file_left=True)

    state, _ = step(Stopped(StopReason.BY_USER), Observed(NOW, EPOCH, finding))

    assert state.phase == Stopped(StopReason.BY_USER, remains=Remains(pid_file=True))


@pytest.mark.parametrize("finding", [Nothing(), Foreign(OWNER)])
def test_stopped_says_that_nothing_remains_when_nothing_was_found(finding):
    state, _ = step(Stopped(StopReason.BY_USER), Observed(NOW, EPOCH, finding))

    assert state.phase == Stopped(StopReason.BY_USER, remains=Remains())


@pytest.mark.parametrize("phase", [BACKOFF, Failed(gave_up=False), Failed(gave_up=True)])
def test_idle_tries_again_when_the_config_changed(phase):
    start = state_of(phase, failures=FAILURES, failure=FAILURE, waits=2)

    state, effects = step(start, ConfigChanged(NOW))

    assert state.phase == Locating(by_user=False, anyway=False, deadline=NOW + 6.0)
    assert effects == (Observe(state.epoch),)
    assert (state.failures, state.waits) == ((), 0)


def test_idle_can_still_say_what_had_failed_when_the_config_changed():
    state, _ = step(state_of(BACKOFF, failure=FAILURE), ConfigChanged(NOW))

    assert state.failure == FAILURE


def test_stopped_stays_when_the_config_changed():
    assert stays(Stopped(), ConfigChanged(NOW))


@pytest.mark.parametrize("anyway", [False, True])
def test_backoff_looks_first_when_its_time_is_up(anyway):
    state, effects = step(replace(BACKOFF, anyway=anyway), Tick(LATER))

    assert state.phase == Locating(by_user=False, anyway=anyway, deadline=LATER + 6.0)
    assert effects == (Observe(state.epoch),)


def test_backoff_waits_when_its_time_is_not_up():
    assert stays(BACKOFF, Tick(NOW + 1.0))


@pytest.mark.parametrize("anyway", [False, True])
def test_backoff_carries_anyway_when_the_config_changed(anyway):
    state, _ = step(replace(BACKOFF, anyway=anyway), ConfigChanged(NOW))

    assert isinstance(state.phase, Locating)
    assert state.phase.anyway is anyway


def test_backoff_fails_when_the_diagnosis_says_that_retrying_cannot_cure_it():
    state, effects = step(
        state_of(BACKOFF, failure=FAILURE), Diagnosed(NOW, FAILURE.ticket, INCURABLE)
    )

    assert state.phase == Failed(gave_up=False)
    assert state.failure == replace(INCURABLE, ticket=FAILURE.ticket)
    assert effects == ()


def test_backoff_goes_on_when_the_diagnosis_leaves_hope():
    state, effects = step(
        state_of(BACKOFF, failure=FAILURE), Diagnosed(NOW, FAILURE.ticket, CURABLE)
    )

    assert state.phase == BACKOFF
    assert state.failure == replace(CURABLE, ticket=FAILURE.ticket)
    assert effects == (Observe(EPOCH),)  # a successor has had the time to show itself


@pytest.mark.parametrize("phase", [BACKOFF, Failed(gave_up=True)])
def test_failure_that_waiting_may_cure_does_not_count(phase):
    earlier, last = (CountedFailure(NOW - ago, FailureKind.CRASH) for ago in (60.0, 0.1))
    start = state_of(phase, failure=FAILURE, failures=(earlier, last), waits=1)

    state, effects = step(start, Diagnosed(NOW, FAILURE.ticket, WAITED_FOR))

    anyway = isinstance(phase, Failed)  # as after every crash
    assert state.phase == Backoff(NOW + 4.0, 2, counted=False, anyway=anyway)
    assert state.failures == (earlier,)
    assert state.waits == 2
    assert state.failure is not None
    assert state.failure.failure_class == WAITED_FOR.failure_class
    assert effects == ()


@pytest.mark.parametrize(
    "phase", [replace(BACKOFF, counted=False), Failed(gave_up=False), Stopped()]
)
def test_waiting_that_was_begun_or_is_not_wanted_stays_as_it_is(phase):
    start = state_of(phase, failure=FAILURE, failures=(CountedFailure(NOW, FailureKind.CRASH),))

    state, _ = step(start, Diagnosed(NOW, FAILURE.ticket, WAITED_FOR))

    assert state.phase == phase
    assert state.failures == start.failures
