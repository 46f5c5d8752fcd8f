"""A flood through the archive and the whole window, beside a bare ``QProcess.readAll`` loop.

    python -m tests.bench.programs.flood FOLDER LINES HELD HOME

Each way runs the same program once, one after the other, in this process; at the end also the
stand-in, which is slower and does not end by itself. Printed for each, as one JSON object: lines
per second, our own CPU time, the longest gap of a heartbeat in the GUI thread, how much the process
grew, and whether every line was counted. HOME is the stand-in's, made by somebody else: what this
process imports and does not need would make its garbage collections longer.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import TypeAlias

import psutil
from PySide6.QtCore import (
    QCoreApplication,
    QEvent,
    QEventLoop,
    QObject,
    QProcess,
    QProcessEnvironment,
    Slot,
)
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from picoclaw_tray.demo.mischief import flood_line
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
        self.printed = lines
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
        self._on_chunk(bytes(self._process.readAllStandardOutput().data()))

    def _on_chunk(self, chunk: bytes) -> None:
        self._take(chunk)


class StandInFlood(Flood):
    """The stand-in's flood; the time counts from its first line on, and the stand-in is ended."""

    def __init__(self, home: str, lines: int, take: Take) -> None:
        super().__init__(lines, take)
        self._marks = (flood_line(1).encode(), flood_line(lines).encode())
        self._seen = b""  # the end of what came: a mark may be cut
        self._begun = self._ended = 0.0
        self.printed = 0
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PICOCLAW_DEMO", f"flood={lines}")
        environment.insert("PICOCLAW_HOME", home)
        self._process.setProcessEnvironment(environment)
        self._process.setArguments(["-m", "picoclaw_tray.demo", "gateway", "-E"])

    def run(self) -> tuple[float, float]:
        """Returns the seconds from the first line to the last, and the longest gap."""
        _, gap_ms = super().run()
        return self._ended - self._begun, gap_ms

    def _on_chunk(self, chunk: bytes) -> None:
        self.printed += chunk.count(b"\n")
        seen = self._seen + chunk
        self._seen = seen[-2 * LINE_BYTES :]
        if not self._begun and self._marks[0] in seen:
            self._begun = perf_counter()
        super()._on_chunk(chunk)
        if not self._ended and self._marks[1] in seen:
            self._ended = perf_counter()
            self._process.kill()


class Pipeline:
    """What the program does with a chunk: split, keep, mask and write down, tell the model."""

    def __init__(self, folder: Path, held: int, *, window: bool, scrolled_up: bool = False) -> None:
        self.store = LogStore(held, MAX_BYTES)
        self.store.begin_run()
        self._splitter = LineSplitter()
        self._archivist = LogArchivist(folder, ArchiveLimits(), self.store.redactor)
        self._archivist.begin(RunMark(MarkKind.STARTED, "2026-11-26T23:55:00+01:00", pid=1))
        self._archivist.release()  # the token is known
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
    folder, (asked, held), home = Path(sys.argv[1]), map(int, sys.argv[2:4]), sys.argv[4]
    _application = QApplication(sys.argv[:1])
    lines = asked // BLOCK_LINES * BLOCK_LINES
    ways = {"bare loop": _measured(lines, Flood(lines, _leave), None)}
    for name, window, scrolled_up in (
        ("window hidden", False, False),
        ("window following", True, False),
        ("window scrolled up", True, True),
    ):
        pipeline = Pipeline(folder / name, held, window=window, scrolled_up=scrolled_up)
        ways[name] = _measured(lines, Flood(lines, pipeline.take), pipeline)
    ways["bare loop again"] = _measured(lines, Flood(lines, _leave), None)
    ways["stand-in, bare loop"] = _measured(lines, StandInFlood(home, lines, _leave), None)
    pipeline = Pipeline(folder / "stand-in", held, window=True)
    flood = StandInFlood(home, lines, pipeline.take)
    ways["stand-in, following"] = _measured(lines, flood, pipeline)
    sys.stdout.write(json.dumps(ways))


def _leave(_chunk: bytes) -> None:
    """The bare loop takes nothing."""


def _measured(lines: int, flood: Flood, pipeline: Pipeline | None) -> dict[str, float]:
    before = psutil.Process().memory_info().rss
    cpu_before = process_time()
    seconds, gap_ms = flood.run()
    cpu = process_time() - cpu_before
    return {
        "lines_per_s": lines / seconds,
        "cpu_us_per_line": cpu / lines * 1e6,
        "longest_gap_ms": gap_ms,
        "grown_mb": (psutil.Process().memory_info().rss - before) / 1e6,
        "is_exact": pipeline is None or pipeline.counted(flood.printed),
    }


if __name__ == "__main__":
    main()
