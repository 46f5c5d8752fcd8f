"""Every rule of the gateway's life: one function from a state and an event to the next state.

One ``case`` is one row of the table of the life cycle. Rows that hold for several phases stand in a
function of their own, which the phases ask where they have no more special row. ``moves`` has the
ways from phase to phase, ``timing`` the wake-ups and probes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from picoclaw_tray.lifecycle import moves, timing
from picoclaw_tray.lifecycle.messages import (
    ConfigChanged,
    Diagnosed,
    Event,
    Exited,
    Finding,
    Foreign,
    Forget,
    Found,
    Gone,
    KillRequested,
    Nothing,
    Notice,
    NoticeKind,
    Nudged,
    Observed,
    Obstacle,
    Prepared,
    QuitRequested,
    Refused,
    RestartRequested,
    Resumed,
    Signalled,
    SignalRefused,
    Spawn,
    Spawned,
    SpawnFailed,
    Stale,
    StartRequested,
    StopRequested,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    COULD_NOT_CHECK,
    COULD_NOT_LOOK,
    Alive,
    Backoff,
    Failed,
    Failure,
    FailureKind,
    Health,
    Idle,
    Locating,
    Preparing,
    Process,
    Quit,
    QuitKind,
    Remains,
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

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.moves import Step
    from picoclaw_tray.lifecycle.policy import Policy
    from picoclaw_tray.lifecycle.state import Phase

CONTROL_C_EXIT, TERMINATED_WITH_SESSION = 0xC000013A, 0x40010004
"""What Windows says of a program that a console event, or the end of the session, has ended
(ntstatus.h: ``STATUS_CONTROL_C_EXIT``, ``DBG_TERMINATE_PROCESS``)."""

WISHES = frozenset({0, -1, -2, -15, CONTROL_C_EXIT, TERMINATED_WITH_SESSION})
"""Exit codes that are somebody's wish, no crash: clean, SIGHUP, SIGINT, SIGTERM (contract 8.6)."""


def transition(state: State, event: Event, policy: Policy) -> Step:
    """Returns the next state and what is to be done. Any event is allowed in any state."""
    if state.ended:
        return state, ()
    if isinstance(event, Observed):
        state = replace(state, probing=False)
    if _is_outdated(state, event):
        step: Step = state, ()
    else:
        step = _step(state, event, policy)
    return timing.with_due_probe(*step, event.at, policy)


def _is_outdated(state: State, event: Event) -> bool:
    match event:
        case (
            Observed(epoch=epoch)
            | Prepared(epoch=epoch)
            | Refused(epoch=epoch)
            | Signalled(epoch=epoch)
            | SignalRefused(epoch=epoch)
        ):
            return epoch != state.epoch
        case _:
            return False


def _step(state: State, event: Event, policy: Policy) -> Step:
    match event:
        case Diagnosed():
            return _diagnosed(state, event, policy)
        case Resumed():
            return _resumed(state, event, policy), ()
        case StopRequested() | KillRequested() | RestartRequested() if _is_managed(state.phase):
            return state, (Notice(NoticeKind.MANAGED),)
        case _:
            pass
    phase = state.phase
    match phase:
        case Stopped() | Backoff() | Failed():
            return _idle(state, phase, event, policy)
        case Locating():
            return _locating(state, phase, event, policy)
        case Preparing():
            return _preparing(state, phase, event, policy)
        case Spawning():
            return _spawning(state, phase, event, policy)
        case Starting():
            return _starting(state, phase, event, policy)
        case Running():
            return _running(state, phase, event, policy)
        case Stopping():
            return _stopping(state, phase, event, policy)
        case _:
            assert_never(phase)


# -- rows for any phase -----------------------------------------------------------------------


