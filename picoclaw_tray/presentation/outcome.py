"""What became of a wish that came from a shell: judged from the situations that follow it.

Answers mirror the launcher's (contract 10.4 and 10.5). They are in English, as PicoClaw's are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from picoclaw_tray.lifecycle.messages import NoticeKind
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Locating,
    Preparing,
    Running,
    Spawning,
    Starting,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.advice import reload_failure
from picoclaw_tray.presentation.machine import why_not
from picoclaw_tray.presentation.notices import announce_notice, is_unexplained, was_refused
from picoclaw_tray.presentation.reload import ReloadStage
from picoclaw_tray.presentation.service import refused_restart, refused_stop
from picoclaw_tray.presentation.status import next_step_of, reason_of
from picoclaw_tray.presentation.text import render
from picoclaw_tray.remote import Answer, ExitCode, Request, Verb, error_answer
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.messages import Notice
    from picoclaw_tray.lifecycle.state import Failure, Phase, Process, State
    from picoclaw_tray.presentation.situation import Situation
    from picoclaw_tray.text import Text

_RUNS = QT_TRANSLATE_NOOP("Outcome", "The gateway runs (PID {pid}).")
_STOPPED = QT_TRANSLATE_NOOP("Outcome", "The gateway has stopped (PID {pid}).")
_NOT_RUNNING = QT_TRANSLATE_NOOP("Outcome", "No gateway was running.")
_CALLED_OFF = QT_TRANSLATE_NOOP("Outcome", "No gateway was running; it is not tried again.")
_RELOADED = QT_TRANSLATE_NOOP("Outcome", "The gateway has taken over its configuration.")
_NO_ADDRESS = QT_TRANSLATE_NOOP(
    "Outcome",
    "A reload changes no address: if “picoclaw-trayctl status” still says “Restart required”,"
    " restart it.",
)
_TAKEN_ON = QT_TRANSLATE_NOOP("Outcome", "The tray sees to it.")
_STOPPED_MEANWHILE = QT_TRANSLATE_NOOP("Outcome", "Somebody stopped the gateway meanwhile.")
_ENDED_EARLY = QT_TRANSLATE_NOOP(
    "Outcome", "The gateway ended before it was ready, in good order and not by this tray."
)
_SEE_LOG = QT_TRANSLATE_NOOP("Outcome", "Look at its last lines: picoclaw-trayctl show")
_ENDED_MEANWHILE = QT_TRANSLATE_NOOP("Outcome", "The gateway ended meanwhile.")
_QUITTING = QT_TRANSLATE_NOOP("Outcome", "The tray is quitting.")
_NO_REACTION = QT_TRANSLATE_NOOP("Outcome", "The gateway does not react, not even to force.")
_WITH_ANYWAY = QT_TRANSLATE_NOOP("Outcome", "With --anyway it is started all the same.")
_GOES_ON = QT_TRANSLATE_NOOP("Outcome", "The tray goes on trying.")
_RUNS_ON = QT_TRANSLATE_NOOP("Outcome", "The gateway that runs is left as it is (PID {pid}).")
_NOTHING_TO_RELOAD = QT_TRANSLATE_NOOP(
    "Outcome", "No gateway runs that could take over its configuration."
)
_CANNOT_RELOAD = QT_TRANSLATE_NOOP(
    "Outcome", "The gateway that runs cannot be asked to take over its configuration. Restart it."
)
_QUIT = QT_TRANSLATE_NOOP("Outcome", "The tray has quit. No gateway was running.")
_QUIT_STOPPED = QT_TRANSLATE_NOOP("Outcome", "The tray has quit, and the gateway has stopped.")
_QUIT_LEFT = QT_TRANSLATE_NOOP("Outcome", "The tray has quit. The gateway runs on (PID {pid}).")
_CANNOT_LEAVE = QT_TRANSLATE_NOOP(
    "Outcome", "The gateway cannot be left running: it was started so that it ends with the tray."
)
_QUIT_STOPS = QT_TRANSLATE_NOOP("Outcome", "To stop both: picoclaw-trayctl quit")


def refusal(request: Request, situation: Situation) -> Answer | None:
    """Why a wish is not even tried; none if it is."""
    state = situation.state
    service = situation.facts.service if state.process else None
    match request.verb:
        case Verb.START | Verb.RESTART | Verb.RELOAD | Verb.SHOW if state.quitting or state.ended:
            return _error(text(_QUITTING))
        case Verb.STOP if service is not None:
            return _error(refused_stop(service))
        case Verb.RESTART if service is not None:
            return _error(refused_restart(service))
        case Verb.QUIT if request.leave and state.process and _ends_with_tray(state.process):
            return _error(text(_CANNOT_LEAVE), text(_QUIT_STOPS))
        case Verb.RELOAD:
            return _no_reload(situation)
        case _:
            return None


def outcome(
    request: Request, asked: Situation, before: Situation, after: Situation
) -> Answer | None:
    """What became of a wish; none as long as that is open.

    To be asked about every step, in order, and once when the wish was just taken.

    Args:
        request: The wish.
        asked: The situation in which it was made.
        before: The situation before the last step.
        after: The situation now.
    """
    match request.verb:
        case Verb.START | Verb.RESTART:
            return _started(request.verb, asked, before, after)
        case Verb.STOP:
            return _stopped(asked, before, after)
        case Verb.RELOAD:
            return _reloaded(asked, after)
        case Verb.QUIT:
            return _quit(asked, after) if after.state.ended else None
        case Verb.STATUS | Verb.SHOW | Verb.LOGS | Verb.CLEAR_LOGS:
            return None
        case _:
            assert_never(request.verb)


def taken_on(situation: Situation) -> Answer:
    """For whoever does not wait for the outcome."""
    return _done(situation.state.process, text(_TAKEN_ON))


def _started(verb: Verb, asked: Situation, before: Situation, after: Situation) -> Answer | None:
    state, news = after.state, _news(before, after)
    if state.ended or state.quitting:
        return _error(text(_QUITTING))
    if news is not None and verb is Verb.RESTART:
        return _not_restarted(news, state.process)
    if state.failure is not None and _is_refused(before.state.phase, state):
        goes_on = isinstance(state.phase, Backoff)
        return _refused(state.failure, text(_GOES_ON) if goes_on else None)
    match state.phase:
        case Running(process=process) if verb is Verb.START or _is_fresh(process, asked):
            return _done(process, text(_RUNS, pid=process.key.pid))
        case Failed() | Stopped() | Backoff():
            return _not_started(state, asked.state)
        case _:
            return None


def _not_started(state: State, asked: State) -> Answer | None:
    match state.phase:
        case Backoff() if state.failure is asked.failure:
            return None  # that was before
        case Stopped(reason=StopReason.FROM_OUTSIDE):
            return _error(text(_ENDED_EARLY), text(_SEE_LOG))
        case Stopped():
            return _error(text(_STOPPED_MEANWHILE))
        case _:
            pass
    if is_unexplained(state):
        return None  # its reason comes a moment later
    goes_on = (text(_GOES_ON),) if isinstance(state.phase, Backoff) else ()
    return _error(reason_of(state.failure), *_next_step(state.failure), *goes_on)


def _is_refused(before: Phase, state: State) -> bool:
    """Whether this very step refuses a start; a check that took too long comes again."""
    match before, state.phase:
        case Preparing(), Failed() | Backoff(counted=False):
            return True
        case Locating(), Failed() | Backoff():
            return state.failure is not None and was_refused(state.failure)
        case _:
            return False


def _is_fresh(process: Process, asked: Situation) -> bool:
    """Whether this gateway is what a restart was to lead to; one that was coming up is."""
    match asked.state.phase:
        case Starting(slow=False):
            return True
        case _:
            return asked.state.process is None or asked.state.process.key != process.key


def _stopped(asked: Situation, before: Situation, after: Situation) -> Answer | None:
    news, process = _news(before, after), after.state.process
    if news is not None and news.kind in {NoticeKind.NO_PERMISSION, NoticeKind.MANAGED}:
        return _not_restarted(news, process)
    match after.state.phase:
        case Stopping(deadline=None):
            return _error(text(_NO_REACTION))
        case Spawning():
            return None
        case _:
            pass
    last = asked.state.process or before.state.process
    if process is not None and (last is None or process.key == last.key):
        return None
    if last is None:
        called_off = isinstance(asked.state.phase, Backoff)
        sentence = render(text(_CALLED_OFF if called_off else _NOT_RUNNING))
        return Answer(ExitCode.DONE, {"status": "not_running"}, (sentence,))
    return _done(last, text(_STOPPED, pid=last.key.pid))


def _reloaded(asked: Situation, after: Situation) -> Answer | None:
    process, reload = after.state.process, after.reload
    if process is None or asked.state.process is None or process.key != asked.state.process.key:
        return _error(text(_ENDED_MEANWHILE))
    if reload is None or reload is asked.reload:
        return None
    match reload.stage:
        case ReloadStage.DONE:
            more = (text(_NO_ADDRESS),) if after.facts.changes else ()
            return _done(process, text(_RELOADED), *more)
        case ReloadStage.FAILED:
            return _error(*reload_failure(after))
        case ReloadStage.ACCEPTED:
            return None
        case _:
            assert_never(reload.stage)


def _no_reload(situation: Situation) -> Answer | None:
    if not isinstance(situation.state.phase, Running):
        return _error(text(_NOTHING_TO_RELOAD), exit_code=ExitCode.NOTHING)
    return None if situation.facts.can_reload else _error(text(_CANNOT_RELOAD))


def _ends_with_tray(process: Process) -> bool:
    return process.ours and not process.outlives


def _quit(asked: Situation, after: Situation) -> Answer:
    process, phase = asked.state.process, after.state.phase
    left_alone = isinstance(phase, Stopped) and phase.reason is StopReason.LEFT_ALONE
    if process is not None and left_alone:
        return _fate("left_running", text(_QUIT_LEFT, pid=process.key.pid))
    if process is None:
        return _fate("not_running", text(_QUIT))
    return _fate("stopped", text(_QUIT_STOPPED))


def _news(before: Situation, after: Situation) -> Notice | None:
    return after.notice if after.notice is not before.notice else None


def _not_restarted(notice: Notice, process: Process | None) -> Answer:
    if notice.kind is NoticeKind.RESTART_REFUSED and notice.failure is not None:
        runs_on = text(_RUNS_ON, pid=process.key.pid) if process else None
        return _refused(notice.failure, runs_on)
    announcement = announce_notice(notice)
    said = [announcement.sentence, announcement.next_step]
    return _error(*(sentence for sentence in said if sentence is not None))


def _refused(failure: Failure, what_now: Text | None) -> Answer:
    lines = [reason_of(failure), *_next_step(failure)]
    if failure.passable:
        lines.append(text(_WITH_ANYWAY))
    if what_now is not None:
        lines.append(what_now)
    status = "precondition_failed" if failure.failure_class == "not_ready" else "error"
    payload = {"status": status, "message": why_not(failure)}
    return Answer(ExitCode.NOT_READY, payload, tuple(map(render, lines)))


def _next_step(failure: Failure | None) -> tuple[Text, ...]:
    next_step = next_step_of(failure)
    return () if next_step is None else (next_step,)


def _done(process: Process | None, *sentences: Text) -> Answer:
    payload = {"status": "ok"} | ({"pid": process.key.pid} if process else {})
    return Answer(ExitCode.DONE, payload, tuple(map(render, sentences)))


def _fate(gateway: str, sentence: Text) -> Answer:
    payload = {"status": "ok", "gateway": gateway}
    return Answer(ExitCode.DONE, payload, (render(sentence),))


def _error(sentence: Text, *others: Text, exit_code: ExitCode = ExitCode.FAILED) -> Answer:
    return error_answer(render(sentence), exit_code, *map(render, others))
