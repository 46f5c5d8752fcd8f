"""Everything there is to say about one gateway, in one value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.messages import NoticeKind
from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.lifecycle.state import State

if TYPE_CHECKING:
    from picoclaw_tray.gateway.origin import Origin
    from picoclaw_tray.gateway.service import Service
    from picoclaw_tray.lifecycle.messages import Notice
    from picoclaw_tray.lifecycle.state import Failure, Place
    from picoclaw_tray.presentation.autostart import LoginStatus
    from picoclaw_tray.presentation.port_holder import PortHolder
    from picoclaw_tray.presentation.reload import ReloadAnswer
    from picoclaw_tray.text import Text


@dataclass(frozen=True, slots=True)
class Facts:
    """What the last observations found out about the gateway. Empty and none: unknown.

    Facts stay at their last good value while a phase is transient.

    Attributes:
        version: Of the gateway that runs, from its PID file.
        host: Where it can be reached (the probe host, contract 3.5).
        port: Its port.
        started_at: Its start on the supervisor's monotonic clock, seconds.
        run: Number of the run as a person counts them, 1, 2, 3 … per home; ours only.
        default_model: What the config names now.
        log_level: Of the gateway that runs: ``debug``, ``info``, ``warn``, ``error`` or ``fatal``.
        boot_model: What the config named when the gateway started, or took over its config last.
        config_problem: The config cannot be used; PicoClaw's words.
        config_explanation: The same for a person; none if it can be used.
        config_place: Where to look at it; none if it stands in no file.
        changes: What a restart would change; empty if none is needed.
        can_reload: The gateway takes over its config when it is asked to.
        origin: Who started the gateway that runs.
        service: What a gateway that is not ours belongs to; none if nothing but a person started
            it, or if that cannot be told.
        record_problem: Why a later tray will not know this gateway as ours; none if it will.
        port_owner: Who has the port that a start would need; none if nobody has.
    """

    version: str = ""
    host: str = ""
    port: int | None = None
    started_at: float | None = None
    run: int | None = None
    default_model: str = ""
    boot_model: str = ""
    log_level: str = ""
    config_problem: str = ""
    config_explanation: Text | None = None
    config_place: Place | None = None
    changes: tuple[Text, ...] = ()
    can_reload: bool = False
    origin: Origin | None = None
    service: Service | None = None
    record_problem: Text | None = None
    port_owner: PortHolder | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a start would be like now.

    Attributes:
        version: Of the program that would be started; empty if it could not be told.
        default_model: Of the config; empty if there is none, or if it could not be told.
        objection: Why it would be refused; none if it is ready.
        remark: What a person should know all the same.
        program: The path of that program; empty if none was found.
    """

    version: str = ""
    default_model: str = ""
    objection: Failure | None = None
    remark: Text | None = None
    program: str = ""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stays the same as long as this tray runs, once it has tried to listen.

    Attributes:
        home: PicoClaw's home, absolute.
        config_path: Its config file, absolute.
        demo: The gateway is the stand-in, its home is thrown away at the end.
        settings_problem: Why our settings file is not used; none if it is, or if there is none.
        alone: Neither a shell nor another start of the tray can reach this one.
        unlogged: Where our own log should be and cannot; empty if it can.
    """

    home: str
    config_path: str
    demo: bool = False
    settings_problem: Text | None = None
    alone: bool = False
    unlogged: str = ""


@dataclass(frozen=True, slots=True)
class Situation:
    """One moment of one gateway: what icon, menu, windows and scripts are told from.

    Attributes:
        outlook: Of the next start; none as long as nobody looked.
        notice: What the person was told last about a wish that changed nothing; forgotten with the
            next change of phase.
        reload: How far the last reload has come; forgotten likewise.
        login: What the system said last about the next login; none as long as nobody asked.
        on_quit: What is set about a gateway of our own when the tray quits.
        archive_problem: Why its output is not written down; none if it is.
    """

    surroundings: Surroundings
    state: State = field(default_factory=State)
    facts: Facts = field(default_factory=Facts)
    outlook: Outlook | None = None
    notice: Notice | None = None
    reload: ReloadAnswer | None = None
    login: LoginStatus | None = None
    on_quit: OnQuit = OnQuit.STOP
    archive_problem: Text | None = None

    @property
    def may_be_left(self) -> bool:
        """Whether the gateway of our own that there is could be left running."""
        process = self.state.process
        return process is not None and process.ours and process.outlives

    @property
    def asks_on_quit(self) -> bool:
        """Whether the person is to decide, at the end, what becomes of the gateway."""
        return self.may_be_left and self.on_quit is OnQuit.ASK and not self.state.quitting

    @property
    def leaves_on_quit(self) -> bool:
        """Whether the gateway runs on when the tray is told to quit and nothing else."""
        return self.on_quit is OnQuit.LEAVE

    @property
    def refused_restart(self) -> Failure | None:
        """Why the restart that was asked for last was refused while the gateway runs on."""
        if self.notice is None or self.notice.kind is not NoticeKind.RESTART_REFUSED:
            return None
        return self.notice.failure
