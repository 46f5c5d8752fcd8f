"""What the window says about the log, in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QDate, QLocale, QTime

from picoclaw_tray.desktop.log_scope import RunChoice
from picoclaw_tray.desktop.translation import rendered
from picoclaw_tray.presentation.run_marks import mark_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from picoclaw_tray.logs.marks import RunMark
    from picoclaw_tray.logs.store import LogStore
    from picoclaw_tray.system.log_archive import ArchivedRun

_DATE_AND_TIME: Final = ((0, 4), (4, 6), (6, 8), (9, 11), (11, 13))
"""Where year, month, day, hour and minute are in ``ArchivedRun.started``."""


def said_mark(mark: RunMark) -> str:
    """A note of ours in words."""
    return rendered(mark_text(mark))


def runs_in(store: LogStore) -> tuple[RunChoice, ...]:
    """The runs that have lines in the store, the newest first."""
    marks = {run: known.mark for run, known in store.known_runs().items()}
    runs = dict.fromkeys(stretch.run for stretch in reversed(store.stretches()))
    return tuple(_choice(run, marks.get(run)) for run in runs)


def runs_on_disk(archived: Iterable[ArchivedRun], store: LogStore) -> tuple[RunChoice, ...]:
    """The past runs that are not in the store from their beginning on, the newest first."""
    whole = (known.mark for known in store.known_runs().values() if known.n >= store.first)
    held = {(mark.run or 0, mark.pid) for mark in whole}
    past = [run for run in archived if (run.number, run.pid) not in held]
    return tuple(
        RunChoice(_name(run.number, run.pid), run, is_on_disk=True, began=_beginning(run))
        for run in reversed(past)
    )


def _choice(run: int, mark: RunMark | None) -> RunChoice:
    if mark is None:
        return RunChoice(_translated("Other lines"), run)
    return RunChoice(_name(mark.run, mark.pid), run, began=mark.time[11:16])


def _name(number: int | None, pid: int | None) -> str:
    """A run by its number, or else its process."""
    return _translated("Run {number}").format(number=number) if number else f"PID {pid}"


def _beginning(run: ArchivedRun) -> str:
    # Date and time by themselves: as a moment of some time zone they would cost 0.2 ms.
    year, month, day, hour, minute = (int(run.started[begin:end]) for begin, end in _DATE_AND_TIME)
    short, locale = QLocale.FormatType.ShortFormat, QLocale()
    date = locale.toString(QDate(year, month, day), short)
    time = locale.toString(QTime(hour, minute), short)
    return f"{date} {time}"


def log_size(size: int) -> str:
    """How large the gateway's own log is; nothing if there is none."""
    if not size:
        return ""
    return f"gateway.log {QLocale().formattedDataSize(size, 1)}"


def _translated(source: str) -> str:
    return QCoreApplication.translate("log", source)
