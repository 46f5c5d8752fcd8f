"""Wishes that come from a shell, and the answers to them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Slot

from picoclaw_tray.desktop.remote_control import RemoteControl
from picoclaw_tray.lifecycle.state import Locating, Rest, Running, State, Stopped, Stopping
from picoclaw_tray.presentation.situation import Facts
from picoclaw_tray.presentation.tray import Wish
from picoclaw_tray.remote import Answer, ExitCode, Request, Verb, View
from tests.presentation.samples import NOW, OURS, QUIT, situation

if TYPE_CHECKING:
    from collections.abc import Iterator

RUNNING = situation(Running(OURS), facts=Facts(can_reload=True))
STOPPED = situation(Stopped())
STOPPING = situation(Stopping(OURS, Rest(), NOW))


class Ear(QObject):
    """Hears all that a control says."""

    def __init__(self, control: RemoteControl) -> None:
        super().__init__(control)
        self.wishes: list[Wish] = []
        self.quits: list[bool] = []
        self.views: list[View] = []
        self.answers: dict[int, Answer] = {}
        control.wished.connect(self._on_wished)
        control.quit_wished.connect(self._on_quit_wished)
        control.view_wished.connect(self._on_view_wished)
        control.answered.connect(self._on_answered)

    @Slot(Wish)
    def _on_wished(self, wish: Wish) -> None:
        self.wishes.append(wish)

    @Slot(bool)
    def _on_quit_wished(self, leave: bool) -> None:
        self.quits.append(leave)

    @Slot(View)
    def _on_view_wished(self, view: View) -> None:
        self.views.append(view)

    @Slot(int, Answer)
    def _on_answered(self, number: int, answer: Answer) -> None:
        assert number not in self.answers
        self.answers[number] = answer


@pytest.fixture
def control(qapp: object) -> Iterator[RemoteControl]:
    made = RemoteControl(RUNNING)
    yield made
    made.deleteLater()


@pytest.fixture
def ear(control: RemoteControl) -> Ear:
    return Ear(control)


@pytest.mark.parametrize(
    ("request_", "wish"),
    [
        (Request(Verb.RESTART), Wish.RESTART),
        (Request(Verb.RESTART, anyway=True), Wish.RESTART_ANYWAY),
        (Request(Verb.STOP), Wish.STOP),
        (Request(Verb.STOP, force=True), Wish.FORCE_STOP),
        (Request(Verb.RELOAD), Wish.RELOAD),
    ],
)
def test_verb_is_the_wish_of_the_menu(
    request_: Request, wish: Wish, control: RemoteControl, ear: Ear
) -> None:
    control.on_requested(1, request_)

    assert ear.wishes == [wish]
    assert ear.answers == {}


@pytest.mark.parametrize(("anyway", "wish"), [(False, Wish.START), (True, Wish.START_ANYWAY)])
def test_start_of_what_runs_is_answered_at_once(
    anyway: bool, wish: Wish, control: RemoteControl, ear: Ear
) -> None:
    control.on_requested(1, Request(Verb.START, anyway=anyway))

    assert ear.wishes == [wish]
    assert ear.answers[1].payload == {"status": "ok", "pid": 4711}


def test_everybody_who_waits_for_one_stop_is_answered(control: RemoteControl, ear: Ear) -> None:
    for number in (1, 2, 3):
        control.on_requested(number, Request(Verb.STOP))
    control.on_dropped(2)

    control.on_situation(STOPPING)
    early = dict(ear.answers)
    control.on_situation(STOPPED)

    assert early == {}
    assert ear.answers.keys() == {1, 3}
    assert {answer.exit_code for answer in ear.answers.values()} == {ExitCode.DONE}


def test_who_does_not_wait_is_answered_once(control: RemoteControl, ear: Ear) -> None:
    control.on_requested(1, Request(Verb.STOP, wait=False))
    control.on_situation(STOPPED)

    assert ear.answers[1].payload == {"status": "ok", "pid": 4711}


def test_start_is_answered_once_and_with_what_came_first(control: RemoteControl, ear: Ear) -> None:
    control.on_situation(situation(Locating(by_user=True, anyway=False, deadline=NOW)))

    control.on_requested(1, Request(Verb.START))
    control.on_situation(RUNNING)
    control.on_situation(STOPPED)

    assert ear.answers[1].payload == {"status": "ok", "pid": 4711}


def test_refusal_wishes_nothing(control: RemoteControl, ear: Ear) -> None:
    control.on_situation(STOPPED)

    control.on_requested(1, Request(Verb.RELOAD))

    assert ear.wishes == []
    assert ear.answers[1].exit_code is ExitCode.NOTHING


@pytest.mark.parametrize(("leave", "told"), [(None, False), (False, False), (True, True)])
def test_quit_is_answered_when_the_tray_may_end(
    leave: bool | None, told: bool, control: RemoteControl, ear: Ear
) -> None:
    control.on_requested(1, Request(Verb.QUIT, leave=leave))
    control.on_situation(situation(Stopping(OURS, QUIT, NOW)))
    early = dict(ear.answers)
    control.on_situation(replace(STOPPED, state=State(Stopped(), ended=True)))

    assert (ear.quits, early) == ([told], {})
    assert ear.answers[1].payload == {"status": "ok", "gateway": "stopped"}


@pytest.mark.parametrize("view", View)
def test_window_is_shown(view: View, control: RemoteControl, ear: Ear) -> None:
    control.on_requested(1, Request(Verb.SHOW, view=view))

    assert ear.views == [view]
    assert ear.answers[1].exit_code is ExitCode.DONE


def test_status_says_who_answers(control: RemoteControl, ear: Ear) -> None:
    control.on_requested(1, Request(Verb.STATUS))

    answer = ear.answers[1]
    assert answer.payload["phase"] == "running"
    assert answer.payload["tray"].keys() == {"pid", "version"}
    assert answer.lines[0] == "Running"
