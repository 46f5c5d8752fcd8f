from __future__ import annotations

import os

import pytest

from picoclaw_tray.desktop.remote_control import RemoteControl
from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.lifecycle.state import (
    Failed,
    Locating,
    Preparing,
    Rest,
    Running,
    Starting,
    Stopped,
    Stopping,
)
from picoclaw_tray.presentation.situation import Facts
from picoclaw_tray.presentation.tray import Wish
from picoclaw_tray.remote import Answer, ExitCode, Request, Verb, View
from tests.presentation.samples import FAILURE, FOREIGN, NOW, OURS, QUIT, situation

STOPPED = situation(Stopped())
LOCATING = situation(Locating(by_user=True, anyway=False, deadline=NOW))
PREPARING = situation(Preparing(by_user=True, anyway=False, deadline=NOW))
STARTING = situation(Starting(OURS, NOW))
RUNNING = situation(Running(OURS), facts=Facts(can_reload=True))
STOPPING = situation(Stopping(OURS, Rest(), NOW))
START, STOP = Request(Verb.START), Request(Verb.STOP)


class Heard:
    """A control, and everything that it said."""

    def __init__(self, now):
        self.control = RemoteControl(now)
        self.answers: list[tuple[int, Answer]] = []
        self.wishes: list[Wish] = []
        self.quits: list[bool] = []
        self.views: list[View] = []
        self.control.answered.connect(self._on_answered)
        self.control.wished.connect(self.wishes.append)
        self.control.quit_wished.connect(self.quits.append)
        self.control.view_wished.connect(self.views.append)
        self.asked: list[tuple[int, Request]] = []
        self.control.log_asked.connect(self._on_log_asked)

    def ask(self, *requests):
        """Each from a connection of its own: 1, 2, …"""
        for number, request in enumerate(requests, 1):
            self.control.on_requested(number, request)

    def see(self, *situations):
        for now in situations:
            self.control.on_situation(now)

    def _on_log_asked(self, number, request):
        self.asked.append((number, request))

    def _on_answered(self, number, answer):
        self.answers.append((number, answer))


@pytest.fixture
def heard(qapp):
    """Makes a control in a situation."""
    return Heard


class TestWish:
    @pytest.mark.parametrize(
        ("request_", "wish"),
        [
            (Request(Verb.START), Wish.START),
            (Request(Verb.START, anyway=True), Wish.START_ANYWAY),
            (Request(Verb.RESTART), Wish.RESTART),
            (Request(Verb.RESTART, anyway=True), Wish.RESTART_ANYWAY),
            (Request(Verb.STOP), Wish.STOP),
            (Request(Verb.STOP, force=True), Wish.FORCE_STOP),
            (Request(Verb.RELOAD), Wish.RELOAD),
        ],
    )
    def test_verb_becomes_the_wish_of_the_menu(self, heard, request_, wish):
        tray = heard(RUNNING)

        tray.ask(request_)

        assert tray.wishes == [wish]
        assert (tray.quits, tray.views) == ([], [])

    @pytest.mark.parametrize(
        ("request_", "wish"),
        [
            (Request(Verb.START, force=True, leave=True), Wish.START),
            (Request(Verb.RESTART, force=True), Wish.RESTART),
            (Request(Verb.STOP, anyway=True), Wish.STOP),
            (Request(Verb.RELOAD, anyway=True, force=True), Wish.RELOAD),
        ],
    )
    def test_flag_of_another_verb_means_nothing(self, heard, request_, wish):
        tray = heard(RUNNING)

        tray.ask(request_)

        assert tray.wishes == [wish]

    @pytest.mark.parametrize(("leave", "is_left"), [(None, False), (False, False), (True, True)])
    def test_quit_says_what_becomes_of_the_gateway(self, heard, leave, is_left):
        tray = heard(situation(Running(FOREIGN)))

        tray.ask(Request(Verb.QUIT, leave=leave))

        assert tray.quits == [is_left]
        assert tray.wishes == []
        assert tray.answers == []

    @pytest.mark.parametrize("view", View)
    def test_show_shows_and_answers_at_once(self, heard, view):
        tray = heard(STOPPED)

        tray.ask(Request(Verb.SHOW, view=view))

        assert tray.views == [view]
        assert tray.answers == [(1, Answer(ExitCode.DONE, {"status": "ok"}))]

    @pytest.mark.parametrize("verb", [Verb.LOGS, Verb.CLEAR_LOGS])
    def test_who_asks_for_the_log_is_passed_on(self, heard, verb):
        tray = heard(STOPPED)

        tray.ask(Request(verb))

        assert tray.asked == [(1, Request(verb))]
        assert tray.answers == []

    def test_status_is_answered_at_once_and_wishes_nothing(self, heard):
        tray = heard(RUNNING)

        tray.ask(Request(Verb.STATUS))

        ((number, answer),) = tray.answers
        assert number == 1
        assert answer.exit_code is ExitCode.DONE
        assert answer.payload["phase"] == "running"
        assert answer.payload["tray"]["pid"] == os.getpid()
        assert answer.lines[0] == "Running"
        assert tray.wishes == []

    def test_status_is_that_of_the_last_step(self, heard):
        tray = heard(STOPPED)
        tray.see(RUNNING, STOPPING)

        tray.ask(Request(Verb.STATUS))

        assert tray.answers[0][1].payload["phase"] == "stopping"

    def test_what_is_refused_is_not_wished(self, heard):
        service = Service(ServiceManager.SYSTEMD, "picoclaw.service")
        tray = heard(situation(Running(FOREIGN), facts=Facts(service=service)))

        tray.ask(STOP)

        assert tray.wishes == []
        assert tray.answers[0][1].exit_code is ExitCode.FAILED


