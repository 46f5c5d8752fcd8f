"""The table of the life cycle, columns "icon" and "shown as"."""

from __future__ import annotations

import pytest

from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
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
from picoclaw_tray.presentation.status import headline, icon_of, log_placeholder, reason_of
from tests.presentation.samples import (
    BY_ITSELF,
    BY_USER,
    FAILURE,
    FOREIGN,
    NOW,
    OURS,
    PHASES,
    QUIT,
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
        "Given up after too many failures in a row. The disk is full.",
    ),
]


@pytest.mark.parametrize(("phase", "icon", "words"), TABLE)
def test_status_is_that_of_the_table(phase, icon, words):
    state = State(phase, failure=FAILURE)

    assert (icon_of(state), said(headline(state, NOW))) == (icon, words)


def test_table_names_every_class_of_phase():
    assert {type(phase) for phase, _, _ in TABLE} == {type(phase) for phase in PHASES}


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
