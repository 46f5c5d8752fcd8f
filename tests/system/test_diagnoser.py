from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.lifecycle.messages import Found
from picoclaw_tray.lifecycle.state import Failure, Process, ProcessKey
from picoclaw_tray.logs.redaction import Redactor
from picoclaw_tray.presentation.port_holder import PortHolder, port_taken
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system.diagnoser import Diagnoser
from picoclaw_tray.system.paths import GatewayPlace
from picoclaw_tray.system.traces import Traces
from tests.support.processes import sleeper
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

STARTUP_FAILED = (
    "10:11:12 ERR gateway x/gateway.go:146 > Gateway startup failed "
    'error="error creating provider: unknown protocol" allow_empty=true'
)


TOKEN = "93ff969686cdbcb3dd075e8fcecdcbfa"
OURS = Process(ProcessKey(os.getpid(), "c"), ours=True, watched=True)
THEIRS = Process(ProcessKey(os.getpid(), "d"))


@pytest.fixture
def place(tmp_path: Path) -> GatewayPlace:
    place = GatewayPlace(tmp_path, tmp_path / "config.json")
    place.panic_log.parent.mkdir()
    place.panic_log.write_text("panic: of an earlier run\n", encoding="utf-8")
    return place


@pytest.fixture
def diagnoser(place: GatewayPlace) -> Diagnoser:
    """It knows one gateway that was started, and one that was found."""
    traces = Traces(place)
    traces.mark_start()
    traces.begin(OURS.key)
    traces.find(Found(THEIRS, answering=True, age=0.0, announced=True))
    return Diagnoser(traces, place.home / "errors.txt", lambda: str(place.home / "picoclaw"))


def write_panic(place: GatewayPlace, text: str) -> None:
    with place.panic_log.open("a", encoding="utf-8") as file:
        file.write(text)


def test_diagnoser_keeps_ticket_and_what_was_known(diagnoser: Diagnoser) -> None:
    failure = Failure("unknown", exit_code=1, was_ready=True, ticket=7)

    found = diagnoser.diagnose(failure, OURS, ("the end",))

    assert (found.ticket, found.exit_code, found.was_ready) == (7, 1, True)
    assert found.evidence == ("the end",)
    assert found.reason is not None


def test_diagnoser_reads_the_output(diagnoser: Diagnoser) -> None:
    found = diagnoser.diagnose(Failure("unknown", exit_code=1), OURS, (STARTUP_FAILED,))

    assert found.failure_class == FailureClass.PROVIDER_ERROR
    assert found.evidence == (STARTUP_FAILED,)
    assert found.detail == "error creating provider: unknown protocol"
    assert not found.curable


def test_diagnoser_reads_what_is_new_in_the_panic_log(
    diagnoser: Diagnoser, place: GatewayPlace
) -> None:
    write_panic(place, "panic: of this run\n\ngoroutine 1 [running]:\n")

    found = diagnoser.diagnose(Failure("unknown", exit_code=2), OURS, ())

    assert found.failure_class == FailureClass.PANIC
    assert found.panic[0] == "panic: of this run"


def test_diagnoser_shows_where_a_long_panic_begins(
    diagnoser: Diagnoser, place: GatewayPlace
) -> None:
    write_panic(place, "panic: oh\n" + "\tmain.go:7 +0x1b\n" * 1000)

    found = diagnoser.diagnose(Failure("unknown", exit_code=2), OURS, ())

    assert found.failure_class == FailureClass.PANIC
    assert found.panic[0] == "panic: oh"


def test_diagnoser_passes_over_the_panic_of_an_earlier_run(diagnoser: Diagnoser) -> None:
    found = diagnoser.diagnose(Failure("unknown", exit_code=1), OURS, ())

    assert found.failure_class == FailureClass.UNKNOWN
    assert found.evidence == ()


def test_diagnoser_masks_secrets_of_the_panic_log(
    diagnoser: Diagnoser, place: GatewayPlace
) -> None:
    secret = "sk-" + "A1b2C3d4" * 5
    write_panic(place, f"panic: api_key={secret}\n")

    found = diagnoser.diagnose(Failure("unknown", exit_code=2), OURS, ())

    assert found.panic
    assert secret not in "".join(found.panic)


@pytest.mark.parametrize(
    ("code", "failure_class"),
    [(-9, FailureClass.SIGNAL), (-11, FailureClass.SIGNAL), (-13, FailureClass.SIGPIPE)],
)
def test_diagnoser_takes_a_negative_code_for_a_signal(
    diagnoser: Diagnoser, code: int, failure_class: FailureClass
) -> None:
    assert (
        diagnoser.diagnose(Failure("unknown", exit_code=code), OURS, ()).failure_class
        == failure_class
    )


