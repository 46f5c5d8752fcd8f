"""The QProcess-based gateway controller: turns signals into events, effects into actions.

It decides nothing: ``lifecycle.transition`` does. What may take time runs in two lanes, *watch* for
looking and *act* for signals, so that a forced stop never waits behind a slow look.
"""

from __future__ import annotations

import logging
import math
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.desktop import jobs
from picoclaw_tray.desktop.child import Child
from picoclaw_tray.desktop.end_watch import EndWatch
from picoclaw_tray.desktop.lane import Job, Lane
from picoclaw_tray.lifecycle.messages import (
    ConfigChanged,
    Diagnose,
    Effect,
    Event,
    Exited,
    Forget,
    Gone,
    Kill,
    KillRequested,
    LaunchPlan,
    Notice,
    Nudged,
    Observe,
    Observed,
    Prepare,
    QuitApp,
    QuitRequested,
    RestartRequested,
    Resumed,
    Spawn,
    Spawned,
    SpawnFailed,
    StartRequested,
    StopRequested,
    Terminate,
    Tick,
)
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Health,
    Locating,
    Phase,
    Process,
    ProcessKey,
    QuitKind,
    Running,
    Starting,
    State,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.lifecycle.timing import wakeup_at
from picoclaw_tray.lifecycle.transition import transition
from picoclaw_tray.presentation.autostart import LoginStatus
from picoclaw_tray.presentation.reload import ReloadAnswer
from picoclaw_tray.presentation.situation import Outlook
from picoclaw_tray.system import sleep_clock
from picoclaw_tray.system.observation import Observation

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.lifecycle.policy import Policy
    from picoclaw_tray.logs.beginnings import LogTail
    from picoclaw_tray.system.config_files import Stamp
    from picoclaw_tray.system.crew import Crew

log = logging.getLogger(__name__)

PRECISE = 0
"""``Qt.TimerType.PreciseTimer``. PySide makes all 93 enumerations of ``Qt`` as soon as one of them
is asked for, which takes 15 ms on the way to the icon."""

SHORTEST_SLEEP_S = 1.0
"""The two clocks are not read in the same moment."""


