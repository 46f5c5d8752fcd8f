from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.lifecycle.messages import (
    Diagnose,
    Diagnosed,
    Exited,
    LaunchPlan,
    Nothing,
    Observed,
    Prepared,
    Spawned,
    Tick,
)
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Health,
    Locating,
    Preparing,
    Rest,
    Running,
    Spawning,
    Starting,
    State,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.lifecycle.transition import transition
from picoclaw_tray.presentation.autostart import LoginState, LoginStatus
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.situation import Facts
from picoclaw_tray.presentation.telling import SUCCESSOR_S, Told, tell
from tests.presentation.samples import (
    CHANGE,
    FAILURE,
    FOREIGN,
    NEXT_STEP,
    NOW,
    OURS,
    PHASES,
    QUIT,
    REASON,
    said,
    situation,
)

LATER = NOW + 20
RUNNING = Running(OURS)
STARTING = Starting(OURS, LATER)
OUTSIDE = Stopped(StopReason.FROM_OUTSIDE)
BY_USER = Stopped(StopReason.BY_USER)
LOOKING = Locating(by_user=False, anyway=True, deadline=LATER)
CHECKING = Preparing(by_user=False, anyway=True, deadline=LATER)
ADOPTED = Running(FOREIGN)
UNEXPLAINED = Failure("unknown", next_step=NEXT_STEP)
RACE = Failure("already_running", REASON)
ENDED = "The gateway has stopped, but not by this tray."
REPLACED = "The gateway was restarted by somebody else (PID 815)."


def backoff(attempt=1, *, counted=True):
    return Backoff(NOW + 2, attempt, counted=counted, anyway=False)


def story(*steps, from_=RUNNING):
    """What is told, and when: steps are (seconds, phase, failure), or seconds alone, a wake-up."""
    told, heard = Told(situation(from_)), []
    for step in steps:
        after, *rest = step if isinstance(step, tuple) else (step,)
        seen = situation(*rest) if rest else told.situation
        told, announcement = tell(told, seen, NOW + after)
        if announcement is not None:
            heard.append((after, announcement.icon, said(announcement.sentence)))
    return heard


@pytest.mark.parametrize(
    ("steps", "heard"),
    [
        ([(0, OUTSIDE), 2.9, 3, 4], [(3, IconName.IDLE, ENDED)]),
        ([(0, OUTSIDE), (1, ADOPTED), 3], [(1, IconName.OK, REPLACED)]),
        (
            [(0, OUTSIDE), (1, Starting(FOREIGN, LATER)), (2, ADOPTED), 3],
            [(1, IconName.OK, REPLACED)],
        ),
        ([(0, OUTSIDE), 3, (4, ADOPTED)], [(3, IconName.IDLE, ENDED)]),
        ([(0, OUTSIDE), (1, RUNNING), 3], []),
    ],
    ids=["nobody follows", "successor", "successor comes up", "late successor", "ours again"],
)
def test_end_from_outside_waits_for_a_successor(steps, heard):
    assert story(*steps) == heard


def test_end_from_outside_while_it_came_up_waits_too():
    assert story((0, OUTSIDE), (1, ADOPTED), from_=STARTING) == [(1, IconName.OK, REPLACED)]


@pytest.mark.parametrize(
    ("steps", "heard"),
    [
        (
            [(0, backoff(), FAILURE), 3],
            [(3, IconName.WARNING, "Restarting in 0 s. The disk is full.")],
        ),
        (
            [(0, backoff(), UNEXPLAINED), (1, backoff(), FAILURE), (2, LOOKING, FAILURE), 3],
            [(3, IconName.WARNING, "The gateway is being restarted. The disk is full.")],
        ),
        (
            [(0, backoff(), FAILURE), (2, LOOKING, FAILURE), (2.5, RUNNING, FAILURE), 3, 4],
            [(3, IconName.WARNING, "The gateway was restarted. The disk is full.")],
        ),
        ([(0, backoff(), FAILURE), (1, ADOPTED, FAILURE), 3], [(1, IconName.OK, REPLACED)]),
        ([(0, backoff(), UNEXPLAINED), (1, ADOPTED, UNEXPLAINED), 3], [(1, IconName.OK, REPLACED)]),
    ],
    ids=["waits", "is on the way", "runs again", "successor", "successor before the reason"],
)
def test_crash_is_told_once_or_its_successor_is(steps, heard):
    assert story(*steps) == heard