def _diagnosed(state: State, event: Diagnosed, policy: Policy) -> Step:
    if state.failure is None or state.failure.ticket != event.ticket:
        return state, ()
    state = replace(state, failure=replace(event.failure, ticket=event.ticket))
    match state.phase:
        case Backoff() if not event.failure.curable:
            return moves.enter(state, Failed(gave_up=False)), ()
        case Backoff(counted=True, anyway=anyway) if event.failure.by_waiting:
            uncounted = replace(state, failures=state.failures[:-1])
            return moves.wait(uncounted, event.at, policy, anyway=anyway), ()
        case Failed(gave_up=True) if event.failure.by_waiting:
            uncounted = replace(state, failures=state.failures[:-1])
            return moves.wait(uncounted, event.at, policy, anyway=True), ()
        case Backoff(counted=counted):
            # Whoever has what we wanted, or took over from us, has had the time to say so.
            waits = 0 if counted else state.waits
            return replace(state, waits=waits, probe_at=event.at), ()
        case _:
            return state, ()


def _resumed(state: State, event: Resumed, policy: Policy) -> State:
    phase = timing.later(state.phase, event.gap)
    if isinstance(phase, Running):
        phase = replace(phase, misses=0)
    return replace(
        state,
        phase=phase,
        probe_at=event.at,
        calm_until=event.at + policy.calm_after_sleep,
    )


def _is_managed(phase: Phase) -> bool:
    """Whether to end the gateway is up to its service manager, which would start it again."""
    match phase:
        case Starting(process=process) | Running(process=process):
            return process.managed
        case _:
            return False


# -- no process -------------------------------------------------------------------------------


def _empty(state: State, event: Event) -> Step:
    """Rows of all phases without a process."""
    match event:
        case ConfigChanged():
            # Not of a gateway that runs: one that writes its own config and then crashes would be
            # started again for ever.
            return moves.counting_anew(state), ()
        case QuitRequested():
            return moves.ended(state, StopReason.QUIT)
        case StopRequested(at=at) | KillRequested(at=at):
            tree = state.phase.tree if isinstance(state.phase, Stopped) else ()
            state = moves.enter(
                moves.forgiven(state), Stopped(StopReason.BY_USER, tree), new_epoch=True
            )
            return replace(state, probe_at=at), ()
        case _:
            return state, ()


def _idle(state: State, phase: Idle, event: Event, policy: Policy) -> Step:
    carried = isinstance(phase, Backoff) and phase.anyway
    match event:
        case StartRequested(at=at, anyway=anyway) | RestartRequested(at=at, anyway=anyway):
            return moves.locate(
                moves.forgiven(state), at, policy, by_user=True, anyway=anyway or carried
            )
        case Observed(finding=Found() as found):
            return moves.adopt(state, found, event.at, policy)
        case Observed(finding=finding, survivors=survivors) if isinstance(phase, Stopped):
            remains = Remains(_leaves_pid_file(finding), survivors)
            return replace(state, phase=replace(phase, remains=remains)), ()
        case ConfigChanged(at=at) if not isinstance(phase, Stopped) and not _rests(state, policy):
            state = moves.counting_anew(state)
            return moves.locate(state, at, policy, by_user=False, anyway=carried)
        case Tick(at=at) if isinstance(phase, Backoff) and at >= phase.until:
            if _rests(state, policy):
                return moves.enter(state, Failed(gave_up=False)), ()
            return moves.locate(state, at, policy, by_user=False, anyway=carried)
        case Nudged(at=at):
            return replace(state, probe_at=at), ()
        case _:
            return _empty(state, event)


def _rests(state: State, policy: Policy) -> bool:
    """Whether only a person starts it again: it ran and crashed, and restarts are switched off."""
    return state.failure is not None and state.failure.ran and not policy.restart_after_crash


def _leaves_pid_file(finding: Finding) -> bool:
    match finding:
        case Stale() | Foreign(pid_file_left=True):
            return True
        case _:
            return False


