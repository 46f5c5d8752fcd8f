from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.diagnosis import (
    Diagnosis,
    Evidence,
    FailureClass,
    diagnose,
)
from picoclaw_tray.text import Text

HOPELESS = {
    FailureClass.BINARY_MISSING,
    FailureClass.NOT_RUNNABLE,
    FailureClass.CONFIG_UNREADABLE,
    FailureClass.PROVIDER_ERROR,
}
WISHES = {FailureClass.ENDED_OUTSIDE, FailureClass.CLEAN_EXIT, FailureClass.SESSION_END}
WAITED_FOR = {FailureClass.ALREADY_RUNNING, FailureClass.CHANNELS_FAILED}


def startup_line(error: str) -> str:
    return f'10:11:12 ERR gateway g.go:146 > Gateway startup failed error="{error}" debug=false'


def diagnose_startup(error: str) -> Diagnosis:
    return diagnose(Evidence(exit_code=1, output_tail=("banner", startup_line(error))))


def test_failure_classes_are_those_of_the_command_line():
    names = """binary_missing not_runnable config_unreadable not_ready port_taken already_running
        provider_error channels_failed panic signal out_of_memory sigpipe ended_outside clean_exit
        session_end hung unknown"""

    assert [str(failure_class) for failure_class in FailureClass] == names.split()


@pytest.mark.parametrize(
    ("error", "failure_class"),
    [
        ("error loading config: unsupported config version: 9", FailureClass.CONFIG_UNREADABLE),
        (
            "config pre-check failed: invalid gateway port: 0, port must be between 1 and 65535",
            FailureClass.CONFIG_UNREADABLE,
        ),
        (
            "error opening gateway listeners: failed to open adaptive localhost listener on port 1",
            FailureClass.PORT_TAKEN,
        ),
        (
            (
                "error opening gateway listeners: listen tcp 127.0.0.1:18790: bind: "
                "address already in use"
            ),
            FailureClass.PORT_TAKEN,
        ),
        (
            (
                "error opening gateway listeners: listen tcp: bind: Only one usage of each socket "
                "address is normally permitted."
            ),
            FailureClass.PORT_TAKEN,
        ),
        (
            "error opening gateway listeners: bind: cannot assign requested address",
            FailureClass.UNKNOWN,
        ),
        (
            "singleton check failed: gateway is already running (PID: 123, version: 0.2.9)",
            FailureClass.ALREADY_RUNNING,
        ),
        ("singleton check failed: permission denied", FailureClass.UNKNOWN),
        (
            r"error creating provider: model \"x\" not found in model_list: …",
            FailureClass.PROVIDER_ERROR,
        ),
        (
            (
                "error creating provider: no credentials for openai. "
                "Run: picoclaw auth login --provider openai"
            ),
            FailureClass.PROVIDER_ERROR,
        ),
        (
            "error starting channels: failed to start any enabled channels: …",
            FailureClass.CHANNELS_FAILED,
        ),
        ("error creating channel manager: …", FailureClass.CHANNELS_FAILED),
        ("error setting up cron service: …", FailureClass.UNKNOWN),
        ("error starting heartbeat service: …", FailureClass.UNKNOWN),
        ("something new", FailureClass.UNKNOWN),
    ],
)
def test_diagnose_classes_the_known_reasons_of_a_failed_start(error, failure_class):
    diagnosis = diagnose_startup(error)

    assert diagnosis.failure_class is failure_class
    assert diagnosis.curable is (failure_class not in HOPELESS)
    assert diagnosis.by_waiting is (failure_class in WAITED_FOR)
    assert diagnosis.detail == error.replace(r"\"", '"')
    assert diagnosis.evidence == (startup_line(error),)
    assert diagnosis.next_step is not None


def test_diagnose_names_the_gateway_that_is_already_running():
    diagnosis = diagnose_startup(
        "singleton check failed: gateway is already running (PID: 123, version: 0.2.9)"
    )

    assert diagnosis.reason.args == (("pid", "123"),)


def test_diagnose_names_the_log_in_that_is_missing():
    diagnosis = diagnose_startup("error creating provider: no credentials for openai. Run: x")

    assert diagnosis.next_step is not None
    assert diagnosis.next_step.args == (("provider", "openai"),)
    assert diagnosis.command == "picoclaw auth login --provider openai"


def test_diagnose_repeats_a_reason_it_does_not_know():
    assert diagnose_startup("something new").reason.args == (("error", "something new"),)


def test_diagnose_takes_the_last_words_of_the_panic_file_when_the_log_is_silent():
    panic_tail = ("Error: error loading config: unexpected end of JSON input",)

    diagnosis = diagnose(Evidence(exit_code=1, panic_tail=panic_tail))

    assert diagnosis.failure_class is FailureClass.CONFIG_UNREADABLE
    assert diagnosis.evidence == panic_tail


@pytest.mark.parametrize(
    "error",
    [
        "unknown flag: --x",
        "unknown shorthand flag: 'E' in -E",
        'unknown command "gateway" for "other"',
    ],
)
def test_diagnose_sees_that_the_program_was_used_wrongly(error):
    diagnosis = diagnose(Evidence(exit_code=1, output_tail=("Usage:", f"Error: {error}")))

    assert diagnosis.failure_class is FailureClass.NOT_RUNNABLE
    assert not diagnosis.curable


