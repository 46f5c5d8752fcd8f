from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.presentation.port_holder import PortHolder, port_taken
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system.diagnoser import Diagnoser
from picoclaw_tray.system.panic_log import PanicLog

if TYPE_CHECKING:
    from pathlib import Path

STARTUP_FAILED = (
    "10:11:12 ERR gateway x/gateway.go:146 > Gateway startup failed "
    'error="error creating provider: unknown protocol" allow_empty=true'
)


@pytest.fixture
def panic_path(tmp_path: Path) -> Path:
    path = tmp_path / "gateway_panic.log"
    path.write_text("panic: of an earlier run\n", encoding="utf-8")
    return path


@pytest.fixture
def diagnoser(panic_path: Path) -> Diagnoser:
    panic_log = PanicLog(panic_path)
    panic_log.mark()
    return Diagnoser(panic_log, lambda: str(panic_path.parent / "picoclaw"))


def test_diagnoser_keeps_ticket_and_what_was_known(diagnoser: Diagnoser) -> None:
    failure = Failure("unknown", exit_code=1, was_ready=True, ticket=7)

    found = diagnoser.diagnose(failure, ("the end",))

    assert (found.ticket, found.exit_code, found.was_ready) == (7, 1, True)
    assert found.evidence == ("the end",)
    assert found.reason is not None


def test_diagnoser_reads_the_output(diagnoser: Diagnoser) -> None:
    found = diagnoser.diagnose(Failure("unknown", exit_code=1), (STARTUP_FAILED,))

    assert found.failure_class == FailureClass.PROVIDER_ERROR
    assert found.evidence == (STARTUP_FAILED,)
    assert found.detail == "error creating provider: unknown protocol"
    assert not found.curable


def test_diagnoser_reads_what_is_new_in_the_panic_log(
    diagnoser: Diagnoser, panic_path: Path
) -> None:
    with panic_path.open("a", encoding="utf-8") as file:
        file.write("panic: of this run\n\ngoroutine 1 [running]:\n")

    found = diagnoser.diagnose(Failure("unknown", exit_code=2), ())

    assert found.failure_class == FailureClass.PANIC
    assert found.evidence[0] == "panic: of this run"


def test_diagnoser_passes_over_the_panic_of_an_earlier_run(diagnoser: Diagnoser) -> None:
    found = diagnoser.diagnose(Failure("unknown", exit_code=1), ())

    assert found.failure_class == FailureClass.UNKNOWN
    assert found.evidence == ()


def test_diagnoser_masks_secrets_of_the_panic_log(diagnoser: Diagnoser, panic_path: Path) -> None:
    secret = "sk-" + "A1b2C3d4" * 5
    with panic_path.open("a", encoding="utf-8") as file:
        file.write(f"panic: api_key={secret}\n")

    found = diagnoser.diagnose(Failure("unknown", exit_code=2), ())

    assert found.evidence
    assert secret not in "".join(found.evidence)


@pytest.mark.parametrize(
    ("code", "failure_class"),
    [(-9, FailureClass.SIGNAL), (-11, FailureClass.SIGNAL), (-13, FailureClass.SIGPIPE)],
)
def test_diagnoser_takes_a_negative_code_for_a_signal(
    diagnoser: Diagnoser, code: int, failure_class: FailureClass
) -> None:
    assert diagnoser.diagnose(Failure("unknown", exit_code=code), ()).failure_class == failure_class


def test_diagnoser_says_nothing_certain_of_an_end_that_nobody_saw(diagnoser: Diagnoser) -> None:
    found = diagnoser.diagnose(Failure("unknown"), ())

    assert found.failure_class == FailureClass.UNKNOWN
    assert found.reason is not None


def test_diagnoser_knows_a_hung_gateway(diagnoser: Diagnoser) -> None:
    found = diagnoser.diagnose(Failure("hung", was_ready=True), ("busy",))

    assert found.failure_class == FailureClass.HUNG
    assert found.evidence == ("busy",)


def test_diagnoser_keeps_the_words_of_the_system_when_nothing_could_be_started(
    diagnoser: Diagnoser, panic_path: Path
) -> None:
    words = "execve: Permission denied"
    panic_path.with_name("picoclaw").write_text(f"#!{sys.executable}", encoding="utf-8")

    found = diagnoser.diagnose(Failure("not_runnable", detail=words), ())

    assert found.failure_class == FailureClass.NOT_RUNNABLE
    assert found.detail == words
    assert found.reason is not None
    assert words in render(found.reason)
    assert not found.curable


def test_diagnoser_says_that_the_program_has_gone(diagnoser: Diagnoser, panic_path: Path) -> None:
    found = diagnoser.diagnose(Failure("not_runnable", detail="execve: ENOENT"), ())

    assert found.failure_class == FailureClass.BINARY_MISSING
    assert found.reason is not None
    assert str(panic_path.with_name("picoclaw")) in render(found.reason)


def test_diagnoser_keeps_who_has_the_port_and_adds_the_next_step(diagnoser: Diagnoser) -> None:
    reason = port_taken(18790, PortHolder(4711, "nc"))

    found = diagnoser.diagnose(Failure("port_taken", reason), ())

    assert found.reason == reason
    assert found.next_step is not None
    assert render(found.next_step)
