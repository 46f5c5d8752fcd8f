"""Takes lines out of the log, to the clipboard or into a file; the window never waits for it."""

from __future__ import annotations

from enum import Enum
from time import perf_counter
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QFileInfo, QIODevice, QObject, QSaveFile, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication

from picoclaw_tray.logs.export import export_json, export_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from picoclaw_tray.logs.store import LogStore

_WITHOUT_BUFFER: Final = QIODevice.OpenModeFlag.WriteOnly | QIODevice.OpenModeFlag.Unbuffered
"""Qt forgets the system's words for what goes wrong while its own buffer is emptied."""

SLICE_S: Final = 0.01
"""How long it works before the window has its turn again."""


class Form(Enum):
    """What it looks like where it goes."""

    TEXT = "text"
    JSON = "json"


class LogExport(QObject):
    """Masks slice by slice, between other events. One thing at a time: a new one ends the old.

    Signals:
        done(int, int): The clipboard or the file has so many lines; so many more were dropped
            before.
        failed(str): Why there is no file; the system's words.
    """

    done = Signal(int, int)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._pieces: Iterator[str] = iter(())
        self._lines = 0
        self._missing = 0
        self._copied: list[str] = []
        self._file: QSaveFile | None = None
        self._next_slice = QTimer(self, interval=0)
        self._next_slice.timeout.connect(self._on_next_slice)

    def copy(self, store: LogStore, numbers: Sequence[int], form: Form) -> None:
        """Puts lines into the clipboard, from a snapshot."""
        self._begin(store, numbers, form)
        self._on_next_slice()

    def save(self, path: str, store: LogStore, numbers: Sequence[int], form: Form) -> None:
        """Writes lines of a snapshot into a file, which is replaced at the end or not at all."""
        self._begin(store, numbers, form)
        there = QFileInfo(path)
        if there.exists() and not there.isFile():  # root could replace even a device
            self._fail(self.tr("What is there now is no regular file."))
            return
        self._file = QSaveFile(path, self)
        if self._file.open(_WITHOUT_BUFFER):
            self._on_next_slice()
        else:
            self._fail(self._file.errorString())

    def _begin(self, store: LogStore, numbers: Sequence[int], form: Form) -> None:
        self._forget()
        self._lines = 0
        self._missing = sum(n < store.first for n in numbers)
        make = export_text if form is Form.TEXT else export_json
        self._pieces = make(store, numbers)
        self._next_slice.start()

    @Slot()
    def _on_next_slice(self) -> None:
        end = perf_counter() + SLICE_S
        slice_, is_last = [], True
        for piece in self._pieces:
            slice_.append(piece)
            if perf_counter() > end:
                is_last = False
                break
        text = "".join(slice_)
        self._lines += text.count("\n")
        if self._file is None:
            self._copied.append(text)
        elif not _write(self._file, text.encode("utf-8", "replace")):
            self._fail(self._file.errorString())
            return
        if is_last:
            self._finish()

    def _finish(self) -> None:
        if self._file is not None and not self._file.commit():
            self._fail(self._file.errorString())
            return
        copied = "".join(self._copied)
        if copied:
            QGuiApplication.clipboard().setText(copied.removesuffix("\n"))
        self._forget()
        self.done.emit(self._lines, self._missing)

    def _fail(self, why: str) -> None:
        self._forget()
        self.failed.emit(why)

    def _forget(self) -> None:
        self._next_slice.stop()
        self._pieces = iter(())
        self._copied = []
        if self._file is not None:
            self._file.cancelWriting()
            self._file.deleteLater()
            self._file = None


def _write(file: QSaveFile, content: bytes) -> bool:
    """Writes all of it; a disk that is nearly full takes a part, and says why only of the rest."""
    while content:
        written = file.write(content)
        if written < 0:
            return False
        content = content[written:]
    return True
