"""The table's rows of Starting: the process lives and does not answer yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Found,
    Observed,
    RestartRequested,
    StartRequested,
    Terminate,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    CountedFailure,
    FailureKind,
    Running,
    StartAgain,
    Stopping,
)
from tests.lifecycle.scenes import (
    ANY_PROCESS,
    EPOCH,
    FAILURE,
    LATER,
    NOW,
    PIPE_CHILD,
    SAME_PID,
    answering,
    silent,
    starting,
    state_of,
    stays,
    step,
)

SLOW = replace(starting(), slow=True)


@pytest.mark.parametrize("process", ANY_PROCESS)
@pytest.mark.parametrize("slow", [False, True])
def test_starting_runs_when_the_gateway_answers(process, slow):
    start = state_of(replace(starting(process), slow=slow), waits=3)

    state, effects = step(start, Observed(NOW, EPOCH, answering(process)))

    assert state.phase == Running(process)
    assert state.waits == 0
    assert effects == ()


def test_starting_can_still_say_what_had_failed_when_the_gateway_answers():
    failures = (CountedFailure(NOW - 9.0, FailureKind.CRASH),)
    start = state_of(starting(), failures=failures, failure=FAILURE)

    state, _ = step(start, Observed(NOW, EPOCH, answering(PIPE_CHILD)))

    assert (state.failures, state.failure) == (failures, FAILURE)


@pytest.mark.parametrize("process", ANY_PROCESS)
def test_starting_is_announced_when_its_pid_file_was_seen(process):
    state, effects = step(starting(process), Observed(NOW, EPOCH, silent(process)))

    assert state.phase == replace(starting(process), announced=True)
    assert effects == ()


def test_starting_stays_announced_when_the_pid_file_is_not_seen_any_more():
    start = replace(starting(), announced=True)

    assert stays(start, Observed(NOW, EPOCH, silent(PIPE_CHILD, announced=False)))


def test_starting_waits_when_the_gateway_shows_nothing_yet():
    assert stays(starting(), Observed(NOW, EPOCH, silent(PIPE_CHILD, announced=False)))


def test_starting_does_not_believe_another_process_with_the_same_number():
    assert stays(starting(), Observed(NOW, EPOCH, answering(SAME_PID)))
    assert stays(starting(), Observed(NOW, EPOCH, Found(SAME_PID, False, 1.0, announced=True)))


@pytest.mark.parametrize("process", ANY_PROCESS)
def test_starting_is_slow_when_its_window_is_over(process):
    state, effects = step(starting(process), Tick(LATER))

    assert state.phase == replace(starting(process), slow=True)
    assert effects == ()


def test_starting_has_time_when_its_window_is_open():
    assert stays(starting(), Tick(NOW + 1.0))


def test_starting_is_never_ended_for_being_slow():
    assert stays(state_of(SLOW, probing=True, probe_at=None), Tick(NOW + 3600.0))


@pytest.mark.parametrize("process", ANY_PROCESS)
@pytest.mark.parametrize("anyway", [False, True])
def test_starting_is_replaced_when_it_is_slow_and_a_restart_is_requested(process, anyway):
    start = replace(starting(process), slow=True)

    state, effects = step(start, RestartRequested(NOW, anyway))

    assert state.phase == Stopping(process, StartAgain(by_user=True, anyway=anyway), NOW + 20.0)
    assert effects == (Terminate(state.epoch, process),)


def test_starting_forgets_its_failures_when_a_restart_is_requested():
    failures = (CountedFailure(NOW - 9.0, FailureKind.CRASH),)

    state, _ = step(
        state_of(SLOW, failures=failures, failure=FAILURE, waits=1), RestartRequested(NOW)
    )

    assert (state.failures, state.failure, state.waits) == ((), None, 0)


@pytest.mark.parametrize("process", ANY_PROCESS)
@pytest.mark.parametrize("anyway", [False, True])
def test_starting_goes_on_when_a_restart_is_requested_while_it_comes_up(process, anyway):
    assert stays(starting(process), RestartRequested(NOW, anyway))


def test_starting_goes_on_when_a_start_is_requested():
    assert stays(starting(), StartRequested(NOW))
