"""Where the tests of the table begin: processes, phases and a moment to start from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.messages import Found, LaunchPlan
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Locating,
    Preparing,
    Process,
    ProcessKey,
    Quit,
    QuitKind,
    Replanning,
    Rest,
    Running,
    Spawning,
    StartAgain,
    Starting,
    State,
    Stopped,
    Stopping,
)
from picoclaw_tray.lifecycle.transition import transition
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.messages import Event
    from picoclaw_tray.lifecycle.moves import Step
    from picoclaw_tray.lifecycle.state import Phase

POLICY = Policy()
NOW = 1000.0
LATER = NOW + 9.0
EPOCH = 7

KEY = ProcessKey(100, "created 1")
PIPE_CHILD = Process(KEY, ours=True, watched=True)
OUTLIVING = Process(KEY, ours=True, outlives=True)
FOUND_AGAIN = Process(KEY, ours=True)
ATTACHED = Process(KEY)
MANAGED = Process(KEY, managed=True)
UNWATCHED = [OUTLIVING, FOUND_AGAIN, ATTACHED]
ANY_PROCESS = [PIPE_CHILD, *UNWATCHED]
ANOTHER = Process(ProcessKey(200, "created 2"))
SAME_PID = Process(ProcessKey(100, "created 3"))
CHILDREN = (ProcessKey(101, "child"), ProcessKey(102, "child"))

PLAN = LaunchPlan("/usr/bin/picoclaw", ("gateway", "-E"), {}, "/home/user")
OWNER = text(QT_TRANSLATE_NOOP("Test", "another program"))
FAILURE = Failure("unknown", exit_code=1, ticket=3)
HUNG = Failure("hung", was_ready=True, ticket=EPOCH + 1)
CURABLE = Failure("local_model_away")
WAITED_FOR = Failure("network_away", by_waiting=True)
INCURABLE = Failure("config_invalid", curable=False)

LOCATING = Locating(by_user=False, anyway=False, deadline=LATER)
PREPARING = Preparing(by_user=False, anyway=False, deadline=LATER)
SPAWNING = Spawning(anyway=False)
BACKOFF = Backoff(LATER, 2, counted=True, anyway=False)
REPLANNING = Replanning(anyway=False, deadline=LATER)
REST = Rest()
AGAIN = StartAgain(by_user=False, anyway=False)
QUIT = Quit(QuitKind.USER, leave=False)
IDLE = [Stopped(), BACKOFF, Failed(gave_up=True)]
EMPTY = [*IDLE, LOCATING, PREPARING]


def starting(process: Process = PIPE_CHILD) -> Starting:
    return Starting(process, LATER)


def stopping(process: Process = PIPE_CHILD, then=REST, *, killed: bool = False) -> Stopping:
    return Stopping(process, then, LATER, killed)


def unkillable(process: Process = PIPE_CHILD, then=REST) -> Stopping:
    return Stopping(process, then, None, killed=True)


def alive(process: Process) -> list[Phase]:
    return [starting(process), Running(process)]


EVERY_PHASE = [*EMPTY, SPAWNING, *alive(PIPE_CHILD), *alive(ATTACHED), stopping(), unkillable()]


def state_of(phase: Phase, **changes) -> State:
    """A state in the middle of its life; where the phase has probes, none is due."""
    match phase:
        case Preparing() | Spawning() | Stopping(process=Process(watched=True)):
            probe_at = None
        case _:
            probe_at = NOW + 100.0
    return State(phase, **({"epoch": EPOCH, "probe_at": probe_at} | changes))


def step(start: State | Phase, event: Event, policy: Policy = POLICY) -> Step:
    """What the event leads to, from a state or from a phase."""
    state = start if isinstance(start, State) else state_of(start)
    return transition(state, event, policy)


def stays(start: State | Phase, event: Event, policy: Policy = POLICY) -> bool:
    """Neither phase nor epoch changes, and nothing is done."""
    state = start if isinstance(start, State) else state_of(start)
    after, effects = transition(state, event, policy)
    return (after.phase, after.epoch, effects) == (state.phase, state.epoch, ())


def answering(process: Process, age: float = 60.0) -> Found:
    return Found(process, answering=True, age=age, announced=True)


def silent(process: Process, age: float = 60.0, *, announced: bool = True) -> Found:
    return Found(process, answering=False, age=age, announced=announced)