class TestOutcome:
    def test_start_is_answered_when_the_gateway_runs(self, heard):
        tray = heard(STOPPED)
        tray.control.wished.connect(lambda _: tray.see(LOCATING))
        tray.ask(START)
        tray.see(PREPARING, STARTING)
        meanwhile = list(tray.answers)

        tray.see(RUNNING)

        assert meanwhile == []
        ((number, answer),) = tray.answers
        assert (number, answer.exit_code) == (1, ExitCode.DONE)
        assert answer.payload == {"status": "ok", "pid": OURS.key.pid}

    def test_start_that_fails_is_answered_when_it_has(self, heard):
        tray = heard(STOPPED)
        tray.control.wished.connect(lambda _: tray.see(LOCATING))
        tray.ask(START)

        tray.see(STARTING, situation(Failed(gave_up=False), FAILURE))

        assert [answer.exit_code for _, answer in tray.answers] == [ExitCode.FAILED]

    def test_start_of_what_runs_is_answered_at_once(self, heard):
        tray = heard(RUNNING)

        tray.ask(START)

        assert tray.answers[0][1].payload == {"status": "ok", "pid": OURS.key.pid}

    def test_nobody_is_answered_twice(self, heard):
        tray = heard(RUNNING)
        tray.control.wished.connect(lambda _: tray.see(STOPPING))
        tray.ask(STOP)

        tray.see(STOPPED, LOCATING, RUNNING, STOPPING, STOPPED)

        assert len(tray.answers) == 1

    def test_wish_that_is_granted_at_once_is_answered_once(self, heard):
        tray = heard(RUNNING)
        tray.control.wished.connect(lambda _: tray.see(STOPPING, STOPPED))

        tray.ask(STOP)

        assert [number for number, _ in tray.answers] == [1]

    def test_everybody_who_waits_for_one_stop_is_answered(self, heard):
        tray = heard(RUNNING)
        tray.ask(STOP, STOP, Request(Verb.STOP, force=True))

        tray.see(STOPPING, STOPPED)

        assert [number for number, _ in tray.answers] == [1, 2, 3]
        assert {answer.payload["pid"] for _, answer in tray.answers} == {OURS.key.pid}

    def test_start_that_waits_is_told_of_the_stop_of_another(self, heard):
        tray = heard(STARTING)
        tray.ask(START, STOP)

        tray.see(STOPPING, STOPPED)

        codes = dict(tray.answers)
        assert codes[1].exit_code is ExitCode.FAILED
        assert codes[2].exit_code is ExitCode.DONE

    def test_quit_is_answered_last_and_tells_those_who_wait_for_a_start(self, heard):
        tray = heard(STARTING)
        tray.ask(START, Request(Verb.QUIT))

        tray.see(situation(Stopping(OURS, QUIT, NOW)))

        assert [number for number, _ in tray.answers] == [1]
        assert tray.answers[0][1].lines == ("The tray is quitting.",)


class TestWithoutWaiting:
    @pytest.mark.parametrize("verb", [Verb.START, Verb.STOP, Verb.RESTART, Verb.QUIT])
    def test_wish_is_taken_on_and_answered_at_once(self, heard, verb):
        tray = heard(STARTING)

        tray.ask(Request(verb, wait=False))

        ((_, answer),) = tray.answers
        assert answer.lines == ("The tray sees to it.",)

    def test_later_steps_say_nothing_more(self, heard):
        tray = heard(RUNNING)
        tray.ask(Request(Verb.STOP, wait=False))

        tray.see(STOPPING, STOPPED)

        assert len(tray.answers) == 1


class TestDropped:
    def test_who_is_gone_is_not_answered_but_gets_what_he_wished(self, heard):
        tray = heard(RUNNING)
        tray.ask(STOP, STOP)

        tray.control.on_dropped(1)
        tray.see(STOPPING, STOPPED)

        assert tray.wishes == [Wish.STOP, Wish.STOP]
        assert [number for number, _ in tray.answers] == [2]

    def test_who_goes_while_he_is_heard_is_no_matter(self, heard):
        tray = heard(RUNNING)
        tray.control.wished.connect(lambda _: tray.control.on_dropped(1))

        tray.ask(STOP)
        tray.see(STOPPING, STOPPED)

        assert tray.answers == []

    def test_stranger_may_be_gone(self, heard):
        heard(RUNNING).control.on_dropped(4711)
