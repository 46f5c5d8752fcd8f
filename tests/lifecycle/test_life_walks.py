"""Random walks: whatever people and a simulated computer do, supervision keeps its promises.

The promises stand in ``tests.support.supervision``, the computer is ``tests.support.simulated_os``;
here is what may happen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from math import inf

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from picoclaw_tray.lifecycle.messages import (
    ConfigChanged,
    Diagnose,
    Diagnosed,
    KillRequested,
    Nudged,
    QuitRequested,
    RestartRequested,
    Resumed,
    StartRequested,
    StopRequested,
)
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import Failure, QuitKind, Spawning, Stopping
from tests.support.simulated_os import PLAN, Gateway, Job
from tests.support.supervision import Supervision

# Short bursts, so that a walk reaches their ends.
PATIENT = Policy(hang_limit=5, hang_burst=2, crash_burst=3)
RESOLUTE = Policy(hang_limit=5, hang_burst=2, crash_burst=3, restart_when_hung=True)

INCURABLE = Failure("config_invalid", curable=False)
WAITED_FOR = Failure("network_away", by_waiting=True)
CURABLE = Failure("local_model_away")


class Mishap(Enum):
    """What may befall a gateway, and what may pass again."""

    FALLS_SILENT = "falls silent"
    ANSWERS_AGAIN = "answers again"
    IS_SUSPENDED = "is suspended"
    GOES_ON = "goes on"
    CANNOT_BE_KILLED = "cannot be killed"
    CAN_BE_KILLED = "can be killed"
    IS_GUARDED = "is guarded"


class Earlier(Enum):
    """What is there when the tray comes."""

    NOTHING = "nothing"
    OURS = "a gateway that an earlier tray started"
    FOREIGN = "a gateway that somebody else started"
    STALE = "a PID file without its process"
    PORT_TAKEN = "another program on our port"


@dataclass(frozen=True)
class Beginning:
    """The computer at the start, and how far the tray gets before anything else happens."""

    earlier: Earlier
    age: float
    startup: float
    shutdown: float
    outlives: bool
    is_wanted: bool
    answers: int


mostly = st.sampled_from([True, True, False])
rarely = st.sampled_from([False, False, True])
which = st.integers(0, 5)
answers = st.sampled_from([0, 1, 2, 3, 5, 8])
durations = st.sampled_from([0.0, 0.1, 1.0, 3.0, 7.0, 14.0, 25.0, 400.0])
startups = st.sampled_from([0.0, 0.2, 3.0, 20.0, inf])
shutdowns = st.sampled_from([0.0, 1.0, 10.0, 30.0, inf])

beginnings = st.builds(
    Beginning,
    earlier=st.sampled_from([Earlier.NOTHING, *Earlier]),
    age=durations,
    startup=startups,
    shutdown=shutdowns,
    outlives=st.booleans(),
    is_wanted=mostly,
    answers=answers,
)


class Life(RuleBasedStateMachine):
    """What people, the computer and other supervisors do to one tray."""

    def __init__(self) -> None:
        super().__init__()
        self.tray = Supervision(RESOLUTE)
        self.os = self.tray.os

    @initialize(beginning=beginnings)
    def begin(self, beginning: Beginning) -> None:
        self.os.startup, self.os.shutdown = beginning.startup, beginning.shutdown
        self.os.outlives = beginning.outlives
        self._find_earlier(beginning)
        if beginning.is_wanted:
            self.tray.tell(StartRequested(self.os.now))
        self._go_ahead(beginning.answers)

    def _find_earlier(self, beginning: Beginning) -> None:
        match beginning.earlier:
            case Earlier.OURS | Earlier.FOREIGN:
                is_ours = beginning.earlier is Earlier.OURS
                self.os.start_gateway(ours=is_ours, age=beginning.age)
            case Earlier.STALE:
                gateway = self.os.start_gateway()
                self.os.pid_file = gateway.key
                self.os.end(gateway, -9, tidily=False)
            case Earlier.PORT_TAKEN:
                self.os.port_taken = True
            case Earlier.NOTHING:
                pass

    def _go_ahead(self, answers: int) -> None:
        """So many answers without a mishap: part of the way to a running gateway."""
        for _ in range(answers):
            if not self.tray.answer_next():
                self.tray.wake_up()

    # -- what people do -----------------------------------------------------------------------

    @rule(anyway=st.booleans(), answers=answers)
    def start(self, anyway: bool, answers: int) -> None:
        self.tray.tell(StartRequested(self.os.now, anyway))
        self._go_ahead(answers)

    @rule()
    def stop(self) -> None:
        self.tray.tell(StopRequested(self.os.now))

    @rule(anyway=st.booleans(), answers=answers)
    def restart(self, anyway: bool, answers: int) -> None:
        self.tray.tell(RestartRequested(self.os.now, anyway))
        self._go_ahead(answers)

    @rule()
    def force_stop(self) -> None:
        self.tray.tell(KillRequested(self.os.now))

    @precondition(lambda self: isinstance(self.tray.state.phase, Spawning | Stopping))
    @rule(kind=st.sampled_from(QuitKind), leave=st.booleans())
    def quit(self, kind: QuitKind, leave: bool) -> None:
        """Elsewhere it would only end the walk, as its teardown does."""
        self.tray.tell(QuitRequested(self.os.now, kind, leave))

    @rule(is_attentive=st.booleans(), policy=st.sampled_from([PATIENT, RESOLUTE]))
    def change_settings(self, is_attentive: bool, policy: Policy) -> None:
        self.tray.policy = policy.attentive() if is_attentive else policy

    @rule(outlives=st.booleans(), found=st.sampled_from([PLAN, PLAN, PLAN, CURABLE, INCURABLE]))
    def change_config(self, outlives: bool, found) -> None:
        self.os.outlives = outlives
        self.os.can_start = found
        self.tray.tell(ConfigChanged(self.os.now))

    # -- answers ------------------------------------------------------------------------------

    @rule()
    def everything_answers(self) -> None:
        self.tray.answer_everything()

    @precondition(lambda self: self.os.jobs)
    @rule(which=which)
    def a_job_answers(self, which: int) -> None:
        self.tray.tell(self.os.told(self._job(which)))

    @precondition(lambda self: self.os.jobs)
    @rule(which=which)
    def a_job_is_done_and_will_answer(self, which: int) -> None:
        self.os.do(self._job(which))

    @precondition(lambda self: self.os.jobs)
    @rule(which=which)
    def a_job_breaks_and_answers(self, which: int) -> None:
        job = self._job(which)
        self.os.break_off(job)
        self.tray.tell(self.os.told(job))

    @precondition(lambda self: self._outdated())
    @rule()
    def outdated_jobs_are_dropped_and_answer(self) -> None:
        for job in self._outdated():
            self.os.drop(job)
            self.tray.tell(self.os.told(job))

    @precondition(lambda self: any(isinstance(job.effect, Diagnose) for job in self.os.jobs))
    @rule(failure=st.sampled_from([CURABLE, WAITED_FOR, INCURABLE]))
    def a_diagnosis_arrives(self, failure: Failure) -> None:
        job = next(job for job in self.os.jobs if isinstance(job.effect, Diagnose))
        assert isinstance(job.effect, Diagnose)
        job.answer = Diagnosed(self.os.now, job.effect.failure.ticket, failure)
        self.tray.tell(self.os.told(job))

    @precondition(lambda self: self.tray.last_diagnosis)
    @rule()
    def a_diagnosis_comes_twice(self) -> None:
        assert self.tray.last_diagnosis is not None
        self.tray.tell(Diagnosed(self.os.now, self.tray.last_diagnosis.ticket, INCURABLE))

    @precondition(lambda self: self.os.plan)
    @rule()
    def the_spawn_fails(self) -> None:
        self.os.can_spawn = False
        self.tray.tell(self.os.spawn())

    @precondition(lambda self: self.os.exits)
    @rule()
    def an_exit_is_reported(self) -> None:
        self.tray.tell(self.os.reap())

    def _job(self, which: int) -> Job:
        return self.os.jobs[which % len(self.os.jobs)]

    def _outdated(self) -> list[Job]:
        epoch = self.tray.state.epoch
        return [job for job in self.os.jobs if job.is_queued_before(epoch)]

    # -- time ---------------------------------------------------------------------------------

    @rule(seconds=durations)
    def time_passes_and_everything_answers(self, seconds: float) -> None:
        self.tray.live_until(self.os.now + seconds)

    @rule(late=st.sampled_from([0.0, 0.0, 0.01, 5.0]))
    def the_timer_fires(self, late: float) -> None:
        self.tray.wake_up(late=late)

    @rule(seconds=durations)
    def time_passes_in_silence(self, seconds: float) -> None:
        self.os.advance(seconds)

    @rule(gap=st.sampled_from([0.0, 30.0, 36_000.0]))
    def the_computer_sleeps(self, gap: float) -> None:
        self.os.sleep(gap)
        self.tray.tell(Resumed(self.os.now, gap))
        self.tray.tick()

    @rule(is_seen=st.booleans())
    def something_nudges(self, is_seen: bool) -> None:
        """The answer may be known long before it is told."""
        self.tray.tell(Nudged(self.os.now))
        for job in self.os.questions():
            if is_seen:
                self.os.do(job)

    # -- what happens on the computer ---------------------------------------------------------

    @rule(startup=startups, shutdown=shutdowns)
    def gateways_get_slower_or_faster(self, startup: float, shutdown: float) -> None:
        self.os.startup, self.os.shutdown = startup, shutdown

    @rule(port_taken=rarely, can_spawn=mostly)
    def circumstances_change(self, port_taken: bool, can_spawn: bool) -> None:
        self.os.port_taken, self.os.can_spawn = port_taken, can_spawn

    @precondition(lambda self: not self.os.living())
    @rule(age=durations)
    def somebody_starts_a_gateway(self, age: float) -> None:
        self.os.start_gateway(age=age)

    @precondition(lambda self: self.os.living())
    @rule(which=which, code=st.sampled_from([0, -15, 1, -9]), tidily=st.booleans())
    def a_gateway_ends(self, which: int, code: int, tidily: bool) -> None:
        self.os.end(self._gateway(which), code, tidily=tidily)

    @precondition(lambda self: self.os.living())
    @rule(which=which)
    def another_supervisor_restarts_a_gateway(self, which: int) -> None:
        self.os.end(self._gateway(which), 0, tidily=True)
        self.os.start_gateway()

    @precondition(lambda self: self.os.living())
    @rule(which=which, mishap=st.sampled_from(Mishap))
    def a_mishap_befalls_a_gateway(self, which: int, mishap: Mishap) -> None:
        gateway = self._gateway(which)
        match mishap:
            case Mishap.FALLS_SILENT:
                gateway.is_mute = True
            case Mishap.ANSWERS_AGAIN:
                gateway.is_mute = False
            case Mishap.IS_SUSPENDED:
                gateway.is_suspended = True
            case Mishap.GOES_ON:
                self.os.resume(gateway)
            case Mishap.CANNOT_BE_KILLED:
                gateway.is_unkillable = True
            case Mishap.CAN_BE_KILLED:
                self.os.let_die(gateway)
            case Mishap.IS_GUARDED:
                gateway.is_guarded = not gateway.process.watched

    @precondition(lambda self: self.os.pid_file)
    @rule()
    def somebody_removes_the_pid_file(self) -> None:
        self.os.pid_file = None

    def _gateway(self, which: int) -> Gateway:
        living = self.os.living()
        return living[which % len(living)]

    def teardown(self) -> None:
        self.tray.quit()


# A walk has few ways to go at times, and is none the worse for it.
Life.TestCase.settings = settings(
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
# Two thousand walks take about a minute on a machine that has nothing else to do.
TestLife = pytest.mark.timeout(900)(Life.TestCase)
