"""An operating system in miniature: processes, signals and jobs under a clock of its own.

It speaks the language of the life cycle (effects in, events out) and knows none of its rules. What
it does is what a real one does to the tray: answers come late, in any order or by an exception,
processes die, fall silent, ignore signals or forbid them, and other people start and stop gateways.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count
from math import inf
from typing import TypeAlias

from picoclaw_tray.lifecycle.messages import (
    Diagnose,
    Diagnosed,
    Effect,
    Exited,
    Finding,
    Foreign,
    Forget,
    Found,
    Gone,
    Kill,
    LaunchPlan,
    Nothing,
    Notice,
    Observe,
    Observed,
    Obstacle,
    Prepare,
    Prepared,
    QuitApp,
    Refused,
    Signalled,
    SignalRefused,
    Spawn,
    Spawned,
    SpawnFailed,
    Stale,
    Terminate,
)
from picoclaw_tray.lifecycle.state import Failure, Process, ProcessKey
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

Answer: TypeAlias = Observed | Prepared | Refused | Signalled | SignalRefused | Diagnosed

PLAN = LaunchPlan("/usr/bin/picoclaw", ("gateway", "-E"), {}, "/home/user")
ANOTHER_PROGRAM = text(QT_TRANSLATE_NOOP("SimulatedOS", "another program"))
INTERNAL_ERROR = Failure("unknown", detail="internal error")
OTHER_GATEWAY = Failure("other_gateway", detail="another gateway of this home")
NO_EPOCH = -1
CHILDREN = (ProcessKey(9001, "child"), ProcessKey(9002, "child"))


@dataclass
class Gateway:
    """A gateway process of our home as it really is, beside what the tray knows about it."""

    process: Process
    born: float
    ready_at: float
    shutdown: float = 1.0  # seconds from SIGTERM to the end; infinite: ignores it
    dies_at: float = inf
    is_alive: bool = True
    is_reaped: bool = False
    is_mute: bool = False
    is_suspended: bool = False
    is_unkillable: bool = False
    is_guarded: bool = False  # we have no permission to signal it
    lost_a_signal: bool = False  # the job that was to send one broke
    terminate_pends: bool = False  # SIGTERM came while suspended
    kill_pends: bool = False  # SIGKILL came while unkillable

    @property
    def key(self) -> ProcessKey:
        return self.process.key

    def answers(self, now: float) -> bool:
        return self.is_alive and now >= self.ready_at and not (self.is_mute or self.is_suspended)


@dataclass
class Job:
    """A question or a signal on its way; ``answer`` is set when it was done but not yet told."""

    effect: Observe | Prepare | Diagnose | Terminate | Kill
    answer: Answer | None = None

    def is_queued_before(self, epoch: int) -> bool:
        """Not done yet, and asked in an older epoch."""
        if self.answer or isinstance(self.effect, Diagnose):
            return False
        return self.effect.epoch < epoch


@dataclass
class SimulatedOS:
    """The computer. ``perform`` takes the effects; the rest is what may happen on it.

    Attributes:
        pid_file: The process that the PID file of our home records.
        port_taken: Another program, or the gateway of another home, has our port.
        plan: What a pending spawn is to start.
        exits: Ends of watched processes that were not reported yet.
        startup: Seconds a gateway that starts now takes until it answers.
        shutdown: Seconds a gateway that starts now takes to end on SIGTERM.
        outlives: The next plan asks for a gateway that can outlive the tray.
        can_spawn: The operating system will make the process.
        can_start: Readiness, as the next check finds it: a plan or a refusal.
    """

    now: float = 1000.0
    gateways: list[Gateway] = field(default_factory=list)
    pid_file: ProcessKey | None = None
    port_taken: bool = False
    plan: LaunchPlan | None = None
    jobs: list[Job] = field(default_factory=list)
    exits: list[Exited] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    quits: int = 0
    startup: float = 1.0
    shutdown: float = 1.0
    outlives: bool = False
    can_spawn: bool = True
    can_start: LaunchPlan | Failure = PLAN
    _serial: count[int] = field(default_factory=count)

    # -- what the tray does -------------------------------------------------------------------

    def perform(self, effect: Effect) -> None:
        match effect:
            case Spawn(plan=plan):
                self.plan = plan
            case Forget(pid=pid):
                self._forget(pid)
            case Notice():
                self.notices.append(effect)
            case QuitApp():
                self.quits += 1
            case Terminate(process=Process(watched=True)) | Kill(process=Process(watched=True)):
                self.jobs.append(Job(effect, self._signal(effect)))
            case _:
                self.jobs.append(Job(effect))

    def do(self, job: Job) -> None:
        """The lane works on the job, once; the answer waits for its turn."""
        if job.answer:
            return
        match job.effect:
            case Observe(epoch=epoch) as effect:
                job.answer = Observed(self.now, epoch, self._look(effect))
            case Prepare(epoch=epoch) as effect:
                job.answer = self._prepared(effect)
            case Diagnose(failure=failure):
                job.answer = Diagnosed(self.now, failure.ticket, failure)
            case Terminate() | Kill() as effect:
                job.answer = self._signal(effect)

    def break_off(self, job: Job) -> None:
        """The job raises an exception, and answers all the same."""
        match job.effect:
            case Observe():
                job.answer = Observed(self.now, NO_EPOCH, Nothing())
            case Prepare(epoch=epoch):
                job.answer = Refused(self.now, epoch, INTERNAL_ERROR)
            case Diagnose(failure=failure):
                job.answer = Diagnosed(self.now, failure.ticket, INTERNAL_ERROR)
            case Terminate(epoch=epoch, process=process) | Kill(epoch=epoch, process=process):
                for gateway in self.gateways:
                    gateway.lost_a_signal |= gateway.key == process.key
                job.answer = Signalled(self.now, epoch, ())

    def drop(self, job: Job) -> None:
        """A queued job of an older epoch is not done any more, but answers."""
        if isinstance(job.effect, Terminate | Kill):
            job.answer = Signalled(self.now, job.effect.epoch, ())
        else:
            self.break_off(job)

    def told(self, job: Job) -> Answer:
        """The answer arrives."""
        self.do(job)
        assert job.answer is not None
        self.jobs.remove(job)
        return replace(job.answer, at=self.now)

    def spawn(self) -> Spawned | SpawnFailed:
        """The pending spawn comes to its end."""
        assert self.plan is not None
        outlives = self.plan.outlives
        self.plan = None
        if not self.can_spawn:
            return SpawnFailed(self.now, "no such file")
        process = Process(self._new_key(), ours=True, watched=not outlives, outlives=outlives)
        return Spawned(self.now, self._add(process).process)

    def reap(self) -> Exited:
        """The end of a watched process is reported."""
        exited = replace(self.exits.pop(0), at=self.now)
        for gateway in self.gateways:
            gateway.is_reaped |= gateway.key == exited.key
        return exited

    # -- what happens on the computer ---------------------------------------------------------

    def advance(self, seconds: float) -> None:
        """Time passes: gateways come up and go down."""
        self.now += seconds
        for gateway in self.living():
            if self.now >= gateway.dies_at and not (gateway.is_suspended or gateway.is_unkillable):
                self.end(gateway, 0, tidily=True)
            elif gateway.answers(self.now):
                self.pid_file = gateway.key

    def sleep(self, gap: float) -> None:
        """The computer sleeps; ``gap`` is what the clock of the tray advances meanwhile."""
        self.now += gap
        for gateway in self.living():
            gateway.born += gap
            gateway.ready_at += gap
            gateway.dies_at += gap

    def start_gateway(self, *, ours: bool = False, age: float = 0.0) -> Gateway:
        """Somebody else starts one, or did so ``age`` seconds ago (``ours``: an earlier tray)."""
        gateway = self._add(Process(self._new_key(), ours=ours))
        gateway.born -= age
        gateway.ready_at -= age
        self.advance(0)
        return gateway

    def end(self, gateway: Gateway, code: int, *, tidily: bool) -> None:
        """A gateway ends; ``tidily``: it removes its PID file."""
        gateway.is_alive = False
        if tidily and self.pid_file == gateway.key:
            self.pid_file = None
        if gateway.process.watched:
            self.exits.append(Exited(self.now, gateway.key, code))

    def resume(self, gateway: Gateway) -> None:
        """SIGCONT: what was sent meanwhile takes effect."""
        gateway.is_suspended = False
        if gateway.terminate_pends:
            gateway.dies_at = self.now + gateway.shutdown

    def let_die(self, gateway: Gateway) -> None:
        """The kernel lets go of it: a signal that came meanwhile takes effect."""
        gateway.is_unkillable = False
        if gateway.kill_pends:
            self._kill(gateway)

    def living(self) -> list[Gateway]:
        return [gateway for gateway in self.gateways if gateway.is_alive]

    def ours(self) -> list[Gateway]:
        return [gateway for gateway in self.living() if gateway.process.ours]

    def questions(self) -> list[Job]:
        """Observations that were not answered yet."""
        return [job for job in self.jobs if isinstance(job.effect, Observe)]

    # -- within -------------------------------------------------------------------------------

    def _new_key(self) -> ProcessKey:
        """Numbers are used again as soon as they are free; the creation identity never is."""
        taken = {gateway.key.pid for gateway in self.living()} | {end.key.pid for end in self.exits}
        pid = next(pid for pid in count(100) if pid not in taken)
        return ProcessKey(pid, f"creation {next(self._serial)}")

    def _add(self, process: Process) -> Gateway:
        gateway = Gateway(process, self.now, self.now + self.startup, self.shutdown)
        self.gateways.append(gateway)
        return gateway

    def _with(self, key: ProcessKey) -> Gateway | None:
        return next((gateway for gateway in self.living() if gateway.key == key), None)

    def _look(self, question: Observe) -> Finding:
        target = question.target
        known = self._with(target.key) if target else None
        seen = known or next((gateway for gateway in self.living() if self._is_seen(gateway)), None)
        if seen is not None:
            announced = self.pid_file == seen.key
            return Found(seen.process, seen.answers(self.now), self.now - seen.born, announced)
        if target is not None:
            return Gone(pid_file_left=self.pid_file == target.key)
        if self.port_taken:
            return Foreign(ANOTHER_PROGRAM)
        return Stale(self.pid_file.pid) if self.pid_file else Nothing()

    def _is_seen(self, gateway: Gateway) -> bool:
        """By the run record, the PID file or the port."""
        has_traces = self.pid_file == gateway.key or gateway.answers(self.now)
        return gateway.process.ours or has_traces

    def _prepared(self, question: Prepare) -> Prepared | Refused:
        replaced = question.replacing.key if question.replacing else None
        if any(gateway.key != replaced and self._is_seen(gateway) for gateway in self.living()):
            return Refused(self.now, question.epoch, OTHER_GATEWAY)
        if isinstance(self.can_start, Failure):
            return Refused(self.now, question.epoch, self.can_start)
        plan = replace(self.can_start, outlives=self.outlives)
        return Prepared(self.now, question.epoch, plan)

    def _signal(self, effect: Terminate | Kill) -> Signalled | SignalRefused:
        gateway = self._with(effect.process.key)
        if gateway is None:
            return SignalRefused(self.now, effect.epoch, Obstacle.NOT_OUR_GATEWAY)
        if gateway.is_guarded:
            return SignalRefused(self.now, effect.epoch, Obstacle.NO_PERMISSION)
        if isinstance(effect, Kill):
            self._kill(gateway)
        elif gateway.is_suspended:
            gateway.terminate_pends = True
        else:
            gateway.dies_at = min(gateway.dies_at, self.now + gateway.shutdown)
        return Signalled(self.now, effect.epoch, CHILDREN)

    def _kill(self, gateway: Gateway) -> None:
        gateway.kill_pends = gateway.is_unkillable
        if not gateway.is_unkillable:
            self.end(gateway, -9, tidily=False)

    def _forget(self, pid: int) -> None:
        if self.pid_file and self.pid_file.pid == pid and self._with(self.pid_file) is None:
            self.pid_file = None
