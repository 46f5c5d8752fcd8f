"""Writes down what a gateway prints, without ever keeping it, or the window, waiting."""

from __future__ import annotations

import logging
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
FIRST_PAUSE_MS: Final = 3000
"""By then the PID file's token is known, which is to be masked in the very first lines too."""

BLOCK_BYTES: Final = 128 * 1024
"""So much is masked and handed over at once: it takes about a millisecond."""

LONG_LINE: Final = 128 * 1024
MAX_WAITING: Final = 16 * 1024 * 1024
"""Bytes that may wait for a slow disk."""

LOST_MARK: Final = "… [{count} lines are missing here: the disk was too slow]"

_NOT_WRITTEN = QT_TRANSLATE_NOOP(
    "Archive", "The output of this run cannot be written to {folder} ({why}). Nothing else suffers."
)


class LogArchivist(QObject):
    """Collects lines, masks them block by block, and has a lane of its own write them.

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
        self._pause.timeout.connect(self._flush)
        self._is_open = False
        self._has_problem = False
        self._source = Source.OUTPUT
        self._lines: list[bytes] = []
        self._size = 0
        self._waiting = 0  # bytes that the lane has not written yet
        self._lost = 0  # lines that there was no room for

    def set_redactor(self, redactor: Redactor) -> None:
        """What masks from now on."""
        self._masker.redactor = redactor

    def begin(self, mark: RunMark) -> None:
        """A run has begun whose pipe we read."""
        self._flush()
        if self._has_problem:
            self._has_problem = False
            self.problem_changed.emit(None)
        self._is_open = True
        self._source = Source.OUTPUT
        self._lane.submit(Job(partial(self._begin, mark)))
        self._lines = [dump_mark(mark)]
        self._pause.start(FIRST_PAUSE_MS)

    def take(self, lines: Sequence[bytes], source: Source) -> None:
        """It has printed this, or somebody has written it about it elsewhere."""
        if not self._is_open:
            return
        if source is not self._source:
            self._source = source
            self._lines.append(dump_mark(RunMark(MarkKind.SOURCE, "", source=source)))
        size = sum(map(len, lines))
        if size > LONG_LINE and max(map(len, lines)) > LONG_LINE:
            self._take_long(lines)
            return
        self._lines += lines
        self._size += size + len(lines)
        if self._size >= BLOCK_BYTES and not self._is_at_beginning():
            self._flush()
        elif not self._pause.isActive():
            self._pause.start(PAUSE_MS)

    def end(self, mark: RunMark) -> None:
        """The run has ended."""
        if not self._is_open:
            return
        self._lines.append(dump_mark(mark))
        self._flush()
        self._is_open = False
        self._lane.submit(Job(self._archive.close))

    def close(self) -> None:
        """Writes what is left, if that is quick."""
        self._flush()
        if self._is_open:
            self._is_open = False
            self._lane.submit(Job(self._archive.close))
        self._lane.close()

    def _is_at_beginning(self) -> bool:
        """Whether the first lines wait to be masked; a flood does not wait for ever."""
        first = self._pause.isActive() and self._pause.interval() == FIRST_PAUSE_MS
        return first and self._size < MAX_WAITING // 4

    @Slot()
    def _flush(self) -> None:
        """Masks what was collected, and hands it over."""
        self._pause.stop()
        if not self._lines:
            return
        lines, self._lines, self._size = self._lines, [], 0
        if self._waiting > MAX_WAITING:
            self._lost += len(lines)
            return
        if self._lost:
            lines.insert(0, LOST_MARK.format(count=self._lost).encode())
            self._lost = 0
        self._submit(self._masker.mask_lines(lines))

    def _take_long(self, lines: Sequence[bytes]) -> None:
        """Masking megabytes takes seconds; in the lane nobody waits for it."""
        for line in lines:
            if len(line) <= LONG_LINE:
                self._lines.append(line)
                continue
            self._flush()
            self._waiting += len(line)
            redactor = self._masker.redactor
            self._lane.submit(Job(partial(self._write_long, line, redactor)))
        self._size = sum(map(len, self._lines))
        if self._lines and not self._pause.isActive():
            self._pause.start(PAUSE_MS)

    def _submit(self, block: bytes) -> None:
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
        if self._is_open:
            self._is_open = False
            self._lines, self._size = [], 0
            self._pause.stop()
            why = error.strerror or type(error).__name__
            log.warning("the output of the gateway is not written down: %s", error)
            self._has_problem = True
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
