"""The table's rows of a gateway that ends by itself or by somebody else, while nobody stops it."""

from __future__ import annotations

import pytest

from picoclaw_tray.lifecycle.messages import Diagnose, Exited, Forget, Gone, Observed
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    Failed,
    Failure,
    FailureKind,
    Health,
    Running,
    Starting,
    Stopped,
    StopReason,
)
from picoclaw_tray.lifecycle.transition import CONTROL_C_EXIT, TERMINATED_WITH_SESSION
from tests.lifecycle.scenes import (
    ANOTHER,
    ATTACHED,
    EPOCH,
    FOUND_AGAIN,
    NOW,
    OUTLIVING,
    PIPE_CHILD,
    SAME_PID,
    UNWATCHED,
    alive,
    answering,
    silent,
    starting,
    stays,
    step,
)

CRASHES = [1, 2, 255, -3, -6, -9, -11]


@pytest.mark.parametrize("phase", alive(PIPE_CHILD))
@pytest.mark.parametrize("code", [0, -1, -2, -15, CONTROL_C_EXIT, TERMINATED_WITH_SESSION])
def test_end_is_a_wish_when_the_gateway_was_asked_by_somebody_else(phase, code):
    state, effects = step(phase, Exited(NOW, PIPE_CHILD.key, code))

    assert state.phase == Stopped(StopReason.FROM_OUTSIDE)
    assert state.failures == ()
    was_ready = isinstance(phase, Running)
    assert state.failure == Failure(
        "unknown", exit_code=code, was_ready=was_ready, ran=True, ticket=state.epoch
    )
    assert effects == (Diagnose(state.failure, PIPE_CHILD), Forget(PIPE_CHILD.key.pid))


@pytest.mark.parametrize("phase", alive(PIPE_CHILD))
@pytest.mark.parametrize("code", CRASHES)
def test_end_is_a_crash_when_nobody_wished_it(phase, code):
    state, effects = step(phase, Exited(NOW, PIPE_CHILD.key, code))

    assert state.phase == Backoff(NOW + 2.0, attempt=1, counted=True, anyway=True)
    assert state.failures == (CountedFailure(NOW, FailureKind.CRASH),)
    was_ready = isinstance(phase, Running)
    assert state.failure == Failure(
        "unknown", exit_code=code, was_ready=was_ready, ran=True, ticket=state.epoch
    )
    assert effects == (Diagnose(state.failure, PIPE_CHILD), Forget(PIPE_CHILD.key.pid))


@pytest.mark.parametrize("phase", alive(PIPE_CHILD))
@pytest.mark.parametrize("code", CRASHES)
def test_crash_is_the_end_when_nobody_wants_restarts(phase, code):
    policy = Policy(restart_after_crash=False)

    state, effects = step(phase, Exited(NOW, PIPE_CHILD.key, code), policy)

    assert state.phase == Failed(gave_up=False)
    assert state.failures == ()
    assert state.failure is not None
    assert state.failure.exit_code == code
    assert effects == (Diagnose(state.failure, PIPE_CHILD), Forget(PIPE_CHILD.key.pid))


@pytest.mark.parametrize("phase", alive(PIPE_CHILD))
@pytest.mark.parametrize("code", [0, 1])
@pytest.mark.parametrize("other", [ANOTHER, SAME_PID])
def test_end_of_another_process_changes_nothing(phase, code, other):
    assert stays(phase, Exited(NOW, other.key, code))


@pytest.mark.parametrize("phase", alive(PIPE_CHILD))
@pytest.mark.parametrize("left", [False, True])
def test_child_that_seems_gone_is_awaited_because_its_exit_code_arrives(phase, left):
    assert stays(phase, Observed(NOW, EPOCH, Gone(pid_file_left=left)))


@pytest.mark.parametrize("process", UNWATCHED)
@pytest.mark.parametrize("other", [ANOTHER, SAME_PID])
@pytest.mark.parametrize("phase", [Starting, Running])
def test_gateway_is_followed_when_another_supervisor_replaced_it(process, other, phase):
    start = starting(process) if phase is Starting else Running(process)

    state, _ = step(start, Observed(NOW, EPOCH, answering(other)))

    assert state.phase == Running(other)
    assert state.epoch > EPOCH


@pytest.mark.parametrize("process", UNWATCHED)
@pytest.mark.parametrize("phase", [Starting, Running])
def test_gateway_is_followed_as_if_adopted_when_it_does_not_answer_yet(process, phase):
    start = starting(process) if phase is Starting else Running(process)

    state, _ = step(start, Observed(NOW, EPOCH, silent(ANOTHER, age=3.0)))
    assert state.phase == Starting(ANOTHER, NOW + 12.0, announced=True)

    state, _ = step(start, Observed(NOW, EPOCH, silent(ANOTHER, age=30.0)))
    assert state.phase == Running(ANOTHER, Health.FAILING, misses=3)


@pytest.mark.parametrize("process", [OUTLIVING, FOUND_AGAIN])
@pytest.mark.parametrize(("phase", "left"), [(Starting, False), (Starting, True), (Running, True)])
def test_gateway_of_ours_crashed_when_it_left_its_pid_file_or_never_came_up(process, phase, left):
    start = starting(process) if phase is Starting else Running(process)

    state, effects = step(start, Observed(NOW, EPOCH, Gone(left)))

    assert state.phase == Backoff(NOW + 2.0, attempt=1, counted=True, anyway=True)
    assert state.failures == (CountedFailure(NOW, FailureKind.CRASH),)
    assert state.failure is not None
    assert state.failure.exit_code is None
    assert effects == (Diagnose(state.failure, process), Forget(process.key.pid))


@pytest.mark.parametrize(
    ("start", "left"),
    [
        (Running(OUTLIVING), False),
        (Running(FOUND_AGAIN), False),
        (Running(ATTACHED), False),
        (Running(ATTACHED), True),
        (starting(ATTACHED), False),
        (starting(ATTACHED), True),
    ],
)
def test_gateway_was_ended_from_outside_when_it_tidied_up_or_is_not_ours(start, left):
    state, effects = step(start, Observed(NOW, EPOCH, Gone(left)))

    assert state.phase == Stopped(StopReason.FROM_OUTSIDE)
    assert state.failures == ()
    assert state.failure == Failure("ended_outside", ticket=state.epoch)
    assert effects == ((Forget(start.process.key.pid),) if start.process.ours else ())
