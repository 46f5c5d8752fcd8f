"""What a person is told unasked: when it got bad, when it is good again, when a wish failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.lifecycle.messages import NoticeKind
from picoclaw_tray.lifecycle.state import (
    COULD_NOT_CHECK,
    COULD_NOT_LOOK,
    Backoff,
    Failed,
    Failure,
    Health,
    Process,
    Remains,
    Running,
    StartAgain,
    Starting,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.advice import advice, reload_failure, restart_required
from picoclaw_tray.presentation.autostart import launcher_warning, login_news
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.origin import adoption
from picoclaw_tray.presentation.reload import ReloadStage
from picoclaw_tray.presentation.status import giving_up, headline, next_step_of, reason_of
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.messages import Notice
    from picoclaw_tray.lifecycle.state import Phase, State
    from picoclaw_tray.presentation.situation import Situation

_RESTART_REFUSED = QT_TRANSLATE_NOOP(
    "Notice", "Not restarted, because the gateway could not start again. {reason}"
)
_RESTART_NOT_CHECKED = QT_TRANSLATE_NOOP(
    "Notice", "Not restarted, because checking whether the gateway can start took too long."
)
_HANGS_AGAIN = QT_TRANSLATE_NOOP(
    "Notice", "The gateway keeps hanging and is not restarted any more."
)
_HANGS_NEXT_STEP = QT_TRANSLATE_NOOP("Notice", "Look at its log, then restart it yourself.")
_NO_PERMISSION = QT_TRANSLATE_NOOP(
    "Notice", "The gateway was not stopped, because it belongs to another user."
)
_PERMISSION_NEXT_STEP = QT_TRANSLATE_NOOP("Notice", "Stop it as that user or as administrator.")
_MANAGED = QT_TRANSLATE_NOOP(
    "Notice", "The gateway was left as it is, because a service manager runs it."
)
_MANAGED_NEXT_STEP = QT_TRANSLATE_NOOP("Notice", "Stop or restart it there.")
_SILENT = QT_TRANSLATE_NOOP("Notice", "The gateway does not answer.")
_SILENT_NEXT_STEP = QT_TRANSLATE_NOOP("Notice", "If that lasts, restart it.")
_ANSWERS_AGAIN = QT_TRANSLATE_NOOP("Notice", "The gateway answers again.")
_RESTARTED_BY_US = QT_TRANSLATE_NOOP("Notice", "It is being restarted.")
_NO_REACTION = QT_TRANSLATE_NOOP("Notice", "The gateway does not react, not even to force.")
_NO_REACTION_NEXT_STEP = QT_TRANSLATE_NOOP("Notice", "If that lasts, restart the computer.")
_PROCESSES_REMAIN = QT_TRANSLATE_NOOP(
    "Notice", "The gateway has stopped, but programs it started still run (PID {pids})."
)
_REMAIN_NEXT_STEP = QT_TRANSLATE_NOOP("Notice", "Stop them yourself if they are not needed.")

_WILL_END = QT_TRANSLATE_NOOP(
    "Notice",
    "A tray that ended unexpectedly had started this gateway. What it prints is lost, and it ends"
    " when it next prints a line.",
)
_WILL_END_NEXT_STEP = QT_TRANSLATE_NOOP("Notice", "Restart it to be safe.")
_RELOADED = QT_TRANSLATE_NOOP("Notice", "The gateway has taken over its configuration.")
_ALONE = QT_TRANSLATE_NOOP(
    "Notice",
    "Neither picoclaw-trayctl nor another start of this tray can reach it: there is no place for"
    " its socket.",
)
_UNLOGGED = QT_TRANSLATE_NOOP(
    "Notice", "This tray cannot write its own log, because there can be no files in {folder}."
)
_SETTINGS_NEXT_STEP = QT_TRANSLATE_NOOP(
    "Notice",
    "Mend or remove it, then restart this tray. Until then it uses the default settings.",
)
_REFUSALS = frozenset(
    {"binary_missing", "config_unreadable", "not_ready", "port_taken", "already_running"}
)
_WISHES = frozenset({"ended_outside", "clean_exit", "session_end"})
_LAST_FAILURE = QT_TRANSLATE_NOOP("Notice", "Last failure: {reason}")


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notification: one sentence or two, and the next step where there is one."""

    icon: IconName
    sentence: Text
    next_step: Text | None = None


def is_unexplained(state: State) -> bool:
    """Whether a failure is still being looked into: its reason comes a moment later."""
    failure = state.failure
    if failure is None or not isinstance(state.phase, Backoff | Failed):
        return False
    return failure.reason is None and failure.detail not in {COULD_NOT_LOOK, COULD_NOT_CHECK}


def announce_change(  # noqa: PLR0911 - one return a phase
    before: Situation, after: Situation, now: float
) -> Announcement | None:
    """What the step from one situation to the next is worth telling; mostly nothing.

    Args:
        before: The situation that was shown until now.
        after: The one that is shown from now on.
        now: Monotonic seconds.
    """
    if news := login_news(before.login, after.login):
        icon, sentences = news
        return Announcement(icon, *sentences)
    old, state = before.state.phase, after.state
    match state.phase:
        case Starting() | Running() if found := adoption(old, after):
            return Announcement(IconName.OK, *found)
        case Running() if after.reload is not before.reload:
            return _reload(after)
        case Running() if after.facts.changes and not before.facts.changes:
            return Announcement(IconName.OK, restart_required(after.facts.changes))
        case Backoff() | Failed():
            return _failing(old, state, now)
        case Running(health=health):
            return _health(old, health)
        case Stopping() as stopping:
            return _stopping(old, stopping, state)
        case Stopped() as stopped:
            return _stopped(old, stopped)
        case _:
            return None


