"""The words of our own notes between the lines of a log: where a run begins and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from picoclaw_tray.gateway.signal_names import signal_name
from picoclaw_tray.logs.marks import MarkKind
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from picoclaw_tray.logs.marks import RunMark
    from picoclaw_tray.text import Text

_RUN = QT_TRANSLATE_NOOP("Run", "Run {run}")
_GATEWAY = QT_TRANSLATE_NOOP("Run", "Gateway")
_WITH_PID = QT_TRANSLATE_NOOP("Run", "{event} (PID {pid})")

_STARTED = QT_TRANSLATE_NOOP("Run", "{run} started")
_RESTARTED = QT_TRANSLATE_NOOP("Run", "{run} started by a restart")
_FOUND = QT_TRANSLATE_NOOP("Run", "{run} found running")
_ENDED = QT_TRANSLATE_NOOP("Run", "{run} ended")
_ENDED_WITH = QT_TRANSLATE_NOOP("Run", "{run} ended with exit code {code}")
_ENDED_BY = QT_TRANSLATE_NOOP("Run", "{run} ended by {signal}")
_SOURCE = QT_TRANSLATE_NOOP("Run", "From {file}")
_SOURCE_UNKNOWN = QT_TRANSLATE_NOOP("Run", "From another place")


def mark_text(mark: RunMark) -> Text:
    """A note as a heading, without a full stop: ``Run 12 started (PID 4711)``."""
    run = text(_GATEWAY) if mark.run is None else text(_RUN, run=mark.run)
    match mark.kind:
        case MarkKind.STARTED:
            return _with_pid(text(_STARTED, run=run), mark.pid)
        case MarkKind.RESTARTED:
            return _with_pid(text(_RESTARTED, run=run), mark.pid)
        case MarkKind.FOUND:
            return _with_pid(text(_FOUND, run=run), mark.pid)
        case MarkKind.ENDED:
            return _ended(run, mark.exit_code)
        case MarkKind.SOURCE:
            return _source(mark)
        case _:
            assert_never(mark.kind)


def _with_pid(event: Text, pid: int | None) -> Text:
    return event if pid is None else text(_WITH_PID, event=event, pid=pid)


def _ended(run: Text, code: int | None) -> Text:
    if code is None:
        return text(_ENDED, run=run)
    if code < 0:
        return text(_ENDED_BY, run=run, signal=signal_name(-code))
    return text(_ENDED_WITH, run=run, code=code)


def _source(mark: RunMark) -> Text:
    return text(_SOURCE_UNKNOWN) if mark.source is None else text(_SOURCE, file=mark.source.value)