def _locating(state: State, phase: Locating, event: Event, policy: Policy) -> Step:
    match event:
        case StartRequested(anyway=anyway) | RestartRequested(anyway=anyway):
            phase = replace(phase, by_user=True, anyway=phase.anyway or anyway)
            return replace(moves.counting_anew(state), phase=phase), ()
        case Observed(at=at, finding=Found() as found):
            return moves.adopt(state, found, at, policy)
        case Observed(at=at, finding=Nothing()):
            return moves.prepare(state, phase, at, policy)
        case Observed(at=at, finding=Stale(pid=pid)):
            return moves.preceded((Forget(pid),), moves.prepare(state, phase, at, policy))
        case Observed(at=at, finding=Foreign(owner=owner)):
            failure = Failure("port_taken", owner)
            state = moves.back_off(state, at, policy, failure, anyway=phase.anyway)
            return moves.diagnosing(state)
        case Tick(at=at) if at >= phase.deadline:
            failure = Failure("unknown", detail=COULD_NOT_LOOK)
            return moves.back_off(state, at, policy, failure, anyway=phase.anyway), ()
        case Nudged(at=at):
            return replace(state, probe_at=at), ()
        case _:
            return _empty(state, event)


def _preparing(state: State, phase: Preparing, event: Event, policy: Policy) -> Step:
    match event:
        case StartRequested(at=at, anyway=True) | RestartRequested(at=at, anyway=True) if (
            not phase.anyway
        ):
            phase = replace(phase, by_user=True, anyway=True)
            return moves.prepare(moves.counting_anew(state), phase, at, policy)
        case StartRequested() | RestartRequested():
            return replace(moves.counting_anew(state), phase=replace(phase, by_user=True)), ()
        case Prepared(plan=plan):
            return moves.enter(state, Spawning(phase.anyway)), (Spawn(plan),)
        case Refused(refusal=refusal) if not refusal.curable:
            return moves.enter(state, Failed(gave_up=False), failure=refusal), ()
        case Refused(at=at, refusal=refusal):
            state = moves.wait(state, at, policy, anyway=phase.anyway)
            return replace(state, failure=replace(refusal, ticket=state.epoch)), ()
        case Tick(at=at) if at >= phase.deadline:
            failure = Failure("unknown", detail=COULD_NOT_CHECK)
            return moves.back_off(state, at, policy, failure, anyway=phase.anyway), ()
        case _:
            return _empty(state, event)


# -- a process that is not there yet ----------------------------------------------------------


def _spawning(state: State, phase: Spawning, event: Event, policy: Policy) -> Step:
    match event:
        case Spawned(process=Process(outlives=True)) if (
            isinstance(phase.then, Quit) and phase.then.leave
        ):
            return moves.ended(state, StopReason.LEFT_ALONE)
        case Spawned(at=at, process=process) if phase.then is not None:
            return moves.stop(state, process, phase.then, at, policy)
        case Spawned(at=at, process=process):
            return moves.enter(state, Starting(process, at + policy.start_window)), ()
        case SpawnFailed() if isinstance(phase.then, Quit):
            return moves.ended(state, StopReason.QUIT)
        case SpawnFailed() if phase.then is not None:
            return moves.enter(state, Stopped(StopReason.BY_USER)), ()
        case SpawnFailed(at=at, reason=reason):
            failure = Failure("not_runnable", detail=reason)
            state = moves.back_off(state, at, policy, failure, anyway=phase.anyway)
            return moves.diagnosing(state)
        case QuitRequested(kind=kind, leave=leave):
            then = moves.quit_then(phase.then, kind, leave=leave)
            return replace(state, phase=replace(phase, then=then)), ()
        case _ if isinstance(phase.then, Quit):
            return state, ()
        case StopRequested() | KillRequested():
            return replace(state, phase=Spawning(anyway=False, then=Rest())), ()
        case StartRequested(anyway=anyway) | RestartRequested(anyway=anyway):
            return replace(moves.counting_anew(state), phase=Spawning(phase.anyway or anyway)), ()
        case _:
            return state, ()


# -- a process --------------------------------------------------------------------------------


def _starting(state: State, phase: Starting, event: Event, policy: Policy) -> Step:
    match event:
        case Observed(finding=Found(process=process, answering=True)) if (
            process.key == phase.process.key
        ):
            return moves.enter(state, Running(phase.process), waits=0), ()
        case Observed(finding=Found(process=process, announced=True)) if (
            process.key == phase.process.key
        ):
            return replace(state, phase=replace(phase, announced=True)), ()
        case Tick(at=at) if not phase.slow and at >= phase.deadline:
            return replace(state, phase=replace(phase, slow=True)), ()
        case RestartRequested(at=at, anyway=anyway) if phase.slow:
            then = StartAgain(by_user=True, anyway=anyway)
            return moves.stop(moves.forgiven(state), phase.process, then, at, policy)
        case _:
            return _alive(state, phase, event, policy)


