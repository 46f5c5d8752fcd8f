"""A gateway that a service manager runs is never signalled."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Gone,
    KillRequested,
    Notice,
    NoticeKind,
    Observed,
    QuitApp,
    QuitRequested,
    RestartRequested,
    StopRequested,
)
from picoclaw_tray.lifecycle.state import Health, Running, Starting, Stopped, StopReason
from tests.lifecycle.scenes import ANOTHER, EPOCH, LATER, MANAGED, NOW, answering, step

WISHES = [
    StopRequested(NOW),
    KillRequested(NOW),
    RestartRequested(NOW),
    RestartRequested(NOW, anyway=True),
]
PHASES = [
    Starting(MANAGED, LATER),
    Starting(MANAGED, LATER, slow=True),
    Running(MANAGED),
    Running(MANAGED, Health.FAILING, misses=20),
]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("wish", WISHES)
def test_managed_gateway_is_left_as_it_is_and_that_is_said(phase, wish):
    state, effects = step(phase, wish)

    assert (state.phase, state.epoch) == (phase, EPOCH)
    assert effects == (Notice(NoticeKind.MANAGED),)


@pytest.mark.parametrize("phase", PHASES)
def test_managed_gateway_runs_on_when_the_tray_quits(phase):
    state, effects = step(phase, QuitRequested(NOW))

    assert state.phase == Stopped(StopReason.LEFT_ALONE)
    assert effects == (QuitApp(),)


def test_managed_gateway_that_its_manager_stopped_has_ended_from_outside():
    state, _ = step(Running(MANAGED), Observed(NOW, EPOCH, Gone(pid_file_left=True)))

    assert state.phase == Stopped(StopReason.FROM_OUTSIDE)


def test_managed_gateway_that_its_manager_restarted_is_followed():
    successor = replace(ANOTHER, managed=True)

    state, _ = step(Running(MANAGED), Observed(NOW, EPOCH, answering(successor)))

    assert state.phase == Running(successor)
