"""The kinds of failure: their class, their sentences, and whether a retry may cure them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from picoclaw_tray.text import QT_TRANSLATE_NOOP

if TYPE_CHECKING:
    from picoclaw_tray.text import Template


class FailureClass(StrEnum):
    """What a program may go by; the values are part of the command line's interface."""

    BINARY_MISSING = "binary_missing"
    NOT_RUNNABLE = "not_runnable"
    CONFIG_UNREADABLE = "config_unreadable"
    NOT_READY = "not_ready"
    PORT_TAKEN = "port_taken"
    ALREADY_RUNNING = "already_running"
    PROVIDER_ERROR = "provider_error"
    CHANNELS_FAILED = "channels_failed"
    PANIC = "panic"
    SIGNAL = "signal"
    OUT_OF_MEMORY = "out_of_memory"
    SIGPIPE = "sigpipe"
    ENDED_OUTSIDE = "ended_outside"
    CLEAN_EXIT = "clean_exit"
    SESSION_END = "session_end"
    HUNG = "hung"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class FailureRule:
    """What is said and done about one kind of failure; gaps are filled from the evidence.

    Attributes:
        reason: What happened.
        next_step: What the person can do.
        command: What to run in a terminal; empty if nothing is to be run.
        curable: A retry may cure it: the gateway is started again, a few times.
        by_waiting: Waiting alone may cure it: the attempts do not count.
    """

    failure_class: FailureClass
    reason: Template
    next_step: Template | None = None
    command: str = ""
    curable: bool = True
    by_waiting: bool = False


WRONG_USAGE = FailureRule(
    FailureClass.NOT_RUNNABLE,
    QT_TRANSLATE_NOOP("Diagnosis", "The program does not understand how it was started."),
    QT_TRANSLATE_NOOP("Diagnosis", "Check that it is PicoClaw, version 0.2.6 or newer."),
    curable=False,
)
HUNG = FailureRule(
    FailureClass.HUNG,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway was running, but no longer answered."),
    QT_TRANSLATE_NOOP("Diagnosis", "If it happens again, look at the last lines of the log."),
)
HALTED = FailureRule(
    FailureClass.HUNG,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway was halted (SIGSTOP) and does not answer."),
    QT_TRANSLATE_NOOP(
        "Diagnosis", "Let it go on with “kill -CONT {pid}” in a terminal, or restart it."
    ),
    command="kill -CONT {pid}",
)
UNKNOWN_STARTUP = FailureRule(
    FailureClass.UNKNOWN,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway could not start: {error}"),
    QT_TRANSLATE_NOOP("Diagnosis", "Look at the last lines of the log."),
)
PANIC = FailureRule(
    FailureClass.PANIC,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway crashed because of an error in the program."),
    QT_TRANSLATE_NOOP(
        "Diagnosis", "If it happens again, report it to the PicoClaw project with these lines."
    ),
)
OUT_OF_MEMORY = FailureRule(
    FailureClass.OUT_OF_MEMORY,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway ran out of memory."),
    QT_TRANSLATE_NOOP("Diagnosis", "Close other programs, then start it again."),
)
MEMORY_LIMIT = FailureRule(
    FailureClass.OUT_OF_MEMORY,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway was killed because its memory limit was reached."),
    QT_TRANSLATE_NOOP("Diagnosis", "Raise the limit of its service or container."),
)
MEMORY_KILL = FailureRule(
    FailureClass.OUT_OF_MEMORY,
    QT_TRANSLATE_NOOP("Diagnosis", "The system killed the gateway because memory ran out."),
    OUT_OF_MEMORY.next_step,
)
MEMORY_KILL_LIKELY = FailureRule(
    FailureClass.OUT_OF_MEMORY,
    QT_TRANSLATE_NOOP(
        "Diagnosis",
        "The gateway was killed, most likely because the computer ran out of memory.",
    ),
    OUT_OF_MEMORY.next_step,
)
MEMORY_END_LIKELY = FailureRule(
    FailureClass.OUT_OF_MEMORY,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway has ended, most likely because memory ran out."),
    OUT_OF_MEMORY.next_step,
)
KILLED = FailureRule(
    FailureClass.SIGNAL,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway was killed (SIGKILL)."),
    QT_TRANSLATE_NOOP(
        "Diagnosis",
        "If nobody did so on purpose, a program that frees memory may have, such as earlyoom or"
        " systemd-oomd.",
    ),
)
SIGNALLED = FailureRule(
    FailureClass.SIGNAL,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway was ended by a signal ({signal})."),
    QT_TRANSLATE_NOOP("Diagnosis", "If it happens again, look at the last lines of the log."),
)
CLEAN_EXIT = FailureRule(
    FailureClass.CLEAN_EXIT,
    QT_TRANSLATE_NOOP(
        "Diagnosis", "The gateway ended in good order without being asked by the tray."
    ),
    QT_TRANSLATE_NOOP("Diagnosis", "Start it again if you need it."),
    curable=False,
)
ENDED_WITH_SESSION = FailureRule(
    FailureClass.SESSION_END,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway ended because the session did."),
    curable=False,
)
EXITED = FailureRule(
    FailureClass.UNKNOWN,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway ended with exit code {code}."),
    QT_TRANSLATE_NOOP("Diagnosis", "Look at the last lines of the log."),
)
EXITED_EARLY = FailureRule(
    FailureClass.UNKNOWN,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway ended with exit code {code} before it was ready."),
    QT_TRANSLATE_NOOP("Diagnosis", "Look at the last lines of the log."),
)
ENDED = FailureRule(
    FailureClass.UNKNOWN,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway has ended, and nothing tells why."),
    QT_TRANSLATE_NOOP("Diagnosis", "Look at the last lines of the log."),
)

