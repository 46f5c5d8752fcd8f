"""A reload from the wish to its end: asked, accepted, done or failed (contract 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.desktop import jobs
from picoclaw_tray.desktop.lane import Job
from picoclaw_tray.gateway.reload import RELOAD_VERDICT_S, is_reload_done, reload_complaint
from picoclaw_tray.lifecycle.state import Running, State
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.lifecycle.state import ProcessKey
    from picoclaw_tray.system.crew import Crew


class Reload(QObject):
    """Changes no phase of the life cycle; one at a time.

    The gateway accepts at once and works on. Success shows in its output, where we read that, and
    by silence otherwise; a failure in its output or in ``gateway.log``.

    Signals:
        job_raised(Job): To be carried out in the watch lane; the answer goes to ``on_answer``.
        changed(ReloadAnswer): It was accepted, has succeeded, or has failed.
    """

    job_raised = Signal(Job)
    changed = Signal(ReloadAnswer)

    def __init__(self, crew: Callable[[], Crew], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._crew = crew
        self._asked: ProcessKey | None = None
        self._accepted: ReloadAnswer | None = None
        self._output: list[str] = []
        self._verdict = QTimer(self, singleShot=True, interval=int(RELOAD_VERDICT_S * 1000))
        self._verdict.timeout.connect(self._on_verdict_due)

    def start(self, state: State) -> None:
        """Asks the gateway that runs; nothing happens while a reload is under way."""
        if self._asked is not None or not isinstance(state.phase, Running):
            return
        self._asked = state.phase.process.key
        self._raise(jobs.reloading(self._crew, state.phase.process))

    @Slot(State)
    def on_state_changed(self, state: State) -> None:
        """Its gateway may be gone: what becomes of the reload does not matter any more."""
        if state.process is None or state.process.key != self._asked:
            self._forget()

    @Slot(ReloadAnswer)
    def on_answer(self, answer: ReloadAnswer) -> None:
        """A job has answered."""
        if self._asked is None or answer.key not in {None, self._asked}:
            return
        match answer.stage:
            case ReloadStage.ACCEPTED:
                self._accepted = answer
                self._verdict.start()
                self.changed.emit(answer)
                self._judge_output(answer)
            case ReloadStage.DONE if self._accepted is None:
                pass  # the verdict on the reload before
            case ReloadStage.DONE | ReloadStage.FAILED:
                self._end(answer)

    @Slot(tuple)
    def on_lines_received(self, lines: tuple[bytes, ...]) -> None:
        """The gateway printed something."""
        if self._asked is None:
            self._tell_hot_reload(lines)
            return
        # A fast gateway prints before its answer has come through the lane.
        self._output += [line.decode("utf-8", "replace") for line in lines]
        if self._accepted is not None:
            self._judge_output(self._accepted)

    def _tell_hot_reload(self, lines: tuple[bytes, ...]) -> None:
        """With hot reload on, a gateway takes its config over by itself, or says why not."""
        if not any(b"eload" in line for line in lines):  # quick, for a flood
            return
        if complaint := reload_complaint(
            (line.decode("utf-8", "replace") for line in lines), hot=True
        ):
            self.changed.emit(ReloadAnswer(ReloadStage.ACCEPTED).failed(complaint))

    @Slot()
    def _on_verdict_due(self) -> None:
        if self._accepted is not None:
            self._raise(jobs.judging_reload(self._crew, self._accepted))

    def _judge_output(self, accepted: ReloadAnswer) -> None:
        if complaint := reload_complaint(self._output):
            self._end(accepted.failed(complaint))
        elif any(map(is_reload_done, self._output)):
            self._end(accepted.done())

    def _end(self, answer: ReloadAnswer) -> None:
        self._forget()
        if answer.stage is ReloadStage.DONE:
            self._raise(jobs.noting_reload(self._crew, answer))
        self.changed.emit(answer)

    def _forget(self) -> None:
        self._asked = self._accepted = None
        self._output.clear()
        self._verdict.stop()

    def _raise(self, job: Job) -> None:
        self.job_raised.emit(job)
