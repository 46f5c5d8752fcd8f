"""The table's rows of any phase: the end, sleep, diagnoses, answers of older epochs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    ConfigChanged,
    Diagnosed,
    Exited,
    Gone,
    KillRequested,
    Nothing,
    Nudged,
    Observe,
    Observed,
    Obstacle,
    Prepared,
    QuitRequested,
    Refused,
    RestartRequested,
    Resumed,
    Signalled,
    SignalRefused,
    Spawned,
    SpawnFailed,
    StartRequested,
    StopRequested,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    Health,
    Running,
    State,
    Stopped,
    StopReason,
)
from picoclaw_tray.lifecycle.timing import wakeup_at
from tests.lifecycle.scenes import (
    ATTACHED,
    BACKOFF,
    CHILDREN,
    CURABLE,
    EMPTY,
    EPOCH,
    EVERY_PHASE,
    FAILURE,
    FOUND_AGAIN,
    IDLE,
    INCURABLE,
    KEY,
    LATER,
    LOCATING,
    NOW,
    PIPE_CHILD,
    PLAN,
    PREPARING,
    REPLANNING,
    SPAWNING,
    alive,
    answering,
    starting,
    state_of,
    stays,
    step,
    stopping,
    unkillable,
)

EVERY_EVENT = [
    StartRequested(NOW),
    StopRequested(NOW),
    RestartRequested(NOW),
    KillRequested(NOW),
    QuitRequested(NOW),
    Observed(NOW, EPOCH, answering(ATTACHED)),
    Observed(NOW, EPOCH, Nothing()),
    Prepared(NOW, EPOCH, PLAN),
    Refused(NOW, EPOCH, CURABLE),
    Spawned(NOW, PIPE_CHILD),
    SpawnFailed(NOW, "no"),
    Exited(NOW, KEY, 1),
    Signalled(NOW, EPOCH, CHILDREN),
    SignalRefused(NOW, EPOCH, Obstacle.NO_PERMISSION),
    Diagnosed(NOW, FAILURE.ticket, INCURABLE),
    ConfigChanged(NOW),
    Nudged(NOW),
    Resumed(NOW, 60.0),
    Tick(NOW),
]
ANSWERS = [
    Observed(NOW, EPOCH - 1, answering(FOUND_AGAIN)),
    Observed(NOW, EPOCH - 1, Gone(pid_file_left=True)),
    Observed(NOW, EPOCH - 1, Nothing()),
    Prepared(NOW, EPOCH - 1, PLAN),
    Refused(NOW, EPOCH - 1, INCURABLE),
    Signalled(NOW, EPOCH - 1, CHILDREN),
    SignalRefused(NOW, EPOCH - 1, Obstacle.NO_PERMISSION),
    SignalRefused(NOW, EPOCH - 1, Obstacle.NOT_OUR_GATEWAY),
]
REPLANNED = Running(ATTACHED, replanning=REPLANNING)


@pytest.mark.parametrize("event", EVERY_EVENT)
@pytest.mark.parametrize("reason", [StopReason.QUIT, StopReason.LEFT_ALONE])
def test_ended_stays_as_it_is_whatever_happens(event, reason):
    ended = State(Stopped(reason), EPOCH, failure=FAILURE, probing=True, probe_at=NOW, ended=True)

    assert step(ended, event) == (ended, ())
    assert wakeup_at(ended) is None


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("phase", [*EVERY_PHASE, REPLANNED, stopping(ATTACHED)])
def test_answer_decides_nothing_when_it_was_asked_in_an_older_epoch(phase, answer):
    assert stays(phase, answer)


@pytest.mark.parametrize("phase", EVERY_PHASE)
@pytest.mark.parametrize("epoch", [EPOCH - 1, -1, EPOCH])
def test_observation_ends_probing_however_old_it_is(phase, epoch):
    state, effects = step(
        state_of(phase, probing=True, probe_at=None), Observed(NOW, epoch, Nothing())
    )

    assert state.probing is any(isinstance(effect, Observe) for effect in effects)


UNEXPECTED = [
    *[(phase, Spawned(NOW, PIPE_CHILD)) for phase in [*EMPTY, *alive(ATTACHED), stopping()]],
    *[(phase, SpawnFailed(NOW, "no")) for phase in [*EMPTY, *alive(ATTACHED), stopping()]],
    *[(phase, Exited(NOW, KEY, 1)) for phase in [*EMPTY, SPAWNING]],
    *[(phase, Prepared(NOW, EPOCH, PLAN)) for phase in [*IDLE, LOCATING, SPAWNING, stopping()]],
    *[(phase, Refused(NOW, EPOCH, CURABLE)) for phase in [*IDLE, LOCATING, SPAWNING, stopping()]],
    *[(phase, Signalled(NOW, EPOCH, CHILDREN)) for phase in [*EMPTY, SPAWNING, *alive(ATTACHED)]],
    *[(phase, ConfigChanged(NOW)) for phase in [LOCATING, PREPARING, SPAWNING, stopping()]],
    *[(phase, ConfigChanged(NOW)) for phase in alive(PIPE_CHILD)],
    *[(phase, Observed(NOW, EPOCH, Nothing())) for phase in [PREPARING, SPAWNING]],
    *[(phase, Observed(NOW, EPOCH, answering(FOUND_AGAIN))) for phase in [PREPARING, SPAWNING]],
    *[(phase, Tick(NOW)) for phase in EVERY_PHASE],
]


@pytest.mark.parametrize(("phase", "event"), UNEXPECTED)
def test_phase_stays_when_it_has_no_row_for_the_event(phase, event):
    assert stays(phase, event)


# -- diagnoses --------------------------------------------------------------------------------


@pytest.mark.parametrize("phase", [phase for phase in EVERY_PHASE if phase != BACKOFF])
@pytest.mark.parametrize("diagnosis", [CURABLE, INCURABLE])
def test_diagnosis_fills_in_the_failure_in_any_phase(phase, diagnosis):
    start = state_of(phase, failure=FAILURE)

    state, effects = step(start, Diagnosed(NOW, FAILURE.ticket, diagnosis))

    assert state == replace(start, failure=replace(diagnosis, ticket=FAILURE.ticket))
    assert effects == ()


@pytest.mark.parametrize("phase", EVERY_PHASE)
@pytest.mark.parametrize("failure", [FAILURE, None])
def test_diagnosis_of_another_failure_changes_nothing(phase, failure):
    start = state_of(phase, failure=failure)

    assert step(start, Diagnosed(NOW, FAILURE.ticket - 1, INCURABLE)) == (start, ())


# -- sleep ------------------------------------------------------------------------------------


@pytest.mark.parametrize("gap", [0.0, 3600.0])
@pytest.mark.parametrize(
    "phase", [LOCATING, PREPARING, starting(), BACKOFF, REPLANNED, stopping(), stopping(ATTACHED)]
)
def test_sleep_moves_the_deadline_by_what_the_clock_advanced(phase, gap):
    start = state_of(phase, probing=True)

    state, _ = step(start, Resumed(NOW + gap, gap))

    assert wakeup_at(state) == LATER + gap
    assert state.epoch == EPOCH


@pytest.mark.parametrize("phase", [Stopped(), SPAWNING, Running(PIPE_CHILD), unkillable()])
def test_sleep_changes_no_phase_that_has_no_deadline(phase):
    state, _ = step(phase, Resumed(NOW + 60.0, gap=60.0))

    assert state.phase == phase


@pytest.mark.parametrize("phase", EVERY_PHASE)
def test_sleep_is_followed_by_ten_seconds_without_judgement(phase):
    state, _ = step(phase, Resumed(NOW, gap=0.0))

    assert state.calm_until == NOW + 10.0


def test_sleep_excuses_the_answers_that_were_missing_before():
    state, _ = step(Running(PIPE_CHILD, Health.FAILING, misses=14), Resumed(NOW, gap=0.0))

    assert state.phase == Running(PIPE_CHILD, Health.FAILING, misses=0)


@pytest.mark.parametrize(
    "phase", [*IDLE, LOCATING, *alive(PIPE_CHILD), *alive(ATTACHED), stopping(ATTACHED)]
)
def test_sleep_is_followed_by_a_look_at_once(phase):
    state, effects = step(phase, Resumed(NOW, gap=0.0))

    assert effects == (Observe(EPOCH, state.process),)