def test_crash_without_a_reason_waits_for_it_beyond_the_time():
    told, _ = tell(Told(situation(RUNNING)), situation(backoff(), UNEXPLAINED), NOW)

    told, early = tell(told, told.situation, NOW + SUCCESSOR_S)
    _, announcement = tell(told, situation(backoff(), FAILURE), NOW + 5)

    assert early is None
    assert announcement is not None
    assert said(announcement.next_step) == said(NEXT_STEP)


def test_two_ends_in_a_row_are_told_once_and_the_second_has_its_own_time():
    steps = [
        (0, backoff(), FAILURE),
        (2, LOOKING, FAILURE),
        (2.2, STARTING, FAILURE),
        (2.5, backoff(2), FAILURE),
        3,
        5.5,
    ]

    assert story(*steps) == [(5.5, IconName.WARNING, "Restarting in 0 s. The disk is full.")]


def test_successor_of_a_gateway_that_two_attempts_did_not_bring_back_has_restarted_it():
    steps = [
        (0, backoff(), FAILURE),
        (2, LOOKING, FAILURE),
        (2.2, STARTING, FAILURE),
        (2.5, backoff(2), RACE),
        (2.6, ADOPTED, RACE),
    ]

    assert story(*steps) == [(2.6, IconName.OK, REPLACED)]


def test_further_attempts_that_fail_are_not_told():
    assert story((0, backoff(2), FAILURE), 3, from_=STARTING) == []


@pytest.mark.parametrize("gave_up", [True, False])
def test_end_of_all_attempts_is_told_at_once(gave_up):
    failed = Failed(gave_up=gave_up)

    heard = story((0, backoff(), UNEXPLAINED), (1, failed, FAILURE), 3)

    assert [(at, icon) for at, icon, _ in heard] == [(1, IconName.ERROR)]


def test_end_of_all_attempts_is_told_when_it_is_explained():
    failed = Failed(gave_up=True)

    heard = story((0, failed, UNEXPLAINED), (1, failed, FAILURE), 3)

    assert [(at, icon) for at, icon, _ in heard] == [(1, IconName.ERROR)]


def test_end_of_all_attempts_while_an_end_waits_is_told_when_it_is_explained():
    failed = Failed(gave_up=True)

    heard = story((0, backoff(), FAILURE), (1, failed, UNEXPLAINED), (2, failed, FAILURE), 3)

    assert [(at, icon) for at, icon, _ in heard] == [(2, IconName.ERROR)]


@pytest.mark.parametrize(
    ("from_", "failure", "counted"),
    [(STARTING, UNEXPLAINED, True), (STARTING, RACE, True), (CHECKING, RACE, False)],
    ids=["before the reason", "after it", "before a start"],
)
def test_start_that_another_supervisor_was_quicker_with_is_not_told(from_, failure, counted):
    heard = story((0, backoff(counted=counted), failure), (1, ADOPTED, RACE), 3, from_=from_)

    assert heard == []


def test_gateway_that_is_in_the_way_for_good_is_told_after_a_while():
    waiting = backoff(counted=False)

    heard = story((0, waiting, RACE), (2, LOOKING, RACE), 3, from_=CHECKING)

    assert heard == [(3, IconName.WARNING, "The disk is full.")]


def test_refusal_does_not_wait():
    heard = story((0, backoff(counted=False), FAILURE), 3, from_=CHECKING)

    assert heard == [(0, IconName.WARNING, "Trying again in 2 s. The disk is full.")]


