from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.gateway.health import HealthAnswer
from picoclaw_tray.gateway.identity import (
    ProcessFacts,
    Verdict,
    belongs_to_home,
    home_of,
    identify,
)
from picoclaw_tray.gateway.pid_file import PidRecord

COMMAND = GatewayCommand("/usr/bin/picoclaw")
RECORD = PidRecord(pid=700, token="secret", version="0.2.9", port=18790, host="localhost")
WRITTEN = 5_000.0
GATEWAY = ProcessFacts(
    pid=700,
    created="boot-1:123",
    started_at=WRITTEN - 0.02,
    zombie=False,
    argv=("/usr/bin/picoclaw", "gateway", "-E"),
    in_home=True,
)
SLEEP = replace(GATEWAY, argv=("/bin/sleep", "30"))
RENAMED = replace(GATEWAY, argv=("/opt/bin/custom-claw", "gateway", "-E"))
UNREADABLE = replace(GATEWAY, argv=None, in_home=None)
REUSED = replace(GATEWAY, started_at=WRITTEN + 2.1)
OURS = HealthAnswer("ok", 700, 1.0)
OTHERS = HealthAnswer("ok", 701, 1.0)
NAMELESS = HealthAnswer("ok", None, 1.0)


def init(facts: ProcessFacts) -> ProcessFacts:
    return replace(facts, pid=1)


@pytest.mark.parametrize("health", [None, OURS, OTHERS, NAMELESS])
@pytest.mark.parametrize("in_home", [True, None])
def test_identify_accepts_the_recorded_gateway_whatever_health_says(health, in_home):
    facts = replace(GATEWAY, in_home=in_home)

    assert identify(RECORD, WRITTEN, facts, health, COMMAND) is Verdict.GATEWAY


@pytest.mark.parametrize("facts", [None, replace(GATEWAY, zombie=True)])
@pytest.mark.parametrize("health", [None, OTHERS, NAMELESS])
def test_identify_says_gone_when_the_recorded_process_has_ended(facts, health):
    assert identify(RECORD, WRITTEN, facts, health, COMMAND) is Verdict.GONE


@pytest.mark.parametrize("facts", [None, replace(GATEWAY, zombie=True)])
def test_identify_cannot_tell_when_the_recorded_pid_answers_from_elsewhere(facts):
    assert identify(RECORD, WRITTEN, facts, OURS, COMMAND) is Verdict.INCONCLUSIVE


def test_identify_says_gone_when_there_is_neither_record_nor_process():
    assert identify(None, None, None, NAMELESS, COMMAND) is Verdict.GONE


@pytest.mark.parametrize("health", [None, OTHERS, NAMELESS])
@pytest.mark.parametrize("mtime", [WRITTEN, WRITTEN - 3600])
def test_identify_says_other_program_when_the_command_line_proves_it(health, mtime):
    assert identify(RECORD, mtime, SLEEP, health, COMMAND) is Verdict.OTHER_PROGRAM


@pytest.mark.parametrize("facts", [SLEEP, RENAMED, UNREADABLE, REUSED])
def test_identify_accepts_any_recorded_process_that_answers_with_its_pid(facts):
    assert identify(RECORD, WRITTEN, facts, OURS, COMMAND) is Verdict.GATEWAY


@pytest.mark.parametrize("facts", [RENAMED, UNREADABLE, replace(UNREADABLE, started_at=9e9)])
def test_identify_cannot_tell_when_nothing_proves_either(facts):
    assert identify(RECORD, WRITTEN, facts, None, COMMAND) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize("health", [None, OTHERS])
def test_identify_neither_accepts_nor_forgets_a_gateway_that_started_after_the_file(health):
    verdict = identify(RECORD, WRITTEN, REUSED, health, COMMAND)

    assert verdict is Verdict.INCONCLUSIVE
    assert not verdict.may_forget


@pytest.mark.parametrize(
    ("started_at", "mtime"), [(WRITTEN + 2.0, WRITTEN), (None, WRITTEN), (9e9, None)]
)
def test_identify_sees_no_reuse_within_the_margin_or_without_times(started_at, mtime):
    facts = replace(GATEWAY, started_at=started_at)

    assert identify(RECORD, mtime, facts, None, COMMAND) is Verdict.GATEWAY


def test_identify_says_other_home_when_the_recorded_gateway_serves_another():
    facts = replace(GATEWAY, in_home=False)

    assert identify(RECORD, WRITTEN, facts, None, COMMAND) is Verdict.OTHER_HOME


def test_identify_cannot_tell_when_an_answering_process_serves_another_home():
    facts = replace(GATEWAY, in_home=False)

    assert identify(RECORD, WRITTEN, facts, OURS, COMMAND) is Verdict.INCONCLUSIVE


