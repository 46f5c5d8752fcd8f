"""Whether a process is the gateway of this home (contract 2.3 and 2.4, in the tray's reading).

It judges facts that others gathered. A decisive answer and a failed inspection are never mixed:
a PID file is forgotten only when its process is gone or proven to be something else.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.command_line import is_gateway_command_line, mentions_gateway
from picoclaw_tray.gateway.launch import home_directory, join

if TYPE_CHECKING:
    from collections.abc import Mapping

    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.gateway.health import HealthAnswer
    from picoclaw_tray.gateway.pid_file import PidRecord

REUSE_MARGIN_S = 2.0
"""The gateway writes its PID file shortly after its own start; file systems round times."""

INIT_PID = 1

_LOG_TAIL = {False: "/logs/gateway.log", True: "\\logs\\gateway.log"}
"""By whether the path is one of Windows."""


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    """What the operating system says about one existing process.

    Attributes:
        created: identifies the process together with its PID; opaque, compared only.
        started_at: wall clock, seconds since the epoch; None if it cannot be told.
        zombie: ended, but not yet reaped.
        argv: None if it could not be read; empty for a process that has none.
        in_home: the answer of ``belongs_to_home``.
    """

    pid: int
    created: str
    started_at: float | None
    zombie: bool
    argv: tuple[str, ...] | None
    in_home: bool | None = None


class Verdict(Enum):
    """What a process turned out to be."""

    GATEWAY = "gateway"
    """The gateway of this home."""
    GONE = "gone"
    """There is no such process any more."""
    OTHER_PROGRAM = "other program"
    """Proven not to be a gateway."""
    OTHER_HOME = "other home"
    """Proven to serve another home."""
    INCONCLUSIVE = "inconclusive"
    """Could not be told: neither adopt it, nor signal it, nor forget its PID file."""

    @property
    def may_forget(self) -> bool:
        """Whether a PID file that names this process may be deleted."""
        return self in {Verdict.GONE, Verdict.OTHER_PROGRAM, Verdict.OTHER_HOME}


def identify(
    record: PidRecord | None,
    record_mtime: float | None,
    facts: ProcessFacts | None,
    health: HealthAnswer | None,
    command: GatewayCommand,
) -> Verdict:
    """Judges one process.

    Args:
        record: the PID file of this home; None if the process was found in another way.
        record_mtime: its modification time, wall clock.
        facts: the recorded process, or the one found; None if it does not exist.
        health: what answers at the gateway's address, if anything does.
        command: the configured gateway command.
    """
    pid = record.pid if record else facts.pid if facts else None
    answers = health is not None and health.pid is not None and health.pid == pid
    if facts is None or facts.zombie:
        # An answer with this PID comes from behind a wall, such as a container's: it lives.
        return Verdict.INCONCLUSIVE if answers else Verdict.GONE
    looks = _looks_like_gateway(facts.argv, command)
    if record is None:
        return _judge_found(facts, looks=looks, answers=answers)
    if answers:
        return _judge_answering(facts, looks=looks)
    return _judge_silent(facts, looks=looks, reused=_is_reused(facts, record_mtime))


def belongs_to_home(
    environ: Mapping[str, str] | None,
    open_files: tuple[str, ...],
    home: str,
    *,
    user_home_variable: str = "HOME",
) -> bool | None:
    """Whether a process serves ``home``, by its open log or its environment; None if unknown.

    Paths are compared as strings: the caller makes ``open_files``, ``home`` and the two variables
    in ``environ`` absolute and resolves links.

    Args:
        environ: of the process; None if it could not be read.
        open_files: of the process; empty if they could not be listed.
        home: the PicoClaw home in question.
        user_home_variable: ``USERPROFILE`` on Windows (contract 1.1).
    """
    if join(home, "logs", "gateway.log") in open_files:
        return True
    if environ is None:
        return None
    serves = home_directory(environ, environ.get(user_home_variable, ""))
    return None if serves == "." else serves.rstrip("/\\") == home.rstrip("/\\")


def home_of(
    environ: Mapping[str, str] | None,
    open_files: tuple[str, ...],
    *,
    user_home_variable: str = "HOME",
) -> str | None:
    """Which home a gateway serves, by its open log, else by its environment; None if unknown.

    Args:
        environ: as for ``belongs_to_home``.
        open_files: likewise. Of several logs none is believed.
        user_home_variable: likewise.
    """
    homes = {home for path in open_files if (home := _home_of_log(path))}
    if len(homes) == 1:
        return homes.pop()
    if homes or environ is None:
        return None
    serves = home_directory(environ, environ.get(user_home_variable, ""))
    return None if serves == "." else serves


def _home_of_log(path: str) -> str:
    """The home whose ``gateway.log`` has this path; empty if it is none."""
    windows = "\\" in path and not path.startswith("/")
    return path.removesuffix(_LOG_TAIL[windows]) if path.endswith(_LOG_TAIL[windows]) else ""


def _looks_like_gateway(argv: tuple[str, ...] | None, command: GatewayCommand) -> bool | None:
    """The rule for command lines, with doubt: a gateway under an unknown name is no proof."""
    if argv is None:
        return None
    if is_gateway_command_line(argv, command):
        return True
    return None if mentions_gateway(argv) else False


def _judge_found(facts: ProcessFacts, *, looks: bool | None, answers: bool) -> Verdict:
    """Without a PID file a process must prove that it is of this home."""
    if looks is False:
        return Verdict.OTHER_PROGRAM
    if not looks and not answers:
        return Verdict.INCONCLUSIVE
    if facts.in_home is None:
        return Verdict.INCONCLUSIVE
    return Verdict.GATEWAY if facts.in_home else Verdict.OTHER_HOME


def _judge_answering(facts: ProcessFacts, *, looks: bool | None) -> Verdict:
    """``/health`` answers with the recorded PID: accepted, unless this process cannot be it.

    In a container with a published port the same number means another process out here: PID 1
    is this machine's init, and a process of another home is not the one that answers.
    """
    elsewhere = facts.in_home is False or (facts.pid == INIT_PID and not looks)
    return Verdict.INCONCLUSIVE if elsewhere else Verdict.GATEWAY


def _judge_silent(facts: ProcessFacts, *, looks: bool | None, reused: bool) -> Verdict:
    """The recorded process exists, and nothing answers with its PID.

    A PID that seems reused is not accepted, but proves nothing: clocks are set.
    """
    if looks is False or (facts.pid == INIT_PID and not looks):
        return Verdict.OTHER_PROGRAM
    if facts.in_home is False:
        return Verdict.OTHER_HOME
    return Verdict.GATEWAY if looks and not reused else Verdict.INCONCLUSIVE


def _is_reused(facts: ProcessFacts, record_mtime: float | None) -> bool:
    if facts.started_at is None or record_mtime is None:
        return False
    return facts.started_at > record_mtime + REUSE_MARGIN_S
