"""Writes down what a gateway prints, without ever keeping it, or the window, waiting."""

from __future__ import annotations

import logging
from collections import deque
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.desktop.lane import Job, Lane
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_mark
from picoclaw_tray.logs.masked_blocks import BlockMasker, line_pieces
from picoclaw_tray.system.log_archive import LogArchive
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from picoclaw_tray.logs.redaction import Redactor
    from picoclaw_tray.system.log_archive import ArchiveLimits

log = logging.getLogger(__name__)

PAUSE_MS: Final = 200
FLOOD_PAUSE_MS: Final = 30
FIRST_PAUSE_MS: Final = 3000
"""By then the PID file's token is known, which is to be masked in the very first lines too."""

TURN_BYTES: Final = 1024 * 1024
"""So much is masked and handed over in one go: it takes about four milliseconds."""

LONG_LINE: Final = 128 * 1024
MAX_WAITING: Final = 16 * 1024 * 1024
"""Bytes that may wait, for their turn or for a slow disk; a run on disk has hardly more."""

LOST_MARK: Final = "… [{count} lines are missing here: more came than could be written down]"

_NOT_WRITTEN = QT_TRANSLATE_NOOP(
    "Archive", "The output of this run cannot be written to {folder} ({why}). Nothing else suffers."
)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Lines that came together; ``size`` in bytes."""

    lines: Sequence[bytes]
    source: Source
    size: int


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
        self._is_open = False
        self._has_problem = False
        self._source = Source.OUTPUT  # of what was handed over last
        self._queue: deque[_Batch] = deque()
        self._queued = 0  # bytes in it
        self._waiting = 0  # bytes that the lane has not written yet
        self._lost = 0  # lines that there was no room for

    def set_redactor(self, redactor: Redactor) -> None:
        """What masks from now on."""
        self._masker.redactor = redactor

    def begin(self, mark: RunMark) -> None:
        """A run has begun whose pipe we read."""
        self._finish()
        if self._has_problem:
            self._has_problem = False
            self.problem_changed.emit(None)
        self._is_open = True
        self._source = Source.OUTPUT
        self._lane.submit(Job(partial(self._begin, mark)))
        self._put((dump_mark(mark),), Source.OUTPUT)
        self._pause.start(FIRST_PAUSE_MS)

    def take(self, lines: Sequence[bytes], source: Source) -> None:
        """It has printed this, or somebody has written it about it elsewhere."""
        if not self._is_open:
            return
        self._put(lines, source)
        while self._queued > MAX_WAITING and len(self._queue) > 1:
            gone = self._queue.popleft()
            self._queued -= gone.size
            self._lost += len(gone.lines)
        is_beginning = self._pause.isActive() and self._pause.interval() == FIRST_PAUSE_MS
        pause = FLOOD_PAUSE_MS if self._queued > TURN_BYTES else PAUSE_MS
        if not self._pause.isActive() or (
            self._pause.interval() > pause and not (is_beginning and self._queued < 4 * TURN_BYTES)
        ):
            self._pause.start(pause)

    def end(self, mark: RunMark) -> None:
        """The run has ended."""
        if self._is_open:
            self._put((dump_mark(mark),), self._queue[-1].source if self._queue else self._source)
            self._finish()

    def close(self) -> None:
        """Writes what is left, if that is quick."""
        self._finish()
        self._lane.close()

    def _put(self, lines: Sequence[bytes], source: Source) -> None:
        size = sum(map(len, lines)) + len(lines)
        self._queue.append(_Batch(lines, source, size))
        self._queued += size

    def _finish(self) -> None:
        """Hands everything over."""
        while self._queue:
            self._turn()
        self._pause.stop()
        if self._is_open:
            self._is_open = False
            self._lane.submit(Job(self._archive.close))

    @Slot()
    def _on_turn(self) -> None:
        self._turn()
        if self._queue:
            self._pause.start(FLOOD_PAUSE_MS)

    def _turn(self) -> None:
        """Masks what came first, as much as is quick, and hands it over."""
        lines: list[bytes] = []
        size = 0
        if self._waiting > MAX_WAITING:  # the disk is slow
            return self._lose_all()
        if self._lost:
            lines.append(LOST_MARK.format(count=self._lost).encode())
            self._lost = 0
        while self._queue and size < TURN_BYTES:
            batch = self._queue.popleft()
            self._queued -= batch.size
            size += batch.size
            if batch.source is not self._source:
                self._source = batch.source
                lines.append(dump_mark(RunMark(MarkKind.SOURCE, "", source=batch.source)))
            if batch.size > LONG_LINE and max(map(len, batch.lines)) > LONG_LINE:
                lines = self._submit_long(lines, batch.lines)
            else:
                lines += batch.lines
        self._submit(lines)
        return None

    def _lose_all(self) -> None:
        self._lost += sum(len(batch.lines) for batch in self._queue)
        self._queue.clear()
        self._queued = 0

    def _submit_long(self, before: list[bytes], lines: Sequence[bytes]) -> list[bytes]:
        """Masking megabytes takes seconds, and in the lane nobody waits; what is left for now."""
        for line in lines:
            if len(line) <= LONG_LINE:
                before.append(line)
                continue
            self._submit(before)
            before = []
            self._waiting += len(line)
            self._lane.submit(Job(partial(self._write_long, line, self._masker.redactor)))
        return before

    def _submit(self, lines: Sequence[bytes]) -> None:
        block = self._masker.mask_lines(lines)
        if block:
            self._waiting += len(block)
            self._lane.submit(Job(partial(self._write, block)))

    @Slot(object)
    def _on_written(self, answer: object) -> None:
        match answer:
            case int(count):
                self._waiting = max(0, self._waiting - count)
            case OSError():
                self._give_up(answer)
            case _:
                pass

    def _give_up(self, error: OSError) -> None:
        self._waiting = 0
        if not self._has_problem:
            self._is_open = False
            self._has_problem = True
            self._queue.clear()
            self._queued = 0
            self._pause.stop()
            why = error.strerror or type(error).__name__
            log.warning("the output of the gateway is not written down: %s", error)
            self.problem_changed.emit(text(_NOT_WRITTEN, folder=str(self._folder), why=why))

    # -- in the lane -------------------------------------------------------------------------------

    def _begin(self, mark: RunMark) -> OSError | None:
        try:
            self._archive.begin(mark)
        except OSError as error:
            return error
        return None

    def _write(self, block: bytes) -> int | OSError:
        try:
            self._archive.write(block)
        except OSError as error:
            self._archive.close()
            return error
        return len(block)

    def _write_long(self, line: bytes, redactor: Redactor) -> int | OSError:
        try:
            for piece in line_pieces(line, redactor):
                self._archive.write(piece.encode("utf-8", "replace"))
            self._archive.write(b"\n")
        except OSError as error:
            self._archive.close()
            return error
        return len(line)
