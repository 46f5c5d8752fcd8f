"""Writes down what a gateway prints, without ever keeping it, or the window, waiting."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.desktop.lane import Job, Lane
from picoclaw_tray.logs.backlog import LONG_LINE, Backlog, Batch, Begin, End, Lost
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_note, without_notes
from picoclaw_tray.logs.masked_blocks import BlockMasker, line_pieces
from picoclaw_tray.system.log_archive import LogArchive
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from picoclaw_tray.logs.redaction import Redactor
    from picoclaw_tray.system.log_archive import ArchiveLimits

log = logging.getLogger(__name__)

PAUSE_MS: Final = 200
FLOOD_PAUSE_MS: Final = 30
HOLD_MS: Final = 3000
"""So long the first lines wait for the PID file's token, which is to be masked in them too."""

TURN_BYTES: Final = 1024 * 1024
TURN_S: Final = 0.008
"""So much is masked in one go, or so long: with a secret in each line a megabyte takes 400 ms."""

FINISH_S: Final = 1.0
"""So long the end of the tray waits for what is left."""

MAX_WAITING: Final = 16 * 1024 * 1024
"""Bytes that may wait, for their turn or for a slow disk; a run on disk has hardly more."""

LOST_MARK: Final = "… [{count} lines are missing here: more came than could be written down]"

_NOT_WRITTEN = QT_TRANSLATE_NOOP(
    "Archive", "The output of this run cannot be written to {folder} ({why}). Nothing else suffers."
)


@dataclass(frozen=True, slots=True)
class _Failure:
    """What became of ``size`` bytes of a run."""

    run: Begin | None
    size: int
    error: OSError