def ended_outside() -> Announcement:
    """Somebody else stopped the gateway."""
    ended = Failure(FailureClass.ENDED_OUTSIDE)
    return Announcement(IconName.IDLE, reason_of(ended), next_step_of(ended))


def announce_notice(notice: Notice) -> Announcement:
    """A notice of the life cycle, in words."""
    failure = notice.failure
    match notice.kind:
        case NoticeKind.RESTART_REFUSED:
            sentence = text(_RESTART_REFUSED, reason=reason_of(failure))
            return Announcement(IconName.WARNING, sentence, next_step_of(failure))
        case NoticeKind.RESTART_NOT_CHECKED:
            return Announcement(IconName.WARNING, text(_RESTART_NOT_CHECKED))
        case NoticeKind.HANGS_AGAIN:
            return Announcement(IconName.WARNING, text(_HANGS_AGAIN), text(_HANGS_NEXT_STEP))
        case NoticeKind.NO_PERMISSION:
            return Announcement(IconName.WARNING, text(_NO_PERMISSION), text(_PERMISSION_NEXT_STEP))
        case NoticeKind.MANAGED:
            return Announcement(IconName.WARNING, text(_MANAGED), text(_MANAGED_NEXT_STEP))
        case _:
            assert_never(notice.kind)


def standing_notices(situation: Situation) -> tuple[Text, ...]:
    """What the window says for as long as it holds; sentences and next steps in order."""
    said: list[Text | None] = []
    if situation.surroundings.settings_problem is not None:
        said += [situation.surroundings.settings_problem, text(_SETTINGS_NEXT_STEP)]
    if situation.surroundings.alone:
        said.append(text(_ALONE))
    if situation.surroundings.unlogged:
        said.append(text(_UNLOGGED, folder=situation.surroundings.unlogged))
    if situation.notice is not None:
        announcement = announce_notice(situation.notice)
        said += [announcement.sentence, announcement.next_step]
    if situation.login is not None:
        said += [situation.login.problem, *launcher_warning(situation.login)]
    said += [situation.facts.record_problem, situation.archive_problem]
    said += advice(situation)
    match situation.state.phase:
        case Running(health=Health.FAILING):
            said += [text(_SILENT), text(_SILENT_NEXT_STEP)]
        case Running(process=Process(ours=True, watched=False, outlives=False)):
            said += [text(_WILL_END), text(_WILL_END_NEXT_STEP)]
        case _:
            pass
    return tuple(sentence for sentence in said if sentence is not None)


def shown_failure(state: State) -> Text | None:
    """The reason of the failure that matters now, or of the one that was healed."""
    match state.phase:
        case Running(health=Health.FAILING) if state.failure is not None:
            return reason_of(state.failure)
        case Failed(gave_up=True) if state.failure:
            return giving_up(state)
        case Backoff() | Failed() | Stopped(reason=StopReason.FROM_OUTSIDE) if state.failure:
            return reason_of(state.failure)
        case Running() | Starting() if state.failure and not is_over(state.failure):
            return text(_LAST_FAILURE, reason=reason_of(state.failure))
        case _:
            return None


def was_refused(failure: Failure) -> bool:
    """Nothing had run."""
    return failure.failure_class in _REFUSALS


def is_over(failure: Failure) -> bool:
    """Once a gateway runs it is of no interest what stood in its way, or who ended another one."""
    return was_refused(failure) or failure.failure_class in _WISHES


def _failing(old: Phase, state: State, now: float) -> Announcement | None:
    """Of the attempts in a row the first is told, and every end of a gateway that had run."""
    icon = IconName.WARNING
    match old, state.phase:
        case (Backoff(), Backoff()) | (Failed(), Failed()):
            return None
        case _, Failed():
            icon = IconName.ERROR
        case Running(), _:
            pass
        case _, Backoff(attempt=1, counted=counted) if not (counted and state.waits):
            pass  # a wait begins as a crash that counts, until it is known for one
        case _:
            return None
    return Announcement(icon, headline(state, now), next_step_of(state.failure))


def _reload(after: Situation) -> Announcement | None:
    if failure := reload_failure(after):
        next_step = failure[-1] if len(failure) > 1 else None
        return Announcement(IconName.WARNING, failure[0], next_step)
    if after.reload is not None and after.reload.stage is ReloadStage.DONE:
        return Announcement(IconName.OK, text(_RELOADED))
    return None


def _health(old: Phase, health: Health) -> Announcement | None:
    was_failing = isinstance(old, Running) and old.health is Health.FAILING
    match health:
        case Health.FAILING if not was_failing:
            return Announcement(IconName.WARNING, text(_SILENT), text(_SILENT_NEXT_STEP))
        case Health.OK if was_failing:
            return Announcement(IconName.OK, text(_ANSWERS_AGAIN))
        case _:
            return None


def _stopping(old: Phase, new: Stopping, state: State) -> Announcement | None:
    match old, new:
        case Running(), Stopping(then=StartAgain(by_user=False)):
            return Announcement(IconName.WARNING, reason_of(state.failure), text(_RESTARTED_BY_US))
        case Stopping(deadline=float() | int()), Stopping(deadline=None):
            return Announcement(IconName.WARNING, text(_NO_REACTION), text(_NO_REACTION_NEXT_STEP))
        case _:
            return None


def _stopped(old: Phase, new: Stopped) -> Announcement | None:
    match old, new:
        case ((Starting() | Running()), Stopped(reason=StopReason.FROM_OUTSIDE)):
            return ended_outside()
        case Stopped(remains=None), Stopped(remains=Remains(processes=(_, *_) as pids)):
            sentence = text(_PROCESSES_REMAIN, pids=", ".join(map(str, pids)))
            return Announcement(IconName.WARNING, sentence, text(_REMAIN_NEXT_STEP))
        case _:
            return None
