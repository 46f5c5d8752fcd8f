"""The table's rows of Locating."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Diagnose,
    Foreign,
    Forget,
    Nothing,
    Observed,
    Prepare,
    RestartRequested,
    Stale,
    StartRequested,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    FailureKind,
    Health,
    Preparing,
    Running,
    Starting,
)
from tests.lifecycle.scenes import (
    ATTACHED,
    EPOCH,
    HUNG,
    LATER,
    LOCATING,
    NOW,
    OWNER,
    answering,
    silent,
    stays,
    step,
)


@pytest.mark.parametrize("request_", [StartRequested, RestartRequested])
@pytest.mark.parametrize("before", [False, True])
@pytest.mark.parametrize("asked", [False, True])
def test_locating_passes_over_readiness_when_it_was_asked_once(request_, before, asked):
    state, effects = step(replace(LOCATING, anyway=before), request_(NOW, asked))

    assert state.phase == replace(LOCATING, by_user=True, anyway=before or asked)
    assert effects == ()


@pytest.mark.parametrize(
    ("found", "phase"),
    [
        (answering(ATTACHED), Running(ATTACHED)),
        (silent(ATTACHED, age=5.0), Starting(ATTACHED, NOW + 10.0, announced=True)),
        (silent(ATTACHED, age=20.0), Running(ATTACHED, Health.FAILING, misses=3)),
    ],
)
def test_locating_adopts_what_it_found(found, phase):
    state, effects = step(LOCATING, Observed(NOW, EPOCH, found))

    assert state.phase == phase
    looked_into = (Diagnose(HUNG, ATTACHED),) if state.failure else ()
    assert effects == looked_into


@pytest.mark.parametrize("by_user", [False, True])
@pytest.mark.parametrize("anyway", [False, True])
def test_locating_checks_readiness_when_nothing_was_found(by_user, anyway):
    start = replace(LOCATING, by_user=by_user, anyway=anyway)

    state, effects = step(start, Observed(NOW, EPOCH, Nothing()))

    assert state.phase == Preparing(by_user, anyway, NOW + 20.0)
    assert effects == (Prepare(state.epoch, anyway, fresh=by_user),)


def test_locating_forgets_the_pid_file_and_goes_on_when_it_is_stale():
    state, effects = step(LOCATING, Observed(NOW, EPOCH, Stale(4711)))

    assert state.phase == Preparing(by_user=False, anyway=False, deadline=NOW + 20.0)
    assert effects == (Forget(4711), Prepare(state.epoch, anyway=False))


@pytest.mark.parametrize("anyway", [False, True])
def test_locating_backs_off_when_the_port_is_taken(anyway):
    start = replace(LOCATING, anyway=anyway)

    state, effects = step(start, Observed(NOW, EPOCH, Foreign(OWNER)))

    assert state.phase == Backoff(NOW + 2.0, attempt=1, counted=True, anyway=anyway)
    assert state.failures == (CountedFailure(NOW, FailureKind.CRASH),)
    assert state.failure is not None
    assert (state.failure.failure_class, state.failure.reason) == ("port_taken", OWNER)
    assert effects == (Diagnose(state.failure),)


@pytest.mark.parametrize("anyway", [False, True])
def test_locating_backs_off_when_it_could_not_look_in_time(anyway):
    state, effects = step(replace(LOCATING, anyway=anyway), Tick(LATER))

    assert state.phase == Backoff(LATER + 2.0, attempt=1, counted=True, anyway=anyway)
    assert state.failures == (CountedFailure(LATER, FailureKind.CRASH),)
    assert state.failure is not None
    assert state.failure.detail == "could not look"
    assert effects == ()


def test_locating_waits_when_there_is_time_left():
    assert stays(LOCATING, Tick(NOW + 1.0))
