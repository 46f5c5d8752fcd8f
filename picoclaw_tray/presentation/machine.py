"""One situation as scripts read it: what ``status --json`` prints (contract 10.1, and more)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, assert_never

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.gateway.signal_names import signal_name
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Locating,
    Preparing,
    Running,
    Spawning,
    StartAgain,
    Starting,
    State,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.notices import is_over, was_refused
from picoclaw_tray.presentation.status import next_step_of, reason_of
from picoclaw_tray.presentation.text import render

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Phase
    from picoclaw_tray.presentation.port_holder import PortHolder
    from picoclaw_tray.presentation.situation import Situation

Payload: TypeAlias = dict[str, Any]

RUNNING: Final = "running"


@dataclass(frozen=True, slots=True)
class TrayIdentity:
    """The tray that looks after the gateway; one that does not answer tells no version."""

    pid: int
    version: str | None


def status_payload(situation: Situation, now: float, tray: TrayIdentity | None) -> Payload:
    """What ``status --json`` prints.

    The keys of contract 10.1 are there when that says so, all others always.

    Args:
        situation: As it is.
        now: Monotonic seconds, for the uptime.
        tray: Whose gateway it is; none if no tray runs.
    """
    return {
        **_upstream(situation),
        "phase": phase_name(situation.state.phase),
        "slow": isinstance(situation.state.phase, Starting) and situation.state.phase.slow,
        **_process(situation, now),
        "managed_by": _managed_by(situation),
        **_program(situation),
        "port_owner": _port_owner(situation.facts.port_owner),
        "config_path": situation.surroundings.config_path,
        "home": situation.surroundings.home,
        "restart_changes": [render(change) for change in _changes(situation)],
        "failure": _failure(situation.state),
        "tray": None if tray is None else {"pid": tray.pid, "version": tray.version},
    }


def phase_name(phase: Phase) -> str:
    """The phase as the life cycle calls it."""
    return type(phase).__name__.lower()


def gateway_status(phase: Phase) -> str:
    """The word of the launcher for it."""
    match phase:
        case Stopped():
            return "stopped"
        case Locating() | Preparing() | Spawning() | Starting():
            return "starting"
        case Stopping(then=StartAgain()) | Backoff():
            return "restarting"
        case Running() | Stopping():
            return RUNNING
        case Failed():
            return "error"
        case _:
            assert_never(phase)


def why_not(failure: Failure) -> str:
    """PicoClaw's own words where there are some; scripts know them."""
    return failure.detail or render(reason_of(failure))


def _upstream(situation: Situation) -> Payload:
    facts, objection = situation.facts, _objection(situation)
    status = gateway_status(situation.state.phase)
    payload: Payload = {
        "gateway_status": status,
        "gateway_restart_required": bool(_changes(situation)),
        "gateway_start_allowed": objection is None,
    }
    if objection is not None:
        payload["gateway_start_reason"] = why_not(objection)
    if facts.default_model:
        payload["config_default_model"] = facts.default_model
    process = situation.state.process
    if status == RUNNING and process is not None:
        payload["pid"] = process.key.pid
        if facts.version:
            payload["gateway_version"] = facts.version
        if facts.boot_model:
            payload["boot_default_model"] = facts.boot_model
    return payload


def _objection(situation: Situation) -> Failure | None:
    """Why a start would be refused; what has just refused one is known before the next check."""
    match situation.state:
        case State(phase=Failed() | Backoff(), failure=Failure() as failure) if was_refused(
            failure
        ):
            return failure
        case _:
            return situation.outlook.objection if situation.outlook else None


def _process(situation: Situation, now: float) -> Payload:
    state, facts = situation.state, situation.facts
    process, started_at = state.process, facts.started_at
    if process is None:
        started_at = None
    return {
        "ownership": None if process is None else "owned" if process.ours else "attached",
        "health": state.phase.health.value if isinstance(state.phase, Running) else "unknown",
        "host": facts.host or None,
        "port": facts.port,
        "uptime_s": None if started_at is None else round(max(0.0, now - started_at), 1),
        "run": facts.run,
        "log_level": (facts.log_level or None) if process is not None else None,
    }


def _managed_by(situation: Situation) -> Payload | None:
    """Who started it and looks after it; of a service the kind is the manager's name."""
    process, origin = situation.state.process, situation.facts.origin
    if process is None:
        return None
    if origin is None:
        origin = Origin(OriginKind.THIS_TRAY if process.ours else OriginKind.UNKNOWN)
    service = origin.service
    return {
        "kind": service.manager.name.lower() if service else origin.kind.value,
        "unit": service.unit if service else origin.terminal or None,
        "pid": origin.starter,
        "stop_command": service.stop_command or None if service else None,
        "restart_command": service.restart_command or None if service else None,
    }


def _program(situation: Situation) -> Payload:
    outlook = situation.outlook
    return {
        "binary": outlook.program or None if outlook else None,
        "binary_version": outlook.version or None if outlook else None,
    }


def _port_owner(holder: PortHolder | None) -> Payload | None:
    if holder is None:
        return None
    return {
        "pid": holder.pid,
        "name": holder.name or None,
        "gateway": holder.gateway,
        "home": holder.home,
        "binary": holder.binary or None,
        "version": holder.version or None,
    }


def _changes(situation: Situation) -> tuple[Any, ...]:
    return situation.facts.changes if isinstance(situation.state.phase, Running) else ()


def _failure(state: State) -> Payload | None:
    failure = _last_failure(state)
    if failure is None:
        return None
    code, next_step = failure.exit_code, next_step_of(failure)
    return {
        "class": failure.failure_class,
        "reason": render(reason_of(failure)),
        "exit_code": code if code is not None and code >= 0 else None,
        "signal": signal_name(-code) if code is not None and code < 0 else None,
        "error": failure.detail or None,
        "evidence": list(failure.evidence),
        "panic": list(failure.panic),
        "place": str(failure.place) if failure.place else None,
        "command": failure.command or None,
        "next_step": render(next_step) if next_step else None,
    }


def _last_failure(state: State) -> Failure | None:
    """The one kept by the state; that a session ended is no failure to it."""
    match state.phase:
        case Stopped(reason=StopReason.SESSION_END):
            return Failure(FailureClass.SESSION_END)
        case Starting() | Running() if state.failure and is_over(state.failure):
            return None
        case _:
            return state.failure
