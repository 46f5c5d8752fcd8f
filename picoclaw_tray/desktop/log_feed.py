"""Brings the lines of a gateway without a pipe from its log file, while somebody looks."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from picoclaw_tray.lifecycle.messages import Found
from picoclaw_tray.lifecycle.state import Spawning, State
from picoclaw_tray.system.observation import Observation

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.lifecycle.state import Process, ProcessKey
    from picoclaw_tray.system.log_follower import LogFollower

FALLBACK_MS = 2000
"""Some file systems tell no changes, and Windows tells them late."""

PAUSE_MS = 50
"""What is written in this time is read at once: a log of level debug costs 20 looks/s."""


class LogFeed(QObject):
    """Follows ``gateway.log`` of the gateway that runs, if it has no pipe to us.

    Nothing is read, watched or timed while nobody looks: what was missed is read when somebody
    does, also of a gateway that has ended meanwhile.

    Signals:
        run_begun(): What follows is of another gateway, which we have not started just now.
        lines_received(tuple): Lines, ``bytes``, in the form of the console.
    """

    run_begun = Signal()
    lines_received = Signal(tuple)

    def __init__(self, path: Path, parent: QObject | None = None) -> None:
        """Reads nothing yet; ``path``: of the log, which may not exist."""
        super().__init__(parent)
        self._path = path
        self._is_wanted = False
        self._size_at_start: int | None = None
        self._key: ProcessKey | None = None
        self._follower: LogFollower | None = None
        self._watcher: QFileSystemWatcher | None = None
        self._turn = QTimer(self, singleShot=True)
        self._turn.timeout.connect(self._on_turn)
        self._fallback = QTimer(self, interval=FALLBACK_MS)
        self._fallback.timeout.connect(self._on_turn)

    @Slot(bool)
    def set_wanted(self, wanted: bool) -> None:  # noqa: FBT001 - a slot
        """Somebody looks, or nobody does any more."""
        self._is_wanted = wanted
        self._settle()

    @Slot()
    def on_run_started(self) -> None:
        """A gateway of ours is about to be started: whatever the log gains is its own."""
        self._let_go()
        try:
            self._size_at_start = self._path.stat().st_size
        except OSError:
            self._size_at_start = 0

    @Slot(State)
    def on_state_changed(self, state: State) -> None:
        """There may be another gateway, or none."""
        process = state.process
        if process is None:
            self._key = None
            if not isinstance(state.phase, Spawning):
                self._size_at_start = None
            self._settle()
        elif process.key != self._key:
            self._begin(process)

    @Slot(Observation)
    def on_observed(self, observation: Observation) -> None:
        """A look tells how old the gateway is, and so which lines are its own."""
        match observation.finding:
            case Found(process=process, age=age) if (
                process.key == self._key and self._follower is None and not process.has_pipe
            ):
                self._follow(None, time.time() - age)
            case _:
                pass

    def close(self) -> None:
        """Lets everything go."""
        self._is_wanted = False
        self._let_go()

    def _begin(self, process: Process) -> None:
        self._let_go()
        self._key = process.key
        start, self._size_at_start = self._size_at_start, None
        if process.has_pipe:
            return
        if start is None:
            self.run_begun.emit()  # its age is told by the look that has found it
        else:
            self._follow(start, 0.0)

    def _follow(self, start: int | None, since: float) -> None:
        from picoclaw_tray.system.log_follower import LogFollower  # noqa: PLC0415 - not for the icon

        self._follower = LogFollower(self._path, start=start, since=since)
        self._settle()

    def _let_go(self) -> None:
        """Of the gateway before, and of what it may have written last."""
        self._key = None
        if self._follower is not None:
            self._follower.close()
            self._follower = None
        self._settle()

    def _settle(self) -> None:
        """Wakes up while somebody looks at a gateway's log; reads the rest of one that is gone."""
        if not self._is_wanted or self._follower is None:
            self._turn.stop()
            self._fallback.stop()
            if self._watcher is not None:
                self._watcher.deleteLater()
                self._watcher = None
        elif not self._turn.isActive():
            self._turn.start(0)

    @Slot()
    def _on_changed(self) -> None:
        """Something was written, or a file came or went."""
        if self._watcher is None:  # it spoke its last words
            return
        # Until the next turn, or every single line of a chatty gateway would wake us up.
        self._watcher.removePath(str(self._path))
        if not self._turn.isActive():
            self._turn.start(PAUSE_MS)

    @Slot()
    def _on_turn(self) -> None:
        """Reads, and looks when to read again."""
        if self._follower is None or not self._is_wanted:
            return
        if self._key is not None:
            self._watch()  # before reading: no change may fall in between
        turn = self._follower.read_more()
        lines = turn.lines
        if turn.more:
            self._turn.start(0)
        elif self._key is None:
            lines += self._follower.close()
            self._follower = None
            self._settle()
        self._emit(lines)

    def _emit(self, lines: tuple[bytes, ...]) -> None:
        from picoclaw_tray.logs.console import console_lines  # noqa: PLC0415 - not for the icon

        if lines:
            self.lines_received.emit(tuple(line for raw in lines for line in console_lines(raw)))

    def _watch(self) -> None:
        """Watches the file and, because it may come late or be replaced, its folder."""
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self._on_changed)
            self._watcher.directoryChanged.connect(self._on_changed)
        if not self._fallback.isActive():
            self._fallback.start()
        folder, file = str(self._path.parent), str(self._path)
        # Qt complains about what may not be read, and about a folder that is none.
        is_folder = os.path.isdir(folder)  # noqa: PTH112 - never raises
        if is_folder and not self._watcher.directories() and os.access(folder, os.R_OK):
            self._watcher.addPath(folder)
        if not self._watcher.files() and os.access(file, os.R_OK):
            self._watcher.addPath(file)