def test_trouble_that_follows_an_end_is_told_in_its_place():
    steps = [
        (0, backoff(), FAILURE),
        (2, CHECKING, FAILURE),
        (2.5, backoff(counted=False), FAILURE),
        3,
    ]

    assert story(*steps) == [(2.5, IconName.WARNING, "Trying again in 0 s. The disk is full.")]


@pytest.mark.parametrize(
    "act",
    [
        BY_USER,
        Locating(by_user=True, anyway=False, deadline=LATER),
        Preparing(by_user=True, anyway=False, deadline=LATER),
        Spawning(anyway=False, then=Rest()),
        Stopping(OURS, Rest(), LATER),
        Stopping(OURS, QUIT, LATER),
        Stopped(StopReason.QUIT),
        Stopped(StopReason.LEFT_ALONE),
    ],
    ids=["stop", "start", "start again", "start called off", "stop ours", "quit", "end", "leave"],
)
@pytest.mark.parametrize("ended", [OUTSIDE, backoff()], ids=["outside", "crash"])
def test_whoever_acts_meanwhile_is_not_told_any_more(ended, act):
    assert story((0, ended, FAILURE), (1, act), 3) == []


def test_other_news_do_not_wait_for_an_end_nor_end_its_waiting():
    told, _ = tell(Told(situation(RUNNING)), situation(backoff(), FAILURE), NOW)
    login = LoginStatus(LoginState.OFF, problem=REASON)

    told, news = tell(told, replace(told.situation, login=login), NOW + 1)
    _, late = tell(told, told.situation, NOW + SUCCESSOR_S)

    assert news is not None
    assert late is not None


@pytest.mark.parametrize(
    ("changed", "is_told"),
    [
        ({}, False),
        ({"facts": Facts(changes=(CHANGE,))}, True),
        ({"reload": ReloadAnswer(ReloadStage.DONE)}, True),
    ],
    ids=["nothing", "facts", "reload"],
)
def test_what_happens_within_a_phase_is_told_once(changed, is_told):
    before = situation(RUNNING)
    after = replace(before, **changed)

    told, announcement = tell(Told(before), after, NOW)

    assert (announcement is not None) is is_told
    assert tell(told, after, NOW)[1] is None


def test_silence_is_told_at_once():
    heard = story((0, Running(OURS, Health.FAILING, 3)))

    assert heard == [(0, IconName.WARNING, "The gateway does not answer.")]


@given(st.lists(st.sampled_from(PHASES), max_size=8))
def test_nothing_waits_for_ever(phases):
    told = Told(situation(RUNNING))
    for second, phase in enumerate(phases):
        told, _ = tell(told, situation(phase, FAILURE), NOW + second)

    told, _ = tell(told, told.situation, NOW + len(phases) + SUCCESSOR_S)

    assert told.end is None


@pytest.mark.parametrize(("by_waiting", "given_up"), [(True, [False]), (False, [False, True])])
def test_start_that_fails_again_and_again_is_told_once_and_when_it_is_given_up(
    by_waiting, given_up
):
    """The life cycle itself, with a gateway that ends before it is ready each time."""
    failing = Failure("channels_failed", REASON, by_waiting=by_waiting)
    state, told, heard, now = State(Starting(OURS, LATER)), Told(situation(STARTING)), [], NOW

    def take(event):
        nonlocal state, told
        state, effects = transition(state, event, Policy())
        told, announcement = tell(told, replace(situation(STARTING), state=state), event.at)
        if announcement is not None:
            heard.append(isinstance(state.phase, Failed))
        return effects

    for _ in range(8):
        for effect in take(Exited(now, OURS.key, 1)):
            if isinstance(effect, Diagnose):
                take(Diagnosed(now + 0.1, effect.failure.ticket, failing))
        while isinstance(state.phase, Backoff):
            now += 1.0
            take(Tick(now))
        take(Observed(now, state.epoch, Nothing()))
        take(Prepared(now, state.epoch, LaunchPlan("picoclaw", (), {}, "/")))
        take(Spawned(now, OURS))

        take(Tick(now + 4.0))

    assert heard == given_up
