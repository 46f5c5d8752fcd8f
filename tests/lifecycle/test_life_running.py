"""The table's rows of Running, but for hangs and for the end of the process."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Diagnose,
    Notice,
    NoticeKind,
    Observed,
    Prepare,
    Prepared,
    Refused,
    RestartRequested,
    StartRequested,
    Terminate,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    CountedFailure,
    FailureKind,
    Health,
    Replanning,
    Running,
    StartAgain,
    Stopping,
)
from tests.lifecycle.scenes import (
    ANOTHER,
    ANY_PROCESS,
    CURABLE,
    EPOCH,
    FAILURE,
    INCURABLE,
    LATER,
    NOW,
    PIPE_CHILD,
    PLAN,
    REPLANNING,
    SAME_PID,
    UNWATCHED,
    answering,
    silent,
    state_of,
    stays,
    step,
)


@pytest.mark.parametrize("process", ANY_PROCESS)
def test_running_misses_an_answer_when_the_gateway_is_silent(process):
    state, effects = step(Running(process), Observed(NOW, EPOCH, silent(process)))

    assert state.phase == Running(process, Health.OK, misses=1)
    assert effects == ()


@pytest.mark.parametrize("process", ANY_PROCESS)
def test_running_fails_when_the_third_answer_in_a_row_is_missing(process):
    start = Running(process, misses=2)

    state, effects = step(start, Observed(NOW, EPOCH, silent(process)))

    assert state.phase == Running(process, Health.FAILING, misses=3)
    assert [type(effect) for effect in effects] == [Diagnose]


@pytest.mark.parametrize("process", ANY_PROCESS)
@pytest.mark.parametrize("start", [(Health.OK, 2), (Health.FAILING, 14)])
def test_running_is_healthy_again_when_the_gateway_answers(process, start):
    state, effects = step(Running(process, *start), Observed(NOW, EPOCH, answering(process)))

    assert state.phase == Running(process)
    assert effects == ()


@pytest.mark.parametrize("process", ANY_PROCESS)
@pytest.mark.parametrize("anyway", [False, True])
@pytest.mark.parametrize("health", Health)
def test_running_asks_first_whether_it_could_start_when_a_restart_is_requested(
    process, anyway, health
):
    state, effects = step(Running(process, health), RestartRequested(NOW, anyway))

    assert state.phase == Running(process, health, replanning=Replanning(anyway, NOW + 20.0))
    assert effects == (Prepare(state.epoch, anyway, replacing=process, fresh=True),)


@pytest.mark.parametrize(("before", "asked"), [(False, False), (True, False), (True, True)])
def test_replanning_takes_the_answer_under_way_when_nothing_new_is_asked(before, asked):
    start = Running(PIPE_CHILD, replanning=Replanning(before, LATER))

    assert stays(start, RestartRequested(NOW, asked))


def test_replanning_asks_anew_when_it_shall_pass_over_readiness_for_the_first_time():
    start = Running(PIPE_CHILD, replanning=REPLANNING)

    state, effects = step(start, RestartRequested(NOW, anyway=True))

    replanning = Replanning(anyway=True, deadline=NOW + 20.0)
    assert state.phase == Running(PIPE_CHILD, replanning=replanning)
    assert state.epoch == EPOCH + 1
    assert effects == (Prepare(EPOCH + 1, anyway=True, replacing=PIPE_CHILD, fresh=True),)


@pytest.mark.parametrize("process", ANY_PROCESS)
@pytest.mark.parametrize("anyway", [False, True])
def test_replanning_replaces_the_gateway_when_it_could_start_again(process, anyway):
    failures = (CountedFailure(NOW - 9.0, FailureKind.CRASH),)
    phase = Running(process, replanning=Replanning(anyway, LATER))
    start = state_of(phase, failures=failures, failure=FAILURE, waits=2)

    state, effects = step(start, Prepared(NOW, EPOCH, PLAN))

    assert state.phase == Stopping(process, StartAgain(by_user=True, anyway=anyway), NOW + 20.0)
    assert effects == (Terminate(state.epoch, process),)
    assert (state.failures, state.failure, state.waits) == ((), None, 0)


@pytest.mark.parametrize("refusal", [CURABLE, INCURABLE])
def test_replanning_keeps_the_old_gateway_when_it_could_not_start_again(refusal):
    start = Running(PIPE_CHILD, Health.FAILING, 4, REPLANNING)

    state, effects = step(start, Refused(NOW, EPOCH, refusal))

    assert state.phase == replace(start, replanning=None)
    assert effects == (Notice(NoticeKind.RESTART_REFUSED, refusal),)


def test_replanning_keeps_the_old_gateway_when_the_check_takes_too_long():
    start = Running(PIPE_CHILD, replanning=REPLANNING)

    state, effects = step(start, Tick(LATER))

    assert state.phase == Running(PIPE_CHILD)
    assert effects == (Notice(NoticeKind.RESTART_NOT_CHECKED),)


def test_replanning_waits_when_there_is_time_left():
    assert stays(Running(PIPE_CHILD, replanning=REPLANNING), Tick(NOW + 1.0))


def test_replanning_ignores_the_answer_to_an_earlier_restart_that_took_too_long():
    state, _ = step(Running(PIPE_CHILD, replanning=REPLANNING), Tick(LATER))
    state, _ = step(state, RestartRequested(LATER))

    assert stays(state, Refused(LATER, EPOCH, CURABLE))
    assert stays(state, Prepared(LATER, EPOCH, PLAN))


@pytest.mark.parametrize("answer", [Prepared(NOW, EPOCH, PLAN), Refused(NOW, EPOCH, CURABLE)])
def test_running_ignores_an_answer_about_a_start_when_it_asked_for_none(answer):
    assert stays(Running(PIPE_CHILD), answer)


def test_replanning_goes_on_when_the_gateway_misses_an_answer():
    start = Running(PIPE_CHILD, replanning=REPLANNING)

    state, _ = step(start, Observed(NOW, EPOCH, silent(PIPE_CHILD)))

    assert state.phase == replace(start, misses=1)


def test_running_goes_on_when_a_start_is_requested():
    assert stays(Running(PIPE_CHILD), StartRequested(NOW))


@pytest.mark.parametrize("found", [answering(ANOTHER), silent(SAME_PID)])
def test_running_does_not_follow_another_gateway_when_its_own_is_a_child(found):
    assert stays(Running(PIPE_CHILD), Observed(NOW, EPOCH, found))


@pytest.mark.parametrize("process", UNWATCHED)
def test_running_ends_replanning_when_another_gateway_took_the_place(process):
    start = Running(process, replanning=REPLANNING)

    state, _ = step(start, Observed(NOW, EPOCH, answering(ANOTHER)))

    assert state.phase == Running(ANOTHER)
    assert stays(state, Prepared(NOW, EPOCH, PLAN))
