from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import Notice, NoticeKind
from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Health,
    Locating,
    Preparing,
    Process,
    ProcessKey,
    Replanning,
    Rest,
    Running,
    Spawning,
    Starting,
    Stopped,
    Stopping,
)
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.situation import Facts, Outlook
from picoclaw_tray.presentation.tray import Wish, details, tray_view, uptime
from tests.presentation.samples import (
    BY_USER,
    CHANGE,
    FACTS,
    FAILURE,
    FOREIGN,
    IDLE,
    NEXT_STEP,
    NOW,
    OURS,
    QUIT,
    REASON,
    said,
    situation,
)

LATER = NOW + 20
LOCATING = Locating(True, False, LATER)
PREPARING = Preparing(True, False, LATER)
SPAWNING = Spawning(anyway=False)
STARTING = Starting(OURS, LATER)
OUTLIVING = replace(OURS, outlives=True)
SLOW = Starting(OURS, NOW, slow=True)
RUNNING = Running(OURS)
HANGING = Running(OURS, Health.FAILING, 3)
REPLANNING = Running(OURS, replanning=Replanning(False, LATER))
STOPPING = Stopping(OURS, Rest(), LATER)
RESTARTING = Stopping(OURS, BY_USER, LATER)
KILLING = Stopping(OURS, Rest(), LATER, killed=True)
IMMORTAL = Stopping(OURS, Rest(), None, killed=True)
BACKOFF = Backoff(LATER, 1, counted=True, anyway=False)
FAILED = Failed(gave_up=False)
PASSABLE = Failure("not_ready", curable=False, passable=True)


def entries(phase, failure=FAILURE, refused_restart=None):
    """What the menu offers that can be chosen."""
    view = tray_view(situation(phase, failure, refused_restart=refused_restart), NOW)
    return [
        entry.wish.value
        for entry in (view.start, view.stop, view.restart, view.quit)
        if entry.enabled
    ]


def label(entry):
    return said(entry.text).replace("&", "")


@pytest.mark.parametrize(
    ("phase", "offered"),
    [
        (Stopped(), ["start", "quit"]),
        (LOCATING, ["stop", "quit"]),
        (PREPARING, ["stop", "quit"]),
        (SPAWNING, ["stop", "quit"]),
        (STARTING, ["stop", "quit"]),
        (SLOW, ["stop", "restart", "quit"]),
        (RUNNING, ["stop", "restart", "quit"]),
        (HANGING, ["stop", "restart", "quit"]),
        (REPLANNING, ["stop", "quit"]),
        (STOPPING, ["start", "force stop", "quit"]),
        (RESTARTING, ["force stop", "quit"]),
        (Stopping(OURS, QUIT, LATER), ["force stop"]),
        (KILLING, ["start", "quit"]),
        (IMMORTAL, ["start", "quit"]),
        (BACKOFF, ["start", "stop", "quit"]),
        (FAILED, ["start", "quit"]),
    ],
)
def test_menu_offers_what_makes_sense(phase, offered):
    assert entries(phase) == offered


@pytest.mark.parametrize("phase", [BACKOFF, FAILED])
def test_menu_offers_to_start_anyway_when_that_passes_over_the_reason(phase):
    view = tray_view(situation(phase, PASSABLE), NOW)

    assert (label(view.start), view.start.wish) == ("Start anyway", Wish.START_ANYWAY)


@pytest.mark.parametrize("failure", [None, FAILURE])
def test_menu_offers_a_plain_start_when_nothing_can_be_passed_over(failure):
    view = tray_view(situation(FAILED, failure), NOW)

    assert (label(view.start), view.start.wish) == ("Start", Wish.START)


def test_menu_offers_a_plain_start_once_the_passable_failure_is_over():
    assert entries(Stopped(), PASSABLE) == ["start", "quit"]


def test_menu_offers_to_restart_anyway_after_a_refusal_that_can_be_passed_over():
    assert entries(RUNNING, refused_restart=PASSABLE) == ["stop", "restart anyway", "quit"]


def test_menu_offers_a_plain_restart_after_a_refusal_that_cannot_be_passed_over():
    assert entries(RUNNING, refused_restart=FAILURE) == ["stop", "restart", "quit"]


