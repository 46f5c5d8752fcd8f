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
from picoclaw_tray.gateway.memory_kills import MemoryKills
from picoclaw_tray.gateway.vitals import Activity, Vitals, vitals_line
from picoclaw_tray.lifecycle import transition as lifecycle
from picoclaw_tray.presentation.text import render
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
    return diagnose(
        Evidence(exit_code=1, output_tail=("██╗ ██", " ", startup_line(error), "after"))
    )


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


def test_diagnose_does_not_wait_for_a_mistake_in_the_channels_to_pass():
    diagnosis = diagnose_startup("error creating channel manager: …")

    assert diagnosis.failure_class is FailureClass.CHANNELS_FAILED
    assert diagnosis.curable
    assert not diagnosis.by_waiting


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


def test_diagnose_shows_what_was_printed_before_a_panic_and_the_panic_after_it():
    output = ("✓ Cron service started", "a", "b", "c", "d", "e", "f")

    diagnosis = diagnose(Evidence(2, None, output, PANIC_TAIL, was_ready=True))

    panic = tuple(line for line in PANIC_TAIL[1:7] if line)
    assert diagnosis.evidence == ("b", "c", "d", "e", "f", *panic)


def test_diagnose_shows_what_the_panic_log_gained_beside_a_panic_in_the_output():
    diagnosis = diagnose(Evidence(2, None, PANIC_TAIL, ("x", "", "y"), was_ready=True))

    panic = tuple(line for line in PANIC_TAIL[1:7] if line)
    assert diagnosis.evidence == (*panic, "x", "y")


def test_diagnose_names_the_signal_that_made_go_give_up():
    panic = ("SIGQUIT: quit", "PC=0x4920e1 m=0 sigcode=0", "", "goroutine 0 gp=0x1 m=0 [idle]:")

    diagnosis = diagnose(Evidence(exit_code=2, panic_tail=panic, was_ready=True))

    assert diagnosis.failure_class is FailureClass.SIGNAL
    assert diagnosis.reason.args == (("signal", "SIGQUIT"),)
    assert diagnosis.evidence == (panic[0], panic[1], panic[3])


def test_diagnose_takes_exit_code_2_for_a_panic_even_without_words():
    assert diagnose(Evidence(exit_code=2, was_ready=True)).failure_class is FailureClass.PANIC


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


CHATTER = ("██╗ ██", "✓ Gateway started on 127.0.0.1:18790", "Press Ctrl+C to stop")


def test_diagnose_shows_no_chatter_of_a_gateway_that_was_ready():
    warning = "10:11:12 WRN channels m.go:1 > No channels enabled"

    killed = diagnose(Evidence(signal=9, output_tail=(*CHATTER, warning), was_ready=True))
    silent = diagnose(Evidence(signal=9, output_tail=CHATTER, was_ready=True))

    assert killed.evidence == (warning,)
    assert silent.evidence == ()


def test_diagnose_shows_how_far_a_start_came_that_failed_without_a_word():
    assert diagnose(Evidence(exit_code=1, output_tail=CHATTER)).evidence == CHATTER[1:]


def test_diagnose_shows_the_last_words_in_the_panic_log_beside_the_line_of_the_output():
    line = startup_line("error loading config: x")
    last_words = ("older", "Error: error loading config: x")

    diagnosis = diagnose(Evidence(exit_code=1, output_tail=(line,), panic_tail=last_words))

    assert diagnosis.evidence == (line, *last_words)


def test_diagnose_shows_no_more_than_the_last_lines_before_the_error():
    lines = (*"abcdef", startup_line("x"), *"ghi")

    diagnosis = diagnose(Evidence(exit_code=1, output_tail=lines, panic_tail=tuple("uvwxyz")))

    assert diagnosis.evidence == (*"cdef", startup_line("x"), *"vwxyz")


def test_diagnose_keeps_the_words_of_a_failed_start_verbatim():
    error = "error creating provider: no credentials for openai. Run: picoclaw auth login"
    line = f'{{"level":"error","error":"{error}","message":"Gateway startup failed"}}'

    assert diagnose(Evidence(output_tail=(line,))).detail == error
    assert diagnose(Evidence(exit_code=1, panic_tail=(f"Error: {error}",))).detail == error


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


