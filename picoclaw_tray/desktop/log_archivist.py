"""Writes down what a gateway prints, without ever keeping it, or the window, waiting."""

from __future__ import annotations

import logging
import time
from collections import deque
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.desktop.lane import Job, Lane
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import COMPONENT, MarkKind, RunMark, dump_mark, parse_mark
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
TURN_S: Final = 0.008
"""So much is masked in one go, or so long: with a secret in each line a megabyte takes 400 ms."""

SLICE_BYTES: Final = 16 * 1024
"""So much is masked before looking at the clock."""

FINISH_S: Final = 1.0
"""So long the next run, or the end of the tray, waits for what is left of this one."""

LONG_LINE: Final = 128 * 1024
MAX_WAITING: Final = 16 * 1024 * 1024
"""Bytes that may wait, for their turn or for a slow disk; a run on disk has hardly more."""

_SIGNATURE: Final = COMPONENT.encode()
"""A gateway that prints a line like a note of ours is not to be taken for us when it is read."""

LOST_MARK: Final = "… [{count} lines are missing here: more came than could be written down]"

_NOT_WRITTEN = QT_TRANSLATE_NOOP(
    "Archive", "The output of this run cannot be written to {folder} ({why}). Nothing else suffers."
)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Lines that came together.

    Attributes:
        size: In bytes.
        note: Which note of ours it is, if it is one; it is never dropped.
    """

    lines: Sequence[bytes]
    source: Source
    size: int
    note: MarkKind | None = None


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
        self._masked: list[bytes] = []  # what this turn hands over
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
        self._put((dump_mark(mark),), Source.TRAY, mark.kind)
        self._pause.start(FIRST_PAUSE_MS)

    def take(self, lines: Sequence[bytes], source: Source) -> None:
        """It has printed this, or somebody has written it about it elsewhere."""
        if not self._is_open:
            return
        self._put(lines, source)
        while self._queued > MAX_WAITING and len(self._queue) > 1:
            self._drop_oldest()
        is_beginning = self._pause.isActive() and self._pause.interval() == FIRST_PAUSE_MS
        pause = FLOOD_PAUSE_MS if self._queued > TURN_BYTES else PAUSE_MS
        if not self._pause.isActive() or (
            self._pause.interval() > pause and not (is_beginning and self._queued < 4 * TURN_BYTES)
        ):
            self._pause.start(pause)

    def end(self, mark: RunMark) -> None:
        """The run has ended; what waits for its turn is written down all the same."""
        if self._is_open:
            self._is_open = False
            self._put((dump_mark(mark),), Source.TRAY, MarkKind.ENDED)
            self._pause.start(0)

    def close(self) -> None:
        """Writes what is left, if that is quick."""
        self._finish()
        self._lane.close()

    def _put(self, lines: Sequence[bytes], source: Source, note: MarkKind | None = None) -> None:
        size = sum(map(len, lines)) + len(lines)
        self._queue.append(_Batch(lines, source, size, note))
        self._queued += size

    def _drop_oldest(self) -> None:
        """Drops what came first but for notes, of which there are two at most."""
        index = next(index for index, batch in enumerate(self._queue) if batch.note is None)
        self._queued -= self._queue[index].size
        self._lost += len(self._queue[index].lines)
        del self._queue[index]

    def _drop_all(self) -> None:
        while any(batch.note is None for batch in self._queue):
            self._drop_oldest()

    def _finish(self) -> None:
        """Hands everything over, as far as that is quick."""
        until = time.monotonic() + FINISH_S
        while self._queue:
            self._turn()
            if time.monotonic() > until:
                self._drop_all()
        self._pause.stop()
        if self._is_open:
            self._is_open = False
            self._say_lost()
            self._end_file()

    @Slot()
    def _on_turn(self) -> None:
        self._turn()
        if self._queue:
            self._pause.start(FLOOD_PAUSE_MS)

    def _turn(self) -> None:
        """Masks what came first, as much as is quick, and hands it over."""
        if self._waiting > MAX_WAITING:  # the disk is slow
            self._drop_all()
        size = 0
        until = time.monotonic() + TURN_S
        while self._queue and size < TURN_BYTES and time.monotonic() < until:
            batch = self._next_slice()
            size += batch.size
            self._hand_over(batch)
        self._write_masked()

    def _next_slice(self) -> _Batch:
        """The beginning of what came first; a long line is a slice of its own."""
        batch = self._queue.popleft()
        if batch.size > SLICE_BYTES and len(batch.lines) > 1:
            count, size = 1, len(batch.lines[0]) + 1
            while size < SLICE_BYTES and count < len(batch.lines):
                if len(batch.lines[count]) > LONG_LINE:
                    break
                size += len(batch.lines[count]) + 1
                count += 1
            first = replace(batch, lines=batch.lines[:count], size=size)
            rest = replace(batch, lines=batch.lines[count:], size=batch.size - size)
            if rest.lines:
                self._queue.appendleft(rest)
            batch = first
        self._queued -= batch.size
        return batch

    def _hand_over(self, batch: _Batch) -> None:
        if batch.note in {None, MarkKind.ENDED}:  # a run begins with its note
            self._say_lost()
        if batch.note is None and batch.source is not self._source:
            self._source = batch.source
            mark = RunMark(MarkKind.SOURCE, "", source=batch.source)
            self._masked.append(dump_mark(mark) + b"\n")
        if len(batch.lines) == 1 and batch.size > LONG_LINE:
            self._write_masked()
            self._waiting += batch.size
            redactor = self._masker.redactor
            self._lane.submit(Job(partial(self._write_long, batch.lines[0], redactor)))
        else:
            block = self._masker.mask_lines(batch.lines)
            if batch.note is None and _SIGNATURE in block:
                lines = [b" " + line if parse_mark(line) else line for line in batch.lines]
                block = self._masker.mask_lines(lines)
            self._masked.append(block)
        if batch.note is MarkKind.ENDED:
            self._end_file()

    def _say_lost(self) -> None:
        if self._lost:
            self._masked.append(LOST_MARK.format(count=self._lost).encode() + b"\n")
            self._lost = 0

    def _write_masked(self) -> None:
        block = b"".join(self._masked)
        self._masked.clear()
        if block:
            self._waiting += len(block)
            self._lane.submit(Job(partial(self._write, block)))

    def _end_file(self) -> None:
        self._write_masked()
        self._lane.submit(Job(self._archive.close))

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
        return len(line) + 1
