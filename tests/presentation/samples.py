"""One value of every phase and variant, and what makes situations of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.messages import Notice, NoticeKind
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    Failed,
    Failure,
    FailureKind,
    Health,
    Locating,
    Preparing,
    Process,
    ProcessKey,
    Quit,
    QuitKind,
    Remains,
    Replanning,
    Rest,
    Running,
    Spawning,
    StartAgain,
    Starting,
    State,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.situation import Facts, Outlook, Situation, Surroundings
from picoclaw_tray.presentation.text import render
from picoclaw_tray.text import Template, Text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Phase
    from picoclaw_tray.presentation.autostart import LoginStatus
    from picoclaw_tray.presentation.reload import ReloadAnswer

NOW = 1000.0
OURS = Process(ProcessKey(4711, "c"), ours=True, watched=True)
FOREIGN = Process(ProcessKey(815, "c"))
MANAGED = Process(ProcessKey(815, "c"), managed=True)
QUIT = Quit(QuitKind.USER, leave=False)
BY_USER = StartAgain(by_user=True, anyway=False)
BY_ITSELF = StartAgain(by_user=False, anyway=True)
REASON = Text(Template("Test", "The disk is full."))
NEXT_STEP = Text(Template("Test", "Tidy up."))
CHANGE = Text(Template("Test", "tool web off"))
FAILURE = Failure("unknown", REASON, next_step=NEXT_STEP)
BURST = tuple(CountedFailure(at, FailureKind.CRASH) for at in (NOW - 241, NOW))
GIVEN_UP = "Given up after 2 failures within 5 min. The disk is full."
SURROUNDINGS = Surroundings("/home/alice/.picoclaw", "/home/alice/.picoclaw/config.json")
FACTS = Facts(version="0.2.9", host="localhost", port=18790, started_at=NOW - 300)

IDLE: tuple[Phase, ...] = (
    *(Stopped(reason) for reason in StopReason),
    Stopped(remains=Remains()),
    Stopped(remains=Remains(pid_file=True)),
    Stopped(remains=Remains(processes=(12, 13))),
    Backoff(NOW + 4, 2, counted=True, anyway=False),
    Backoff(NOW + 4, 1, counted=False, anyway=True),
    Failed(gave_up=False),
    Failed(gave_up=True),
)
WITHOUT_PROCESS: tuple[Phase, ...] = (
    *IDLE,
    Locating(by_user=True, anyway=False, deadline=NOW + 6),
    Preparing(by_user=True, anyway=False, deadline=NOW + 20),
    *(Spawning(anyway=False, then=then) for then in (None, Rest(), QUIT)),
)


def _with(process: Process) -> tuple[Phase, ...]:
    return (
        Starting(process, NOW + 15),
        Starting(process, NOW + 15, announced=True),
        Starting(process, NOW, slow=True),
        Running(process),
        Running(process, Health.FAILING, misses=3),
        Running(process, replanning=Replanning(anyway=False, deadline=NOW + 20)),
        *(Stopping(process, then, NOW + 20) for then in (Rest(), BY_USER, BY_ITSELF, QUIT)),
        Stopping(process, Rest(), NOW + 3, killed=True),
        Stopping(process, Rest(), deadline=None, killed=True),
    )


WITH_PROCESS = (*_with(OURS), *_with(FOREIGN), *_with(MANAGED)[:6])
PHASES = (*WITHOUT_PROCESS, *WITH_PROCESS)


def situation(  # noqa: PLR0913 - a situation has many sides
    phase: Phase,
    failure: Failure | None = None,
    *,
    facts: Facts | None = None,
    refused_restart: Failure | None = None,
    demo: bool = False,
    outlook: Outlook | None = None,
    reload: ReloadAnswer | None = None,
    login: LoginStatus | None = None,
) -> Situation:
    """A situation in this phase."""
    return Situation(
        Surroundings(SURROUNDINGS.home, SURROUNDINGS.config_path, demo=demo),
        State(phase, failures=BURST if failure else (), failure=failure),
        facts or Facts(),
        outlook,
        None if refused_restart is None else refusal(refused_restart),
        reload,
        login,
    )


def refusal(failure: Failure) -> Notice:
    """The notice that a restart was refused."""
    return Notice(NoticeKind.RESTART_REFUSED, failure)


def said(text: Text | None) -> str:
    """In English; empty if there is nothing to say."""
    return render(text) if text else ""