class LogArchivist(QObject):
    """Collects lines, masks them in turns, and has a lane of its own write them.

    In a flood the turns fall behind. What is dropped then, and counted, is what a run on disk would
    soon have had to give up for its newest lines anyway.

    Signals:
        problem_changed(object): A ``Text`` that says why this run is not written down any further;
            none: the next one is.
    """

    problem_changed = Signal(object)

    def __init__(
        self, folder: Path, limits: ArchiveLimits, redactor: Redactor, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._folder = folder
        self._archive = LogArchive(folder, limits)
        self._masker = BlockMasker(redactor)
        self._lane = Lane("archive", self)
        self._lane.job_done.connect(self._on_written)
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._on_turn)
        self._hold = QTimer(self, singleShot=True)
        self._hold.timeout.connect(self._on_turn)
        self._backlog = Backlog(MAX_WAITING)
        self._run: Begin | None = None  # that was begun last
        self._is_open = False  # and goes on
        self._has_problem = False
        self._begun: Begin | None = None  # whose lines are handed over
        self._source = Source.OUTPUT  # of what was handed over last
        self._masked: list[bytes] = []  # what this turn hands over
        self._waiting = 0  # bytes that the lane has not written yet
        self._written: Begin | None = None  # whose lines are written; the lane's

    def set_redactor(self, redactor: Redactor) -> None:
        """What masks from now on."""
        self._masker.redactor = redactor

    def release(self) -> None:
        """The token of this run is known; its first lines need not wait for it any longer."""
        self._hold.stop()
        self._plan_turn()

    def begin(self, mark: RunMark) -> None:
        """A run has begun whose pipe we read."""
        if self._is_open:
            self._backlog.append(End())
        if self._has_problem:
            self._has_problem = False
            self.problem_changed.emit(None)
        self._run = Begin(mark)
        self._is_open = True
        self._backlog.append(self._run)
        self._hold.start(HOLD_MS)
        self._pause.start(0)

    def take(self, lines: Sequence[bytes], source: Source) -> None:
        """It has printed this, or somebody has written it about it elsewhere."""
        if self._is_open:
            self._backlog.extend(lines, source)
            self._plan_turn()

    def end(self, mark: RunMark | None = None) -> None:
        """The run has ended; what waits for its turn is written down all the same."""
        if self._is_open:
            self._is_open = False
            self._backlog.append(End(mark))
            self._hold.stop()
            self._pause.start(0)

    def close(self) -> None:
        """Writes what is left, if that is quick."""
        self.end()
        until = time.monotonic() + FINISH_S
        while self._backlog:
            self._turn()
            if time.monotonic() > until:
                self._backlog.drop_lines()
        self._pause.stop()
        self._lane.close()

    @property
    def _has_turn(self) -> bool:
        """Whether anything may be handed over; the first lines wait for the PID file's token."""
        is_held = self._hold.isActive() and self._begun is self._run
        return bool(self._backlog) and not is_held

    def _plan_turn(self) -> None:
        if self._has_turn:
            pause = FLOOD_PAUSE_MS if self._backlog.size > TURN_BYTES else PAUSE_MS
            if not self._pause.isActive() or self._pause.interval() > pause:
                self._pause.start(pause)

    @Slot()
    def _on_turn(self) -> None:
        self._turn()
        if self._has_turn:
            self._pause.start(FLOOD_PAUSE_MS)

    def _turn(self) -> None:
        """Masks what came first, as much as is quick, and hands it over."""
        if self._waiting > MAX_WAITING:  # the disk is slow
            self._backlog.drop_lines()
        size = 0
        until = time.monotonic() + TURN_S
        while self._has_turn and size < TURN_BYTES and time.monotonic() < until:
            match self._backlog.pop():
                case Begin() as run:
                    self._hand_over_begin(run)
                case Batch() as batch:
                    size += batch.size
                    self._hand_over(batch)
                case Lost(count):
                    self._masked.append(f"{LOST_MARK.format(count=count)}\n".encode())
                case End(mark):
                    self._hand_over_end(mark)
        self._write_masked()

    def _hand_over_begin(self, run: Begin) -> None:
        self._begun = run
        self._source = Source.OUTPUT
        self._lane.submit(Job(partial(self._begin, run)))
        self._masked.append(dump_note(run.mark))

    def _hand_over(self, batch: Batch) -> None:
        if batch.source is not self._source:
            self._source = batch.source
            mark = RunMark(MarkKind.SOURCE, "", source=batch.source)
            self._masked.append(dump_note(mark))
        if len(batch.lines) == 1 and batch.size > LONG_LINE:
            self._write_masked()
            self._waiting += batch.size
            redactor = self._masker.redactor
            self._lane.submit(Job(partial(self._write_long, batch.lines[0], redactor)))
            return
        self._masked.append(without_notes(self._masker.mask_lines(batch.lines)))

    def _hand_over_end(self, mark: RunMark | None) -> None:
        if mark is not None:
            self._masked.append(dump_note(mark))
        self._write_masked()
        self._lane.submit(Job(self._archive.close))

    def _write_masked(self) -> None:
        block = b"".join(self._masked)
        self._masked.clear()
        if block:
            self._waiting += len(block)
            self._lane.submit(Job(partial(self._write, block)))

    @Slot(object)
    def _on_written(self, answer: object) -> None:
        match answer:
            case int(count):
                self._waiting -= count
            case _Failure(run, size, error):
                self._waiting -= size
                if run is self._run and not self._has_problem:
                    self._give_up(error)
            case _:
                pass

    def _give_up(self, error: OSError) -> None:
        """This run has no file any more; another one may."""
        self._is_open = False
        self._backlog.clear()
        self._pause.stop()
        self._has_problem = True
        why = error.strerror or type(error).__name__
        log.warning("the output of the gateway is not written down: %s", error)
        self.problem_changed.emit(text(_NOT_WRITTEN, folder=str(self._folder), why=why))

    # -- in the lane -------------------------------------------------------------------------------

    def _begin(self, run: Begin) -> _Failure | None:
        self._written = run
        try:
            self._archive.begin(run.mark)
        except OSError as error:
            return _Failure(run, 0, error)
        return None

    def _write(self, block: bytes) -> int | _Failure:
        return self._try_to_write(len(block), (block,))

    def _write_long(self, line: bytes, redactor: Redactor) -> int | _Failure:
        pieces = (piece.encode("utf-8", "replace") for piece in line_pieces(line, redactor))
        return self._try_to_write(len(line) + 1, chain(pieces, (b"\n",)))

    def _try_to_write(self, size: int, blocks: Iterable[bytes]) -> int | _Failure:
        try:
            for block in blocks:
                self._archive.write(block)
        except OSError as error:
            self._archive.close()
            return _Failure(self._written, size, error)
        return size