class GatewayController(QObject):
    """Starts, adopts, watches and ends one gateway.

    Signals:
        state_changed(State): The life cycle moved; also within a phase.
        observed(Observation): Somebody looked; comes after the change that it led to.
        assessed(Outlook): What a start would be like.
        reload_answered(ReloadAnswer): The answer to a job of a reload.
        login_answered(LoginStatus): The answer to a job about the next login.
        run_started(): A new run of our own is about to be spawned.
        spawned(ProcessKey, LaunchPlan): It was, and with what. Comes before the change that it
            leads to, as the next one does.
        exited(ProcessKey, int): It ended; a negative code is the number of the signal.
        lines_received(tuple): Lines of its output, ``bytes``.
        notice_raised(Notice): A person is to be told something that changes no phase.
        quit_ready(): The tray may end now; said once.
    """

    state_changed = Signal(State)
    observed = Signal(Observation)
    assessed = Signal(Outlook)
    reload_answered = Signal(ReloadAnswer)
    login_answered = Signal(LoginStatus)
    run_started = Signal()
    spawned = Signal(ProcessKey, LaunchPlan)
    exited = Signal(ProcessKey, int)
    lines_received = Signal(tuple)
    notice_raised = Signal(Notice)
    quit_ready = Signal()

    def __init__(
        self,
        crew: Callable[[], Crew],
        policy: Policy,
        recent_output: Callable[[], LogTail],
        parent: QObject | None = None,
    ) -> None:
        """Starts nothing yet.

        Args:
            crew: Gives those who look and prepare; called in the watch lane only.
            policy: The numbers of supervision.
            recent_output: The gateway's last lines; called in the GUI thread.
            parent: Its owner.
        """
        super().__init__(parent)
        self._crew = crew
        self._recent_output = recent_output
        self._patient_policy = self._policy = policy
        self._state = State()
        self._inbox: deque[Event] = deque()
        self._draining = False
        self._child: Child | None = None
        self._plan: LaunchPlan | None = None
        self._signals_under_way = 0
        self._slept = sleep_clock.slept_s()
        self._held_ends: deque[Exited | Observed] = deque()
        self._config_stamp: Stamp | None = None
        self._assessed: tuple[int, Stamp] | None = None
        self._watch = Lane("watch", self)
        self._act = Lane("act", self)
        self._watch.job_done.connect(self._on_job_done)
        self._act.job_done.connect(self._on_signal_done)
        self._wakeup = QTimer(self, singleShot=True)
        self._wakeup.setProperty("timerType", PRECISE)
        self._wakeup.timeout.connect(self._on_wakeup)
        self._end_watch = EndWatch(self)
        self._end_watch.ended.connect(self.nudge)

    @property
    def state(self) -> State:
        """The state of the life cycle, replaced whole at each change."""
        return self._state

    # -- wishes -------------------------------------------------------------------------------

    @Slot()
    def start(self) -> None:
        """Adopts a gateway, or starts one."""
        self._dispatch(StartRequested(_now()))

    @Slot()
    def start_anyway(self) -> None:
        """The same, passing over objections of readiness that the program itself does not share."""
        self._dispatch(StartRequested(_now(), anyway=True))

    @Slot()
    def stop(self) -> None:
        """Ends the gateway gracefully, by force after the grace period."""
        self._dispatch(StopRequested(_now()))

    @Slot()
    def force_stop(self) -> None:
        """Ends it and its descendants now."""
        self._dispatch(KillRequested(_now()))

    @Slot()
    def restart(self) -> None:
        """Ends it and starts again, if it could start again."""
        self._dispatch(RestartRequested(_now()))

    @Slot()
    def restart_anyway(self) -> None:
        """The same, with ``start_anyway``'s tolerance."""
        self._dispatch(RestartRequested(_now(), anyway=True))

    def quit(self, kind: QuitKind = QuitKind.USER, *, leave: bool = False) -> None:
        """Prepares the end of the tray; ``quit_ready`` follows."""
        self._dispatch(QuitRequested(_now(), kind, leave))

    @Slot()
    def nudge(self) -> None:
        """Looks now instead of at the next poll; adopts what is found, starts nothing."""
        self._dispatch(Nudged(_now()))

    @Slot()
    def resume(self) -> None:
        """The computer is said to be awake again: looks at once instead of at the next wake-up."""
        self._on_wakeup()
        self.nudge()

    @Slot(bool)
    def set_attentive(self, attentive: bool) -> None:  # noqa: FBT001 - a slot
        """Looks more often while a person does."""
        self._policy = self._patient_policy.attentive() if attentive else self._patient_policy
        if attentive:
            self.nudge()

    def set_policy(self, policy: Policy) -> None:
        """From now on supervision goes by these numbers."""
        is_attentive = self._policy != self._patient_policy
        self._patient_policy = policy
        self._policy = policy.attentive() if is_attentive else policy

    @Slot(Job)
    def run_in_watch_lane(self, job: Job) -> None:
        """Carries out a job behind the looks that are waiting."""
        self._watch.submit(job)

    def close(self) -> None:
        """Ends the lanes, after what they have begun. Belongs after ``quit_ready``."""
        match self._state.phase:
            case Stopped(reason=StopReason.LEFT_ALONE) if self._child is not None:
                self._child.let_go()
            case _:
                pass
        self._wakeup.stop()
        self._end_watch.watch(None)
        self._act.close()
        self._watch.close()

    # -- events -------------------------------------------------------------------------------

    def _dispatch(self, event: Event) -> None:
        self._inbox.append(event)
        if self._draining:  # raised by one of our own effects: its turn comes
            return
        self._draining = True
        try:
            while self._inbox:
                self._take(self._inbox.popleft())
        finally:
            self._draining = False

    def _take(self, event: Event) -> None:
        before = self._state
        self._state, effects = transition(before, event, self._policy)
        self._log_change(before, event)
        self._watch.reach(self._state.epoch)
        process = self._state.process
        self._end_watch.watch(process.key if process and not process.watched else None)
        if self._state != before:
            self.state_changed.emit(self._state)
        self._report_survivors(before.phase)
        self._arm()
        # Last: a notice belongs to the state that was just told. And a lane that wakes up while we
        # have more to do would fight for the interpreter, and each of us would sleep more often.
        for effect in effects:
            self._perform(effect)

    def _report_survivors(self, before: Phase) -> None:
        """After a stop for good the life cycle itself looks; on the way on only our log tells."""
        passed_on = self._state.ended or isinstance(self._state.phase, Locating)
        if isinstance(before, Stopping) and passed_on:
            self._watch.submit(jobs.reporting((before.process.key, *before.tree)))

    def _log_change(self, before: State, event: Event) -> None:
        old, new = _label(before.phase), _label(self._state.phase)
        if before.epoch != self._state.epoch or old != new:
            process = self._state.process
            why = type(event).__name__ + (f" {event.code}" if isinstance(event, Exited) else "")
            who = f" (PID {process.key.pid})" if process else ""
            log.info("%s -> %s: %s%s", old, new, why, who)

    def _arm(self) -> None:
        at = wakeup_at(self._state)
        if at is None:
            self._wakeup.stop()
        else:
            self._wakeup.start(max(0, math.ceil((at - _now()) * 1000)))

    @Slot()
    def _on_wakeup(self) -> None:
        slept = sleep_clock.slept_s() - self._slept
        if (
            slept >= SHORTEST_SLEEP_S
        ):  # before the Tick: its deadlines passed while nobody could act
            self._slept += slept
            self._dispatch(Resumed(_now(), slept if sleep_clock.OUR_CLOCK_RUNS_ON else 0.0))
        self._dispatch(Tick(_now()))

    @Slot(object)
    def _on_job_done(self, answer: object) -> None:
        assert isinstance(answer, jobs.Answer)
        asked_now = isinstance(answer.event, Observed) and answer.event.epoch == self._state.epoch
        match answer.event:
            case None:
                pass
            case Observed(finding=Gone()) as gone:
                self._dispatch_end(gone)
            case event:
                self._dispatch(replace(event, at=_now()))
        if answer.outlook is not None:
            self.assessed.emit(answer.outlook)
        if answer.reload is not None:
            self.reload_answered.emit(answer.reload)
        if answer.login is not None:
            self.login_answered.emit(answer.login)
        if answer.observation is not None:
            self.observed.emit(answer.observation)
            self._note_config(answer.observation.config_stamp, repairs=asked_now)
            self._assess(answer.observation.config_stamp)
        elif answer.config_stamp is not None:
            self._note_config(answer.config_stamp, repairs=False)

    def _assess(self, stamp: Stamp) -> None:
        """Asks what a start would be like: with each look where there is no gateway.

        Beside one that runs once, and again when PicoClaw's files change: only a shell wants it.
        """
        now = (self._state.epoch, stamp)
        match self._state.phase:
            case Stopped() | Backoff() | Failed():
                self._watch.submit(jobs.assessing(self._crew, self._state.epoch))
            case Running() if now != self._assessed:
                self._assessed = now
                self._watch.submit(jobs.assessing(self._crew, self._state.epoch))
            case _:
                pass

    @Slot(object)
    def _on_signal_done(self, answer: object) -> None:
        self._signals_under_way -= 1
        self._on_job_done(answer)
        while self._held_ends and not self._signals_under_way:
            self._dispatch_end(self._held_ends.popleft())

    def _dispatch_end(self, event: Exited | Observed) -> None:
        """An end is told after the answer to the signal that led to it.

        Only that answer names the descendants, whose end belongs to the stop too.
        """
        if self._signals_under_way:
            self._held_ends.append(event)
        else:
            self._dispatch(replace(event, at=_now()))

    def _note_config(self, stamp: Stamp, *, repairs: bool) -> None:
        """Compares PicoClaw's files with those of the last look.

        Only what changes after a failure repairs it. A gateway that writes one of them and then
        crashes would otherwise be started again at once, for ever.
        """
        before, self._config_stamp = self._config_stamp, stamp
        if repairs and before not in (None, stamp):
            self._dispatch(ConfigChanged(_now()))

    @Slot(Process)
    def _on_spawned(self, process: Process) -> None:
        assert self._plan is not None
        self._watch.submit(jobs.recording(self._crew, process, self._plan))
        self.spawned.emit(process.key, self._plan)
        self._dispatch(Spawned(_now(), process))

    @Slot(str)
    def _on_spawn_failed(self, reason: str) -> None:
        self._release_child()
        self._dispatch(SpawnFailed(_now(), reason))

    @Slot(ProcessKey, int)
    def _on_exited(self, key: ProcessKey, code: int) -> None:
        self._release_child()
        self.exited.emit(key, code)
        self._dispatch_end(Exited(_now(), key, code))

    def _release_child(self) -> None:
        """Lets the child go that reports its end: its successor may be there already."""
        child = self.sender()
        if child is self._child:
            self._child = None
        if child is not None:
            child.deleteLater()

    # -- effects ------------------------------------------------------------------------------

    def _perform(self, effect: Effect) -> None:
        crew = self._crew
        match effect:
            case Observe():
                self._watch.submit(jobs.observing(crew, effect))
            case Prepare():
                self._watch.submit(jobs.preparing(crew, effect))
            case Diagnose():
                self._watch.submit(jobs.diagnosing(crew, effect, self._recent_output()))
            case Forget():
                self._watch.submit(jobs.forgetting(crew, effect))
            case Terminate() | Kill():
                self._signals_under_way += 1
                self._act.submit(jobs.signalling(effect))
            case Spawn(plan=plan):
                self._spawn(plan)
            case Notice():
                self.notice_raised.emit(effect)
            case QuitApp():
                self.quit_ready.emit()
            case _:
                assert_never(effect)

    def _spawn(self, plan: LaunchPlan) -> None:
        self.run_started.emit()
        self._plan = plan
        self._child = Child(plan, self)
        self._child.spawned.connect(self._on_spawned)
        self._child.spawn_failed.connect(self._on_spawn_failed)
        self._child.lines_received.connect(self.lines_received)
        self._child.exited.connect(self._on_exited)
        self._child.start()


def _label(phase: Phase) -> str:
    """A phase as our own log names it."""
    name = type(phase).__name__.lower()
    match phase:
        case Starting(slow=True):
            return f"{name} (slow)"
        case Running(health=Health.FAILING):
            return f"{name} (not answering)"
        case Stopping(deadline=None):
            return f"{name} (no reaction)"
        case Stopping(killed=True):
            return f"{name} (by force)"
        case _:
            return name


def _now() -> float:
    return time.monotonic()
