"""The log of one gateway: where its lines come from, where they are kept, where they are shown."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray.desktop.lane import Job, Lane
from picoclaw_tray.desktop.log_feed import LogFeed
from picoclaw_tray.desktop.run_marks import RunMarks
from picoclaw_tray.lifecycle.messages import LaunchPlan
from picoclaw_tray.lifecycle.state import ProcessKey
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_mark
from picoclaw_tray.logs.store import LogStore
from picoclaw_tray.system.observation import Observation

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.desktop.controller import GatewayController
    from picoclaw_tray.desktop.log_archivist import LogArchivist
    from picoclaw_tray.desktop.log_model import LogModel
    from picoclaw_tray.logs.beginnings import LogTail
    from picoclaw_tray.system.launch_site import LaunchSite
    from picoclaw_tray.system.log_archive import ArchivedRun

MEGABYTE: Final = 1024 * 1024
DIAGNOSIS_LINES: Final = 50
DIAGNOSIS_CHARS: Final = 4000


class GatewayLog(QObject):
    """One store for the lines of all sources; the window's model is made when it is asked for.

    What comes by a pipe is written down too: elsewhere it would be lost with us.

    Signals:
        secret_seen(str): A gateway's token, or a secret of its config: nobody may read it anywhere.
        archive_problem_changed(object): As ``LogArchivist.problem_changed``.
        past_run_read(LogStore): The answer to ``read_past_run``.
        cleared(): All lines are forgotten; there is another run.
    """

    secret_seen = Signal(str)
    archive_problem_changed = Signal(object)
    past_run_read = Signal(LogStore)
    cleared = Signal()

    def __init__(self, site: LaunchSite, parent: QObject | None = None) -> None:
        super().__init__(parent)
        settings = site.settings
        self._limits = settings.log_lines, settings.log_megabytes * MEGABYTE
        self.store = LogStore(*self._limits, words=_words)
        self.feed = LogFeed(site.place, self)
        self._site = site
        self._archivist: LogArchivist | None = None
        self._has_pipe = False
        self._marks = RunMarks(self)
        self._model: LogModel | None = None
        self._reader = Lane("past run", self)
        self._reader.job_done.connect(self._on_past_run_read)

    def listen_to(self, controller: GatewayController) -> None:
        """Takes in what its gateways print and write from now on."""
        controller.run_started.connect(self._on_run_started)
        controller.lines_received.connect(self._on_lines_received)
        controller.run_started.connect(self.feed.on_run_started)
        controller.state_changed.connect(self.feed.on_state_changed)
        controller.observed.connect(self.feed.on_observed)
        self.feed.run_begun.connect(self._on_run_started)
        self.feed.lines_received.connect(self._on_lines_followed)
        controller.spawned.connect(self._on_spawned)  # before it is marked
        controller.spawned.connect(self._marks.on_spawned)
        controller.exited.connect(self._marks.on_exited)
        controller.state_changed.connect(self._marks.on_state_changed)  # behind the feed's
        controller.observed.connect(self._marks.on_observed)
        self._marks.run_begun.connect(self._on_run_marked)
        self._marks.run_ended.connect(self._on_run_marked)
        controller.observed.connect(self._on_observed)

    @property
    def model(self) -> LogModel:
        """The rows for a window."""
        if self._model is None:
            from picoclaw_tray.desktop.log_model import LogModel  # noqa: PLC0415 - not for the icon

            self._model = LogModel(self.store, self)
        return self._model

    def recent_output(self) -> LogTail:
        """What the gateway has printed last, for whoever explains its end."""
        return self.store.tail(DIAGNOSIS_LINES, DIAGNOSIS_CHARS)

    def close(self) -> None:
        """Follows no file any more, and writes down what is left."""
        self.feed.close()
        self._reader.close()
        if self._archivist is not None:
            self._archivist.close()

    @Slot()
    def clear(self) -> None:
        """Forgets all lines (contract 9)."""
        self.store.clear()
        if self._model is not None:
            self._model.catch_up()
        self.cleared.emit()

    @property
    def archive_folder(self) -> Path:
        """Where the past runs are."""
        from picoclaw_tray.system.log_archive import archive_folder  # noqa: PLC0415 - as above

        return archive_folder(self._site.log_folder)

    def read_past_run(self, run: ArchivedRun) -> None:
        """Reads a run from the disk, in the background."""
        self._reader.submit(Job(partial(self._read, run)))

    def _read(self, run: ArchivedRun) -> LogStore:
        """In the lane."""
        from picoclaw_tray.system.run_reading import read_run  # noqa: PLC0415 - as above

        store = LogStore(*self._limits, self.store.redactor, _words)
        store.begin_run()
        for source, lines in read_run(run, self._limits[1]):
            store.extend(lines, source)
        return store

    @Slot(object)
    def _on_past_run_read(self, answer: object) -> None:
        if isinstance(answer, LogStore):
            answer.redactor = self.store.redactor  # which may have learned a secret meanwhile
            self.past_run_read.emit(answer)

    @Slot(ProcessKey, LaunchPlan)
    def _on_spawned(self, _key: ProcessKey, plan: LaunchPlan) -> None:
        self._has_pipe = not plan.outlives
        if self._has_pipe and self._archivist is None and self._site.settings.archive_megabytes:
            self._archivist = self._new_archivist()

    def _new_archivist(self) -> LogArchivist:
        from picoclaw_tray.desktop.log_archivist import LogArchivist  # noqa: PLC0415 - as above
        from picoclaw_tray.system.log_archive import archive_limits  # noqa: PLC0415 - as above

        settings = self._site.settings
        limits = archive_limits(settings.archive_megabytes, settings.archive_days)
        archivist = LogArchivist(self.archive_folder, limits, self.store.redactor, self)
        archivist.problem_changed.connect(self.archive_problem_changed)
        return archivist

    @Slot()
    def _on_run_started(self) -> None:
        self.store.begin_run()

    @Slot(tuple)
    def _on_lines_received(self, lines: tuple[bytes, ...]) -> None:
        self._take(lines, Source.OUTPUT)

    @Slot(tuple, Source)
    def _on_lines_followed(self, lines: tuple[bytes, ...], source: Source) -> None:
        self._take(lines, source)

    def _take(self, lines: tuple[bytes, ...], source: Source) -> None:
        self.store.extend(lines, source)
        if self._archivist is not None:
            self._archivist.take(lines, source)
        if self._model is not None:
            self._model.on_lines_appended()

    @Slot(RunMark)
    def _on_run_marked(self, mark: RunMark) -> None:
        self.store.mark(dump_mark(mark))
        if self._archivist is not None:
            if mark.kind is MarkKind.ENDED:
                self._archivist.end(mark)
            elif mark.kind is not MarkKind.FOUND and self._has_pipe:
                self._archivist.begin(mark)
        if self._model is not None:
            self._model.on_lines_appended()

    @Slot(Observation)
    def _on_observed(self, observation: Observation) -> None:
        told = filter(None, (observation.token, *observation.secrets))
        fresh = frozenset(told).difference(self.store.redactor.values)
        if fresh:
            self.store.redactor = self.store.redactor.knowing(*fresh)
            if self._archivist is not None:
                self._archivist.set_redactor(self.store.redactor)
                if observation.token in fresh:
                    self._archivist.release()
            if self._model is not None:
                self._model.mask_anew(self.store.redactor)
            for secret in fresh:
                self.secret_seen.emit(secret)


def _words(mark: RunMark) -> str:
    from picoclaw_tray.desktop.log_words import said_mark  # noqa: PLC0415 - not for the icon

    return said_mark(mark)
