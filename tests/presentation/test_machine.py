from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.lifecycle.state import (
    Failed,
    Failure,
    Place,
    Running,
    Starting,
    Stopped,
    StopReason,
)
from picoclaw_tray.presentation.machine import TrayIdentity, phase_name, status_payload
from picoclaw_tray.presentation.port_holder import PortHolder
from picoclaw_tray.presentation.situation import Facts, Outlook
from tests.presentation.samples import (
    CHANGE,
    FACTS,
    FAILURE,
    FOREIGN,
    MANAGED,
    NEXT_STEP,
    NOW,
    OURS,
    PHASES,
    REASON,
    SURROUNDINGS,
    situation,
)
from tests.presentation.test_sentences import situations

PHASE_NAMES = (
    *("stopped", "locating", "preparing", "spawning", "starting"),
    *("running", "stopping", "backoff", "failed"),
)
ALWAYS = {
    *("gateway_status", "gateway_restart_required", "gateway_start_allowed"),
    *("phase", "slow", "ownership", "health", "managed_by", "host", "port", "uptime_s", "run"),
    "log_level",
    *("binary", "binary_version", "port_owner", "config_path", "home"),
    *("restart_changes", "failure", "tray"),
}
SOMETIMES = {
    *("gateway_start_reason", "config_default_model", "boot_default_model"),
    *("gateway_version", "pid"),
}
NOT_READY = Outlook(objection=Failure("not_ready", REASON, detail="no default model configured"))


def payload(phase, **sides):
    return status_payload(situation(phase, **sides), NOW, None)


def test_running_gateway_is_told_as_the_launcher_tells_it_and_more():
    origin = Origin(OriginKind.THIS_TRAY, starter=7)
    facts = replace(FACTS, run=3, default_model="b", boot_model="a", origin=origin)
    facts = replace(facts, changes=(CHANGE,))
    outlook = Outlook("0.3.0", program="/opt/picoclaw")

    told = status_payload(
        situation(Running(OURS), facts=facts, outlook=outlook), NOW, TrayIdentity(7, "1.2.3")
    )

    assert told == {
        "gateway_status": "running",
        "gateway_restart_required": True,
        "gateway_start_allowed": True,
        "config_default_model": "b",
        "boot_default_model": "a",
        "gateway_version": "0.2.9",
        "pid": 4711,
        "phase": "running",
        "slow": False,
        "ownership": "owned",
        "health": "ok",
        "host": "localhost",
        "port": 18790,
        "uptime_s": 300.0,
        "run": 3,
        "log_level": None,
        "managed_by": {
            "kind": "this_tray",
            "unit": None,
            "pid": 7,
            "stop_command": None,
            "restart_command": None,
        },
        "binary": "/opt/picoclaw",
        "binary_version": "0.3.0",
        "port_owner": None,
        "config_path": SURROUNDINGS.config_path,
        "home": SURROUNDINGS.home,
        "restart_changes": ["tool web off"],
        "failure": None,
        "tray": {"pid": 7, "version": "1.2.3"},
    }


def test_what_is_unknown_is_null():
    told = payload(Stopped())

    assert told["uptime_s"] is None
    assert (told["host"], told["port"], told["run"]) == (None, None, None)
    assert (told["binary"], told["binary_version"], told["ownership"]) == (None, None, None)
    assert told["managed_by"] is None
    assert (told["health"], told["failure"], told["tray"]) == ("unknown", None, None)


@given(situations)
def test_every_situation_has_all_keys_and_becomes_json(any_situation):
    told = status_payload(any_situation, NOW, None)

    assert json.loads(json.dumps(told)) == told
    assert ALWAYS <= told.keys() <= ALWAYS | SOMETIMES


@pytest.mark.parametrize("phase", PHASES, ids=repr)
def test_phase_has_one_of_the_names(phase):
    assert phase_name(phase) in PHASE_NAMES


@pytest.mark.parametrize("phase", PHASES, ids=repr)
def test_pid_and_version_are_told_of_a_gateway_that_runs(phase):
    told = payload(phase, facts=replace(FACTS, boot_model="a"))

    runs = told["gateway_status"] == "running"
    assert [key in told for key in ("pid", "gateway_version", "boot_default_model")] == [runs] * 3


def test_gateway_of_somebody_else_is_attached():
    assert payload(Running(FOREIGN))["ownership"] == "attached"


UNIT = Service(ServiceManager.SYSTEMD_USER, "p.service", "systemctl --user stop p.service", "r")


