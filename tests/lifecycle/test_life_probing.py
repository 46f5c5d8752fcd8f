"""When the machine looks, at what, and when it wants to be woken."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import (
    Diagnosed,
    Exited,
    Kill,
    Nothing,
    Nudged,
    Observe,
    Observed,
    Refused,
    StartRequested,
    Tick,
)
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import (
    Failed,
    Health,
    Remains,
    Running,
    Stopped,
)
from picoclaw_tray.lifecycle.timing import wakeup_at
from tests.lifecycle.scenes import (
    ATTACHED,
    BACKOFF,
    CHILDREN,
    CURABLE,
    EPOCH,
    FAILURE,
    FOUND_AGAIN,
    IDLE,
    KEY,
    LATER,
    LOCATING,
    NOW,
    OUTLIVING,
    PIPE_CHILD,
    PREPARING,
    QUIT,
    REPLANNING,
    SPAWNING,
    UNWATCHED,
    alive,
    answering,
    starting,
    state_of,
    stays,
    step,
    stopping,
    unkillable,
)

DUE = NOW - 0.1
POLLED = [
    *IDLE,
    LOCATING,
    *alive(PIPE_CHILD),
    *alive(ATTACHED),
    *[stopping(process) for process in UNWATCHED],
    stopping(OUTLIVING, QUIT),
    stopping(FOUND_AGAIN, killed=True),
    unkillable(ATTACHED),
]
NOT_POLLED = [PREPARING, SPAWNING, stopping(), stopping(then=QUIT), unkillable()]
BLAND_EVENTS = [
    Tick(NOW),
    Diagnosed(NOW, 99, FAILURE),
    Refused(NOW, EPOCH - 1, CURABLE),
    Exited(NOW, replace(KEY, created="long ago"), 0),
]


@pytest.mark.parametrize("event", BLAND_EVENTS)
@pytest.mark.parametrize("phase", POLLED)
def test_probe_that_is_due_is_sent_by_every_event(phase, event):
    state, effects = step(state_of(phase, probe_at=DUE), event)

    assert effects == (Observe(EPOCH, state.process),)
    assert (state.probing, state.probe_at) == (True, None)


def test_probe_of_a_stopped_gateway_asks_for_its_descendants():
    _, effects = step(state_of(Stopped(tree=CHILDREN), probe_at=DUE), Tick(NOW))

    assert effects == (Observe(EPOCH, None, CHILDREN),)


@pytest.mark.parametrize(
    ("remains", "asked"), [(Remains(processes=(102,)), CHILDREN), (Remains(pid_file=True), ())]
)
def test_probe_of_a_stopped_gateway_asks_again_for_survivors_only(remains, asked):
    _, effects = step(state_of(Stopped(tree=CHILDREN, remains=remains), probe_at=DUE), Tick(NOW))

    assert effects == (Observe(EPOCH, None, asked),)


@pytest.mark.parametrize("phase", POLLED)
def test_probe_waits_when_it_is_not_due(phase):
    start = state_of(phase, probe_at=NOW + 0.1)

    assert step(start, Tick(NOW)) == (start, ())


@pytest.mark.parametrize("phase", POLLED)
def test_probe_waits_when_another_one_is_under_way(phase):
    start = state_of(phase, probe_at=DUE, probing=True)

    assert step(start, Tick(NOW)) == (start, ())


@pytest.mark.parametrize("phase", POLLED)
def test_probe_that_waited_is_sent_when_the_answer_of_the_other_one_comes(phase):
    start = state_of(phase, probe_at=DUE, probing=True)

    state, effects = step(start, Observed(NOW, EPOCH - 1, Nothing()))

    assert effects == (Observe(EPOCH, state.process),)
    assert state.probing


@pytest.mark.parametrize("phase", NOT_POLLED)
def test_phase_without_probes_sends_none(phase):
    state, effects = step(state_of(phase, probe_at=DUE), Nudged(NOW))

    assert state.probe_at is None
    assert effects == ()


@pytest.mark.parametrize(
    ("phase", "interval"),
    [
        (Stopped(), 10.0),
        (BACKOFF, 10.0),
        (Failed(gave_up=False), 10.0),
        (Running(PIPE_CHILD), 10.0),
        (Running(PIPE_CHILD, Health.FAILING, misses=0), 10.0),
        (Running(PIPE_CHILD, Health.OK, misses=1), 2.0),
        (Running(PIPE_CHILD, Health.FAILING, misses=5), 2.0),
        (LOCATING, 0.5),
        (starting(), 0.5),
        (stopping(ATTACHED), 0.5),
        (unkillable(ATTACHED), 0.5),
    ],
)
def test_next_probe_follows_the_rhythm_of_the_phase(phase, interval):
    start = state_of(phase, probing=True, probe_at=None)

    state, effects = step(start, Observed(NOW, EPOCH - 1, Nothing()))

    assert (state.probing, state.probe_at) == (False, NOW + interval)
    assert effects == ()


@pytest.mark.parametrize("phase", [Stopped(), Running(PIPE_CHILD)])
def test_next_probe_comes_sooner_while_somebody_watches(phase):
    start = state_of(phase, probing=True, probe_at=None)

    state, _ = step(start, Observed(NOW, EPOCH - 1, Nothing()), Policy().attentive())

    assert state.probe_at == NOW + 2.0


@pytest.mark.parametrize("phase", POLLED)
def test_nudge_leads_to_a_look_at_once(phase):
    state, effects = step(phase, Nudged(NOW))

    assert state.phase == phase
    assert effects == (Observe(EPOCH, state.process),)


@pytest.mark.parametrize("phase", NOT_POLLED)
def test_nudge_leads_to_nothing_where_there_is_nothing_to_see(phase):
    assert stays(phase, Nudged(NOW))


@pytest.mark.parametrize("phase", [phase for process in UNWATCHED for phase in alive(process)])
def test_start_request_leads_to_a_look_when_the_gateway_may_be_gone(phase):
    state, effects = step(phase, StartRequested(NOW))

    assert state.phase == phase
    assert effects == (Observe(EPOCH, phase.process),)


def test_probe_and_kill_are_handled_together_when_both_are_due():
    state, effects = step(state_of(stopping(ATTACHED), probe_at=LATER), Tick(LATER))

    assert effects == (Kill(EPOCH, ATTACHED, ()), Observe(EPOCH, ATTACHED))
    assert wakeup_at(state) == LATER + 3.0


def test_probe_is_planned_anew_when_the_phase_changes():
    start = state_of(Stopped(), probe_at=NOW + 9.0, probing=True)

    state, _ = step(start, Observed(NOW, EPOCH, answering(ATTACHED)))

    assert state.probe_at == NOW + 10.0


# -- wake-ups ---------------------------------------------------------------------------------

FAR = LATER + 100.0


@pytest.mark.parametrize(
    ("phase", "deadline"),
    [
        (LOCATING, LATER),
        (BACKOFF, LATER),
        (starting(), LATER),
        (Running(PIPE_CHILD, replanning=REPLANNING), LATER),
        (stopping(ATTACHED), LATER),
        (stopping(ATTACHED, killed=True), LATER),
        (Stopped(), None),
        (Failed(gave_up=True), None),
        (Running(PIPE_CHILD), None),
        (replace(starting(), slow=True), None),
        (unkillable(ATTACHED), None),
    ],
)
def test_wakeup_is_the_deadline_or_the_probe_whichever_comes_first(phase, deadline):
    assert wakeup_at(state_of(phase, probe_at=NOW)) == NOW
    assert wakeup_at(state_of(phase, probe_at=FAR)) == (deadline or FAR)


@pytest.mark.parametrize(
    ("phase", "deadline"),
    [(LOCATING, LATER), (Stopped(), None), (Running(PIPE_CHILD), None), (BACKOFF, LATER)],
)
def test_wakeup_does_not_wait_for_a_probe_that_cannot_be_sent(phase, deadline):
    assert wakeup_at(state_of(phase, probe_at=NOW, probing=True)) == deadline


@pytest.mark.parametrize(
    ("phase", "deadline"),
    [(PREPARING, LATER), (SPAWNING, None), (stopping(), LATER), (unkillable(), None)],
)
def test_wakeup_of_a_phase_without_probes_is_its_deadline(phase, deadline):
    assert wakeup_at(state_of(phase)) == deadline
