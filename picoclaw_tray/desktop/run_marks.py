"""Notes where the runs of gateways begin and how they end, from what the controller tells."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray.lifecycle.messages import Found, LaunchPlan
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    ProcessKey,
    StartAgain,
    State,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.logs.marks import MarkKind, RunMark
from picoclaw_tray.system.observation import Observation

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Phase


@dataclass(frozen=True, slots=True)
class _Run:
    """The run that was begun; ``number``: as a person counts them, none: unknown."""

    key: ProcessKey
    number: int | None


class RunMarks(QObject):
    """Tells beginning and end of each run once, whoever started the gateway.

    A gateway that is left running when the tray quits does not end. Belongs behind whoever brings
    last lines at a change of the state: an end is told after them.

    Signals:
        run_begun(RunMark): A gateway was started by us, or was found.
        run_ended(RunMark): It is gone; its exit code is known of a child alone.
    """

    run_begun = Signal(RunMark)
    run_ended = Signal(RunMark)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._key: ProcessKey | None = None
        self._run: _Run | None = None
        self._code: int | None = None
        self._is_restart = False

    @Slot(ProcessKey, LaunchPlan)
    def on_spawned(self, key: ProcessKey, plan: LaunchPlan) -> None:
        """A gateway of ours was started."""
        self._begin(MarkKind.RESTARTED if self._is_restart else MarkKind.STARTED, key, plan.run)

    @Slot(ProcessKey, int)
    def on_exited(self, key: ProcessKey, code: int) -> None:
        """A child has ended; the life cycle may hear of it a moment later."""
        if self._run is not None and self._run.key == key:
            self._code = code

    @Slot(State)
    def on_state_changed(self, state: State) -> None:
        """The gateway may be gone, or be another one."""
        self._is_restart = _leads_to_restart(state, before=self._is_restart)
        self._key = state.process.key if state.process is not None else None
        run = self._run
        if run is None or run.key == self._key:
            return
        if _is_left_alone(state.phase):
            self._run = None
        else:
            self._end(run)

    @Slot(Observation)
    def on_observed(self, observation: Observation) -> None:
        """A gateway was found: what tells so tells the number of its run too, if it is known.

        A look may be so late that the gateway is gone already.
        """
        match observation.finding:
            case Found(process=process) if self._run is None and process.key == self._key:
                self._begin(MarkKind.FOUND, process.key, observation.facts.run)
            case _:
                pass

    def _begin(self, kind: MarkKind, key: ProcessKey, number: int | None) -> None:
        self._run = _Run(key, number)
        self._code = None
        self.run_begun.emit(RunMark(kind, _now(), number, key.pid))

    def _end(self, run: _Run) -> None:
        self._run = None
        self.run_ended.emit(RunMark(MarkKind.ENDED, _now(), run.number, run.key.pid, self._code))


def _leads_to_restart(state: State, *, before: bool) -> bool:
    """Whether a start that follows is one after a crash or by the wish for a fresh gateway."""
    match state.phase:
        case Stopping(then=then):
            return isinstance(then, StartAgain)
        case Backoff():
            return before or (state.failure is not None and state.failure.ran)
        case Stopped() | Failed():
            return False
        case _:
            return before and state.process is None


def _is_left_alone(phase: Phase) -> bool:
    match phase:
        case Stopped(reason=StopReason.LEFT_ALONE):
            return True
        case _:
            return False


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