POD = Service(ServiceManager.KUBERNETES, "0123456789ab")
MANAGERS = [
    (OURS, None, ("this_tray", None, None, None, None)),
    (OURS, Origin(OriginKind.EARLIER_TRAY), ("earlier_tray", None, None, None, None)),
    (FOREIGN, None, ("unknown", None, None, None, None)),
    (FOREIGN, Origin(OriginKind.UNKNOWN), ("unknown", None, None, None, None)),
    (FOREIGN, Origin(OriginKind.LAUNCHER, starter=9), ("launcher", None, 9, None, None)),
    (FOREIGN, Origin(OriginKind.FLUTTER_UI, starter=9), ("flutter_ui", None, 9, None, None)),
    (
        FOREIGN,
        Origin(OriginKind.TERMINAL, terminal="pts/3"),
        ("terminal", "pts/3", None, None, None),
    ),
    (
        MANAGED,
        Origin(OriginKind.SERVICE, UNIT),
        ("systemd_user", "p.service", None, "systemctl --user stop p.service", "r"),
    ),
    (MANAGED, Origin(OriginKind.SERVICE, POD), ("kubernetes", "0123456789ab", None, None, None)),
]


@pytest.mark.parametrize(("process", "origin", "values"), MANAGERS)
def test_who_manages_it_is_told(process, origin, values):
    told = payload(Running(process), facts=replace(FACTS, origin=origin))["managed_by"]

    keys = ("kind", "unit", "pid", "stop_command", "restart_command")
    assert told == dict(zip(keys, values, strict=True))


def test_start_that_would_be_refused_has_a_reason_in_the_words_of_picoclaw():
    told = payload(Stopped(), outlook=NOT_READY)

    assert told["gateway_start_allowed"] is False
    assert told["gateway_start_reason"] == "no default model configured"


def test_reason_is_our_own_where_picoclaw_has_none():
    told = payload(Stopped(), outlook=Outlook(objection=Failure("binary_missing", REASON)))

    assert told["gateway_start_reason"] == "The disk is full."


def test_refusal_is_known_before_the_next_check():
    told = payload(Failed(gave_up=False), failure=NOT_READY.objection)

    assert told["gateway_start_reason"] == "no default model configured"


def test_slow_start_is_told():
    assert payload(Starting(OURS, NOW, slow=True))["slow"] is True
    assert payload(Starting(OURS, NOW))["slow"] is False


def test_changes_matter_only_to_a_gateway_that_runs():
    told = payload(Stopped(), facts=Facts(changes=(CHANGE,)))

    assert (told["restart_changes"], told["gateway_restart_required"]) == ([], False)


def test_owner_of_a_taken_port_is_told_as_far_as_it_is_known():
    gateway = PortHolder(7, "picoclaw", True, "/x", "/usr/bin/picoclaw", "0.2.9")
    told, unknown = (
        payload(Stopped(), facts=Facts(port_owner=holder))["port_owner"]
        for holder in (gateway, PortHolder())
    )

    assert told == {
        "pid": 7,
        "name": "picoclaw",
        "gateway": True,
        "home": "/x",
        "binary": "/usr/bin/picoclaw",
        "version": "0.2.9",
    }
    assert unknown == {
        "pid": None,
        "name": None,
        "gateway": False,
        "home": None,
        "binary": None,
        "version": None,
    }


def test_failure_is_told_with_its_exit_code():
    failure = replace(
        FAILURE,
        exit_code=3,
        detail="full",
        evidence=("a", "b"),
        panic=("c",),
        place=Place("/h/config.json", 3),
        command="picoclaw onboard",
    )

    told = payload(Failed(gave_up=False), failure=failure)

    assert told["failure"] == {
        "class": "unknown",
        "reason": "The disk is full.",
        "exit_code": 3,
        "signal": None,
        "error": "full",
        "evidence": ["a", "b"],
        "panic": ["c"],
        "place": "/h/config.json:3",
        "command": "picoclaw onboard",
        "next_step": "Tidy up.",
    }


def test_signal_is_told_by_its_name_instead():
    told = payload(Failed(gave_up=False), failure=Failure("signal", REASON, exit_code=-9))

    assert (told["failure"]["exit_code"], told["failure"]["signal"]) == (None, "SIGKILL")
    assert told["failure"]["next_step"] is None


def test_failure_that_was_healed_is_still_told():
    assert payload(Running(OURS), failure=FAILURE)["failure"]["reason"] == "The disk is full."


def test_refusal_does_not_matter_once_the_gateway_runs():
    refused = Failure("not_ready", REASON, next_step=NEXT_STEP)

    assert payload(Running(OURS), failure=refused)["failure"] is None


def test_end_from_outside_is_told_as_a_failure():
    told = payload(Stopped(StopReason.FROM_OUTSIDE), failure=Failure("ended_outside"))

    assert told["failure"]["class"] == "ended_outside"
    assert told["failure"]["reason"] == "The gateway has stopped, but not by this tray."


def test_end_from_outside_is_forgotten_once_a_gateway_runs():
    assert payload(Running(OURS), failure=Failure("clean_exit"))["failure"] is None


def test_end_with_the_session_is_told():
    assert payload(Stopped(StopReason.SESSION_END))["failure"]["class"] == "session_end"
