"""A flood through the archive and the whole window, beside a bare ``QProcess.readAll`` loop.

    python -m tests.bench.programs.flood FOLDER LINES HELD

Each way runs the same program once, one after the other, in this process. Printed for each, as one
JSON object: lines per second, our own CPU time, the longest gap of a heartbeat in the GUI
thread, how much the process grew, and whether every line was counted.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeAlias

import psutil
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QProcess, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from picoclaw_tray.desktop.log_archivist import LogArchivist
from picoclaw_tray.desktop.log_model import LogModel
from picoclaw_tray.desktop.log_window import GatewayWindow
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark
from picoclaw_tray.logs.splitter import LineSplitter
from picoclaw_tray.logs.store import LogStore
from picoclaw_tray.system.log_archive import ArchiveLimits
from tests.support.heartbeat import Heart

LINE_BYTES = 120
BLOCK_LINES = 1000
MAX_BYTES = 64 * 1024 * 1024

FLOOD = f"""
import sys
head = b"12:34:56 INF gateway pkg/gateway/gateway.go:7 > request handled channel=telegram number="
block = b"".join(
    (head + b"%d" % number).ljust({LINE_BYTES - 1}, b".") + b"\\n"
    for number in range({BLOCK_LINES})
)
for _ in range(int(sys.argv[1]) // {BLOCK_LINES}):
    sys.stdout.buffer.write(block)
"""

Take: TypeAlias = Callable[[bytes], None]


class Flood(QObject):
    """Runs the program and hands over what can be read, until it ends."""

    def __init__(self, lines: int, take: Take) -> None:
        super().__init__()
        self._take = take
        self._loop = QEventLoop(self)
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._on_readable)
        self._process.finished.connect(self._loop.quit)
        self._process.setProgram(sys.executable)
        self._process.setArguments(["-c", FLOOD, str(lines)])

    def run(self) -> tuple[float, float]:
        """Returns the seconds it took and the longest gap in milliseconds."""
        heart = Heart()
        start = perf_counter()
        self._process.start()
        self._loop.exec()
        self._on_readable()
        return perf_counter() - start, heart.take_longest_ms()

    @Slot()
    def _on_readable(self) -> None:
        self._take(bytes(self._process.readAllStandardOutput().data()))


class Pipeline:
    """What the program does with a chunk: split, keep, mask and write down, tell the model."""

    def __init__(self, folder: Path, held: int, *, window: bool, scrolled_up: bool = False) -> None:
        self.store = LogStore(held, MAX_BYTES)
        self.store.begin_run()
        self._splitter = LineSplitter()
        self._archivist = LogArchivist(folder, ArchiveLimits(), self.store.redactor)
        self._archivist.begin(RunMark(MarkKind.STARTED, "2026-11-26T23:55:00+01:00", pid=1))
        self._model = LogModel(self.store)
        self._window = GatewayWindow(self._model, [QAction("Start")])
        self.view = self._window.panel.view
        self._scroll_up = scrolled_up
        if window:
            self._window.show()

    def take(self, chunk: bytes) -> None:
        """As ``app`` connects it."""
        lines = self._splitter.feed(chunk)
        self.store.extend(lines)
        self._archivist.take(lines, Source.OUTPUT)
        self._model.on_lines_appended()
        if self._scroll_up and self._model.rowCount() > BLOCK_LINES:
            self._scroll_up = False
            self.view.verticalScrollBar().setValue(BLOCK_LINES // 2)

    def counted(self, lines: int) -> bool:
        """Whether kept and dropped lines are all lines."""
        self._window.hide()
        self._archivist.close()
        self._window.deleteLater()  # what is left to the end of the program meets no application
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        return self.store.total == lines == self.store.dropped + self.store.end - self.store.first


def main() -> None:
    """Runs every way; the bare loop first and last."""
    folder, (asked, held) = Path(sys.argv[1]), map(int, sys.argv[2:])
    _application = QApplication(sys.argv[:1])
    lines = asked // BLOCK_LINES * BLOCK_LINES
    ways = {"bare loop": _measured(lines, _leave, None)}
    for name, window, scrolled_up in (
        ("window hidden", False, False),
        ("window following", True, False),
        ("window scrolled up", True, True),
    ):
        pipeline = Pipeline(folder / name, held, window=window, scrolled_up=scrolled_up)
        ways[name] = _measured(lines, pipeline.take, pipeline)
    ways["bare loop again"] = _measured(lines, _leave, None)
    sys.stdout.write(json.dumps(ways))


def _leave(_chunk: bytes) -> None:
    """The bare loop takes nothing."""


def _measured(lines: int, take: Take, pipeline: Pipeline | None) -> dict[str, float]:
    before = psutil.Process().memory_info().rss
    cpu_before = process_time()
    seconds, gap_ms = Flood(lines, take).run()
    cpu = process_time() - cpu_before
    return {
        "lines_per_s": lines / seconds,
        "cpu_us_per_line": cpu / lines * 1e6,
        "longest_gap_ms": gap_ms,
        "grown_mb": (psutil.Process().memory_info().rss - before) / 1e6,
        "is_exact": pipeline is None or pipeline.counted(lines),
    }


if __name__ == "__main__":
    main()
