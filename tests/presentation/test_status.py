"""The table of the life cycle, columns "icon" and "shown as"."""

from __future__ import annotations

import pytest

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    Failed,
    Failure,
    FailureKind,
    Health,
    Locating,
    Preparing,
    Remains,
    Replanning,
    Rest,
    Running,
    Spawning,
    Starting,
    State,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.situation import Facts
from picoclaw_tray.presentation.status import (
    headline,
    icon_of,
    log_placeholder,
    next_step_of,
    reason_of,
    short_headline,
)
from tests.presentation.samples import (
    BURST,
    BY_ITSELF,
    BY_USER,
    FAILURE,
    FOREIGN,
    GIVEN_UP,
    NEXT_STEP,
    NOW,
    OURS,
    PHASES,
    QUIT,
    REASON,
    said,
    situation,
)

IDLE, BUSY, OK, WARNING, ERROR = IconName
LATER = NOW + 20

TABLE = [
    (Stopped(), IDLE, "Stopped"),
    (Stopped(StopReason.BY_USER), IDLE, "Stopped"),
    (Stopped(StopReason.QUIT), IDLE, "Stopped"),
    (Stopped(StopReason.FROM_OUTSIDE), IDLE, "Stopped (this tray did not ask for it)"),
    (Stopped(StopReason.LEFT_ALONE), IDLE, "Left running"),
    (Stopped(StopReason.BY_USER, remains=Remains()), IDLE, "Stopped"),
    (Stopped(remains=Remains(pid_file=True)), IDLE, "Stopped; its PID file is still there"),
    (
        Stopped(remains=Remains(pid_file=True, processes=(12, 13))),
        IDLE,
        "Stopped; programs it started still run (PID 12, 13)",
    ),
    (Locating(True, False, LATER), BUSY, "Looking for a running gateway…"),
    (Preparing(True, False, LATER), BUSY, "Checking…"),
    (Spawning(anyway=False), BUSY, "Starting…"),
    (Spawning(anyway=False, then=QUIT), BUSY, "Starting…"),
    (Starting(OURS, LATER), BUSY, "Starting…"),
    (Starting(OURS, LATER, announced=True), BUSY, "Initialising…"),
    (Starting(OURS, NOW, slow=True), WARNING, "Slow start: no answer yet"),
    (Starting(OURS, NOW, announced=True, slow=True), WARNING, "Slow start: no answer yet"),
    (Running(OURS), OK, "Running"),
    (Running(OURS, misses=2), OK, "Running"),
    (
        Running(OURS, replanning=Replanning(False, LATER)),
        OK,
        "Running; checking whether it could start again…",
    ),
    (Running(OURS, Health.FAILING, 3), WARNING, "Not answering"),
    (
        Running(OURS, Health.FAILING, 3, Replanning(False, LATER)),
        WARNING,
        "Not answering",
    ),
    (Stopping(OURS, Rest(), LATER), BUSY, "Stopping…"),
    (Stopping(OURS, QUIT, LATER), BUSY, "Stopping…"),
    (Stopping(OURS, BY_USER, LATER), BUSY, "Restarting…"),
    (Stopping(OURS, BY_ITSELF, LATER), BUSY, "Restarting…"),
    (Stopping(OURS, BY_USER, LATER, killed=True), BUSY, "Stopping by force…"),
    (Stopping(OURS, Rest(), None, killed=True), BUSY, "Does not react, not even to force"),
    (
        Backoff(NOW + 4, 2, counted=True, anyway=False),
        WARNING,
        "Restarting in 4 s. The disk is full.",
    ),
    (
        Backoff(NOW + 4, 2, counted=False, anyway=False),
        WARNING,
        "Trying again in 4 s. The disk is full.",
    ),
    (Failed(gave_up=False), ERROR, "The disk is full."),
    (
        Failed(gave_up=True),
        ERROR,
        GIVEN_UP,
    ),
]


@pytest.mark.parametrize(("phase", "icon", "words"), TABLE)
def test_status_is_that_of_the_table(phase, icon, words):
    state = State(phase, failures=BURST, failure=FAILURE)

    assert (icon_of(state), said(headline(state, NOW))) == (icon, words)


def test_table_names_every_class_of_phase():
    assert {type(phase) for phase, _, _ in TABLE} == {type(phase) for phase in PHASES}


@pytest.mark.parametrize(
    ("failures", "words"),
    [
        (BURST[1:] * 2, "Given up after 2 failures within 1 min."),
        (BURST, "Given up after 2 failures within 5 min."),
        ((CountedFailure(0.0, FailureKind.HANG), *BURST), "Given up after 2 failures within 5"),
    ],
)
def test_giving_up_says_how_often_and_how_fast(failures, words):
    state = State(Failed(gave_up=True), failures=failures, failure=FAILURE)

    assert said(headline(state, NOW)).startswith(words)


