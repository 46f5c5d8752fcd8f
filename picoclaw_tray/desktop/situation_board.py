"""The one place that knows the current situation; everybody who shows something listens to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.lifecycle.messages import Found, Notice
from picoclaw_tray.lifecycle.state import Backoff, Failed, State, Stopped
from picoclaw_tray.presentation.reload import ReloadAnswer
from picoclaw_tray.presentation.situation import Facts, Outlook, Situation
from picoclaw_tray.system.observation import Observation

if TYPE_CHECKING:
    from picoclaw_tray.presentation.situation import Surroundings

COUNTDOWN_MS = 1000


class SituationBoard(QObject):
    """Merges state and facts.

    Signals:
        situation_changed(Situation): Something changed, or the clock moved on: countdown each
            second while there is one, uptime with each look.
    """

    situation_changed = Signal(Situation)

    def __init__(self, surroundings: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._situation = Situation(surroundings)
        self._countdown = QTimer(self, interval=COUNTDOWN_MS)
        self._countdown.timeout.connect(self._announce)

    @property
    def situation(self) -> Situation:
        """The current one."""
        return self._situation

    @Slot(State)
    def on_state_changed(self, state: State) -> None:
        """The life cycle moved on."""
        before = self._situation
        facts, notice = before.facts, before.notice
        if state.process is not None and state.process != before.state.process:
            facts = replace(
                facts,
                version="",
                started_at=None,
                run=None,
                boot_model="",
                changes=(),
                can_reload=False,
            )
        outlook, reload = before.outlook, before.reload
        if state.epoch != before.state.epoch:
            notice, reload = None, None
        if state.process is not None:
            outlook = None
        self._situation = replace(
            before, state=state, facts=facts, notice=notice, outlook=outlook, reload=reload
        )
        if isinstance(state.phase, Backoff):
            self._countdown.start()
        else:
            self._countdown.stop()
        self._announce()

    @Slot(Observation)
    def on_observed(self, observation: Observation) -> None:
        """Somebody looked. In a transient phase what is unknown now stays as it was known."""
        state, facts = self._situation.state, observation.facts
        match observation.finding:
            case Found(process=found) if state.process is None or found.key != state.process.key:
                return  # asked before the phase changed: another process's version and age
            case Found():
                pass
            case _ if not isinstance(state.phase, Stopped | Backoff | Failed):
                facts = _filled(facts, self._situation.facts)
            case _:
                pass
        self._situation = replace(self._situation, facts=facts)
        self._announce()

    @Slot(Outlook)
    def on_assessed(self, outlook: Outlook) -> None:
        """Somebody looked what a start would be like."""
        if self._situation.state.process is None and outlook != self._situation.outlook:
            self._situation = replace(self._situation, outlook=outlook)
            self._announce()

    @Slot(ReloadAnswer)
    def on_reload_changed(self, reload: ReloadAnswer) -> None:
        """A reload came a step further."""
        self._situation = replace(self._situation, reload=reload)
        self._announce()

    @Slot(Notice)
    def on_notice(self, notice: Notice) -> None:
        """Something was said that changed no phase; the window keeps it for a while."""
        self._situation = replace(self._situation, notice=notice)
        self._announce()

    @Slot()
    def _announce(self) -> None:
        self.situation_changed.emit(self._situation)


def _filled(new: Facts, old: Facts) -> Facts:
    return Facts(
        version=new.version or old.version,
        host=new.host or old.host,
        port=old.port if new.port is None else new.port,
        started_at=old.started_at if new.started_at is None else new.started_at,
        run=old.run if new.run is None else new.run,
        default_model=new.default_model or old.default_model,
        boot_model=new.boot_model or old.boot_model,
        config_problem=new.config_problem,
        changes=new.changes or old.changes,
        can_reload=new.can_reload or old.can_reload,
    )
