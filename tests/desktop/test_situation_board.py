from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.desktop.situation_board import SituationBoard
from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.lifecycle.messages import Foreign, Found, Gone, Nothing, Notice, NoticeKind
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failure,
    Locating,
    Process,
    ProcessKey,
    Running,
    Starting,
    State,
    Stopped,
)
from picoclaw_tray.presentation.port_holder import PortHolder
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.situation import Facts, Outlook, Situation, Surroundings
from picoclaw_tray.system.observation import Observation
from picoclaw_tray.text import Template, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from picoclaw_tray.lifecycle.messages import Finding

OURS = Process(ProcessKey(1, "a"), ours=True, watched=True)
UNIT = Service(ServiceManager.SYSTEMD, "picoclaw.service")
NEXT = Process(ProcessKey(2, "b"), ours=True, watched=True)
RUNNING = State(phase=Running(OURS), epoch=4)
STOPPED = State(phase=Stopped(), epoch=5)
BACKOFF = State(phase=Backoff(1e12, 1, counted=True, anyway=True), epoch=5)
KNOWN = Facts("0.2.9", "localhost", 18790, 12.5, 3, "m")
FOUND = Found(OURS, answering=True, age=1.0, announced=True)
REFUSED = Notice(NoticeKind.RESTART_REFUSED, Failure("not_ready"))


@pytest.fixture
def board(qapp: object) -> Iterator[SituationBoard]:
    board = SituationBoard(Surroundings("/home", "/home/config.json"))
    yield board
    board.on_state_changed(STOPPED)  # no countdown goes on


def _seen(finding: Finding, facts: Facts) -> Observation:
    return Observation(finding, (), facts, ())


def _heard(board: SituationBoard) -> list[Situation]:
    heard: list[Situation] = []
    board.situation_changed.connect(heard.append)
    return heard


def test_board_begins_with_a_gateway_that_was_not_started(board: SituationBoard) -> None:
    assert board.situation == Situation(Surroundings("/home", "/home/config.json"))


def test_board_announces_each_state(board: SituationBoard) -> None:
    heard = _heard(board)

    board.on_state_changed(RUNNING)

    assert [situation.state for situation in heard] == [RUNNING]
    assert board.situation == heard[-1]


def test_board_announces_the_facts_of_the_running_gateway(board: SituationBoard) -> None:
    board.on_state_changed(RUNNING)
    heard = _heard(board)

    board.on_observed(_seen(FOUND, KNOWN))

    assert [situation.facts for situation in heard] == [KNOWN]


def test_board_forgets_what_belonged_to_the_process_before(board: SituationBoard) -> None:
    board.on_state_changed(RUNNING)
    board.on_observed(_seen(FOUND, replace(KNOWN, service=UNIT)))

    board.on_state_changed(State(phase=Starting(NEXT, 1.0), epoch=5))

    assert board.situation.facts == replace(KNOWN, version="", started_at=None, run=None)


def test_board_ignores_what_was_seen_of_another_process(board: SituationBoard) -> None:
    board.on_state_changed(State(phase=Starting(NEXT, 1.0), epoch=5))
    heard = _heard(board)

    board.on_observed(_seen(FOUND, KNOWN))

    assert heard == []
    assert board.situation.facts.version == ""


def test_board_ignores_a_gateway_that_was_not_adopted(board: SituationBoard) -> None:
    board.on_state_changed(STOPPED)

    board.on_observed(_seen(FOUND, KNOWN))

    assert board.situation.facts == Facts()


def test_board_keeps_facts_while_a_phase_is_transient(board: SituationBoard) -> None:
    board.on_state_changed(RUNNING)
    board.on_observed(_seen(FOUND, KNOWN))
    board.on_state_changed(State(phase=Locating(by_user=True, anyway=False, deadline=9), epoch=5))

    board.on_observed(_seen(Nothing(), Facts(port=18791, config_problem="odd")))

    assert board.situation.facts == replace(KNOWN, port=18791, config_problem="odd")


@pytest.mark.parametrize("state", [STOPPED, BACKOFF], ids=["stopped", "back-off"])
def test_board_drops_facts_where_no_gateway_is(board: SituationBoard, state: State) -> None:
    board.on_state_changed(RUNNING)
    board.on_observed(_seen(FOUND, KNOWN))
    board.on_state_changed(state)

    board.on_observed(_seen(Gone(pid_file_left=False), Facts(host="localhost", port=1)))

    assert board.situation.facts == Facts(host="localhost", port=1)


