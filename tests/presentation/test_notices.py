from __future__ import annotations

import pytest

from picoclaw_tray.lifecycle.messages import Notice, NoticeKind
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Health,
    Locating,
    Preparing,
    Remains,
    Replanning,
    Rest,
    Running,
    Spawning,
    Starting,
    State,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.notices import (
    announce_change,
    announce_notice,
    is_unexplained,
    shown_failure,
)
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.situation import Facts
from tests.presentation.samples import (
    BY_ITSELF,
    BY_USER,
    CHANGE,
    FAILURE,
    FOREIGN,
    GIVEN_UP,
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
OUTSIDE = Stopped(StopReason.FROM_OUTSIDE)
RUNNING = Running(OURS)
SILENT = Running(OURS, Health.FAILING, 3)
STOPPING = Stopping(OURS, Rest(), LATER)
REMAINING = Stopped(StopReason.BY_USER, remains=Remains(processes=(12, 13)))


def backoff(attempt=1, *, counted=True):
    return Backoff(NOW + 2, attempt, counted=counted, anyway=False)


def announced(before, after, failure=FAILURE):
    return announce_change(situation(before), situation(after, failure), NOW)


@pytest.mark.parametrize(
    ("before", "after", "icon", "sentence", "next_step"),
    [
        (
            RUNNING,
            backoff(),
            IconName.WARNING,
            "Restarting in 2 s. The disk is full.",
            "Tidy up.",
        ),
        (
            RUNNING,
            backoff(3),
            IconName.WARNING,
            "Restarting in 2 s. The disk is full.",
            "Tidy up.",
        ),
        (
            Preparing(True, False, LATER),
            backoff(counted=False),
            IconName.WARNING,
            "Trying again in 2 s. The disk is full.",
            "Tidy up.",
        ),
        (
            Locating(True, False, LATER),
            backoff(),
            IconName.WARNING,
            "Restarting in 2 s. The disk is full.",
            "Tidy up.",
        ),
        (
            Preparing(True, False, LATER),
            Failed(gave_up=False),
            IconName.ERROR,
            "The disk is full.",
            "Tidy up.",
        ),
        (backoff(), Failed(gave_up=False), IconName.ERROR, "The disk is full.", "Tidy up."),
        (
            Starting(OURS, LATER),
            Failed(gave_up=True),
            IconName.ERROR,
            GIVEN_UP,
            "Tidy up.",
        ),
        (
            RUNNING,
            SILENT,
            IconName.WARNING,
            "The gateway does not answer.",
            "If that lasts, restart it.",
        ),
        (
            Locating(True, False, LATER),
            Running(FOREIGN, Health.FAILING, 3),
            IconName.WARNING,
            "The gateway does not answer.",
            "If that lasts, restart it.",
        ),
        (SILENT, RUNNING, IconName.OK, "The gateway answers again.", ""),
        (
            SILENT,
            Stopping(OURS, BY_ITSELF, LATER),
            IconName.WARNING,
            "The disk is full.",
            "It is being restarted.",
        ),
        *(
            (
                before,
                OUTSIDE,
                IconName.IDLE,
                "The gateway has stopped, but not by this tray.",
                "Start it again if you need it.",
            )
            for before in (Starting(OURS, LATER), RUNNING, SILENT)
        ),
        (
            Stopping(OURS, Rest(), LATER, killed=True),
            Stopping(OURS, Rest(), None, killed=True),
            IconName.WARNING,
            "The gateway does not react, not even to force.",
            "If that lasts, restart the computer.",
        ),
        (
            Stopped(StopReason.BY_USER),
            REMAINING,
            IconName.WARNING,
            "The gateway has stopped, but programs it started still run (PID 12, 13).",
            "Stop them yourself if they are not needed.",
        ),
    ],
)
def test_change_is_told_once(before, after, icon, sentence, next_step):
    announcement = announced(before, after)

    assert announcement is not None
    assert announcement.icon is icon
    assert said(announcement.sentence) == sentence
    assert said(announcement.next_step) == next_step


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (Stopped(), Locating(True, False, LATER)),
        (Locating(True, False, LATER), Preparing(True, False, LATER)),
        (Preparing(True, False, LATER), Spawning(anyway=False)),
        (Spawning(anyway=False), Starting(OURS, LATER)),
        (Starting(OURS, LATER), RUNNING),
        (RUNNING, Running(OURS, replanning=Replanning(False, LATER))),
        (RUNNING, STOPPING),
        (RUNNING, Stopping(OURS, BY_USER, LATER)),
        (RUNNING, Stopping(OURS, QUIT, LATER)),
        (STOPPING, Stopping(OURS, Rest(), LATER, killed=True)),
        (STOPPING, Stopped(StopReason.BY_USER)),
        (Stopped(StopReason.BY_USER), Stopped(StopReason.BY_USER, remains=Remains())),
        (RUNNING, Stopped(StopReason.LEFT_ALONE)),
        (Preparing(True, False, LATER), backoff(2)),
        (Starting(OURS, LATER), backoff(2)),
        (backoff(), Locating(False, False, LATER)),
    ],
)
def test_change_is_not_told_when_it_is_what_everybody_expects(before, after):
    assert announced(before, after) is None


