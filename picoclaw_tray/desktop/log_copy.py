"""Copies lines to the clipboard without keeping the window waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from picoclaw_tray.desktop.log_model import LogModel

LINES_A_SLICE: Final = 1000
CHARS_A_SLICE: Final = 32 * 1024
"""Masking so much takes some 10 ms; a full store of 100,000 lines would take a second in one go."""


class LogCopy(QObject):
    """Masks the lines slice by slice, between other events, then fills the clipboard.

    Signals:
        done(): The clipboard has them.
    """

    done = Signal()

    def __init__(self, model: LogModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self._offsets: Iterator[int] = iter(())
        self._lines: list[str] = []
        self._next_slice = QTimer(self, interval=0)
        self._next_slice.timeout.connect(self._on_next_slice)

    def start(self, offsets: Iterable[int]) -> None:
        """Copies the lines with these numbers; a copy under way is given up.

        Lines that are dropped before their turn are missing in the copy.
        """
        self._offsets = iter(offsets)
        self._lines = []
        self._next_slice.start()
        self._on_next_slice()

    @Slot()
    def _on_next_slice(self) -> None:
        chars = 0
        for _ in range(LINES_A_SLICE):
            offset = next(self._offsets, None)
            if offset is None:
                self._finish()
                return
            line = self._model.copied_line(offset)
            if line is not None:
                self._lines.append(line)
                chars += len(line)
            if chars >= CHARS_A_SLICE:
                return

    def _finish(self) -> None:
        self._next_slice.stop()
        if self._lines:
            QGuiApplication.clipboard().setText("\n".join(self._lines))
        self._lines = []
        self.done.emit()
