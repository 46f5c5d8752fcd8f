"""One gateway process as our child: started through QProcess, its output split into lines."""

from __future__ import annotations

import logging
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal, Slot

from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.logs.splitter import LineSplitter
from picoclaw_tray.system.process_key import key_of

if sys.platform == "win32":
    from picoclaw_tray.system.job_object import JobObject

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.messages import LaunchPlan

log = logging.getLogger(__name__)


class _Process(QProcess):
    """A process that can be let go of: ``~QProcess`` kills what it takes for running."""

    def let_go(self) -> None:
        """Forgets it, without a word to anybody. The process knows nothing of that."""
        self.blockSignals(True)
        self.setProcessState(QProcess.ProcessState.NotRunning)


class Child(QObject):
    """Starts once, reports its lines and its end; the last lines always before the end.

    One that is to outlive us has no pipe, because it would end with its reader (contract 4.7), and
    so no lines. ``startDetached`` would not tell its exit code, nor, in PySide6, its PID.

    The console is hidden on Windows by Qt itself: it passes ``CREATE_NO_WINDOW`` whenever the
    parent has no console (qprocess_win.cpp, ``startProcess``).

    Signals:
        spawned(Process): The process exists.
        spawn_failed(str): It does not, and will not; the system's words.
        lines_received(tuple): Complete lines of output, ``bytes`` without line end.
        exited(ProcessKey, int): It ended; a negative code is the number of the signal.
    """

    spawned = Signal(Process)
    spawn_failed = Signal(str)
    lines_received = Signal(tuple)
    exited = Signal(ProcessKey, int)

    def __init__(self, plan: LaunchPlan, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key = ProcessKey(0, "")
        self._splitter = LineSplitter()
        if sys.platform == "win32":
            self._job: JobObject | None = None
        self._process = _Process(self)
        self._process.setProgram(plan.program)
        self._process.setArguments(list(plan.arguments))
        self._process.setProcessEnvironment(_environment(plan))
        self._process.setWorkingDirectory(plan.directory)
        self._outlives = plan.outlives
        if plan.outlives:
            self._process.setStandardOutputFile(QProcess.nullDevice())
            self._process.setStandardErrorFile(plan.errors or QProcess.nullDevice())
        else:
            self._process.setProcessChannelMode(QProcess.ProcessChannelMode.MergedChannels)
        self._process.setStandardInputFile(QProcess.nullDevice())
        if sys.platform != "win32":
            # A session of its own: a Ctrl+C in our terminal does not reach it. Python ignores
            # SIGPIPE; the gateway's children are not to inherit that.
            flags = QProcess.UnixProcessFlag
            self._process.setUnixProcessParameters(
                flags.CreateNewSession | flags.ResetSignalHandlers
            )
        self._process.started.connect(self._on_started)
        self._process.errorOccurred.connect(self._on_error)
        self._process.readyReadStandardOutput.connect(self._on_readable)
        self._process.finished.connect(self._on_finished)

    def start(self) -> None:
        """Asks the system for the process; the answer is a signal, perhaps during this call."""
        self._process.start()

    def let_go(self) -> None:
        """Leaves the process running when this object goes; for one that can outlive us."""
        if self._outlives:
            self._process.let_go()

    @Slot()
    def _on_started(self) -> None:
        pid = self._process.processId()
        self._key = key_of(pid) or ProcessKey(pid, "")
        if not self._outlives:
            self._bind_to_our_life(pid)
        self.spawned.emit(Process(self._key, ours=True, watched=True, outlives=self._outlives))

    def _bind_to_our_life(self, pid: int) -> None:
        """On Windows a crash of the tray ends the gateway and its children.

        Elsewhere the gateway meets its end at the next line it writes (contract 4.7).
        """
        if sys.platform == "win32":
            try:
                self._job = JobObject()
            except OSError as error:
                log.warning("no job object for the gateway: %s", error)
            else:
                self._job.assign(pid)

    @Slot(QProcess.ProcessError)
    def _on_error(self, error: QProcess.ProcessError) -> None:
        # Other errors are followed by ``finished``, this one never is.
        if error is QProcess.ProcessError.FailedToStart:
            self.spawn_failed.emit(self._process.errorString())

    @Slot()
    def _on_readable(self) -> None:
        self._report(self._splitter.feed(bytes(self._process.readAllStandardOutput().data())))

    @Slot(int, QProcess.ExitStatus)
    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        if not self._outlives:
            self._on_readable()
            self._report(self._splitter.finish())
        if sys.platform == "win32" and self._job is not None:
            self._job.release()
        by_signal = status is QProcess.ExitStatus.CrashExit and sys.platform != "win32"
        if sys.platform == "win32":
            code &= 0xFFFFFFFF  # Qt's number is signed, Windows' is not
        self.exited.emit(self._key, -code if by_signal else code)

    def _report(self, lines: list[bytes]) -> None:
        if lines:
            self.lines_received.emit(tuple(lines))


def _environment(plan: LaunchPlan) -> QProcessEnvironment:
    environment = QProcessEnvironment()
    for name, value in plan.environment.items():
        environment.insert(name, value)
    return environment