def _running(state: State, phase: Running, event: Event, policy: Policy) -> Step:
    replanning = phase.replanning
    match event:
        case Observed(finding=Found(process=process, answering=True)) if (
            process.key == phase.process.key
        ):
            return _answered(state, phase), ()
        case Observed(at=at, finding=Found(process=process)) if process.key == phase.process.key:
            return _missed(state, phase, at, policy)
        case RestartRequested(at=at, anyway=anyway) if replanning is None:
            return moves.replan(state, phase, at, policy, anyway=anyway)
        case RestartRequested(at=at, anyway=True) if replanning and not replanning.anyway:
            return moves.replan(moves.asked_anew(state), phase, at, policy, anyway=True)
        case Prepared(at=at) if replanning:
            then = StartAgain(by_user=True, anyway=replanning.anyway)
            # Of one that did not answer the evidence is kept: nobody can gather it afterwards.
            silent = phase.health is Health.FAILING
            state = moves.counting_anew(state) if silent else moves.forgiven(state)
            return moves.stop(state, phase.process, then, at, policy)
        case Refused(refusal=refusal) if replanning:
            state = replace(state, phase=replace(phase, replanning=None))
            return state, (Notice(NoticeKind.RESTART_REFUSED, refusal),)
        case Tick(at=at) if replanning and at >= replanning.deadline:
            state = moves.asked_anew(replace(state, phase=replace(phase, replanning=None)))
            return state, (Notice(NoticeKind.RESTART_NOT_CHECKED),)
        case _:
            return _alive(state, phase, event, policy)


def _answered(state: State, phase: Running) -> State:
    """A gateway that was silent and is no longer has not failed."""
    state = replace(state, phase=replace(phase, health=Health.OK, misses=0))
    return replace(state, failure=None) if phase.health is Health.FAILING else state


def _missed(state: State, phase: Running, at: float, policy: Policy) -> Step:
    """The gateway lives and gave no answer.

    After a sleep that means nothing, nor when it was asked out of turn a moment after another miss:
    a busy home folder must not make a gateway hang.
    """
    if at < state.calm_until or at < phase.missed_at + policy.poll_attentive / 2:
        return state, ()
    misses = phase.misses + 1
    was_ok = phase.health is Health.OK
    health = Health.FAILING if misses >= policy.allowed_misses else phase.health
    phase = replace(phase, health=health, misses=misses, missed_at=at)
    state = replace(state, phase=phase)
    if was_ok and health is Health.FAILING:
        return moves.hanging(state, phase.process)
    if misses < policy.hang_limit or not phase.process.ours or not policy.restart_when_hung:
        return state, ()
    failures = moves.counted(state, at, FailureKind.HANG, policy)
    if moves.number_of(failures, FailureKind.HANG) > policy.hang_burst:
        return state, (Notice(NoticeKind.HANGS_AGAIN),) if misses == policy.hang_limit else ()
    then = StartAgain(by_user=False, anyway=True)
    return moves.stop(replace(state, failures=failures), phase.process, then, at, policy)


