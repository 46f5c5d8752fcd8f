"""The one place that knows the current situation; everybody who shows something listens to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.lifecycle.messages import Foreign, Found, Notice, NoticeKind
from picoclaw_tray.lifecycle.state import Backoff, Failed, State, Stopped
from picoclaw_tray.presentation.autostart import LoginStatus
from picoclaw_tray.presentation.obstacles import obstructed
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.situation import Facts, Outlook, Situation
from picoclaw_tray.system.observation import Observation
from picoclaw_tray.text import Text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.policy import OnQuit
    from picoclaw_tray.presentation.situation import Surroundings
    from picoclaw_tray.system.config_files import Stamp

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
        self._port_owner: Text | None = None
        self._stamp: Stamp | None = None
        self._countdown = QTimer(self, interval=COUNTDOWN_MS)
        self._countdown.timeout.connect(self._announce)

    @property
    def situation(self) -> Situation:
        """The current one."""
        return self._situation

    def on_out_of_reach(self) -> None:
        """Neither a shell nor another start of the tray can reach this one."""
        surroundings = replace(self._situation.surroundings, alone=True)
        self._situation = replace(self._situation, surroundings=surroundings)
        self._announce()

    @Slot(object)
    def on_archive_problem(self, problem: object) -> None:
        """The output of the gateway is not written down, or is again."""
        self._situation = replace(
            self._situation, archive_problem=problem if isinstance(problem, Text) else None
        )
        self._announce()

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
                log_level="",
                changes=(),
                can_reload=False,
                origin=None,
                service=None,
                record_problem=None,
                port_owner=None,
            )
        outlook, reload = before.outlook, before.reload
        if state.epoch != before.state.epoch:
            notice, reload = None, None
        if state.process is not None and before.state.process is None:
            outlook = None  # it was that of another moment; the next look brings a new one
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
        self._forget_refusals(observation.config_stamp)
        finding = observation.finding
        self._port_owner = finding.owner if isinstance(finding, Foreign) else None
        match finding:
            case Found(process=found) if state.process is None or found.key != state.process.key:
                return  # asked before the phase changed: another process's version and age
            case Found():
                pass
            case _ if not isinstance(state.phase, Stopped | Backoff | Failed):
                facts = _filled(facts, self._situation.facts)
            case _:
                pass
        outlook = self._obstructed(self._situation.outlook)
        self._situation = replace(self._situation, facts=facts, outlook=outlook)
        self._announce()

    @Slot(Outlook)
    def on_assessed(self, outlook: Outlook) -> None:
        """Somebody looked what a start would be like."""
        shown = self._obstructed(outlook)
        if shown != self._situation.outlook:
            self._situation = replace(self._situation, outlook=shown)
            self._announce()

    def _obstructed(self, outlook: Outlook | None) -> Outlook | None:
        """With who has the port, which shows in a look."""
        return None if outlook is None else obstructed(outlook, self._port_owner)

    def _forget_refusals(self, stamp: Stamp) -> None:
        """What was refused because of PicoClaw's files may be possible with other files."""
        before, self._stamp = self._stamp, stamp
        if before in {None, stamp}:
            return
        notice, reload = self._situation.notice, self._situation.reload
        if notice is not None and notice.kind is NoticeKind.RESTART_REFUSED:
            notice = None
        if reload is not None and reload.stage is ReloadStage.FAILED:
            reload = None
        self._situation = replace(self._situation, notice=notice, reload=reload)

    @Slot(ReloadAnswer)
    def on_reload_changed(self, reload: ReloadAnswer) -> None:
        """A reload came a step further."""
        self._situation = replace(self._situation, reload=reload, notice=None)
        self._announce()

    @Slot(LoginStatus)
    def on_login_changed(self, login: LoginStatus) -> None:
        """The system was asked about the next login."""
        self._situation = replace(self._situation, login=login)
        self._announce()

    def on_quit_set(self, on_quit: OnQuit) -> None:
        """It was settled what becomes of a gateway of our own when the tray quits."""
        self._situation = replace(self._situation, on_quit=on_quit)
        self._announce()

    @Slot(Notice)
    def on_notice(self, notice: Notice) -> None:
        """Something was said that changed no phase; the window keeps it for a while."""
        self._situation = replace(self._situation, notice=notice, reload=None)
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
        log_level=new.log_level or old.log_level,
        config_problem=new.config_problem,
        config_explanation=new.config_explanation,
        config_place=new.config_place,
        changes=new.changes or old.changes,
        can_reload=new.can_reload or old.can_reload,
        origin=new.origin or old.origin,
        service=new.service or old.service,
        record_problem=new.record_problem or old.record_problem,
        port_owner=new.port_owner,
    )