def test_diagnose_does_not_take_an_old_reason_for_the_end_of_a_gateway_that_was_ready():
    line = startup_line("error loading config: x")

    diagnosis = diagnose(Evidence(exit_code=1, output_tail=(line,), was_ready=True))

    assert diagnosis.failure_class is FailureClass.UNKNOWN
    assert diagnosis.reason.args == (("code", "1"),)


PANIC_TAIL = (
    "older",
    "panic: runtime error: index out of range [3]",
    "",
    "goroutine 1 [running]:",
    "main.main()",
    "\t/b/main.go:12 +0x1d",
    "exit status 2",
    "more",
)


@pytest.mark.parametrize(("exit_code", "signal"), [(2, None), (1, None), (None, 6), (None, None)])
@pytest.mark.parametrize(("output", "panic"), [((), PANIC_TAIL), (PANIC_TAIL, ())])
def test_diagnose_sees_a_panic_and_shows_where_it_begins(exit_code, signal, output, panic):
    evidence = Evidence(exit_code, signal, output, panic, was_ready=True)

    diagnosis = diagnose(evidence)

    assert diagnosis.failure_class is FailureClass.PANIC
    assert diagnosis.evidence == tuple(line for line in PANIC_TAIL[1:7] if line)
    assert diagnosis.curable


def test_diagnose_takes_exit_code_2_for_a_panic_even_without_words():
    assert diagnose(Evidence(exit_code=2)).failure_class is FailureClass.PANIC


def test_diagnose_sees_memory_run_out():
    evidence = Evidence(
        exit_code=2, panic_tail=("fatal error: runtime: out of memory", "goroutine 1 [running]:")
    )

    assert diagnose(evidence).failure_class is FailureClass.OUT_OF_MEMORY


@pytest.mark.parametrize("evidence", [{"exit_code": 0}, {"signal": 9}])
def test_diagnose_does_not_take_a_panic_that_was_survived_for_the_end(evidence):
    diagnosis = diagnose(Evidence(panic_tail=PANIC_TAIL, **evidence))

    assert diagnosis.failure_class is not FailureClass.PANIC


@pytest.mark.parametrize(
    ("signal", "failure_class"),
    [
        (1, FailureClass.ENDED_OUTSIDE),
        (2, FailureClass.ENDED_OUTSIDE),
        (15, FailureClass.ENDED_OUTSIDE),
        (9, FailureClass.SIGNAL),
        (11, FailureClass.SIGNAL),
        (13, FailureClass.SIGPIPE),
        (31, FailureClass.SIGNAL),
    ],
)
def test_diagnose_goes_by_the_signal(signal, failure_class):
    diagnosis = diagnose(Evidence(signal=signal, output_tail=("last line",), was_ready=True))

    assert diagnosis.failure_class is failure_class
    assert diagnosis.evidence == ("last line",)
    assert diagnosis.curable is (failure_class not in WISHES)


@pytest.mark.parametrize(("signal", "name"), [(11, "SIGSEGV"), (15, "SIGTERM"), (31, "31")])
def test_diagnose_names_the_signal(signal, name):
    assert diagnose(Evidence(signal=signal)).reason.args == (("signal", name),)


def test_diagnose_shows_the_last_lines_of_output_and_panic_file():
    evidence = Evidence(
        exit_code=1,
        output_tail=("a", "b", " ", "c", "d", "e", "f", ""),
        panic_tail=("g", "h"),
        was_ready=True,
    )

    assert diagnose(evidence).evidence == ("b", "c", "d", "e", "f", "g", "h")


def test_diagnose_tells_an_early_end_from_a_late_one():
    early, late = diagnose(Evidence(exit_code=7)), diagnose(Evidence(exit_code=7, was_ready=True))

    assert early.failure_class is late.failure_class is FailureClass.UNKNOWN
    assert early.reason.template != late.reason.template


@pytest.mark.parametrize(
    ("evidence", "failure_class"),
    [
        (Evidence(exit_code=0), FailureClass.CLEAN_EXIT),
        (Evidence(exit_code=0xC000013A), FailureClass.ENDED_OUTSIDE),
        (Evidence(exit_code=0x40010004), FailureClass.SESSION_END),
        (Evidence(), FailureClass.UNKNOWN),
        (Evidence(hung=True, was_ready=True), FailureClass.HUNG),
    ],
)
def test_diagnose_classes_an_end_without_an_error(evidence, failure_class):
    diagnosis = diagnose(evidence)

    assert diagnosis.failure_class is failure_class
    assert diagnosis.curable is (failure_class not in WISHES)


LINES = st.lists(st.text() | st.sampled_from(PANIC_TAIL) | st.text().map(startup_line)).map(tuple)


@given(
    st.builds(
        Evidence,
        exit_code=st.none() | st.integers(),
        signal=st.none() | st.integers(),
        output_tail=LINES,
        panic_tail=LINES,
        was_ready=st.booleans(),
        hung=st.booleans(),
    )
)
def test_diagnose_fills_every_gap_and_only_picks_lines_for_any_evidence(evidence):
    diagnosis = diagnose(evidence)

    assert set(diagnosis.evidence) <= {*evidence.output_tail, *evidence.panic_tail}
    for sentence in (diagnosis.reason, diagnosis.next_step):
        if isinstance(sentence, Text):
            gaps = {name: "" for name, _ in sentence.args}
            assert "{" not in sentence.template.source.format(**gaps)