SHORT = {
    FailureClass.BINARY_MISSING: "Program not found",
    FailureClass.NOT_RUNNABLE: "Program cannot be run",
    FailureClass.CONFIG_UNREADABLE: "Configuration cannot be used",
    FailureClass.NOT_READY: "Not ready to start",
    FailureClass.PORT_TAKEN: "Port taken",
    FailureClass.ALREADY_RUNNING: "Another gateway runs",
    FailureClass.PROVIDER_ERROR: "Model cannot be used",
    FailureClass.CHANNELS_FAILED: "No channel works",
    FailureClass.PANIC: "Crashed",
    FailureClass.SIGNAL: "Ended by a signal",
    FailureClass.OUT_OF_MEMORY: "Out of memory",
    FailureClass.SIGPIPE: "Not running",
    FailureClass.ENDED_OUTSIDE: "Not running",
    FailureClass.CLEAN_EXIT: "Not running",
    FailureClass.SESSION_END: "Not running",
    FailureClass.HUNG: "Not running",
    FailureClass.UNKNOWN: "Not running",
}


def test_every_class_of_failure_has_a_short_headline():
    assert list(SHORT) == list(FailureClass)


@pytest.mark.parametrize(("failure_class", "words"), SHORT.items())
def test_failure_has_a_short_headline(failure_class, words):
    state = State(Failed(gave_up=False), failure=Failure(failure_class, REASON))

    assert said(short_headline(state, NOW)) == words


@pytest.mark.parametrize(
    ("phase", "failure", "words"),
    [
        (Running(OURS), None, "Running"),
        (Failed(gave_up=False), None, "Not running"),
        (Failed(gave_up=True), FAILURE, "Given up"),
        (Backoff(NOW + 4, 2, counted=True, anyway=False), FAILURE, "Restarting in 4 s"),
        (Backoff(NOW + 4, 2, counted=False, anyway=False), FAILURE, "Trying again in 4 s"),
        (
            Backoff(NOW + 4, 2, counted=True, anyway=False),
            Failure("port_taken", REASON),
            "Trying again in 4 s",
        ),
    ],
)
def test_short_headline_leaves_the_reason_to_others(phase, failure, words):
    assert said(short_headline(State(phase, failure=failure), NOW)) == words


@pytest.mark.parametrize(
    ("until", "seconds"),
    [(NOW + 30, 30), (NOW + 3.001, 4), (NOW + 0.4, 1), (NOW, 0), (NOW - 5, 0)],
)
def test_countdown_is_rounded_up_and_ends_at_zero(until, seconds):
    state = State(Backoff(until, 1, counted=True, anyway=False), failure=FAILURE)

    assert said(headline(state, NOW)).startswith(f"Restarting in {seconds} s.")


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (None, "The gateway does not run."),
        (FAILURE, "The disk is full."),
        (Failure("unknown"), "The gateway ended unexpectedly."),
        (Failure("unknown", exit_code=1), "The gateway ended unexpectedly."),
        (Failure("hung"), "The gateway no longer answered."),
        (Failure("not_runnable", detail="No such file"), "The gateway could not be started."),
        (
            Failure("unknown", detail="could not look"),
            "Looking for a running gateway took too long.",
        ),
        (
            Failure("unknown", detail="could not check"),
            "Checking whether the gateway can start took too long.",
        ),
    ],
)
def test_reason_is_as_exact_as_what_is_known(failure, words):
    assert said(reason_of(failure)) == words


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        (Stopped(), "No output yet. What the gateway prints appears here."),
        (Running(OURS), "No output yet. What the gateway prints appears here."),
        (
            Running(FOREIGN),
            (
                "This tray cannot see what the gateway prints, only what it writes to its log. "
                "At the log level “warn” PicoClaw writes next to nothing. "
                "The log is /home/alice/.picoclaw/logs/gateway.log."
            ),
        ),
    ],
)
def test_placeholder_says_where_the_output_is(phase, words):
    assert said(log_placeholder(situation(phase))) == words


def test_placeholder_blames_no_level_where_it_is_known():
    seen = situation(Running(FOREIGN), facts=Facts(log_level="debug"))

    assert said(log_placeholder(seen)) == (
        "This tray cannot see what the gateway prints, only what it writes to its log. "
        "The log is /home/alice/.picoclaw/logs/gateway.log."
    )


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (None, None),
        (FAILURE, "Tidy up."),
        (Failure(FailureClass.PORT_TAKEN, next_step=NEXT_STEP), "Tidy up."),
        (
            Failure(FailureClass.PORT_TAKEN, REASON),
            "Stop that program, or set another gateway.port in PicoClaw's configuration.",
        ),
        (Failure(FailureClass.ENDED_OUTSIDE), "Start it again if you need it."),
        (Failure(FailureClass.UNKNOWN), None),
    ],
)
def test_next_step_is_that_of_the_failure_or_a_general_one(failure, words):
    next_step = next_step_of(failure)

    assert (said(next_step) if next_step else None) == words
