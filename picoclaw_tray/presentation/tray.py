"""What the tray shows: icon, tooltip and menu, all from one situation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Process,
    Rest,
    Running,
    Spawning,
    Starting,
    Stopped,
    Stopping,
)
from picoclaw_tray.presentation.status import headline, icon_of
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Template, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Phase, State
    from picoclaw_tray.presentation.icon import IconName
    from picoclaw_tray.presentation.situation import Situation


class Wish(Enum):
    """What a menu entry asks for."""

    START = "start"
    START_ANYWAY = "start anyway"
    STOP = "stop"
    FORCE_STOP = "force stop"
    RESTART = "restart"
    RESTART_ANYWAY = "restart anyway"
    QUIT = "quit"


@dataclass(frozen=True, slots=True)
class Entry:
    """A menu entry that changes with the situation."""

    text: Text
    wish: Wish
    enabled: bool


@dataclass(frozen=True, slots=True)
class TrayView:
    """The tray at one moment.

    Attributes:
        title: PicoClaw, and that it is the demo where it is.
        headline: The state in a line; the first line of the menu.
        details: Version, PID, address, uptime, as far as they are known.
    """

    icon: IconName
    title: Text
    headline: Text
    details: tuple[Text, ...]
    start: Entry
    stop: Entry
    restart: Entry
    quit: Entry


_TITLE = QT_TRANSLATE_NOOP("Tray", "PicoClaw")
_DEMO_TITLE = QT_TRANSLATE_NOOP("Tray", "PicoClaw (demo)")
_VERSION = QT_TRANSLATE_NOOP("Tray", "Version {version}")
_PID = QT_TRANSLATE_NOOP("Tray", "PID {pid}")
_ADDRESS = QT_TRANSLATE_NOOP("Tray", "Address {host}:{port}")
_NOT_OURS = QT_TRANSLATE_NOOP("Tray", "Not started by this tray")
_UP_MINUTES = QT_TRANSLATE_NOOP("Tray", "Up {minutes} min")
_UP_HOURS = QT_TRANSLATE_NOOP("Tray", "Up {hours} h {minutes} min")
_UP_DAYS = QT_TRANSLATE_NOOP("Tray", "Up {days} d {hours} h")
_UP_NOW = QT_TRANSLATE_NOOP("Tray", "Up less than 1 min")
_START = QT_TRANSLATE_NOOP("Tray", "&Start")
_START_ANYWAY = QT_TRANSLATE_NOOP("Tray", "&Start anyway")
_STOP = QT_TRANSLATE_NOOP("Tray", "S&top")
_FORCE_STOP = QT_TRANSLATE_NOOP("Tray", "Force s&top")
_RESTART = QT_TRANSLATE_NOOP("Tray", "&Restart")
_RESTART_ANYWAY = QT_TRANSLATE_NOOP("Tray", "&Restart anyway")
_QUIT = QT_TRANSLATE_NOOP("Tray", "&Quit")
_QUIT_AND_STOP = QT_TRANSLATE_NOOP("Tray", "&Quit and stop the gateway")
_QUIT_AND_LEAVE = QT_TRANSLATE_NOOP("Tray", "&Quit and leave the gateway running")
_QUIT_AND_NOT_WAIT = QT_TRANSLATE_NOOP("Tray", "&Quit without waiting for the gateway to stop")
_QUITTING = QT_TRANSLATE_NOOP("Tray", "Quitting…")


def tray_view(situation: Situation, now: float) -> TrayView:
    """The view of this situation; ``now`` is monotonic, for countdown and uptime."""
    state = situation.state
    return TrayView(
        icon=icon_of(state),
        title=text(_DEMO_TITLE if situation.surroundings.demo else _TITLE),
        headline=headline(state, now),
        details=details(situation, now),
        start=_start(state),
        stop=_stop(state),
        restart=_restart(situation),
        quit=_quit(state),
    )


def details(situation: Situation, now: float) -> tuple[Text, ...]:
    """One line for each thing that is known about the process."""
    process, facts = situation.state.process, situation.facts
    if process is None:
        return ()
    lines = [text(_VERSION, version=facts.version)] if facts.version else []
    lines.append(text(_PID, pid=process.key.pid))
    if facts.host and facts.port is not None:
        host = f"[{facts.host}]" if ":" in facts.host else facts.host
        lines.append(text(_ADDRESS, host=host, port=facts.port))
    if facts.started_at is not None:
        lines.append(uptime(now - facts.started_at))
    if not process.ours:
        lines.append(text(_NOT_OURS))
    return tuple(lines)


def uptime(seconds: float) -> Text:
    """How long the gateway has been running, in minutes; finer would only flicker."""
    minutes = int(max(0.0, seconds) // 60)
    hours, minutes_left = divmod(minutes, 60)
    days, hours_left = divmod(hours, 24)
    if days:
        return text(_UP_DAYS, days=days, hours=hours_left)
    if hours:
        return text(_UP_HOURS, hours=hours, minutes=minutes_left)
    return text(_UP_MINUTES, minutes=minutes) if minutes else text(_UP_NOW)


def _start(state: State) -> Entry:
    failure = state.failure
    match state.phase:
        case Backoff() | Failed() if failure is not None and failure.passable:
            return Entry(text(_START_ANYWAY), Wish.START_ANYWAY, enabled=True)
        case Stopped() | Backoff() | Failed() | Stopping(then=Rest()):
            return Entry(text(_START), Wish.START, enabled=True)
        case _:
            return Entry(text(_START), Wish.START, enabled=False)


def _stop(state: State) -> Entry:
    match state.phase:
        case Stopping(killed=killed):
            return Entry(text(_FORCE_STOP), Wish.FORCE_STOP, enabled=not killed)
        case Stopped() | Failed():
            return Entry(text(_STOP), Wish.STOP, enabled=False)
        case _:
            return Entry(text(_STOP), Wish.STOP, enabled=True)


def _restart(situation: Situation) -> Entry:
    refused = situation.refused_restart
    match situation.state.phase:
        case Running(replanning=None) if refused is not None and refused.passable:
            return Entry(text(_RESTART_ANYWAY), Wish.RESTART_ANYWAY, enabled=True)
        case Running(replanning=None) | Starting(slow=True):
            return Entry(text(_RESTART), Wish.RESTART, enabled=True)
        case _:
            return Entry(text(_RESTART), Wish.RESTART, enabled=False)


def _quit(state: State) -> Entry:
    if state.quitting:
        return Entry(text(_QUITTING), Wish.QUIT, enabled=False)
    return Entry(text(_quit_template(state.phase)), Wish.QUIT, enabled=not state.ended)


def _quit_template(phase: Phase) -> Template:
    """Says what becomes of the gateway when the tray quits now."""
    match phase:
        case Stopping(deadline=None):
            return _QUIT_AND_LEAVE
        case Stopping(process=Process(ours=False)):
            return _QUIT_AND_NOT_WAIT
        case Starting(process=process) | Running(process=process):
            return _QUIT_AND_STOP if process.ours else _QUIT_AND_LEAVE
        case Spawning() | Stopping():
            return _QUIT_AND_STOP
        case _:
            return _QUIT