def test_board_keeps_a_notice_until_the_phase_changes(board: SituationBoard) -> None:
    board.on_state_changed(RUNNING)

    board.on_notice(REFUSED)
    board.on_state_changed(replace(RUNNING, probing=True))
    assert board.situation.notice == REFUSED

    board.on_state_changed(STOPPED)
    assert board.situation.notice is None


def test_board_counts_down_while_it_waits(qtbot: QtBot, board: SituationBoard) -> None:
    board.on_state_changed(BACKOFF)

    with qtbot.waitSignals([board.situation_changed] * 2, timeout=5_000):
        pass  # nothing happens but time


def test_board_is_silent_where_nothing_counts_down(qtbot: QtBot, board: SituationBoard) -> None:
    board.on_state_changed(BACKOFF)
    board.on_state_changed(RUNNING)

    with qtbot.assertNotEmitted(board.situation_changed, wait=1_200):
        pass


OUTLOOK = Outlook(version="0.2.9")
RELOAD = ReloadAnswer(ReloadStage.DONE)


def test_board_keeps_the_outlook_until_there_is_a_gateway(board: SituationBoard) -> None:
    board.on_state_changed(STOPPED)

    board.on_assessed(OUTLOOK)
    assert board.situation.outlook == OUTLOOK

    board.on_state_changed(RUNNING)
    assert board.situation.outlook is None


def test_board_knows_the_outlook_beside_a_gateway(board: SituationBoard) -> None:
    board.on_state_changed(RUNNING)

    board.on_assessed(OUTLOOK)

    assert board.situation.outlook == OUTLOOK


def test_board_tells_an_outlook_only_when_it_differs(board: SituationBoard) -> None:
    board.on_state_changed(STOPPED)
    board.on_assessed(OUTLOOK)
    heard = _heard(board)

    board.on_assessed(replace(OUTLOOK))

    assert heard == []


def test_board_keeps_a_reload_until_the_phase_changes(board: SituationBoard) -> None:
    board.on_state_changed(RUNNING)

    board.on_reload_changed(RELOAD)
    board.on_state_changed(replace(RUNNING, probing=True))
    assert board.situation.reload == RELOAD

    board.on_state_changed(STOPPED)
    assert board.situation.reload is None


def test_board_forgets_what_was_out_of_date_with_the_process(board: SituationBoard) -> None:
    board.on_state_changed(RUNNING)
    changes = (Text(Template("Test", "tool web off")),)
    owner = PortHolder(7, "nc")
    known = replace(KNOWN, changes=changes, can_reload=True, port_owner=owner)
    board.on_observed(_seen(FOUND, known))

    board.on_state_changed(State(phase=Starting(NEXT, 1.0), epoch=5))

    facts = board.situation.facts
    assert (facts.changes, facts.can_reload, facts.port_owner) == ((), False, None)


def test_board_says_that_a_start_would_find_its_port_taken(board: SituationBoard) -> None:
    owner = Text(Template("Test", "nginx uses port 18790."))
    board.on_state_changed(STOPPED)
    board.on_observed(_seen(Foreign(owner), Facts()))

    board.on_assessed(OUTLOOK)
    assert board.situation.outlook is not None
    assert board.situation.outlook.objection is not None
    assert board.situation.outlook.objection.reason == owner

    board.on_observed(_seen(Nothing(), Facts()))
    board.on_assessed(OUTLOOK)
    assert board.situation.outlook == OUTLOOK


FAILED_RELOAD = ReloadAnswer(ReloadStage.FAILED)


def test_board_forgets_a_refusal_once_the_files_are_others(board: SituationBoard) -> None:
    board.on_state_changed(RUNNING)
    board.on_observed(replace(_seen(FOUND, KNOWN), config_stamp=((1,),)))
    board.on_notice(REFUSED)

    board.on_observed(replace(_seen(FOUND, KNOWN), config_stamp=((1,),)))
    assert board.situation.notice == REFUSED

    board.on_observed(replace(_seen(FOUND, KNOWN), config_stamp=((2,),)))
    assert _refusals(board) == (None, None)

    board.on_reload_changed(FAILED_RELOAD)
    board.on_observed(replace(_seen(FOUND, KNOWN), config_stamp=((3,),)))
    assert _refusals(board) == (None, None)


def _refusals(board: SituationBoard) -> tuple[object, object]:
    return board.situation.notice, board.situation.reload


def test_board_keeps_one_refusal_at_a_time(board: SituationBoard) -> None:
    board.on_state_changed(RUNNING)

    board.on_notice(REFUSED)
    board.on_reload_changed(FAILED_RELOAD)
    assert _refusals(board) == (None, FAILED_RELOAD)

    board.on_notice(REFUSED)
    assert _refusals(board) == (REFUSED, None)