@pytest.mark.parametrize("phase", [REPLANNING, STOPPING, FAILED])
def test_menu_forgets_the_refused_restart_when_none_is_possible(phase):
    offered = entries(phase, refused_restart=PASSABLE)

    assert not {"restart", "restart anyway"} & set(offered)


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        *((phase, "Quit") for phase in (*IDLE, LOCATING, PREPARING)),
        (SPAWNING, "Quit and stop the gateway"),
        (Spawning(anyway=False, then=QUIT), "Quitting…"),
        (STARTING, "Quit and stop the gateway"),
        (RUNNING, "Quit and stop the gateway"),
        (HANGING, "Quit and stop the gateway"),
        (Starting(FOREIGN, LATER), "Quit and leave the gateway running"),
        (Running(FOREIGN), "Quit and leave the gateway running"),
        (STOPPING, "Quit and stop the gateway"),
        (RESTARTING, "Quit and stop the gateway"),
        (KILLING, "Quit and stop the gateway"),
        (Stopping(OURS, QUIT, LATER), "Quitting…"),
        (IMMORTAL, "Quit and leave the gateway running"),
        (Stopping(FOREIGN, Rest(), LATER), "Quit without waiting for the gateway to stop"),
        (Stopping(FOREIGN, Rest(), None, killed=True), "Quit and leave the gateway running"),
    ],
)
def test_quit_says_what_becomes_of_the_gateway(phase, words):
    assert label(tray_view(situation(phase), NOW).quit) == words


@pytest.mark.parametrize(
    ("process", "on_quit", "words"),
    [
        (OUTLIVING, OnQuit.STOP, "Quit and stop the gateway"),
        (OUTLIVING, OnQuit.LEAVE, "Quit and leave the gateway running"),
        (OUTLIVING, OnQuit.ASK, "Quit…"),
        (OURS, OnQuit.LEAVE, "Quit and stop the gateway"),
        (OURS, OnQuit.ASK, "Quit and stop the gateway"),
        (FOREIGN, OnQuit.STOP, "Quit and leave the gateway running"),
        (FOREIGN, OnQuit.ASK, "Quit and leave the gateway running"),
    ],
)
@pytest.mark.parametrize("phase", [Running, lambda process: Starting(process, LATER)])
def test_quit_says_what_is_set_where_the_gateway_can_outlive_the_tray(
    phase, process, on_quit, words
):
    shown = replace(situation(phase(process)), on_quit=on_quit)

    assert label(tray_view(shown, NOW).quit) == words


def test_quit_can_be_chosen_until_the_tray_has_been_told_to_end():
    last = situation(Stopped())
    last = replace(last, state=replace(last.state, ended=True))

    assert tray_view(situation(Stopped()), NOW).quit.enabled
    assert not tray_view(last, NOW).quit.enabled


@pytest.mark.parametrize(("demo", "title"), [(False, "PicoClaw"), (True, "PicoClaw (demo)")])
def test_title_says_when_it_is_the_demo(demo, title):
    assert said(tray_view(situation(RUNNING, demo=demo), NOW).title) == title


def test_view_shows_icon_and_headline_of_the_state():
    view = tray_view(situation(BACKOFF, FAILURE), NOW)

    assert view.icon is IconName.WARNING
    assert said(view.headline) == "Restarting in 20 s"
    assert said(view.reason) == "The disk is full."
    assert tray_view(situation(RUNNING, FAILURE), NOW).reason is None


@pytest.mark.parametrize(
    ("process", "facts", "lines"),
    [
        (OURS, FACTS, ["Version 0.2.9", "PID 4711", "Address localhost:18790", "Up 5 min"]),
        (OURS, Facts(), ["PID 4711"]),
        (OURS, Facts(port=18790), ["PID 4711"]),
        (OURS, Facts(host="::1", port=18790), ["PID 4711", "Address [::1]:18790"]),
        (FOREIGN, Facts(), ["PID 815", "Started by somebody else"]),
        (Process(ProcessKey(1, "c"), ours=True), Facts(version="dev"), ["Version dev", "PID 1"]),
    ],
)
def test_details_say_what_is_known(process, facts, lines):
    assert list(map(said, details(situation(Running(process), facts=facts), NOW))) == lines