def _alive(state: State, phase: Alive, event: Event, policy: Policy) -> Step:
    """Rows of a gateway that comes up or runs."""
    process = phase.process
    match event:
        case StopRequested(at=at):
            return moves.stop(moves.forgiven(state), process, Rest(), at, policy)
        case KillRequested(at=at):
            stopping = Stopping(process, Rest(), deadline=None)
            return moves.force(moves.enter(moves.forgiven(state), stopping), stopping, at, policy)
        case QuitRequested(at=at, kind=kind, leave=leave) if process.ours and not (
            process.outlives and leave
        ):
            return moves.stop(state, process, Quit(kind, leave), at, policy)
        case QuitRequested():
            return moves.ended(state, StopReason.LEFT_ALONE)
        case StartRequested(at=at):
            state = moves.counting_anew(state)
            return state if process.watched else replace(state, probe_at=at), ()
        case Exited(key=key, code=code) if key == process.key and code in WISHES:
            return moves.wished_away(state, process, code)
        case Exited(at=at, key=key, code=code) if key == process.key:
            return moves.crashed(state, process, at, policy, code)
        case Observed(at=at, finding=Found() as found) if (
            not process.watched and found.process.key != process.key
        ):
            return moves.adopt(state, found, at, policy)
        case Observed(at=at, finding=Gone(pid_file_left=left)) if (
            not process.watched and process.ours and (left or isinstance(phase, Starting))
        ):
            return moves.crashed(state, process, at, policy, None)
        case Observed(finding=Gone()) if not process.watched:
            return moves.wished_away(state, process, None)
        case Nudged(at=at):
            return replace(state, probe_at=at), ()
        case _:
            return state, ()


def _stopping(state: State, phase: Stopping, event: Event, policy: Policy) -> Step:
    process, quitting = phase.process, isinstance(phase.then, Quit)
    match event:
        case Exited(at=at, key=key) if key == process.key:
            return moves.stopped(state, phase, at, policy)
        case Observed(at=at, finding=Gone()) if not process.watched:
            return moves.stopped(state, phase, at, policy)
        case Observed(at=at, finding=Found(process=found)) if (
            not process.watched and found.key != process.key
        ):
            return moves.stopped(state, phase, at, policy)
        case SignalRefused(at=at, why=Obstacle.NOT_OUR_GATEWAY) if not process.watched:
            return moves.stopped(state, phase, at, policy)
        case SignalRefused(why=Obstacle.NO_PERMISSION) if quitting:
            return moves.ended(state, StopReason.LEFT_ALONE)
        case SignalRefused(why=Obstacle.NO_PERMISSION):
            return moves.enter(state, Running(process)), (Notice(NoticeKind.NO_PERMISSION),)
        case Signalled(tree=tree):
            tree = tuple(dict.fromkeys((*phase.tree, *tree)))
            return replace(state, phase=replace(phase, tree=tree)), ()
        case Tick(at=at) if (
            not phase.killed and phase.deadline is not None and at >= phase.deadline
        ):
            return moves.force(state, phase, at, policy)
        case Tick(at=at) if phase.deadline is not None and at >= phase.deadline:
            if quitting:
                return moves.ended(state, StopReason.QUIT)
            return replace(state, phase=replace(phase, deadline=None)), ()
        case Nudged(at=at):
            return replace(state, probe_at=at), ()
        case _:
            return _stopping_otherwise(state, phase, event, policy)


def _stopping_otherwise(state: State, phase: Stopping, event: Event, policy: Policy) -> Step:
    """A new wish while the gateway is on its way out."""
    out_of_reach = not phase.process.ours or phase.deadline is None
    match event:
        case QuitRequested() if out_of_reach:
            return moves.ended(state, StopReason.LEFT_ALONE)
        case QuitRequested(at=at, kind=kind, leave=leave):
            phase = replace(phase, then=moves.quit_then(phase.then, kind, leave=leave))
            if kind is QuitKind.SESSION and not phase.killed and phase.deadline is not None:
                phase = replace(phase, deadline=min(phase.deadline, at + policy.session_grace))
            return replace(state, phase=phase), ()
        case KillRequested(at=at) if not phase.killed:
            return moves.force(state, replace(phase, then=moves.rest_then(phase.then)), at, policy)
        case KillRequested() | StopRequested():
            return replace(state, phase=replace(phase, then=moves.rest_then(phase.then))), ()
        case StartRequested(anyway=anyway) | RestartRequested(anyway=anyway) if not isinstance(
            phase.then, Quit
        ):
            anyway = anyway or (isinstance(phase.then, StartAgain) and phase.then.anyway)
            then = StartAgain(by_user=True, anyway=anyway)
            return replace(state, phase=replace(phase, then=then)), ()
        case _:
            return state, ()
