"""The table's rows of stopping a gateway, from the request to what remains."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Exited,
    Forget,
    Gone,
    Kill,
    KillRequested,
    Notice,
    NoticeKind,
    Observe,
    Observed,
    Obstacle,
    RestartRequested,
    Signalled,
    SignalRefused,
    StartRequested,
    StopRequested,
    Terminate,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    CountedFailure,
    FailureKind,
    Locating,
    ProcessKey,
    Rest,
    Running,
    StartAgain,
    Stopped,
    Stopping,
    StopReason,
)
from tests.lifecycle.scenes import (
    AGAIN,
    ANOTHER,
    ANY_PROCESS,
    ATTACHED,
    CHILDREN,
    EPOCH,
    FAILURE,
    KEY,
    LATER,
    NOW,
    PIPE_CHILD,
    QUIT,
    REST,
    SAME_PID,
    UNWATCHED,
    alive,
    answering,
    silent,
    starting,
    state_of,
    stays,
    step,
    stopping,
    unkillable,
)

FAILURES = (CountedFailure(NOW - 9.0, FailureKind.CRASH),)
ENDS = [
    (PIPE_CHILD, Exited(NOW, KEY, 0)),
    (PIPE_CHILD, Exited(NOW, KEY, -9)),
    *[(process, Observed(NOW, EPOCH, Gone(pid_file_left=True))) for process in UNWATCHED],
    *[(process, Observed(NOW, EPOCH, Gone(pid_file_left=False))) for process in UNWATCHED],
    *[(process, Observed(NOW, EPOCH, answering(ANOTHER))) for process in UNWATCHED],
    *[(process, Observed(NOW, EPOCH, silent(SAME_PID))) for process in UNWATCHED],
    *[(process, SignalRefused(NOW, EPOCH, Obstacle.NOT_OUR_GATEWAY)) for process in UNWATCHED],
]


def both_alive(processes):
    return [phase for process in processes for phase in alive(process)]


# -- the way in -------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", both_alive(ANY_PROCESS))
def test_gateway_is_asked_to_end_when_stop_is_requested(phase):
    state, effects = step(phase, StopRequested(NOW))

    assert state.phase == Stopping(phase.process, REST, NOW + 20.0)
    assert effects == (Terminate(EPOCH + 1, phase.process),)


@pytest.mark.parametrize("phase", both_alive(ANY_PROCESS))
def test_gateway_is_killed_at_once_when_a_force_stop_is_requested(phase):
    state, effects = step(phase, KillRequested(NOW))

    assert state.phase == Stopping(phase.process, REST, NOW + 3.0, killed=True)
    assert effects == (Kill(EPOCH + 1, phase.process, ()),)


@pytest.mark.parametrize("act", [StopRequested(NOW), KillRequested(NOW)])
@pytest.mark.parametrize("phase", alive(PIPE_CHILD))
def test_failures_are_forgotten_when_stop_is_requested(phase, act):
    state, _ = step(state_of(phase, failures=FAILURES, failure=FAILURE, waits=1), act)

    assert (state.failures, state.failure, state.waits) == ((), None, 0)


# -- what is wished for meanwhile -------------------------------------------------------------


@pytest.mark.parametrize("then", [REST, AGAIN])
@pytest.mark.parametrize("start", [stopping(), stopping(killed=True), unkillable()])
def test_stopping_will_rest_when_stop_is_requested(start, then):
    state, effects = step(replace(start, then=then), StopRequested(NOW))

    assert state.phase == replace(start, then=Rest())
    assert effects == ()


@pytest.mark.parametrize("request_", [StartRequested, RestartRequested])
@pytest.mark.parametrize("start", [stopping(), stopping(killed=True), unkillable()])
def test_stopping_will_start_again_when_a_start_is_requested(start, request_):
    state, effects = step(start, request_(NOW))

    assert state.phase == replace(start, then=StartAgain(by_user=True, anyway=False))
    assert effects == ()


@pytest.mark.parametrize("request_", [StartRequested, RestartRequested])
@pytest.mark.parametrize(("before", "asked"), [(False, True), (True, False), (True, True)])
def test_stopping_passes_over_readiness_when_it_was_asked_once(request_, before, asked):
    start = stopping(then=StartAgain(by_user=False, anyway=before))

    state, _ = step(start, request_(NOW, asked))

    assert state.phase == replace(start, then=StartAgain(by_user=True, anyway=True))


def test_stopping_forgets_anyway_when_stop_was_requested_in_between():
    start = stopping(then=StartAgain(by_user=False, anyway=True))
    state, _ = step(start, StopRequested(NOW))

    state, _ = step(state, StartRequested(NOW))

    assert state.phase == replace(start, then=StartAgain(by_user=True, anyway=False))


@pytest.mark.parametrize("then", [REST, AGAIN])
def test_stopping_kills_and_rests_when_a_force_stop_is_requested(then):
    start = replace(stopping(then=then), tree=CHILDREN)

    state, effects = step(start, KillRequested(NOW))

    assert state.phase == Stopping(PIPE_CHILD, REST, NOW + 3.0, killed=True, tree=CHILDREN)
    assert effects == (Kill(EPOCH, PIPE_CHILD, CHILDREN),)


@pytest.mark.parametrize("start", [stopping(killed=True), unkillable()])
def test_stopping_will_rest_when_a_force_stop_is_requested_again(start):
    state, effects = step(replace(start, then=AGAIN), KillRequested(NOW))

    assert state.phase == replace(start, then=Rest())
    assert effects == ()


# -- force ------------------------------------------------------------------------------------


@pytest.mark.parametrize("process", ANY_PROCESS)
@pytest.mark.parametrize("then", [REST, AGAIN, QUIT])
def test_stopping_kills_the_gateway_and_its_descendants_when_its_grace_is_over(process, then):
    start = replace(stopping(process, then), tree=CHILDREN)

    state, effects = step(start, Tick(LATER))

    assert state.phase == replace(start, killed=True, deadline=LATER + 3.0)
    assert effects == (Kill(EPOCH, process, CHILDREN),)


@pytest.mark.parametrize("start", [stopping(), stopping(killed=True)])
def test_stopping_waits_when_there_is_time_left(start):
    assert stays(start, Tick(LATER - 0.1))


@pytest.mark.parametrize("process", ANY_PROCESS)
@pytest.mark.parametrize("then", [REST, AGAIN])
def test_gateway_does_not_react_when_it_lives_after_the_kill(process, then):
    start = stopping(process, then, killed=True)

    state, effects = step(start, Tick(LATER))

    assert state.phase == replace(start, deadline=None)
    assert effects == ()


def test_gateway_that_does_not_react_is_awaited_and_not_killed_again():
    start = state_of(unkillable(), probing=True)

    assert stays(start, Tick(NOW + 3600.0))


@pytest.mark.parametrize("start", [stopping(), stopping(killed=True), unkillable()])
def test_stopping_keeps_the_descendants_for_a_later_kill(start):
    state, effects = step(start, Signalled(NOW, EPOCH, CHILDREN))

    assert state.phase == replace(start, tree=CHILDREN)
    assert effects == ()


def test_stopping_forgets_no_descendant_when_a_later_signal_names_others():
    start = replace(stopping(killed=True), tree=CHILDREN)
    later = ProcessKey(900, "later")

    nobody, _ = step(start, Signalled(NOW, EPOCH, ()))
    another, _ = step(start, Signalled(NOW, EPOCH, (later, CHILDREN[0])))

    assert nobody.phase == start
    assert another.phase == replace(start, tree=(*CHILDREN, later))


# -- the end ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("process", "end"), ENDS)
@pytest.mark.parametrize("make", [stopping, unkillable])
def test_stop_is_proven_and_what_remains_is_asked_when_the_process_ended(process, end, make):
    start = replace(make(process), tree=CHILDREN)

    state, effects = step(start, end)

    tree = (process.key, *CHILDREN)
    assert state.phase == Stopped(StopReason.BY_USER, tree)
    assert effects == (Forget(KEY.pid), Observe(state.epoch, tree=tree))


@pytest.mark.parametrize(("process", "end"), ENDS)
@pytest.mark.parametrize("by_user", [False, True])
@pytest.mark.parametrize("anyway", [False, True])
def test_restart_looks_for_a_gateway_when_the_old_one_ended(process, end, by_user, anyway):
    state, effects = step(stopping(process, StartAgain(by_user, anyway)), end)

    assert state.phase == Locating(by_user, anyway, NOW + 6.0)
    assert effects == (Forget(KEY.pid), Observe(state.epoch))


@pytest.mark.parametrize("then", [REST, AGAIN, QUIT])
@pytest.mark.parametrize("other", [ANOTHER, SAME_PID])
def test_stopping_waits_on_when_another_process_ended(then, other):
    assert stays(stopping(then=then), Exited(NOW, other.key, 0))


@pytest.mark.parametrize(
    "event",
    [
        Observed(NOW, EPOCH, Gone(pid_file_left=False)),
        Observed(NOW, EPOCH, answering(ANOTHER)),
        SignalRefused(NOW, EPOCH, Obstacle.NOT_OUR_GATEWAY),
    ],
)
def test_stopping_a_child_waits_for_its_exit_whatever_is_seen(event):
    assert stays(stopping(), event)


@pytest.mark.parametrize("process", UNWATCHED)
def test_stopping_waits_on_when_the_process_is_still_seen(process):
    assert stays(stopping(process), Observed(NOW, EPOCH, answering(process)))
    assert stays(stopping(process), Observed(NOW, EPOCH, silent(process)))


# -- no permission ----------------------------------------------------------------------------


@pytest.mark.parametrize("then", [REST, AGAIN])
@pytest.mark.parametrize("killed", [False, True])
def test_gateway_runs_on_when_there_is_no_permission_to_signal_it(then, killed):
    start = stopping(ATTACHED, then, killed=killed)

    state, effects = step(start, SignalRefused(NOW, EPOCH, Obstacle.NO_PERMISSION))

    assert state.phase == Running(ATTACHED)
    assert effects == (Notice(NoticeKind.NO_PERMISSION),)


def test_stopping_ignores_a_refusal_that_belongs_to_an_earlier_stop():
    assert stays(stopping(ATTACHED), SignalRefused(NOW, EPOCH - 1, Obstacle.NO_PERMISSION))


def test_starting_gateway_is_stopped_as_a_running_one_even_when_it_is_slow():
    start = replace(starting(), slow=True)

    state, _ = step(start, StopRequested(NOW))

    assert state.phase == Stopping(PIPE_CHILD, REST, NOW + 20.0)