@pytest.mark.parametrize(
    ("facts", "health_pid", "verdict"),
    [
        (SLEEP, None, Verdict.OTHER_PROGRAM),
        (UNREADABLE, None, Verdict.OTHER_PROGRAM),
        (SLEEP, 1, Verdict.INCONCLUSIVE),
        (UNREADABLE, 1, Verdict.INCONCLUSIVE),
        (GATEWAY, None, Verdict.GATEWAY),
        (GATEWAY, 1, Verdict.GATEWAY),
        (REUSED, None, Verdict.INCONCLUSIVE),
    ],
)
def test_identify_never_takes_init_for_a_gateway_that_runs_in_a_container(
    facts, health_pid, verdict
):
    record = replace(RECORD, pid=1)
    health = HealthAnswer("ok", health_pid, None)

    assert identify(record, WRITTEN, init(facts), health, COMMAND) is verdict


@pytest.mark.parametrize(
    ("facts", "health", "verdict"),
    [
        (GATEWAY, None, Verdict.GATEWAY),
        (GATEWAY, OURS, Verdict.GATEWAY),
        (replace(GATEWAY, in_home=False), OURS, Verdict.OTHER_HOME),
        (replace(GATEWAY, in_home=None), OURS, Verdict.INCONCLUSIVE),
        (RENAMED, OURS, Verdict.GATEWAY),
        (RENAMED, None, Verdict.INCONCLUSIVE),
        (RENAMED, OTHERS, Verdict.INCONCLUSIVE),
        (UNREADABLE, OURS, Verdict.INCONCLUSIVE),
        (SLEEP, OURS, Verdict.OTHER_PROGRAM),
        (SLEEP, None, Verdict.OTHER_PROGRAM),
    ],
)
def test_identify_demands_proof_of_the_home_when_there_is_no_pid_file(facts, health, verdict):
    assert identify(None, None, facts, health, COMMAND) is verdict


def test_verdict_allows_to_forget_a_pid_file_only_when_it_is_decisive():
    assert {verdict for verdict in Verdict if verdict.may_forget} == {
        Verdict.GONE,
        Verdict.OTHER_PROGRAM,
        Verdict.OTHER_HOME,
    }


HOME = "/home/alice/.picoclaw"
LOG = "/home/alice/.picoclaw/logs/gateway.log"


@pytest.mark.parametrize(
    ("environ", "open_files", "expected"),
    [
        ({"PICOCLAW_HOME": HOME, "HOME": "/root"}, (), True),
        ({"PICOCLAW_HOME": HOME + "/"}, (), True),
        ({"PICOCLAW_HOME": "/srv/claw", "HOME": "/home/alice"}, (), False),
        ({"PICOCLAW_HOME": "", "HOME": "/home/alice"}, (), True),
        ({"HOME": "/home/alice"}, (), True),
        ({"HOME": "/home/bob"}, (), False),
        ({"USERPROFILE": "/home/alice"}, (), None),
        ({}, (), None),
        (None, (), None),
        (None, ("/etc/passwd", LOG), True),
        ({"PICOCLAW_HOME": "/srv/claw"}, (LOG,), True),
        (None, ("/srv/claw/logs/gateway.log",), None),
    ],
)
def test_belongs_to_home_goes_by_the_open_log_then_by_the_environment(
    environ, open_files, expected
):
    assert belongs_to_home(environ, open_files, HOME) is expected


def test_belongs_to_home_reads_the_user_profile_when_told_so():
    home = r"C:\Users\alice\.picoclaw"
    environ = {"USERPROFILE": r"C:\Users\alice", "HOME": "/c/Users/bob"}

    assert belongs_to_home(environ, (), home, user_home_variable="USERPROFILE") is True
    assert belongs_to_home(None, (home + r"\logs\gateway.log",), home) is True


@pytest.mark.parametrize(
    ("environ", "open_files", "home"),
    [
        (None, (), None),
        ({}, (), None),
        ({"PICOCLAW_HOME": "/srv/claw"}, (), "/srv/claw"),
        ({"HOME": "/home/alice"}, (), "/home/alice/.picoclaw"),
        ({"PICOCLAW_HOME": "/srv/claw"}, ("/x/logs/gateway.log",), "/x"),
        (None, ("/x/logs/gateway.log", "/x/logs/gateway.log", "/tmp/y"), "/x"),
        ({"PICOCLAW_HOME": "/x"}, ("/x/logs/gateway.log", "/y/logs/gateway.log"), None),
        (None, (r"C:\claw\logs\gateway.log",), r"C:\claw"),
        (None, ("/logs/gateway.log", "/x/gateway.log", r"C:\x/logs/gateway.log"), None),
    ],
)
def test_home_of_is_told_by_the_open_log_else_by_the_environment(environ, open_files, home):
    assert home_of(environ, open_files) == home


def test_home_of_reads_the_user_profile_when_told_so():
    environ = {"USERPROFILE": r"C:\Users\alice", "HOME": "/home/alice"}

    assert home_of(environ, (), user_home_variable="USERPROFILE") == r"C:\Users\alice\.picoclaw"
