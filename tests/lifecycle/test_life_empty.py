"""The table's rows of all phases without a process."""

from __future__ import annotations

import pytest

from picoclaw_tray.lifecycle.messages import (
    KillRequested,
    Observe,
    Observed,
    Prepared,
    QuitApp,
    QuitRequested,
    StopRequested,
)
from picoclaw_tray.lifecycle.state import (
    CountedFailure,
    FailureKind,
    QuitKind,
    Stopped,
    StopReason,
)
from tests.lifecycle.scenes import (
    CHILDREN,
    EMPTY,
    EPOCH,
    FAILURE,
    FOUND_AGAIN,
    NOW,
    PLAN,
    PREPARING,
    answering,
    state_of,
    step,
)

ACTS = [StopRequested(NOW), KillRequested(NOW)]


@pytest.mark.parametrize("phase", EMPTY)
@pytest.mark.parametrize("kind", QuitKind)
def test_empty_ends_at_once_when_quit_is_requested(phase, kind):
    state, effects = step(phase, QuitRequested(NOW, kind, leave=True))

    assert state.ended
    assert state.phase == Stopped(StopReason.QUIT)
    assert effects == (QuitApp(),)


@pytest.mark.parametrize("phase", EMPTY)
@pytest.mark.parametrize("act", ACTS)
def test_empty_is_stopped_by_the_user_and_looks_when_stop_is_requested(phase, act):
    state, effects = step(phase, act)

    assert state.phase == Stopped(StopReason.BY_USER)
    assert effects == (Observe(state.epoch),)


@pytest.mark.parametrize("phase", EMPTY)
@pytest.mark.parametrize("act", ACTS)
def test_empty_forgets_its_failures_when_stop_is_requested(phase, act):
    failures = (CountedFailure(NOW - 1.0, FailureKind.CRASH),)

    state, _ = step(state_of(phase, failures=failures, failure=FAILURE, waits=2), act)

    assert (state.failures, state.failure, state.waits) == ((), None, 0)


@pytest.mark.parametrize("phase", EMPTY)
@pytest.mark.parametrize("act", ACTS)
def test_empty_does_not_adopt_what_is_dying_when_an_older_look_still_saw_it(phase, act):
    state, effects = step(state_of(phase, probing=True, probe_at=None), act)
    assert effects == ()

    state, effects = step(state, Observed(NOW + 1.0, EPOCH, answering(FOUND_AGAIN)))

    assert state.phase == Stopped(StopReason.BY_USER)
    assert effects == (Observe(state.epoch),)


def test_stopped_still_asks_for_the_descendants_when_stop_is_requested_again():
    state, effects = step(Stopped(StopReason.BY_USER, CHILDREN), StopRequested(NOW))

    assert state.phase == Stopped(StopReason.BY_USER, CHILDREN)
    assert effects == (Observe(state.epoch, tree=CHILDREN),)


def test_empty_starts_nothing_any_more_when_the_check_ends_after_the_stop():
    state, _ = step(PREPARING, StopRequested(NOW))

    state, effects = step(state, Prepared(NOW + 1.0, EPOCH, PLAN))

    assert state.phase == Stopped(StopReason.BY_USER)
    assert effects == ()
