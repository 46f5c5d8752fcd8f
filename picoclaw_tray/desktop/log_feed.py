"""Brings the lines of a gateway that come by no pipe, from its two log files."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal, Slot

from picoclaw_tray.lifecycle.messages import Found
from picoclaw_tray.lifecycle.state import Spawning, State
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.system.files import size_of
from picoclaw_tray.system.observation import Observation

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.lifecycle.state import Process, ProcessKey
    from picoclaw_tray.system.log_follower import LogFollower
    from picoclaw_tray.system.paths import GatewayPlace

FALLBACK_MS: Final = 2000
"""Some file systems tell no changes, and Windows tells them late."""

PAUSE_MS: Final = 50
"""What is written in this time is read at once: a log of level debug costs 20 looks/s."""

LAST_TURNS: Final = 16
"""How much of a file is read at once when a gateway has ended: 1 MiB, in 2 ms."""

LAST_BYTES: Final = 1024 * 1024
"""As much of its log is of interest then if nobody has looked."""


class _File:
    """One of the two files.

    Attributes:
        size_at_start: What it had when a gateway of ours was about to be started; none: no start.
        follower: Who reads it, as long as there is something that may be of interest.
    """

    def __init__(self, path: Path, source: Source) -> None:
        self.path = path
        self.source = source
        self.size_at_start: int | None = None
        self.follower: LogFollower | None = None

    def follow(self, start: int | None, since: float = 0.0) -> None:
        from picoclaw_tray.system.log_follower import LogFollower  # noqa: PLC0415 - not for the icon

        self.follower = LogFollower(self.path, start=start, since=since)

    def close(self) -> tuple[bytes, ...]:
        """The line that was never completed, if there is one."""
        follower, self.follower = self.follower, None
        return follower.close() if follower is not None else ()


class LogFeed(QObject):
    """Follows ``gateway.log`` of a gateway without a pipe to us, and the panic log of every one.

    Nothing is read, watched or timed while nobody looks: what was missed is read when somebody
    does. Only the last words of a gateway are read at its end, before the end is told to anybody
    who listens after us: the next one may come before somebody looks.

    Signals:
        run_begun(): What follows is of another gateway, which we have not started just now.
        lines_received(tuple, Source): Lines as they were written, ``bytes``, and in which file.
        caught_up(): The answer to ``catch_up``.
    """

    run_begun = Signal()
    lines_received = Signal(tuple, Source)
    caught_up = Signal()

    def __init__(self, place: GatewayPlace, parent: QObject | None = None) -> None:
        """Reads nothing yet; the files may not exist."""
        super().__init__(parent)
        self._log = _File(place.log, Source.LOG_FILE)
        self._panic_log = _File(place.panic_log, Source.PANIC_FILE)
        self._files = (self._log, self._panic_log)
        self._is_wanted = False
        self._is_catching_up = False
        self._key: ProcessKey | None = None
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
    def catch_up(self) -> None:
        """Reads what is there by now, whether somebody looks or not; ``caught_up`` follows."""
        self._is_catching_up = True
        self._settle()

    @Slot()
    def on_run_started(self) -> None:
        """A gateway of ours is about to be started: whatever the files gain is its own."""
        self._let_go()
        for file in self._files:
            file.size_at_start = size_of(file.path)

    @Slot(State)
    def on_state_changed(self, state: State) -> None:
        """There may be another gateway, or none."""
        process = state.process
        if process is not None:
            if process.key != self._key:
                self._begin(process)
            return
        if self._key is not None:
            self._key = None
            if self._log.follower is not None and not self._is_wanted:
                self._log.follower.max_behind = LAST_BYTES
            for file in self._files:
                self._hear_last_words(file)
            self._settle()
        if not isinstance(state.phase, Spawning):
            self._forget_sizes()

    @Slot(Observation)
    def on_observed(self, observation: Observation) -> None:
        """A look tells how old the gateway is, and so which lines are its own."""
        match observation.finding:
            case Found(process=process, age=age) if (
                process.key == self._key and self._log.follower is None and not process.has_pipe
            ):
                self._log.follow(None, time.time() - age)
                self._settle()
            case _:
                pass

    def close(self) -> None:
        """Lets everything go."""
        self._is_wanted = self._is_catching_up = False
        self._let_go()

    def _begin(self, process: Process) -> None:
        self._let_go()
        self._key = process.key
        log_start, panic_start = (file.size_at_start for file in self._files)
        self._forget_sizes()
        # What an earlier one left there would be taken for words of this one.
        self._panic_log.follow(
            size_of(self._panic_log.path) if panic_start is None else panic_start
        )
        if not process.has_pipe:
            if log_start is None:
                self.run_begun.emit()  # its age is told by the look that has found it
            else:
                self._log.follow(log_start)
        self._settle()

    def _let_go(self) -> None:
        """Of the gateway before, and of what it may have written last."""
        if self._key is not None:
            self._key = None
            self._hear_last_words(self._panic_log)  # the other file may have words of the next one
        for file in self._files:
            file.close()
        self._settle()

    def _forget_sizes(self) -> None:
        for file in self._files:
            file.size_at_start = None

    def _hear_last_words(self, file: _File) -> None:
        """What a crash leaves behind is wanted, whether somebody looks just then or not."""
        if file.follower is None or not file.follower.has_news():
            return
        for _ in range(LAST_TURNS):
            if not self._read(file):
                break

    def _settle(self) -> None:
        """Wakes up while somebody looks at a gateway's log; reads the rest of one that is gone."""
        is_followed = any(file.follower for file in self._files)
        if not (self._is_wanted and is_followed):
            self._fallback.stop()
            if self._watcher is not None:
                self._watcher.deleteLater()
                self._watcher = None
            if not self._is_catching_up:
                self._turn.stop()
                return
        if not self._turn.isActive():
            self._turn.start(0)

    @Slot()
    def _on_changed(self) -> None:
        """Something was written, or a file came or went."""
        if self._watcher is None:  # it spoke its last words
            return
        # Until the next turn, or every single line of a chatty gateway would wake us up.
        for file in self._files:
            self._watcher.removePath(str(file.path))
        if not self._turn.isActive():
            self._turn.start(PAUSE_MS)

    @Slot()
    def _on_turn(self) -> None:
        """Reads, and looks when to read again."""
        if not (self._is_wanted or self._is_catching_up):
            return
        if self._is_wanted and self._key is not None:
            self._watch()  # before reading: no change may fall in between
        more = [self._read(file) for file in self._files]
        if any(more):
            self._turn.start(0)
            return
        is_answer, self._is_catching_up = self._is_catching_up, False
        if self._key is None:
            self._settle()
        if is_answer:
            self.caught_up.emit()

    def _read(self, file: _File) -> bool:
        """Whether there is more of it; of a gateway that is gone, there is an end to it."""
        if file.follower is None:
            return False
        turn = file.follower.read_more()
        lines = turn.lines
        if not turn.more and self._key is None:
            lines += file.close()
        if lines:
            self.lines_received.emit(lines, file.source)
        return turn.more

    def _watch(self) -> None:
        """Watches the files and, because they may come late or be replaced, their folder."""
        if self._watcher is None:
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self._on_changed)
            self._watcher.directoryChanged.connect(self._on_changed)
        if not self._fallback.isActive():
            self._fallback.start()
        folder = str(self._log.path.parent)
        # Qt complains about what may not be read, and about a folder that is none.
        is_folder = os.path.isdir(folder)  # noqa: PTH112 - never raises
        if is_folder and not self._watcher.directories() and os.access(folder, os.R_OK):
            self._watcher.addPath(folder)
        watched = self._watcher.files()
        for file in self._files:
            path = str(file.path)
            if file.follower is not None and path not in watched and os.access(path, os.R_OK):
                self._watcher.addPath(path)
