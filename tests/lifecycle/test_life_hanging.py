"""The table's rows of a gateway that lives and gives no answer."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Diagnose,
    Notice,
    NoticeKind,
    Observed,
    Resumed,
    Terminate,
)
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import (
    CountedFailure,
    Failure,
    FailureKind,
    Health,
    Running,
    StartAgain,
    Stopping,
)
from tests.lifecycle.scenes import (
    ATTACHED,
    EPOCH,
    FAILURE,
    FOUND_AGAIN,
    NOW,
    OUTLIVING,
    PIPE_CHILD,
    REPLANNING,
    answering,
    silent,
    state_of,
    step,
)

RESTARTING = Policy(restart_when_hung=True)
OURS = [PIPE_CHILD, OUTLIVING, FOUND_AGAIN]
ONE_MORE_MISS = 14
SILENT = Failure("hung", was_ready=True, ticket=EPOCH)


def hangs(*times: float) -> tuple[CountedFailure, ...]:
    return tuple(CountedFailure(at, FailureKind.HANG) for at in times)


def about_to_hang(process=PIPE_CHILD, misses=ONE_MORE_MISS, **changes):
    return state_of(Running(process, Health.FAILING, misses), failure=SILENT, **changes)


@pytest.mark.parametrize("process", [*OURS, ATTACHED])
def test_silent_gateway_is_looked_into_at_once_whatever_is_done_about_it(process):
    start = Running(process, misses=2)

    state, effects = step(start, Observed(NOW, EPOCH, silent(process)), RESTARTING)

    assert state.phase == Running(process, Health.FAILING, misses=3)
    assert state.failure == SILENT
    assert effects == (Diagnose(SILENT, process),)


def test_silent_gateway_is_looked_into_once():
    _, effects = step(about_to_hang(misses=3), Observed(NOW, EPOCH, silent(PIPE_CHILD)))

    assert effects == ()


def test_gateway_that_answers_again_has_not_failed():
    state, _ = step(about_to_hang(), Observed(NOW, EPOCH, answering(PIPE_CHILD)))

    assert state.phase == Running(PIPE_CHILD)
    assert state.failure is None


def test_gateway_that_answers_can_still_say_why_it_was_restarted():
    start = state_of(Running(PIPE_CHILD, misses=2), failure=FAILURE)

    state, _ = step(start, Observed(NOW, EPOCH, answering(PIPE_CHILD)))

    assert state.failure == FAILURE


@pytest.mark.parametrize("process", OURS)
def test_hung_gateway_is_restarted_when_it_is_ours(process):
    state, effects = step(about_to_hang(process), Observed(NOW, EPOCH, silent(process)), RESTARTING)

    assert state.phase == Stopping(process, StartAgain(by_user=False, anyway=True), NOW + 20.0)
    assert state.failures == hangs(NOW)
    assert state.failure == SILENT
    assert effects == (Terminate(state.epoch, process),)


def test_hung_gateway_is_restarted_when_a_restart_is_being_checked():
    phase = Running(PIPE_CHILD, Health.FAILING, ONE_MORE_MISS, REPLANNING)

    state, _ = step(phase, Observed(NOW, EPOCH, silent(PIPE_CHILD)), RESTARTING)

    assert isinstance(state.phase, Stopping)


@pytest.mark.parametrize(
    ("process", "policy"), [(ATTACHED, RESTARTING), (PIPE_CHILD, Policy()), (ATTACHED, Policy())]
)
def test_hung_gateway_is_only_shown_when_it_is_not_ours_or_nobody_wants_a_restart(process, policy):
    state, effects = step(about_to_hang(process), Observed(NOW, EPOCH, silent(process)), policy)

    assert state.phase == Running(process, Health.FAILING, misses=15)
    assert effects == ()


def test_gateway_is_not_hung_when_one_miss_is_left():
    state, effects = step(
        about_to_hang(misses=13), Observed(NOW, EPOCH, silent(PIPE_CHILD)), RESTARTING
    )

    assert state.phase == Running(PIPE_CHILD, Health.FAILING, misses=14)
    assert effects == ()


def test_third_hang_still_leads_to_a_restart():
    start = about_to_hang(failures=hangs(NOW - 1700.0, NOW - 800.0))

    state, _ = step(start, Observed(NOW, EPOCH, silent(PIPE_CHILD)), RESTARTING)

    assert isinstance(state.phase, Stopping)
    assert state.failures == hangs(NOW - 1700.0, NOW - 800.0, NOW)


def test_fourth_hang_within_half_an_hour_leads_to_a_notice_only():
    failures = hangs(NOW - 1700.0, NOW - 800.0, NOW - 100.0)

    state, effects = step(
        about_to_hang(failures=failures), Observed(NOW, EPOCH, silent(PIPE_CHILD)), RESTARTING
    )

    assert state.phase == Running(PIPE_CHILD, Health.FAILING, misses=15)
    assert state.failures == failures
    assert effects == (Notice(NoticeKind.HANGS_AGAIN),)


def test_notice_of_a_hang_is_given_once():
    start = about_to_hang(misses=15, failures=hangs(NOW - 900.0, NOW - 800.0, NOW - 100.0))

    state, effects = step(start, Observed(NOW, EPOCH, silent(PIPE_CHILD)), RESTARTING)

    assert state.phase == Running(PIPE_CHILD, Health.FAILING, misses=16)
    assert effects == ()


def test_hangs_are_forgotten_after_half_an_hour():
    failures = hangs(NOW - 1800.0, NOW - 800.0, NOW - 100.0)

    state, _ = step(
        about_to_hang(failures=failures), Observed(NOW, EPOCH, silent(PIPE_CHILD)), RESTARTING
    )

    assert isinstance(state.phase, Stopping)
    assert state.failures == hangs(NOW - 800.0, NOW - 100.0, NOW)


def test_crashes_do_not_count_as_hangs():
    crashes = tuple(CountedFailure(NOW - ago, FailureKind.CRASH) for ago in (90.0, 60.0, 30.0))

    state, _ = step(
        about_to_hang(failures=crashes), Observed(NOW, EPOCH, silent(PIPE_CHILD)), RESTARTING
    )

    assert isinstance(state.phase, Stopping)


def test_missing_answer_does_not_count_when_the_computer_has_just_slept():
    start = about_to_hang()
    state, _ = step(replace(start, probing=True), Resumed(NOW, gap=0.0), RESTARTING)

    state, effects = step(state, Observed(NOW + 9.9, EPOCH, silent(PIPE_CHILD)), RESTARTING)

    assert state.phase == Running(PIPE_CHILD, Health.FAILING, misses=0)
    assert not any(isinstance(effect, Terminate) for effect in effects)


def test_missing_answer_counts_again_ten_seconds_after_a_sleep():
    state, _ = step(replace(about_to_hang(), probing=True), Resumed(NOW, gap=0.0), RESTARTING)

    state, _ = step(state, Observed(NOW + 10.0, EPOCH, silent(PIPE_CHILD)), RESTARTING)

    assert state.phase == Running(PIPE_CHILD, Health.FAILING, misses=1)


def test_answer_missed_out_of_turn_does_not_count():
    """Otherwise a busy home folder, which makes us look again and again, would make a hang."""
    state, _ = step(Running(PIPE_CHILD), Observed(NOW, EPOCH, silent(PIPE_CHILD)))

    for later in (0.0, 0.1, 0.9):
        state, _ = step(state, Observed(NOW + later, EPOCH, silent(PIPE_CHILD)))
    assert state.phase == Running(PIPE_CHILD, misses=1)

    state, _ = step(state, Observed(NOW + 2.0, EPOCH, silent(PIPE_CHILD)))
    assert state.phase == Running(PIPE_CHILD, misses=2)
