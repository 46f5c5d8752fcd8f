"""Events that happen to a gateway, findings about it, effects that are to be carried out.

Every event carries ``at``, monotonic seconds. Answers carry the epoch they were asked in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, TypeAlias

from picoclaw_tray.lifecycle.state import QuitKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from picoclaw_tray.lifecycle.state import Failure, Process, ProcessKey
    from picoclaw_tray.text import Text


@dataclass(frozen=True, slots=True)
class LaunchPlan:
    """All that a start needs; made before it, so that starting itself asks nothing.

    Attributes:
        program: Absolute path, or a bare name for the system's own search.
        environment: The child's whole environment. May hold secrets: never shown or logged.
        directory: Working directory.
        outlives: Start it so that it can be left running when the tray quits: without a pipe.
        errors: The file for its standard error, where there is no pipe; empty: none.
        run: The number that a person will know it by; none: the next one.
        version: Of the gateway, as its program says; empty if it could not be told.
        default_model: Of the config it will read.
        log_level: With which it will write its log.
        fingerprint: Of that config, from part to value; none if its schema is too old.
    """

    program: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str] = field(repr=False)
    directory: str
    outlives: bool = False
    errors: str = ""
    run: int | None = None
    version: str = ""
    default_model: str = ""
    log_level: str = ""
    fingerprint: Mapping[str, str] | None = field(default=None, repr=False)


# -- findings ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Found:
    """A gateway of this home lives.

    Attributes:
        answering: ``/health`` answered with its PID.
        age: Seconds since its start.
        announced: Its PID file was seen.
    """

    process: Process
    answering: bool
    age: float
    announced: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """The process that was asked about does not exist any more."""

    pid_file_left: bool


@dataclass(frozen=True, slots=True)
class Foreign:
    """Our port is taken by another program or by the gateway of another home.

    ``pid_file_left``: besides, what ``Stale`` says.
    """

    owner: Text
    pid_file_left: bool = False


@dataclass(frozen=True, slots=True)
class Stale:
    """The PID file records a process that is gone or is proven to be another program."""

    pid: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """No gateway, no obstacle."""


Finding: TypeAlias = Found | Gone | Foreign | Stale | Nothing


# -- events -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class StartRequested:
    """The user wants a gateway. ``anyway`` passes over what readiness alone objects to."""

    at: float
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class StopRequested:
    """The user wants none."""

    at: float


@dataclass(frozen=True, slots=True)
class RestartRequested:
    """The user wants a fresh one, but keeps the old one if no fresh one could start."""

    at: float
    anyway: bool = False


@dataclass(frozen=True, slots=True)
class KillRequested:
    """The user wants it gone, without mercy ("Force stop")."""

    at: float


@dataclass(frozen=True, slots=True)
class QuitRequested:
    """The tray is to end. ``leave``: a gateway that can outlive the tray is to."""

    at: float
    kind: QuitKind = QuitKind.USER
    leave: bool = False


@dataclass(frozen=True, slots=True)
class Observed:
    """The answer to ``Observe``. ``survivors`` are those that live of the asked-for tree."""

    at: float
    epoch: int
    finding: Finding
    survivors: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    """A start can succeed as far as anybody can tell."""

    at: float
    epoch: int
    plan: LaunchPlan


@dataclass(frozen=True, slots=True)
class Refused:
    """A start cannot succeed now."""

    at: float
    epoch: int
    refusal: Failure


@dataclass(frozen=True, slots=True)
class Spawned:
    """The process exists."""

    at: float
    process: Process


@dataclass(frozen=True, slots=True)
class SpawnFailed:
    """The operating system made no process."""

    at: float
    reason: str


@dataclass(frozen=True, slots=True)
class Exited:
    """A watched process ended. A negative code is the number of the signal."""

    at: float
    key: ProcessKey
    code: int


@dataclass(frozen=True, slots=True)
class Signalled:
    """The signal went out; these are the descendants it had before."""

    at: float
    epoch: int
    tree: tuple[ProcessKey, ...]


class Obstacle(Enum):
    """Why a signal was not sent."""

    NOT_OUR_GATEWAY = "not our gateway any more"
    NO_PERMISSION = "no permission"


@dataclass(frozen=True, slots=True)
class SignalRefused:
    """The signal was not sent."""

    at: float
    epoch: int
    why: Obstacle


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """What is known by now about the failure with this ticket."""

    at: float
    ticket: int
    failure: Failure


@dataclass(frozen=True, slots=True)
class ConfigChanged:
    """PicoClaw's files changed: what failed may work now."""

    at: float


@dataclass(frozen=True, slots=True)
class Nudged:
    """Something may have happened: look now instead of later."""

    at: float


@dataclass(frozen=True, slots=True)
class Resumed:
    """The computer slept. ``gap``: what our own clock advanced meanwhile, seconds."""

    at: float
    gap: float


@dataclass(frozen=True, slots=True)
class Tick:
    """The time of ``wakeup_at`` has come."""

    at: float


Event: TypeAlias = (
    StartRequested
    | StopRequested
    | RestartRequested
    | KillRequested
    | QuitRequested
    | Observed
    | Prepared
    | Refused
    | Spawned
    | SpawnFailed
    | Exited
    | Signalled
    | SignalRefused
    | Diagnosed
    | ConfigChanged
    | Nudged
    | Resumed
    | Tick
)


# -- effects ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Observe:
    """Look. With a target: what became of that process; without: is there a gateway of this home.

    ``tree`` is a former gateway and its descendants, whose survival is of interest.
    """

    epoch: int
    target: Process | None = None
    tree: tuple[ProcessKey, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepare:
    """Find out whether and how to start.

    ``replacing`` does not stand in the way. ``fresh``: a person waits for the answer, so nothing
    that was found out a while ago will do.
    """

    epoch: int
    anyway: bool
    replacing: Process | None = None
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Spawn:
    """Start the gateway."""

    plan: LaunchPlan


@dataclass(frozen=True, slots=True)
class Terminate:
    """Ask the process to end, after listing its descendants."""

    epoch: int
    process: Process


@dataclass(frozen=True, slots=True)
class Kill:
    """End the process and its descendants."""

    epoch: int
    process: Process
    tree: tuple[ProcessKey, ...]


@dataclass(frozen=True, slots=True)
class Diagnose:
    """Find out why; the answer fills in ``failure``."""

    failure: Failure
    process: Process | None = None


@dataclass(frozen=True, slots=True)
class Forget:
    """Remove the PID file if it records this PID and a new look proves its process no gateway."""

    pid: int


class NoticeKind(Enum):
    """What a person has to be told although no phase changes."""

    RESTART_REFUSED = "restart refused"
    RESTART_NOT_CHECKED = "restart not checked"
    HANGS_AGAIN = "hangs again"
    NO_PERMISSION = "no permission"
    MANAGED = "managed"


@dataclass(frozen=True, slots=True)
class Notice:
    """Tell the person."""

    kind: NoticeKind
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class QuitApp:
    """End the tray. Said once."""


Effect: TypeAlias = (
    Observe | Prepare | Spawn | Terminate | Kill | Diagnose | Forget | Notice | QuitApp
)