OLD_WORDS = "The gateway was killed (force stop or out of memory)."


@pytest.mark.parametrize(
    ("memory", "failure_class", "reason"),
    [
        (MemoryKills.UNKNOWN, FailureClass.SIGNAL, OLD_WORDS),
        (MemoryKills.NONE, FailureClass.SIGNAL, "The gateway was killed (SIGKILL)."),
        (
            MemoryKills.ON_MACHINE,
            FailureClass.OUT_OF_MEMORY,
            "The gateway was killed, most likely because the computer ran out of memory.",
        ),
        (
            MemoryKills.IN_GROUP,
            FailureClass.OUT_OF_MEMORY,
            "The system killed the gateway because memory ran out.",
        ),
        (
            MemoryKills.BY_LIMIT,
            FailureClass.OUT_OF_MEMORY,
            "The gateway was killed because its memory limit was reached.",
        ),
    ],
)
def test_diagnose_says_of_a_kill_what_the_counters_prove(memory, failure_class, reason):
    diagnosis = diagnose(Evidence(signal=9, memory=memory, was_ready=True))

    assert diagnosis.failure_class is failure_class
    assert render(diagnosis.reason) == reason
    assert diagnosis.curable
    assert diagnosis.next_step is not None


@pytest.mark.parametrize("memory", MemoryKills)
@pytest.mark.parametrize(("exit_code", "signal"), [(0, None), (1, None), (None, 15), (None, 11)])
def test_diagnose_lets_counters_explain_no_other_end(memory, exit_code, signal):
    evidence = Evidence(exit_code, signal, memory=memory, was_ready=True)

    assert diagnose(evidence) == diagnose(Evidence(exit_code, signal, was_ready=True))


@pytest.mark.parametrize("memory", MemoryKills)
def test_diagnose_lets_only_the_counter_of_its_group_explain_an_end_that_nobody_saw(memory):
    diagnosis = diagnose(Evidence(memory=memory, was_ready=True))

    expected = FailureClass.OUT_OF_MEMORY if memory.in_group else FailureClass.UNKNOWN
    assert diagnosis.failure_class is expected
    assert ("most likely" in render(diagnosis.reason)) is memory.in_group


@pytest.mark.parametrize("activity", Activity)
def test_diagnose_tells_how_a_hung_gateway_is(activity):
    vitals = Vitals(4711, activity, 3.4, 0.0, 31_000_000, 12)

    diagnosis = diagnose(
        Evidence(hung=True, vitals=vitals, output_tail=(*CHATTER, "a"), panic_tail=("p",))
    )

    assert diagnosis.failure_class is FailureClass.HUNG
    assert diagnosis.evidence == (vitals_line(vitals), "a", "p")
    assert ("SIGSTOP" in render(diagnosis.reason)) is (activity is Activity.STOPPED)
    assert diagnosis.next_step is not None
    assert ("kill -CONT 4711" in render(diagnosis.next_step)) is (activity is Activity.STOPPED)


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
        vitals=st.none() | st.builds(Vitals, st.integers(), st.sampled_from(Activity)),
        memory=st.sampled_from(MemoryKills),
    )
)
def test_diagnose_fills_every_gap_and_only_picks_lines_for_any_evidence(evidence):
    diagnosis = diagnose(evidence)

    told = {vitals_line(evidence.vitals)} if evidence.vitals and evidence.hung else set()
    assert set(diagnosis.evidence) <= {*evidence.output_tail, *evidence.panic_tail, *told}
    assert len(diagnosis.evidence) <= 11
    for sentence in (diagnosis.reason, diagnosis.next_step):
        if isinstance(sentence, Text):
            gaps = {name: "" for name, _ in sentence.args}
            assert "{" not in sentence.template.source.format(**gaps)


@pytest.mark.parametrize("code", sorted(lifecycle.WISHES))
def test_end_that_the_life_cycle_takes_for_a_wish_is_explained_as_one(code):
    ended = Evidence(exit_code=code) if code >= 0 else Evidence(signal=-code)

    assert diagnose(ended).failure_class in WISHES
