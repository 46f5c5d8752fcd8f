"""The table's rows of Spawning: the operating system was asked and has not answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Diagnose,
    KillRequested,
    QuitApp,
    QuitRequested,
    RestartRequested,
    Spawned,
    SpawnFailed,
    StartRequested,
    StopRequested,
    Terminate,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    FailureKind,
    Quit,
    QuitKind,
    Rest,
    Spawning,
    Starting,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.lifecycle.timing import wakeup_at
from tests.lifecycle.scenes import (
    NOW,
    OUTLIVING,
    PIPE_CHILD,
    QUIT,
    REST,
    SPAWNING,
    state_of,
    stays,
    step,
)

LEAVE = Quit(QuitKind.USER, leave=True)


def test_spawning_waits_for_the_gateway_when_it_exists():
    state, effects = step(SPAWNING, Spawned(NOW, PIPE_CHILD))

    assert state.phase == Starting(PIPE_CHILD, NOW + 15.0)
    assert effects == ()


def test_spawning_has_no_deadline_because_the_answer_may_come_late():
    assert wakeup_at(state_of(SPAWNING)) is None
    assert stays(SPAWNING, Tick(NOW + 3600.0))


@pytest.mark.parametrize("act", [StopRequested(NOW), KillRequested(NOW)])
@pytest.mark.parametrize("anyway", [False, True])
def test_spawning_will_stop_when_stop_is_requested(act, anyway):
    state, effects = step(Spawning(anyway), act)

    assert state.phase == Spawning(anyway=False, then=Rest())
    assert effects == ()


@pytest.mark.parametrize("kind", QuitKind)
@pytest.mark.parametrize("leave", [False, True])
@pytest.mark.parametrize("then", [None, REST])
def test_spawning_will_quit_when_quit_is_requested(kind, leave, then):
    state, effects = step(replace(SPAWNING, then=then), QuitRequested(NOW, kind, leave))

    assert state.phase == replace(SPAWNING, then=Quit(kind, leave))
    assert effects == ()


@pytest.mark.parametrize("request_", [StartRequested, RestartRequested])
def test_spawning_lets_the_gateway_live_when_a_start_is_requested_after_a_stop(request_):
    state, effects = step(replace(SPAWNING, then=REST), request_(NOW))

    assert state.phase == SPAWNING
    assert effects == ()


@pytest.mark.parametrize("request_", [StartRequested, RestartRequested])
@pytest.mark.parametrize(("before", "asked"), [(False, True), (True, False)])
def test_spawning_passes_over_readiness_when_it_was_asked_once(request_, before, asked):
    state, _ = step(Spawning(before), request_(NOW, asked))

    assert state.phase == Spawning(anyway=True)


@pytest.mark.parametrize(
    "act", [StopRequested(NOW), KillRequested(NOW), StartRequested(NOW), RestartRequested(NOW)]
)
def test_spawning_still_quits_when_something_else_is_requested(act):
    assert stays(replace(SPAWNING, then=QUIT), act)


@pytest.mark.parametrize(
    ("then", "leave", "left"),
    [(LEAVE, True, True), (LEAVE, False, False), (QUIT, True, False), (QUIT, False, False)],
)
def test_spawning_is_in_a_hurry_and_leaves_nothing_unasked_when_the_session_ends(then, leave, left):
    hurry = QuitRequested(NOW, QuitKind.SESSION, leave)

    state, _ = step(replace(SPAWNING, then=then), hurry)

    assert state.phase == replace(SPAWNING, then=Quit(QuitKind.SESSION, left))


def test_spawning_keeps_its_hurry_when_the_user_quits_too():
    hurried = replace(SPAWNING, then=Quit(QuitKind.SESSION, leave=False))

    assert stays(hurried, QuitRequested(NOW, QuitKind.USER, leave=True))


@pytest.mark.parametrize(
    ("process", "then", "grace"),
    [
        (PIPE_CHILD, REST, 20.0),
        (PIPE_CHILD, QUIT, 20.0),
        (PIPE_CHILD, LEAVE, 20.0),
        (OUTLIVING, REST, 20.0),
        (OUTLIVING, QUIT, 20.0),
        (PIPE_CHILD, Quit(QuitKind.SESSION, leave=False), 4.0),
    ],
)
def test_spawning_stops_the_gateway_when_that_was_requested_meanwhile(process, then, grace):
    state, effects = step(replace(SPAWNING, then=then), Spawned(NOW, process))

    assert state.phase == Stopping(process, then, NOW + grace)
    assert effects == (Terminate(state.epoch, process),)


def test_spawning_leaves_the_gateway_alone_when_it_outlives_and_the_tray_quits():
    state, effects = step(replace(SPAWNING, then=LEAVE), Spawned(NOW, OUTLIVING))

    assert state.ended
    assert state.phase == Stopped(StopReason.LEFT_ALONE)
    assert effects == (QuitApp(),)


@pytest.mark.parametrize("anyway", [False, True])
def test_spawning_backs_off_when_there_is_no_process(anyway):
    state, effects = step(Spawning(anyway), SpawnFailed(NOW, "permission denied"))

    assert state.phase == Backoff(NOW + 2.0, attempt=1, counted=True, anyway=anyway)
    assert state.failures == (CountedFailure(NOW, FailureKind.CRASH),)
    assert state.failure is not None
    assert state.failure.failure_class == "not_runnable"
    assert state.failure.detail == "permission denied"
    assert effects == (Diagnose(state.failure),)


def test_spawning_is_stopped_when_there_is_no_process_and_stop_was_requested():
    state, effects = step(replace(SPAWNING, then=REST), SpawnFailed(NOW, "no"))

    assert state.phase == Stopped(StopReason.BY_USER)
    assert not state.ended
    assert effects == ()


@pytest.mark.parametrize("then", [QUIT, LEAVE])
def test_spawning_ends_when_there_is_no_process_and_quit_was_requested(then):
    state, effects = step(replace(SPAWNING, then=then), SpawnFailed(NOW, "no"))

    assert state.ended
    assert state.phase == Stopped(StopReason.QUIT)
    assert effects == (QuitApp(),)
