from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Health,
    Place,
    Process,
    ProcessKey,
    Running,
    Starting,
    Stopped,
    StopReason,
)
from picoclaw_tray.presentation.port_holder import PortHolder, about_holder
from picoclaw_tray.presentation.remedies import RemedyKind, concern_failure, remedies
from picoclaw_tray.presentation.situation import Facts, Outlook
from tests.presentation.samples import OURS, PHASES, REASON, said, situation

WAITING = Backoff(9.0, 1, counted=True, anyway=False)
PLACE = Place("/h/config.json", 7)
MANAGED = Process(ProcessKey(1, "c"), managed=True)
SERVICE = Service(ServiceManager.SYSTEMD_USER, "p.service", "stop it", "restart it")
FACTS = Facts(port_owner=PortHolder(7, "nc"), service=SERVICE)

BY_CLASS = {
    FailureClass.BINARY_MISSING: ["Choose program…"],
    FailureClass.NOT_RUNNABLE: ["Choose program…"],
    FailureClass.CONFIG_UNREADABLE: [],
    FailureClass.NOT_READY: [],
    FailureClass.PORT_TAKEN: ["Show who uses the port"],
    FailureClass.ALREADY_RUNNING: [],
    FailureClass.PROVIDER_ERROR: ["Start with debug log"],
    FailureClass.CHANNELS_FAILED: ["Start with debug log"],
    FailureClass.PANIC: ["Start with debug log"],
    FailureClass.SIGNAL: ["Start with debug log"],
    FailureClass.OUT_OF_MEMORY: ["Start with debug log"],
    FailureClass.SIGPIPE: [],
    FailureClass.ENDED_OUTSIDE: [],
    FailureClass.CLEAN_EXIT: ["Start with debug log"],
    FailureClass.SESSION_END: [],
    FailureClass.HUNG: ["Start with debug log"],
    FailureClass.UNKNOWN: ["Start with debug log"],
}


def labels(phase, failure=None, **parts) -> list[str]:
    return [said(remedy.text) for remedy in remedies(situation(phase, failure, **parts))]


def test_every_class_has_its_row():
    assert list(BY_CLASS) == list(FailureClass)


@pytest.mark.parametrize(("failure_class", "expected"), BY_CLASS.items())
@pytest.mark.parametrize("phase", [WAITING, Failed(gave_up=True)])
def test_failure_can_be_retried_and_has_the_remedies_of_its_class(phase, failure_class, expected):
    assert labels(phase, Failure(failure_class), facts=FACTS) == ["Retry now", *expected]


def test_end_from_outside_needs_no_retry_beside_start():
    stopped = Stopped(StopReason.FROM_OUTSIDE)

    assert labels(stopped, Failure(FailureClass.CLEAN_EXIT)) == ["Start with debug log"]
    assert labels(Stopped(), Failure(FailureClass.CLEAN_EXIT)) == []


@pytest.mark.parametrize(
    ("place", "label"),
    [(PLACE, "Copy its path and line"), (Place("/h/config.json"), "Copy its path")],
)
def test_file_to_mend_can_be_opened_and_its_place_be_copied(place, label):
    failure = Failure(FailureClass.CONFIG_UNREADABLE, place=place)

    offered = remedies(situation(Failed(gave_up=False), failure))

    assert [said(remedy.text) for remedy in offered] == ["Open file", label, "Retry now"]
    assert [remedy.payload for remedy in offered] == ["/h/config.json", str(place), ""]


def test_command_can_be_copied():
    failure = Failure(FailureClass.PROVIDER_ERROR, command="picoclaw auth login")

    (copy,) = [r for r in remedies(situation(WAITING, failure)) if r.kind is RemedyKind.COPY]

    assert (said(copy.text), copy.payload) == ("Copy command", "picoclaw auth login")


def test_what_stands_in_the_way_of_a_start_has_its_remedies_too():
    objection = Failure(FailureClass.CONFIG_UNREADABLE, REASON, place=PLACE)

    offered = labels(Stopped(), outlook=Outlook(objection=objection))

    assert offered == ["Open file", "Copy its path and line"]


def test_config_that_broke_while_the_gateway_runs_can_be_opened():
    offered = labels(Running(OURS), facts=Facts(config_place=PLACE))

    assert offered == ["Open file", "Copy its path and line"]


def test_silent_gateway_can_be_restarted_or_let_go_on():
    hanging = Running(OURS, Health.FAILING, 3)
    halted = Failure(FailureClass.HUNG, command="kill -CONT 7")

    restarts = ["Restart now", "Restart with debug log"]
    assert labels(hanging, Failure(FailureClass.HUNG)) == restarts
    assert labels(hanging, halted) == ["Copy command", *restarts]


def test_gateway_whose_output_is_lost_can_be_restarted():
    assert labels(Running(replace(OURS, watched=False))) == ["Restart now"]
    assert labels(Running(replace(OURS, watched=False, outlives=True))) == []


def test_program_that_ended_at_once_may_be_the_wrong_one():
    early = Failure(FailureClass.UNKNOWN, exit_code=2)

    assert "Choose program…" in labels(WAITING, early)
    assert "Choose program…" not in labels(WAITING, replace(early, was_ready=True))


@pytest.mark.parametrize(
    ("phase", "failure", "concern"),
    [
        (WAITING, Failure("unknown"), True),
        (Failed(gave_up=False), Failure("unknown"), True),
        (Running(OURS, Health.FAILING, 3), Failure("hung"), True),
        (Running(OURS), Failure("signal"), False),
        (Stopped(StopReason.FROM_OUTSIDE), Failure("clean_exit"), True),
        (Stopped(StopReason.FROM_OUTSIDE), None, False),
        (Stopped(), None, False),
    ],
)
def test_remedies_stand_beside_what_they_are_about(phase, failure, concern):
    assert concern_failure(situation(phase, failure)) is concern


@pytest.mark.parametrize("phase", [Running(MANAGED), Starting(MANAGED, 9.0)])
def test_commands_of_a_service_manager_can_be_copied(phase):
    offered = remedies(situation(phase, facts=FACTS))

    assert [(said(r.text), r.payload) for r in offered] == [
        ("Copy command to stop", "stop it"),
        ("Copy command to restart", "restart it"),
    ]


@pytest.mark.parametrize("service", [None, replace(SERVICE, stop_command="", restart_command="")])
def test_unknown_commands_of_a_service_manager_are_not_offered(service):
    assert labels(Running(MANAGED), facts=Facts(service=service)) == []


@pytest.mark.parametrize("phase", PHASES)
def test_nothing_is_offered_where_nothing_is_wrong(phase):
    assert labels(phase) == []


@pytest.mark.parametrize(
    ("holder", "lines"),
    [
        (PortHolder(), ["This cannot be told: it belongs to another user."]),
        (PortHolder(7, "nc", binary="/bin/nc"), ["Program nc", "PID 7", "File /bin/nc"]),
        (
            PortHolder(7, "picoclaw", gateway=True, home="/h", version="0.2.9"),
            ["Program picoclaw", "PID 7", "Version 0.2.9", "Gateway of the home /h"],
        ),
        (
            PortHolder(7, command="nc -l 80", user="alice", started="2026-11-26 20:00"),
            ["PID 7", "Command line nc -l 80", "User alice", "Started 2026-11-26 20:00"],
        ),
        (PortHolder(gateway=True), ["A gateway; its home cannot be told"]),
    ],
)
def test_holder_of_the_port_is_shown_as_far_as_it_is_known(holder, lines):
    heading, *shown = map(said, about_holder(holder))

    assert heading == "Who uses the gateway's port"
    assert shown == lines