def test_diagnoser_says_nothing_certain_of_an_end_that_nobody_saw(diagnoser: Diagnoser) -> None:
    found = diagnoser.diagnose(Failure("unknown"), OURS, ())

    assert found.failure_class == FailureClass.UNKNOWN
    assert found.reason is not None


def test_diagnoser_knows_a_hung_gateway(diagnoser: Diagnoser) -> None:
    found = diagnoser.diagnose(Failure("hung", was_ready=True), OURS, ("busy",))

    assert found.failure_class == FailureClass.HUNG
    assert found.evidence == ("busy",)


def test_diagnoser_keeps_the_words_of_the_system_when_nothing_could_be_started(
    diagnoser: Diagnoser, place: GatewayPlace
) -> None:
    words = "execve: Permission denied"
    (place.home / "picoclaw").write_text(f"#!{sys.executable}", encoding="utf-8")

    found = diagnoser.diagnose(Failure("not_runnable", detail=words), OURS, ())

    assert found.failure_class == FailureClass.NOT_RUNNABLE
    assert found.detail == words
    assert found.reason is not None
    assert words in render(found.reason)
    assert not found.curable


def test_diagnoser_says_that_the_program_has_gone(
    diagnoser: Diagnoser, place: GatewayPlace
) -> None:
    found = diagnoser.diagnose(Failure("not_runnable", detail="execve: ENOENT"), OURS, ())

    assert found.failure_class == FailureClass.BINARY_MISSING
    assert found.reason is not None
    assert str(place.home / "picoclaw") in render(found.reason)


def test_diagnoser_keeps_who_has_the_port(diagnoser: Diagnoser) -> None:
    reason = port_taken(18790, PortHolder(4711, "nc"))

    failure = Failure("port_taken", reason)

    assert diagnoser.diagnose(failure, OURS, ()) == failure


def test_diagnoser_takes_the_lines_of_what_it_cannot_hear_from_its_log(
    diagnoser: Diagnoser, place: GatewayPlace
) -> None:
    line = (
        '{"level":"error","error":"error creating provider: x","message":"Gateway startup failed"}'
    )
    place.log.write_text(f"{line}\n", encoding="utf-8")

    found = diagnoser.diagnose(Failure("unknown"), THEIRS, ("of a gateway before it",))

    assert found.evidence == (line,)
    assert found.detail == "error creating provider: x"


def test_diagnoser_shows_no_log_file_beside_the_output_of_a_pipe(
    diagnoser: Diagnoser, place: GatewayPlace
) -> None:
    place.log.write_text('{"level":"warn","message":"m"}\n', encoding="utf-8")

    found = diagnoser.diagnose(Failure("unknown", exit_code=-9, was_ready=True), OURS, ())

    assert found.evidence == ()


def test_diagnoser_masks_the_log_and_what_is_known_to_be_secret(
    diagnoser: Diagnoser, place: GatewayPlace
) -> None:
    secret = "sk-" + "A1b2C3d4" * 5
    place.log.write_text(f"{{}} {TOKEN} api_key={secret}\n{'x' * 10_000}\n", encoding="utf-8")

    found = diagnoser.diagnose(Failure("unknown"), THEIRS, (), Redactor().knowing(TOKEN))

    assert len(found.evidence) == 2
    assert not any(word in "".join(found.evidence) for word in (TOKEN, secret))
    assert len(found.evidence[1]) == 4000


def test_diagnoser_shows_nothing_of_an_earlier_gateway_where_none_was_started(
    diagnoser: Diagnoser, place: GatewayPlace
) -> None:
    write_panic(place, "panic: x\n")

    found = diagnoser.diagnose(Failure("unknown"), None, ("of a gateway before",))

    assert found.evidence == ()


@pytest.mark.linux
@pytest.mark.macos
def test_diagnoser_tells_how_a_halted_gateway_is(diagnoser: Diagnoser) -> None:
    with sleeper() as process:
        process.send_signal(signal.SIGSTOP)

        def diagnosed() -> Failure | None:
            found = diagnoser.diagnose(
                Failure("hung", was_ready=True),
                Process(process.key, ours=True, watched=True),
                ("a",),
            )
            return found if found.evidence[0].endswith("stopped") else None

        found = wait_until(diagnosed, what="its halt")

    assert found.failure_class == FailureClass.HUNG
    assert found.evidence[0].startswith("CPU 0 % (")
    assert found.evidence[1:] == ("a",)
    assert found.next_step is not None
    assert f"kill -CONT {process.pid}" in render(found.next_step)


def test_diagnoser_knows_a_hung_gateway_that_has_ended_meanwhile(diagnoser: Diagnoser) -> None:
    gone = Process(ProcessKey(2**31 - 1, "x"), ours=True, watched=True)

    found = diagnoser.diagnose(Failure("hung", was_ready=True), gone, ("busy",))

    assert (found.failure_class, found.evidence) == (FailureClass.HUNG, ("busy",))
