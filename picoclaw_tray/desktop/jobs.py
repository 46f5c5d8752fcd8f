"""What the lanes do for the controller: each effect that takes time, as a job with its answer.

The work touches no object of Qt. Every job has a second answer, for when it is dropped or fails.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from picoclaw_tray.desktop.lane import Job
from picoclaw_tray.lifecycle.messages import (
    Diagnosed,
    Event,
    Found,
    Nothing,
    Observed,
    Prepared,
    Refused,
    Signalled,
)
from picoclaw_tray.lifecycle.state import COULD_NOT_CHECK, Failure
from picoclaw_tray.presentation.autostart import LoginStatus
from picoclaw_tray.presentation.reload import ReloadAnswer

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from picoclaw_tray.lifecycle.messages import (
        Diagnose,
        Forget,
        Kill,
        LaunchPlan,
        Observe,
        Prepare,
        Terminate,
    )
    from picoclaw_tray.lifecycle.state import Process, ProcessKey
    from picoclaw_tray.logs.beginnings import LogTail
    from picoclaw_tray.presentation.situation import Outlook
    from picoclaw_tray.system.autostart import Action
    from picoclaw_tray.system.autostart.entry import LoginEntry
    from picoclaw_tray.system.config_files import Stamp
    from picoclaw_tray.system.crew import Crew
    from picoclaw_tray.system.observation import Observation

    FindCrew: TypeAlias = Callable[[], Crew]
    FindLoginEntry: TypeAlias = Callable[[], LoginEntry]

log = logging.getLogger(__name__)

NO_EPOCH = -1
"""The epoch of an answer that says nothing: older than any."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What comes back from a lane: an event, still without its time, and what was seen.

    Attributes:
        config_stamp: PicoClaw's files as a failed gateway left them; a later change is a repair.
        outlook: What a start would be like now.
        reload: What became of a reload that was asked for.
        login: What the system would do at the next login.
    """

    event: Event | None = None
    observation: Observation | None = None
    config_stamp: Stamp | None = None
    outlook: Outlook | None = None
    reload: ReloadAnswer | None = None
    login: LoginStatus | None = None


def observing(crew: FindCrew, request: Observe) -> Job:
    """Looks; dropped once nobody is interested any more."""
    nothing = Answer(Observed(0, NO_EPOCH, Nothing()))
    return Job(partial(_observe, crew, request), nothing, request.epoch)


def preparing(crew: FindCrew, request: Prepare) -> Job:
    """Finds out whether and how to start; dropped once nobody is interested any more."""
    refusal = Failure("unknown", detail=COULD_NOT_CHECK)
    refused = Answer(Refused(0, request.epoch, refusal))
    return Job(partial(_prepare, crew, request), refused, request.epoch)


def assessing(crew: FindCrew, epoch: int) -> Job:
    """Finds out what a start would be like; dropped once something happens."""
    return Job(partial(_assess, crew), Answer(), epoch)


def reloading(crew: FindCrew, process: Process) -> Job:
    """Asks a gateway to take over its config."""
    return Job(partial(_reload, crew, process), Answer(reload=ReloadAnswer.nothing()))


def judging_reload(crew: FindCrew, accepted: ReloadAnswer) -> Job:
    """Looks whether the gateway complained after it had accepted."""
    return Job(partial(_judge_reload, crew, accepted), Answer(reload=ReloadAnswer.nothing()))


def noting_reload(crew: FindCrew, accepted: ReloadAnswer) -> Job:
    """Notes what the gateway runs with from now on."""
    return Job(partial(_note_reload, crew, accepted), Answer())


def settling_login(entry: FindLoginEntry, action: Action) -> Job:
    """Asks the system about the next login, after a change if there is one to make."""
    return Job(partial(_settle_login, entry, action), Answer(login=LoginStatus.unknown()))


def diagnosing(crew: FindCrew, request: Diagnose, output: LogTail) -> Job:
    """Explains a failure with the gateway's last lines; to mask them takes a while too."""
    known = Answer(Diagnosed(0, request.failure.ticket, request.failure))
    return Job(partial(_diagnose, crew, request, output), known)


def forgetting(crew: FindCrew, request: Forget) -> Job:
    """Removes a PID file that was left behind."""
    return Job(partial(_forget, crew, request.pid), Answer())


def reporting(tree: tuple[ProcessKey, ...]) -> Job:
    """Notes in our own log who is left of a gateway that was stopped on the way to something."""
    return Job(partial(_report, tree), Answer())


def recording(crew: FindCrew, process: Process, plan: LaunchPlan) -> Job:
    """Notes that a process is ours and what it was started with, for a tray after this one."""
    return Job(partial(_record, crew, process, plan), Answer())


def signalling(request: Terminate | Kill) -> Job:
    """Asks a process to end, or ends it."""
    return Job(partial(_signal, request), Answer(Signalled(0, request.epoch, ())))


def _observe(crew: FindCrew, request: Observe) -> Answer:
    seen = crew().observer.observe(request.target, request.tree)
    if isinstance(seen.finding, Found):
        crew().traces.find(seen.finding)
    return Answer(Observed(0, request.epoch, seen.finding, seen.survivors), seen)


def _prepare(crew: FindCrew, request: Prepare) -> Answer:
    result = crew().preparer.prepare(
        anyway=request.anyway, replacing=request.replacing, fresh=request.fresh
    )
    if isinstance(result, Failure):
        return Answer(Refused(0, request.epoch, result))
    return Answer(Prepared(0, request.epoch, result))


def _diagnose(crew: FindCrew, request: Diagnose, output: LogTail) -> Answer:
    explained = crew().diagnoser.diagnose(
        request.failure, request.process, output.render(), output.redactor
    )
    diagnosed = Diagnosed(0, request.failure.ticket, explained)
    return Answer(diagnosed, config_stamp=crew().config.stamp())


def _forget(crew: FindCrew, pid: int) -> Answer:
    crew().observer.forget(pid)
    return Answer()


def _report(tree: tuple[ProcessKey, ...]) -> Answer:
    from picoclaw_tray.system import processes  # noqa: PLC0415 - psutil is imported in the lane

    survivors = processes.survivors(tree)
    if survivors:
        pids = ", ".join(map(str, survivors))
        log.warning("the gateway has stopped, programs it started still run: PID %s", pids)
    return Answer()


def _assess(crew: FindCrew) -> Answer:
    return Answer(outlook=crew().preflight.check(fresh=False).outlook)


def _reload(crew: FindCrew, process: Process) -> Answer:
    return Answer(reload=crew().reloader.ask(process))


def _judge_reload(crew: FindCrew, accepted: ReloadAnswer) -> Answer:
    return Answer(reload=crew().reloader.judge(accepted))


def _note_reload(crew: FindCrew, accepted: ReloadAnswer) -> Answer:
    crew().reloader.note(accepted)
    return Answer()


def _settle_login(entry: FindLoginEntry, action: Action) -> Answer:
    from picoclaw_tray.system.autostart import changed  # noqa: PLC0415 - not needed for the icon

    return Answer(login=changed(entry(), action))


def _record(crew: FindCrew, process: Process, plan: LaunchPlan) -> Answer:
    crew().traces.begin(process.key)
    crew().run_records.write_spawned(process, plan)
    return Answer()


def _signal(request: Terminate | Kill) -> Answer:
    from picoclaw_tray.system import signaller  # noqa: PLC0415 - psutil is imported in the lane

    return Answer(signaller.carry_out(request))