_CONFIG = FailureRule(
    FailureClass.CONFIG_UNREADABLE,
    QT_TRANSLATE_NOOP("Diagnosis", "PicoClaw cannot use its configuration."),
    QT_TRANSLATE_NOOP("Diagnosis", "Correct what PicoClaw objects to, then start it again."),
    curable=False,
)
_PORT_TAKEN = FailureRule(
    FailureClass.PORT_TAKEN,
    QT_TRANSLATE_NOOP("Diagnosis", "Another program already uses the gateway's port."),
    QT_TRANSLATE_NOOP(
        "Diagnosis", "Stop that program, or set another gateway.port in PicoClaw's configuration."
    ),
)
_CANNOT_LISTEN = FailureRule(
    FailureClass.UNKNOWN,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway cannot listen on its address."),
    QT_TRANSLATE_NOOP(
        "Diagnosis", "Check gateway.host and gateway.port in PicoClaw's configuration."
    ),
)
_ALREADY_RUNNING = FailureRule(
    FailureClass.ALREADY_RUNNING,
    QT_TRANSLATE_NOOP(
        "Diagnosis", "Another gateway with this home is already running (PID {pid})."
    ),
    QT_TRANSLATE_NOOP("Diagnosis", "If it is not yours, stop it first."),
    by_waiting=True,
)
_NO_LOGIN = FailureRule(
    FailureClass.PROVIDER_ERROR,
    QT_TRANSLATE_NOOP("Diagnosis", "PicoClaw has no credentials for {provider}."),
    QT_TRANSLATE_NOOP(
        "Diagnosis",
        "Run “picoclaw auth login --provider {provider}” in a terminal, then start it again.",
    ),
    command="picoclaw auth login --provider {provider}",
    curable=False,
)
_PROVIDER = FailureRule(
    FailureClass.PROVIDER_ERROR,
    QT_TRANSLATE_NOOP("Diagnosis", "PicoClaw cannot use its default model."),
    QT_TRANSLATE_NOOP(
        "Diagnosis", "Correct the model's entry in PicoClaw's configuration, then start it again."
    ),
    curable=False,
)
_CHANNELS = FailureRule(
    FailureClass.CHANNELS_FAILED,
    QT_TRANSLATE_NOOP("Diagnosis", "The gateway could not start any of its channels."),
    QT_TRANSLATE_NOOP(
        "Diagnosis", "Check the network, and the channels in PicoClaw's configuration."
    ),
    by_waiting=True,  # at login the network may not be up yet
)
_CHANNEL_MANAGER = replace(_CHANNELS, by_waiting=False)
"""What stands wrong in the configuration does not pass."""

_PORT_TAKEN_ERROR = (
    r"^error opening gateway listeners:.*"
    r"(?:adaptive localhost listener|in use|only one usage of each socket)"
)
STARTUP_RULES: tuple[tuple[re.Pattern[str], FailureRule], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE | re.DOTALL), rule)
    for pattern, rule in (
        (r"^(?:error loading config|config pre-check failed):", _CONFIG),
        (_PORT_TAKEN_ERROR, _PORT_TAKEN),
        (r"^error opening gateway listeners:", _CANNOT_LISTEN),
        (r"^singleton check failed:.*already running \(PID: (?P<pid>\d+)", _ALREADY_RUNNING),
        (r"^error creating provider:.*no credentials for (?P<provider>[\w-]+)", _NO_LOGIN),
        (r"^error creating provider:", _PROVIDER),
        (r"^error starting channels:", _CHANNELS),
        (r"^error creating channel manager:", _CHANNEL_MANAGER),
        (r"^(?:unknown (?:shorthand )?flag|unknown command|flag needs an argument)", WRONG_USAGE),
    )
)
"""What the gateway's error begins with (contract 4.6); the first that fits counts."""

_ENDED_OUTSIDE = FailureRule(
    FailureClass.ENDED_OUTSIDE,
    QT_TRANSLATE_NOOP("Diagnosis", "Somebody else ended the gateway ({signal})."),
    QT_TRANSLATE_NOOP("Diagnosis", "Start it again if you need it."),
    curable=False,
)
CONSOLE_CLOSED = FailureRule(
    FailureClass.ENDED_OUTSIDE,
    QT_TRANSLATE_NOOP("Diagnosis", "Somebody else ended the gateway (Ctrl+C)."),
    QT_TRANSLATE_NOOP("Diagnosis", "Start it again if you need it."),
    curable=False,
)

SIGNAL_RULES: dict[str, FailureRule] = {
    "SIGHUP": _ENDED_OUTSIDE,
    "SIGINT": _ENDED_OUTSIDE,
    "SIGTERM": _ENDED_OUTSIDE,
    "SIGKILL": FailureRule(
        FailureClass.SIGNAL,
        QT_TRANSLATE_NOOP("Diagnosis", "The gateway was killed (force stop or out of memory)."),
        QT_TRANSLATE_NOOP("Diagnosis", "If nobody stopped it, look at how much memory is free."),
    ),
    "SIGPIPE": FailureRule(
        FailureClass.SIGPIPE,
        QT_TRANSLATE_NOOP(
            "Diagnosis", "The gateway ended because nobody read its output any more."
        ),
        QT_TRANSLATE_NOOP("Diagnosis", "Start it again."),
    ),
}
"""By name; every other signal is ``SIGNALLED``."""
