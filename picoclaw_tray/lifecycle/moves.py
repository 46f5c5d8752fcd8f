"""The ways from one phase to another, each used by several rows of the table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias, assert_never

from picoclaw_tray.lifecycle.messages import (
    Diagnose,
    Effect,
    Forget,
    Found,
    Kill,
    Prepare,
    QuitApp,
    Terminate,
)
from picoclaw_tray.lifecycle.state import (
    Backoff,
    CountedFailure,
    Failed,
    Failure,
    FailureKind,
    Health,
    Locating,
    Phase,
    Preparing,
    Process,
    Quit,
    QuitKind,
    Replanning,
    Rest,
    Running,
    StartAgain,
    Starting,
    State,
    Stopped,
    Stopping,
    StopReason,
    Then,
)

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.policy import Policy

Step: TypeAlias = tuple[State, tuple[Effect, ...]]


def enter(
    state: State,
    phase: Phase,
    *,
    new_epoch: bool = False,
    failure: Failure | None = None,
    waits: int | None = None,
) -> State:
    """Enters a phase: a new epoch if its class changes, its own rhythm of probes.

    A failure gets the epoch as its ticket: it grows, so no ticket comes twice.
    """
    changed = new_epoch or type(phase) is not type(state.phase)
    epoch = state.epoch + 1 if changed else state.epoch
    return replace(
        state,
        phase=phase,
        epoch=epoch,
        probe_at=None,
        failure=state.failure if failure is None else replace(failure, ticket=epoch),
        waits=state.waits if waits is None else waits,
    )


def ended(state: State, reason: StopReason) -> Step:
    """Says so to the application; from now on nothing changes."""
    return replace(enter(state, Stopped(reason)), ended=True), (QuitApp(),)


def locate(state: State, at: float, policy: Policy, *, by_user: bool, anyway: bool) -> Step:
    """Before any start: is there a gateway already?"""
    locating = Locating(by_user, anyway, at + policy.locate_limit)
    return replace(enter(state, locating), probe_at=at), ()


def prepare(state: State, phase: Locating | Preparing, at: float, policy: Policy) -> Step:
    """Asks, in a new epoch, whether a start can succeed."""
    preparing = Preparing(phase.by_user, phase.anyway, at + policy.prepare_limit)
    state = enter(state, preparing, new_epoch=True)
    return state, (Prepare(state.epoch, phase.anyway, fresh=phase.by_user),)


def adopt(state: State, found: Found, at: float, policy: Policy) -> Step:
    """Takes over what was found: healthy, still coming up within its window, or silent."""
    remaining = policy.start_window - found.age
    if found.answering:
        phase: Phase = Running(found.process)
    elif remaining > 0:
        phase = Starting(found.process, at + remaining, found.announced)
    else:
        phase = Running(found.process, Health.FAILING, policy.allowed_misses)
        return hanging(enter(state, phase, new_epoch=True, waits=0), found.process)
    return enter(state, phase, new_epoch=True, waits=0), ()


def hanging(state: State, process: Process) -> Step:
    """The gateway has become silent: what it looks like now is kept, whatever is done about it.

    The epoch will do as a ticket: that of an earlier failure is smaller, and what is found out
    about an earlier silence of the same process may as well be told of this one.
    """
    state = replace(state, failure=Failure("hung", was_ready=True, ticket=state.epoch))
    return diagnosing(state, process)


def replan(state: State, phase: Running, at: float, policy: Policy, *, anyway: bool) -> Step:
    """Asks whether a restart could start again, while the gateway runs on."""
    replanning = Replanning(anyway, at + policy.prepare_limit)
    state = replace(state, phase=replace(phase, replanning=replanning))
    return state, (Prepare(state.epoch, anyway, phase.process, fresh=True),)


def asked_anew(state: State) -> State:
    """A new epoch within a phase: the answer under way decides nothing."""
    return replace(state, epoch=state.epoch + 1)


def stop(state: State, process: Process, then: Then, at: float, policy: Policy) -> Step:
    """Asks the process to end, and gives it the time that whoever wants it leaves."""
    hurried = isinstance(then, Quit) and then.kind is QuitKind.SESSION
    grace = policy.session_grace if hurried else policy.stop_grace
    state = enter(state, Stopping(process, then, at + grace))
    return state, (Terminate(state.epoch, process),)


def force(state: State, phase: Stopping, at: float, policy: Policy) -> Step:
    """Ends it without asking."""
    phase = replace(phase, killed=True, deadline=at + policy.kill_grace)
    return replace(state, phase=phase), (Kill(state.epoch, phase.process, phase.tree),)


def stopped(state: State, phase: Stopping, at: float, policy: Policy) -> Step:
    """The process that was to end has ended."""
    forget = (Forget(phase.process.key.pid),)
    match phase.then:
        case Quit(kind=QuitKind.SESSION):
            return preceded(forget, ended(state, StopReason.SESSION_END))
        case Quit():
            return preceded(forget, ended(state, StopReason.QUIT))
        case StartAgain(by_user=by_user, anyway=anyway):
            return preceded(forget, locate(state, at, policy, by_user=by_user, anyway=anyway))
        case Rest():
            state = enter(state, Stopped(StopReason.BY_USER, (phase.process.key, *phase.tree)))
            return replace(state, probe_at=at), forget
        case _:
            assert_never(phase.then)


def crashed(state: State, process: Process, at: float, policy: Policy, code: int | None) -> Step:
    """The process ended, and nobody wished it."""
    failure = _unexplained(state, code)
    if policy.restart_after_crash:
        state = back_off(state, at, policy, failure, anyway=True)
    else:
        state = enter(state, Failed(gave_up=False), failure=failure)
    return followed(diagnosing(state, process), (Forget(process.key.pid),))


def wished_away(state: State, process: Process, code: int | None) -> Step:
    """The process ended as somebody wished who is not us; no crash, and yet to be explained.

    What a gateway leaves that is not ours is left to whoever started it, until a start needs it.
    """
    failure = _unexplained(state, code) if process.watched else Failure("ended_outside")
    state = enter(state, Stopped(StopReason.FROM_OUTSIDE), failure=failure)
    forget = (Forget(process.key.pid),) if process.ours else ()
    return followed(diagnosing(state, process), forget) if process.watched else (state, forget)


def _unexplained(state: State, code: int | None) -> Failure:
    was_ready = isinstance(state.phase, Running)
    return Failure("unknown", exit_code=code, was_ready=was_ready, ran=True)


def wait(state: State, at: float, policy: Policy, *, anyway: bool) -> State:
    """The next attempt later, of which none is one too many."""
    waits = state.waits + 1
    backoff = Backoff(at + policy.delay(waits), waits, counted=False, anyway=anyway)
    return enter(replace(state, waits=waits), backoff)


def back_off(state: State, at: float, policy: Policy, failure: Failure, *, anyway: bool) -> State:
    """One more failure of the burst: the next attempt later, or none if that was one too many."""
    failures = counted(state, at, FailureKind.CRASH, policy)
    attempt = number_of(failures, FailureKind.CRASH)
    if attempt > policy.crash_burst:
        phase: Phase = Failed(gave_up=True)
    else:
        phase = Backoff(at + policy.delay(attempt), attempt, counted=True, anyway=anyway)
    return enter(replace(state, failures=failures), phase, failure=failure)


def diagnosing(state: State, process: Process | None = None) -> Step:
    """The state as it is, and the question why."""
    return state, (Diagnose(state.failure, process),) if state.failure else ()


def counted(
    state: State, at: float, kind: FailureKind, policy: Policy
) -> tuple[CountedFailure, ...]:
    """The failures that still count, and one more."""
    windows = {FailureKind.CRASH: policy.crash_window, FailureKind.HANG: policy.hang_window}
    recent = [failure for failure in state.failures if at - failure.at < windows[failure.kind]]
    return (*recent, CountedFailure(at, kind))


def number_of(failures: tuple[CountedFailure, ...], kind: FailureKind) -> int:
    """How many of them are of this kind."""
    return sum(failure.kind is kind for failure in failures)


def counting_anew(state: State) -> State:
    """What was before does not count any more."""
    return replace(state, failures=(), waits=0)


def forgiven(state: State) -> State:
    """The user acted: what was before does not count, and is no longer told."""
    return replace(counting_anew(state), failure=None)


def quit_then(then: Then | None, kind: QuitKind, *, leave: bool) -> Quit:
    """A quit is never replaced, but it may become urgent; then nothing stays that must not."""
    match then, kind:
        case Quit(), QuitKind.SESSION:
            return Quit(kind, then.leave and leave)
        case Quit(), _:
            return then
        case _:
            return Quit(kind, leave)


def rest_then(then: Then) -> Then:
    """Nothing afterwards, unless the tray is to quit."""
    return then if isinstance(then, Quit) else Rest()


def followed(step: Step, effects: tuple[Effect, ...]) -> Step:
    """The same step with these effects last."""
    return step[0], (*step[1], *effects)


def preceded(effects: tuple[Effect, ...], step: Step) -> Step:
    """The same step with these effects first."""
    return step[0], (*effects, *step[1])
