"""The table's rows of quitting while there is a process; ``test_life_empty`` has the others."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Exited,
    Forget,
    Gone,
    Kill,
    KillRequested,
    Observe,
    Observed,
    Obstacle,
    QuitApp,
    QuitRequested,
    RestartRequested,
    SignalRefused,
    StartRequested,
    StopRequested,
    Terminate,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    Quit,
    QuitKind,
    Running,
    Stopped,
    Stopping,
    StopReason,
)
from tests.lifecycle.scenes import (
    AGAIN,
    ANOTHER,
    ATTACHED,
    EPOCH,
    FOUND_AGAIN,
    KEY,
    LATER,
    NOW,
    OUTLIVING,
    PIPE_CHILD,
    QUIT,
    REST,
    SPAWNING,
    UNWATCHED,
    alive,
    answering,
    silent,
    state_of,
    stays,
    step,
    stopping,
    unkillable,
)

SESSION = Quit(QuitKind.SESSION, leave=False)
HURRY = QuitRequested(NOW, QuitKind.SESSION)
LEFT_ALONE = Stopped(StopReason.LEFT_ALONE)
GONE = Stopped(StopReason.QUIT)


def both_alive(*processes):
    return [phase for process in processes for phase in alive(process)]


@pytest.mark.parametrize(
    ("phase", "leave"),
    [
        *[(phase, False) for phase in both_alive(PIPE_CHILD, OUTLIVING, FOUND_AGAIN)],
        *[(phase, True) for phase in both_alive(PIPE_CHILD, FOUND_AGAIN)],
    ],
)
@pytest.mark.parametrize(("kind", "grace"), [(QuitKind.USER, 20.0), (QuitKind.SESSION, 4.0)])
def test_gateway_of_ours_is_stopped_before_the_tray_ends(phase, leave, kind, grace):
    state, effects = step(phase, QuitRequested(NOW, kind, leave))

    assert state.phase == Stopping(phase.process, Quit(kind, leave), NOW + grace)
    assert state.quitting
    assert effects == (Terminate(EPOCH + 1, phase.process),)


@pytest.mark.parametrize(
    ("phase", "leave"),
    [
        *[(phase, True) for phase in both_alive(OUTLIVING)],
        *[(phase, leave) for phase in both_alive(ATTACHED) for leave in (False, True)],
    ],
)
@pytest.mark.parametrize("kind", QuitKind)
def test_gateway_is_left_alone_when_it_may_stay_or_is_not_ours(phase, leave, kind):
    state, effects = step(phase, QuitRequested(NOW, kind, leave))

    assert state.ended
    assert state.phase == LEFT_ALONE
    assert effects == (QuitApp(),)


@pytest.mark.parametrize("kind", QuitKind)
@pytest.mark.parametrize("then", [REST, AGAIN])
@pytest.mark.parametrize(
    "start",
    [
        stopping(ATTACHED),
        stopping(ATTACHED, killed=True),
        *map(unkillable, [*UNWATCHED, PIPE_CHILD]),
    ],
)
def test_quitting_does_not_wait_for_a_foreign_or_an_unkillable_gateway(start, then, kind):
    state, effects = step(replace(start, then=then), QuitRequested(NOW, kind))

    assert state.ended
    assert state.phase == LEFT_ALONE
    assert effects == (QuitApp(),)


@pytest.mark.parametrize("then", [REST, AGAIN])
@pytest.mark.parametrize("leave", [False, True])
@pytest.mark.parametrize("killed", [False, True])
def test_stopping_will_quit_in_its_own_time_when_the_user_quits(then, leave, killed):
    start = stopping(then=then, killed=killed)

    state, effects = step(start, QuitRequested(NOW, QuitKind.USER, leave))

    assert state.phase == replace(start, then=Quit(QuitKind.USER, leave))
    assert effects == ()


@pytest.mark.parametrize("then", [REST, AGAIN, QUIT])
def test_stopping_has_four_seconds_left_when_the_session_ends(then):
    state, effects = step(stopping(then=then), HURRY)

    assert state.phase == replace(stopping(then=SESSION), deadline=NOW + 4.0)
    assert effects == ()


def test_stopping_gets_no_more_time_when_the_session_ends():
    start = replace(stopping(then=QUIT), deadline=NOW + 1.0)

    state, _ = step(start, HURRY)

    assert state.phase == replace(start, then=SESSION)


def test_stopping_waits_for_the_kill_when_the_session_ends():
    start = stopping(then=QUIT, killed=True)

    state, _ = step(start, HURRY)

    assert state.phase == replace(start, then=SESSION)


def test_quitting_keeps_its_hurry_and_its_first_answer_when_quit_is_requested_again():
    start = stopping(then=SESSION)

    assert stays(start, QuitRequested(NOW, QuitKind.USER, leave=True))


@pytest.mark.parametrize("act", [StopRequested, StartRequested, RestartRequested])
@pytest.mark.parametrize("killed", [False, True])
def test_quitting_is_not_replaced_by_another_wish(act, killed):
    assert stays(stopping(then=QUIT, killed=killed), act(NOW))


def test_quitting_goes_on_without_mercy_when_a_force_stop_is_requested():
    state, effects = step(stopping(then=QUIT), KillRequested(NOW))

    assert state.phase == Stopping(PIPE_CHILD, QUIT, NOW + 3.0, killed=True)
    assert effects == (Kill(EPOCH, PIPE_CHILD, ()),)


def test_quitting_still_waits_when_a_force_stop_is_requested_again():
    assert stays(stopping(then=QUIT, killed=True), KillRequested(NOW))


@pytest.mark.parametrize("then", [QUIT, SESSION])
@pytest.mark.parametrize("process", [PIPE_CHILD, OUTLIVING, FOUND_AGAIN])
def test_quitting_ends_when_the_gateway_lives_even_after_the_kill(process, then):
    state, effects = step(stopping(process, then, killed=True), Tick(LATER))

    assert state.ended
    assert state.phase == GONE
    assert effects == (QuitApp(),)


@pytest.mark.parametrize(
    ("process", "end"),
    [
        (PIPE_CHILD, Exited(NOW, KEY, 0)),
        (OUTLIVING, Observed(NOW, EPOCH, Gone(pid_file_left=False))),
        (FOUND_AGAIN, Observed(NOW, EPOCH, answering(ANOTHER))),
        (FOUND_AGAIN, SignalRefused(NOW, EPOCH, Obstacle.NOT_OUR_GATEWAY)),
    ],
)
def test_quitting_tidies_up_and_ends_when_the_gateway_has_ended(process, end):
    state, effects = step(stopping(process, QUIT), end)

    assert state.ended
    assert state.phase == GONE
    assert effects == (Forget(KEY.pid), QuitApp())


def test_quitting_leaves_the_gateway_alone_when_there_is_no_permission_to_signal_it():
    state, effects = step(
        stopping(FOUND_AGAIN, QUIT), SignalRefused(NOW, EPOCH, Obstacle.NO_PERMISSION)
    )

    assert state.ended
    assert state.phase == LEFT_ALONE
    assert effects == (QuitApp(),)


@pytest.mark.parametrize("process", [OUTLIVING, FOUND_AGAIN])
def test_quitting_keeps_looking_at_a_gateway_whose_end_is_not_reported(process):
    state, effects = step(state_of(stopping(process, QUIT), probe_at=NOW), Tick(NOW))
    assert effects == (Observe(EPOCH, process),)

    state, _ = step(state, Observed(NOW, EPOCH, silent(process)))

    assert state.probe_at == NOW + 0.5


@pytest.mark.parametrize(
    ("phase", "is_quitting"),
    [
        (stopping(then=QUIT), True),
        (replace(SPAWNING, then=QUIT), True),
        (stopping(), False),
        (stopping(then=AGAIN), False),
        (SPAWNING, False),
        (Running(PIPE_CHILD), False),
    ],
)
def test_state_is_quitting_when_the_tray_ends_with_the_gateway(phase, is_quitting):
    assert state_of(phase).quitting is is_quitting
