"""What a person is told unasked: when it got bad, when it is good again, when a wish failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, assert_never

from picoclaw_tray.lifecycle.messages import NoticeKind
from picoclaw_tray.lifecycle.state import Backoff, Failed, Health, Running, Stopped, StopReason
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.status import headline, reason_of
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.messages import Notice
    from picoclaw_tray.presentation.situation import Situation

_RESTART_REFUSED = QT_TRANSLATE_NOOP("notice", "Not restarted: it could not start again. {reason}")
_RESTART_NOT_CHECKED = QT_TRANSLATE_NOOP(
    "notice", "Not restarted: it took too long to check whether it could start again."
)
_HANGS_AGAIN = QT_TRANSLATE_NOOP(
    "notice", "The gateway keeps hanging; it is not restarted any more. Restart it yourself."
)
_NO_PERMISSION = QT_TRANSLATE_NOOP(
    "notice", "The gateway belongs to another user, who alone can stop it."
)
_RUNS_AGAIN = QT_TRANSLATE_NOOP("notice", "The gateway answers again.")
_ENDED_OUTSIDE = QT_TRANSLATE_NOOP("notice", "Somebody else stopped the gateway.")


@dataclass(frozen=True, slots=True)
class Announcement:
    """A notification: one sentence, and the next step where there is one."""

    icon: IconName
    sentence: Text
    next_step: Text | None = None


def announce_change(  # noqa: PLR0911 - one return a row
    before: Situation, after: Situation, now: float
) -> Announcement | None:
    """What the step from one situation to the next is worth telling; mostly nothing.

    Args:
        before: The situation that was shown until now.
        after: The one that is shown from now on.
        now: Monotonic seconds.
    """
    old, new, failure = before.state.phase, after.state.phase, after.state.failure
    next_step = failure.next_step if failure else None
    match old, new:
        case Failed(), Failed():
            return None
        case _, Failed():
            return Announcement(IconName.ERROR, headline(after.state, now), next_step)
        case Backoff(), Backoff():
            return None
        case _, Backoff(attempt=1):
            return Announcement(IconName.WARNING, headline(after.state, now), next_step)
        case Running(health=Health.OK), Running(health=Health.FAILING):
            return Announcement(IconName.WARNING, headline(after.state, now))
        case Running(health=Health.FAILING), Running(health=Health.OK):
            return Announcement(IconName.OK, text(_RUNS_AGAIN))
        case Running(), Stopped(reason=StopReason.FROM_OUTSIDE):
            return Announcement(IconName.IDLE, text(_ENDED_OUTSIDE))
        case _:
            return None


def announce_notice(notice: Notice) -> Announcement:
    """A notice of the life cycle, in words."""
    failure = notice.failure
    match notice.kind:
        case NoticeKind.RESTART_REFUSED:
            sentence = text(_RESTART_REFUSED, reason=reason_of(failure))
        case NoticeKind.RESTART_NOT_CHECKED:
            sentence = text(_RESTART_NOT_CHECKED)
        case NoticeKind.HANGS_AGAIN:
            sentence = text(_HANGS_AGAIN)
        case NoticeKind.NO_PERMISSION:
            sentence = text(_NO_PERMISSION)
        case _:
            assert_never(notice.kind)
    return Announcement(IconName.WARNING, sentence, failure.next_step if failure else None)
