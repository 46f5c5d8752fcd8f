"""What the life of one gateway looks like at one moment: phases, the process, the last failure.

Times are monotonic seconds of the supervisor; nothing here reads a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from picoclaw_tray.text import Text


@dataclass(frozen=True, slots=True)
class ProcessKey:
    """Identifies a process beyond the reuse of its number.

    ``created`` is no date: it is only ever compared with another one for equality.
    """

    pid: int
    created: str


@dataclass(frozen=True, slots=True)
class Process:
    """One gateway process, and what we are to it.

    Attributes:
        key: Number and creation identity.
        ours: This tray, or an earlier one, started it.
        watched: Its end arrives by itself (it is our child); otherwise it has to be observed.
        outlives: It was started so that it can be left running when the tray quits.
        managed: A service manager runs it, and would start it again: it alone stops it.
    """

    key: ProcessKey
    ours: bool = False
    watched: bool = False
    outlives: bool = False
    managed: bool = False

    @property
    def has_pipe(self) -> bool:
        """Whether what it prints comes to us."""
        return self.watched and not self.outlives


class Health(Enum):
    """Whether a running gateway answers."""

    OK = "ok"
    FAILING = "failing"


class FailureKind(Enum):
    """Which burst a failure counts for."""

    CRASH = "crash"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class CountedFailure:
    """A failure that counts for a burst."""

    at: float
    kind: FailureKind


COULD_NOT_LOOK = "could not look"
COULD_NOT_CHECK = "could not check"
"""Our own details: it took too long to find out whether a gateway runs, or could start."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mistake stands: a file, and the line if that is known."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        """As editors take it."""
        return self.path if self.line is None else f"{self.path}:{self.line}"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no gateway, or why it was restarted.

    Attributes:
        failure_class: A value of ``gateway.diagnosis.FailureClass``; carried, never interpreted.
        reason: The sentence for a person; none as long as nothing is known but the class.
        detail: PicoClaw's or the system's own words, verbatim, where there are some.
        exit_code: Exit code; negative is the number of the signal that ended the process.
        was_ready: The gateway had answered before it ended.
        ran: There was a process, and it ended although nobody of us wished it.
        evidence: Lines of output that show it, secrets masked.
        panic: Lines of the panic log that show it, likewise.
        next_step: What the person can do.
        place: The file to mend.
        command: What to run in a terminal; for a shell.
        curable: A retry, or waiting, may cure it.
        by_waiting: Waiting alone may cure it, so it does not count.
        passable: "Start anyway" passes over it.
        ticket: Says to which failure a diagnosis belongs.
    """

    failure_class: str
    reason: Text | None = None
    detail: str = ""
    exit_code: int | None = None
    was_ready: bool = False
    ran: bool = False
    evidence: tuple[str, ...] = ()
    panic: tuple[str, ...] = ()
    next_step: Text | None = None
    place: Place | None = None
    command: str = ""
    curable: bool = True
    by_waiting: bool = False
    passable: bool = False
    ticket: int = 0


class StopReason(Enum):
    """Why a gateway does not run although nothing failed."""

    NOT_STARTED = "not started"
    BY_USER = "by user"
    FROM_OUTSIDE = "from outside"
    LEFT_ALONE = "left alone"
    QUIT = "quit"
    SESSION_END = "session end"


class QuitKind(Enum):
    """Who ends the tray: a person, or a session that leaves little time."""

    USER = "user"
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Rest:
    """After the stop: nothing."""


@dataclass(frozen=True, slots=True)
class StartAgain:
    """After the stop: start."""

    by_user: bool
    anyway: bool


@dataclass(frozen=True, slots=True)
class Quit:
    """After the stop: end the tray. Never replaced by another wish."""

    kind: QuitKind
    leave: bool


Then: TypeAlias = Rest | StartAgain | Quit


@dataclass(frozen=True, slots=True)
class Remains:
    """What a stop left behind."""

    pid_file: bool = False
    processes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Stopped:
    """No gateway, and none is wanted.

    ``tree`` is the stopped one and the descendants it had; ``remains`` is unknown until somebody
    looked.
    """

    reason: StopReason = StopReason.NOT_STARTED
    tree: tuple[ProcessKey, ...] = ()
    remains: Remains | None = None


@dataclass(frozen=True, slots=True)
class Locating:
    """Looking for a gateway that runs already."""

    by_user: bool
    anyway: bool
    deadline: float


@dataclass(frozen=True, slots=True)
class Preparing:
    """Checking whether a start can succeed, and with what."""

    by_user: bool
    anyway: bool
    deadline: float


@dataclass(frozen=True, slots=True)
class Spawning:
    """The operating system was asked for a process and has not answered.

    No deadline: a second process could be its consequence. ``then``: what was asked for meanwhile.
    """

    anyway: bool
    then: Then | None = None


@dataclass(frozen=True, slots=True)
class Starting:
    """The process lives and does not answer yet. No deadline once it is slow."""

    process: Process
    deadline: float
    announced: bool = False
    slow: bool = False


@dataclass(frozen=True, slots=True)
class Replanning:
    """A restart was asked for; whether it could start again is being checked."""

    anyway: bool
    deadline: float


@dataclass(frozen=True, slots=True)
class Running:
    """The gateway answered once, or was adopted.

    ``misses`` are probes in a row without answer, ``missed_at`` the time of the last one.
    """

    process: Process
    health: Health = Health.OK
    misses: int = 0
    replanning: Replanning | None = None
    missed_at: float = field(default=float("-inf"), compare=False)


@dataclass(frozen=True, slots=True)
class Stopping:
    """A signal was sent; waiting for the end. No deadline: it does not react even to a kill."""

    process: Process
    then: Then
    deadline: float | None
    killed: bool = False
    tree: tuple[ProcessKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Backoff:
    """Waiting before the next attempt. Only counted attempts lead to giving up."""

    until: float
    attempt: int
    counted: bool
    anyway: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """No gateway until a person acts or the config changes."""

    gave_up: bool


Idle: TypeAlias = Stopped | Backoff | Failed
Alive: TypeAlias = Starting | Running
Phase: TypeAlias = Idle | Locating | Preparing | Spawning | Alive | Stopping


@dataclass(frozen=True, slots=True)
class State:
    """The whole state of the life cycle.

    Attributes:
        epoch: Grows with every change of the class of the phase; an answer to an older epoch
            decides nothing.
        failures: Those that count for the bursts.
        failure: The last one, kept until the user acts, so that a healed gateway can still say why
            it was restarted.
        waits: Number of back-offs in a row that do not count.
        probing: An observation is under way.
        probe_at: When the next one is due; none where the phase needs none or it is under way.
        calm_until: No missing answer counts before this time (after a sleep).
        ended: The tray was told to quit; nothing changes any more.
    """

    phase: Phase = Stopped()
    epoch: int = 0
    failures: tuple[CountedFailure, ...] = ()
    failure: Failure | None = None
    waits: int = 0
    probing: bool = False
    probe_at: float | None = None
    calm_until: float = 0.0
    ended: bool = False

    @property
    def process(self) -> Process | None:
        """The process of the phase, where it has one."""
        match self.phase:
            case Starting(process=process) | Running(process=process) | Stopping(process=process):
                return process
            case _:
                return None

    @property
    def quitting(self) -> bool:
        """The tray ends as soon as the gateway has."""
        match self.phase:
            case Spawning(then=Quit()) | Stopping(then=Quit()):
                return True
            case _:
                return False
