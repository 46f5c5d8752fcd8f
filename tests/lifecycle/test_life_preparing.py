"""The table's rows of Preparing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Prepare,
    Prepared,
    Refused,
    RestartRequested,
    Spawn,
    StartRequested,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    Failed,
    FailureKind,
    Preparing,
    Spawning,
)
from tests.lifecycle.scenes import (
    CURABLE,
    EPOCH,
    INCURABLE,
    LATER,
    NOW,
    PLAN,
    PREPARING,
    state_of,
    stays,
    step,
)

REQUESTS = [StartRequested, RestartRequested]


@pytest.mark.parametrize("request_", REQUESTS)
def test_preparing_asks_anew_when_it_shall_pass_over_readiness_for_the_first_time(request_):
    state, effects = step(PREPARING, request_(NOW, anyway=True))

    assert state.phase == Preparing(by_user=True, anyway=True, deadline=NOW + 20.0)
    assert state.epoch == EPOCH + 1
    assert effects == (Prepare(EPOCH + 1, anyway=True, fresh=True),)


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize(("before", "asked"), [(False, False), (True, False), (True, True)])
def test_preparing_takes_the_answer_under_way_when_nothing_new_is_asked(request_, before, asked):
    start = replace(PREPARING, anyway=before)

    state, effects = step(start, request_(NOW, asked))

    assert state.phase == replace(start, by_user=True)
    assert state.epoch == EPOCH
    assert effects == ()


@pytest.mark.parametrize("anyway", [False, True])
def test_preparing_spawns_when_a_start_can_succeed(anyway):
    state, effects = step(replace(PREPARING, anyway=anyway), Prepared(NOW, EPOCH, PLAN))

    assert state.phase == Spawning(anyway)
    assert effects == (Spawn(PLAN),)


def test_preparing_fails_when_waiting_cannot_cure_the_refusal():
    state, effects = step(PREPARING, Refused(NOW, EPOCH, INCURABLE))

    assert state.phase == Failed(gave_up=False)
    assert state.failure == replace(INCURABLE, ticket=state.epoch)
    assert state.failures == ()
    assert effects == ()


@pytest.mark.parametrize("anyway", [False, True])
def test_preparing_waits_without_counting_when_the_refusal_may_cure_itself(anyway):
    state, effects = step(replace(PREPARING, anyway=anyway), Refused(NOW, EPOCH, CURABLE))

    assert state.phase == Backoff(NOW + 2.0, attempt=1, counted=False, anyway=anyway)
    assert state.failure == replace(CURABLE, ticket=state.epoch)
    assert state.failures == ()
    assert effects == ()


@pytest.mark.parametrize(("waits", "delay"), [(1, 4.0), (2, 8.0), (3, 16.0), (4, 30.0), (9, 30.0)])
def test_preparing_waits_longer_when_it_was_refused_before(waits, delay):
    state, _ = step(state_of(PREPARING, waits=waits), Refused(NOW, EPOCH, CURABLE))

    assert state.phase == Backoff(NOW + delay, waits + 1, counted=False, anyway=False)
    assert state.waits == waits + 1


@pytest.mark.parametrize("anyway", [False, True])
def test_preparing_backs_off_when_it_could_not_check_in_time(anyway):
    state, effects = step(replace(PREPARING, anyway=anyway), Tick(LATER))

    assert state.phase == Backoff(LATER + 2.0, attempt=1, counted=True, anyway=anyway)
    assert state.failures == (CountedFailure(LATER, FailureKind.CRASH),)
    assert state.failure is not None
    assert state.failure.detail == "could not check"
    assert effects == ()


def test_preparing_waits_when_there_is_time_left():
    assert stays(PREPARING, Tick(NOW + 1.0))