@pytest.mark.parametrize("phase", PHASES)
def test_same_phase_is_not_told_again(phase):
    assert announced(phase, phase) is None


def test_what_is_told_needs_no_known_failure():
    announcement = announced(RUNNING, backoff(), failure=None)

    assert announcement is not None
    assert said(announcement.sentence) == "Restarting in 2 s. The gateway does not run."
    assert announcement.next_step is None


@pytest.mark.parametrize(
    ("notice", "sentence", "next_step"),
    [
        (
            Notice(NoticeKind.RESTART_REFUSED, FAILURE),
            "Not restarted, because the gateway could not start again. The disk is full.",
            "Tidy up.",
        ),
        (
            Notice(NoticeKind.RESTART_REFUSED),
            "Not restarted, because the gateway could not start again. The gateway does not run.",
            "",
        ),
        (
            Notice(NoticeKind.RESTART_NOT_CHECKED),
            "Not restarted, because checking whether the gateway can start took too long.",
            "",
        ),
        (
            Notice(NoticeKind.HANGS_AGAIN),
            "The gateway keeps hanging and is not restarted any more.",
            "Look at its log, then restart it yourself.",
        ),
        (
            Notice(NoticeKind.NO_PERMISSION),
            "The gateway was not stopped, because it belongs to another user.",
            "Stop it as that user or as administrator.",
        ),
    ],
)
def test_notice_of_the_life_cycle_is_put_into_words(notice, sentence, next_step):
    announcement = announce_notice(notice)

    assert announcement.icon is IconName.WARNING
    assert said(announcement.sentence) == sentence
    assert said(announcement.next_step) == next_step


def test_every_kind_of_notice_has_words():
    assert all(announce_notice(Notice(kind)).sentence for kind in NoticeKind)


@pytest.mark.parametrize(
    ("phase", "failure", "expected"),
    [
        (backoff(), Failure("unknown"), True),
        (Failed(gave_up=False), Failure("unknown"), True),
        (backoff(), Failure("unknown", detail="could not look"), False),
        (backoff(), FAILURE, False),
        (backoff(), None, False),
        (RUNNING, Failure("unknown"), False),
    ],
)
def test_a_failure_is_unexplained_until_its_reason_comes(phase, failure, expected):
    assert is_unexplained(State(phase, failure=failure)) is expected


OUTDATED = Facts(changes=(CHANGE,))


def test_restart_that_becomes_required_is_announced_once():
    fresh, outdated = situation(RUNNING), situation(RUNNING, facts=OUTDATED)

    announcement = announce_change(fresh, outdated, NOW)

    assert announcement is not None
    assert said(announcement.sentence) == "Restart required: tool web off."
    assert announce_change(outdated, outdated, NOW) is None
    assert announce_change(outdated, fresh, NOW) is None


@pytest.mark.parametrize(
    ("reload", "icon", "sentence", "next_step"),
    [
        (ReloadAnswer(ReloadStage.ACCEPTED), None, "", ""),
        (
            ReloadAnswer(ReloadStage.DONE),
            IconName.OK,
            "The gateway has taken over its configuration.",
            "",
        ),
        (ReloadAnswer(ReloadStage.FAILED, reason=REASON), IconName.WARNING, said(REASON), ""),
        (
            ReloadAnswer(ReloadStage.FAILED, reason=REASON, detail="odd", next_step=NEXT_STEP),
            IconName.WARNING,
            said(REASON),
            said(NEXT_STEP),
        ),
    ],
)
def test_end_of_a_reload_is_announced(reload, icon, sentence, next_step):
    announcement = announce_change(situation(RUNNING), situation(RUNNING, reload=reload), NOW)

    if icon is None:
        assert announcement is None
    else:
        assert announcement is not None
        assert announcement.icon is icon
        assert said(announcement.sentence) == sentence
        assert said(announcement.next_step) == next_step


def test_reload_that_is_forgotten_is_not_announced():
    reload = ReloadAnswer(ReloadStage.DONE)

    assert announce_change(situation(RUNNING, reload=reload), situation(RUNNING), NOW) is None


@pytest.mark.parametrize("failure_class", ["config_unreadable", "not_ready", "port_taken"])
def test_what_stood_in_the_way_is_forgotten_once_the_gateway_runs(failure_class):
    failure = Failure(failure_class, REASON)

    assert shown_failure(State(Running(OURS), failure=failure)) is None
    assert shown_failure(State(Failed(gave_up=False), failure=failure)) == REASON


def test_crash_is_remembered_while_the_gateway_runs_again():
    assert shown_failure(State(Running(OURS), failure=FAILURE)) is not None


@pytest.mark.parametrize("phase", [SILENT, OUTSIDE])
def test_failure_of_a_gateway_that_is_silent_or_was_ended_is_shown_as_it_is(phase):
    assert shown_failure(State(phase, failure=FAILURE)) == REASON


def test_same_failure_of_another_reload_is_announced_again():
    first, second = (ReloadAnswer(ReloadStage.FAILED, reason=REASON) for _ in range(2))

    announcement = announce_change(
        situation(RUNNING, reload=first), situation(RUNNING, reload=second), NOW
    )

    assert announcement is not None
