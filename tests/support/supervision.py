"""The life cycle at work on a simulated computer, watched by a judge.

``Supervision`` does what the controller does: it hands events to the reducer and effects to the
computer. After every event it checks what supervision promises. It knows no rule that keeps them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.messages import (
    Diagnose,
    Diagnosed,
    Effect,
    Event,
    Kill,
    KillRequested,
    Observe,
    QuitApp,
    QuitRequested,
    RestartRequested,
    Spawn,
    Spawned,
    StopRequested,
    Terminate,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    ProcessKey,
    QuitKind,
    Running,
    Spawning,
    State,
    Stopping,
)
from picoclaw_tray.lifecycle.timing import wakeup_at
from picoclaw_tray.lifecycle.transition import transition
from tests.support.simulated_os import Gateway, SimulatedOS

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.policy import Policy

TOLERANCE = 1e-6
SPIN = 1000  # so many turns without rest are no work any more


class Supervision:
    """One tray on one computer, from its start to its end."""

    def __init__(self, policy: Policy) -> None:
        self.state = State()
        self.policy = policy
        self.os = SimulatedOS()
        self.last_diagnosis: Diagnosed | None = None
        self._wanted_gone: set[ProcessKey] = set()  # a person asked for their end
        self._forced: set[ProcessKey] = set()  # ... without mercy
        self._terminated: dict[ProcessKey, float] = {}
        self._known: set[ProcessKey] = set()
        self._session_ends: float | None = None
        self._may_leave = False
        self._last_ticket = 0

    # -- what the controller does -------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """An event happens, and its effects."""
        self._note(event)
        self.state, effects = transition(self.state, event, self.policy)
        for effect in effects:
            self._judge(effect)
            self.os.perform(effect)
        self._note_state()
        self._judge_state()
        if isinstance(event, Tick):
            self._judge_rhythm(event)

    def tick(self) -> None:
        self.tell(Tick(self.os.now))

    def answer_next(self) -> bool:
        """What was asked first is answered; false if nothing is under way."""
        if self.os.plan:
            self.tell(self.os.spawn())
        elif self.os.exits:
            self.tell(self.os.reap())
        elif self.os.jobs:
            self.tell(self.os.told(self.os.jobs[0]))
        else:
            return False
        return True

    def answer_everything(self) -> None:
        """All that is under way comes to an end, in no time."""
        for _ in range(SPIN):
            if not self.answer_next():
                return
        raise AssertionError("every answer leads to another question at once")

    def wake_up(self, *, late: float = 0.0) -> None:
        wakeup = wakeup_at(self.state)
        if wakeup is not None:
            self.os.advance(max(0.0, wakeup - self.os.now) + late)
            self.tick()

    def live_until(self, end: float) -> None:
        """Time passes on a computer that answers at once."""
        for _ in range(SPIN):
            self.answer_everything()
            wakeup = wakeup_at(self.state)
            if wakeup is None or wakeup > end:
                self.os.advance(max(0.0, end - self.os.now))
                return
            self.wake_up()
        raise AssertionError("it wants to be woken all the time")

    def quit(self) -> None:
        """Quitting always ends, within the grace periods, and says so once."""
        self.tell(QuitRequested(self.os.now))
        limit = self.os.now + self.policy.stop_grace + self.policy.kill_grace + TOLERANCE
        self.answer_everything()
        while not self.state.ended:
            wakeup = wakeup_at(self.state)
            assert wakeup is not None, "quitting waits in vain"
            assert wakeup <= limit, "quitting takes too long"
            self.wake_up()
            self.answer_everything()
        assert self.os.quits == 1

    def _note(self, event: Event) -> None:
        process = self.state.process
        match event:
            case StopRequested() | RestartRequested() if process:
                self._wanted_gone.add(process.key)
            case KillRequested() if process:
                self._wanted_gone.add(process.key)
                self._forced.add(process.key)
            case QuitRequested(kind=kind, leave=leave):
                self._may_leave |= leave
                if kind is QuitKind.SESSION and self._session_ends is None:
                    self._session_ends = self.os.now
            case Spawned(process=spawned):
                self._known.add(spawned.key)
            case Diagnosed():
                self.last_diagnosis = event
            case _:
                pass

    def _note_state(self) -> None:
        if self.state.process:
            self._known.add(self.state.process.key)
        match self.state.phase:
            case Stopping() | Running(replanning=object()):
                pass
            case _:  # a wish holds no longer than the phase it was made in
                self._wanted_gone.clear()
                self._forced.clear()

    # -- promises about effects ---------------------------------------------------------------

    def _judge(self, effect: Effect) -> None:
        match effect:
            case Spawn():
                assert self.os.plan is None, "a second spawn beside a pending one"
                assert not self.os.ours(), "a second gateway of ours"
            case Observe(target=target):
                assert not self.os.questions(), "a second probe beside one under way"
                assert target == self.state.process
            case Terminate() | Kill():
                self._judge_signal(effect)
            case Diagnose(failure=failure):
                assert failure.ticket > self._last_ticket, "a ticket twice"
                self._last_ticket = failure.ticket
            case QuitApp():
                self._judge_quit()
            case _:
                pass

    def _judge_signal(self, effect: Terminate | Kill) -> None:
        key = effect.process.key
        assert effect.process == self.state.process
        assert effect.process.ours or key in self._wanted_gone, "stopped unasked"
        assert key not in self._reaped(), "a signal to a process that was reaped"
        if isinstance(effect, Terminate):
            self._terminated[key] = self.os.now
        elif key not in self._forced:
            assert self.os.now >= self._kill_due_at(key) - TOLERANCE, "killed too early"

    def _kill_due_at(self, key: ProcessKey) -> float:
        asked_at = self._terminated[key]
        due_at = asked_at + self.policy.stop_grace
        if self._session_ends is None:
            return due_at
        return min(due_at, max(asked_at, self._session_ends) + self.policy.session_grace)

    def _judge_quit(self) -> None:
        assert self.os.quits == 0, "QuitApp twice"
        assert self.os.plan is None, "a gateway on its way into the world"
        for job in [job for job in self.os.jobs if isinstance(job.effect, Kill | Terminate)]:
            self.os.told(job)  # lanes are emptied before the application goes
        for gateway in self.os.ours():
            assert gateway.key not in self._known or self._may_stay(gateway), "an orphan"

    def _may_stay(self, gateway: Gateway) -> bool:
        left_alone = gateway.process.outlives and self._may_leave
        out_of_reach = gateway.is_unkillable or gateway.is_guarded or gateway.lost_a_signal
        return left_alone or out_of_reach

    def _reaped(self) -> set[ProcessKey]:
        return {gateway.key for gateway in self.os.gateways if gateway.is_reaped}

    # -- promises about states ----------------------------------------------------------------

    def _judge_state(self) -> None:
        assert len(self.os.ours()) + (self.os.plan is not None) <= 1, "two gateways of ours"
        if self.state.ended:
            assert wakeup_at(self.state) is None
            return
        assert len(self.os.questions()) == self.state.probing, "nobody answers the probe"
        tracked = {self.state.process.key} if self.state.process else set()
        ours = {gateway.key for gateway in self.os.ours()} | {end.key for end in self.os.exits}
        assert ours & self._known <= tracked, "lost sight of a gateway of ours"
        assert not tracked & self._reaped(), "shows a process that was reaped"
        self._judge_waiting()

    def _judge_waiting(self) -> None:
        match self.state.phase:
            case Spawning():
                assert self.os.plan is not None, "waits for a spawn that nobody does"
            case Stopping(deadline=None, process=process) if process.watched:
                pass  # "does not react": its end will be reported
            case _:
                is_answered = bool(self.os.questions())
                assert is_answered or wakeup_at(self.state) is not None, "waits in vain"

    def _judge_rhythm(self, tick: Tick) -> None:
        wakeup = wakeup_at(self.state)
        assert wakeup is None or wakeup > tick.at, "a Tick that leads to the next at once"