@pytest.mark.parametrize("phase", [*IDLE, LOCATING, PREPARING, SPAWNING])
def test_details_are_of_a_process_only(phase):
    assert details(situation(phase, facts=FACTS), NOW) == ()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3.0, "Up less than 1 min"),
        (0.0, "Up less than 1 min"),
        (59.9, "Up less than 1 min"),
        (60.0, "Up 1 min"),
        (59 * 60 + 59, "Up 59 min"),
        (3600.0, "Up 1 h 0 min"),
        (5025.0, "Up 1 h 23 min"),
        (86_399.0, "Up 23 h 59 min"),
        (86_400.0, "Up 1 d 0 h"),
        (400 * 86_400.0, "Up 400 d 0 h"),
    ],
)
def test_uptime_is_told_in_two_units(seconds, words):
    assert said(uptime(seconds)) == words


def test_another_notice_is_no_refused_restart():
    told = replace(situation(RUNNING), notice=Notice(NoticeKind.HANGS_AGAIN, PASSABLE))

    assert told.refused_restart is None


# -- before a start, and out of date ---------------------------------------------------------------

READY = Outlook(version="0.2.9", default_model="m")
NOT_READY = Outlook(objection=Failure("not_ready", REASON, next_step=NEXT_STEP))
OUTDATED = Facts(changes=(CHANGE,), can_reload=True)


def shown(texts):
    return [said(text) for text in texts]


def test_stopped_says_that_it_is_ready_before_anybody_starts():
    view = tray_view(situation(Stopped(), outlook=READY), NOW)

    assert shown(view.details) == ["Ready to start", "PicoClaw 0.2.9", "Model m"]
    assert said(view.menu_line) == "Stopped · ready to start"
    assert view.advice == ()


def test_stopped_says_why_it_is_not_ready_and_what_to_do():
    view = tray_view(situation(Stopped(), outlook=NOT_READY), NOW)

    assert shown(view.details) == ["Not ready to start"]
    assert said(view.menu_line) == "Stopped · not ready to start"
    assert view.advice == (REASON, NEXT_STEP)
    assert label(view.start) == "Start"


def test_menu_offers_to_start_anyway_when_the_outlook_can_be_passed_over():
    view = tray_view(situation(Stopped(), outlook=Outlook(objection=PASSABLE)), NOW)

    assert (label(view.start), view.start.wish) == ("Start anyway", Wish.START_ANYWAY)
    assert view.start_anyway is None


@pytest.mark.parametrize("phase", [BACKOFF, FAILED, LOCATING])
def test_outlook_is_of_no_interest_beside_a_failure(phase):
    view = tray_view(situation(phase, outlook=NOT_READY), NOW)

    assert (view.details, view.advice) == ((), ())


def test_menu_offers_to_restart_now_and_to_reload_a_gateway_that_is_out_of_date():
    view = tray_view(situation(RUNNING, facts=OUTDATED), NOW)

    assert (label(view.restart), view.restart.wish) == ("Restart now", Wish.RESTART)
    assert view.reload is not None
    assert (label(view.reload), view.reload.wish) == ("Reload configuration", Wish.RELOAD)
    assert shown(view.advice) == ["Restart required: tool web off."]


def test_menu_offers_no_second_reload_while_one_is_under_way():
    accepted = ReloadAnswer(ReloadStage.ACCEPTED)
    view = tray_view(situation(RUNNING, facts=OUTDATED, reload=accepted), NOW)

    assert view.reload is not None
    assert (label(view.reload), view.reload.enabled) == ("Reloading…", False)


@pytest.mark.parametrize("phase", [Stopped(), STARTING, STOPPING])
def test_menu_offers_a_reload_only_while_the_gateway_runs(phase):
    assert tray_view(situation(phase, facts=OUTDATED), NOW).reload is None


def test_menu_offers_no_reload_where_the_gateway_cannot():
    assert tray_view(situation(RUNNING, facts=Facts(changes=(CHANGE,))), NOW).reload is None


def test_menu_offers_a_plain_start_for_what_waiting_may_cure():
    away = Failure("not_ready", curable=True, passable=True)
    view = tray_view(situation(Stopped(), outlook=Outlook(objection=away)), NOW)

    assert view.start.wish is Wish.START
    assert view.start_anyway is not None
    assert (label(view.start_anyway), view.start_anyway.wish) == ("Start anyway", Wish.START_ANYWAY)


def test_menu_line_says_that_a_restart_is_required():
    view = tray_view(situation(RUNNING, facts=OUTDATED), NOW)

    assert said(view.menu_line) == "Running · restart required"
    assert tray_view(situation(RUNNING), NOW).menu_line is None
