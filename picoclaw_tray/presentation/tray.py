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
from picoclaw_tray.presentation.advice import advice, is_reloading
from picoclaw_tray.presentation.autostart import login_tick
from picoclaw_tray.presentation.notices import shown_failure
from picoclaw_tray.presentation.origin import origin_line
from picoclaw_tray.presentation.status import icon_of, short_headline
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Template, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import State
    from picoclaw_tray.presentation.autostart import Tick
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
    RELOAD = "reload"
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
        headline: The state in a few words.
        reason: Why there is no gateway, where that needs a sentence.
        menu_line: The first line of the menu, where it says more than the headline.
        details: Version, PID, address, uptime and origin, as far as they are known; whether a start
            is ready.
        advice: What a person should know before the next start, or about the one that runs.
        start_anyway: Beside a plain start that would wait first; None where one of them is enough.
        reload: None where the gateway cannot be asked to take over its configuration.
        login: Whether the tray starts at login; None where that is not shown.
    """

    icon: IconName
    title: Text
    headline: Text
    details: tuple[Text, ...]
    start: Entry
    stop: Entry
    restart: Entry
    quit: Entry
    reason: Text | None = None
    menu_line: Text | None = None
    advice: tuple[Text, ...] = ()
    start_anyway: Entry | None = None
    reload: Entry | None = None
    login: Tick | None = None


_TITLE = QT_TRANSLATE_NOOP("Tray", "PicoClaw")
_DEMO_TITLE = QT_TRANSLATE_NOOP("Tray", "PicoClaw (demo)")
_VERSION = QT_TRANSLATE_NOOP("Tray", "Version {version}")
_PID = QT_TRANSLATE_NOOP("Tray", "PID {pid}")
_ADDRESS = QT_TRANSLATE_NOOP("Tray", "Address {host}:{port}")
_UP_MINUTES = QT_TRANSLATE_NOOP("Tray", "Up {minutes} min")
_UP_HOURS = QT_TRANSLATE_NOOP("Tray", "Up {hours} h {minutes} min")
_UP_DAYS = QT_TRANSLATE_NOOP("Tray", "Up {days} d {hours} h")
_UP_NOW = QT_TRANSLATE_NOOP("Tray", "Up less than 1 min")
_START = QT_TRANSLATE_NOOP("Tray", "&Start")
_RETRY = QT_TRANSLATE_NOOP("Tray", "&Retry now")
_START_ANYWAY = QT_TRANSLATE_NOOP("Tray", "&Start anyway")
_START_ANYWAY_NOW = QT_TRANSLATE_NOOP("Tray", "Start any&way")
_STOP = QT_TRANSLATE_NOOP("Tray", "S&top")
_FORCE_STOP = QT_TRANSLATE_NOOP("Tray", "Force s&top")
_RESTART = QT_TRANSLATE_NOOP("Tray", "&Restart")
_RESTART_ANYWAY = QT_TRANSLATE_NOOP("Tray", "&Restart anyway")
_RESTART_NOW = QT_TRANSLATE_NOOP("Tray", "&Restart now")
_RELOAD = QT_TRANSLATE_NOOP("Tray", "Re&load configuration")
_RELOADING = QT_TRANSLATE_NOOP("Tray", "Re&loading…")
_READY = QT_TRANSLATE_NOOP("Tray", "Ready to start")
_NOT_READY = QT_TRANSLATE_NOOP("Tray", "Not ready to start")
_LINE_OUTDATED = QT_TRANSLATE_NOOP("Tray", "{state} · restart required")
_LINE_READY = QT_TRANSLATE_NOOP("Tray", "{state} · ready to start")
_LINE_NOT_READY = QT_TRANSLATE_NOOP("Tray", "{state} · not ready to start")
_PROGRAM = QT_TRANSLATE_NOOP("Tray", "PicoClaw {version}")
_MODEL = QT_TRANSLATE_NOOP("Tray", "Model {model}")
_QUIT = QT_TRANSLATE_NOOP("Tray", "&Quit")
_QUIT_AND_ASK = QT_TRANSLATE_NOOP("Tray", "&Quit…")
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
        headline=short_headline(state, now),
        reason=_reason(state),
        menu_line=_menu_line(situation, now),
        details=details(situation, now),
        advice=advice(situation),
        start=_start(situation),
        stop=_stop(state),
        restart=_restart(situation),
        start_anyway=_start_anyway(situation),
        reload=_reload(situation),
        login=login_tick(situation.login, demo=situation.surroundings.demo),
        quit=_quit(situation),
    )


def details(situation: Situation, now: float) -> tuple[Text, ...]:
    """One line for each thing that is known about the process."""
    process, facts = situation.state.process, situation.facts
    if process is None:
        return _prospects(situation)
    lines = [text(_VERSION, version=facts.version)] if facts.version else []
    lines.append(text(_PID, pid=process.key.pid))
    if facts.host and facts.port is not None:
        host = f"[{facts.host}]" if ":" in facts.host else facts.host
        lines.append(text(_ADDRESS, host=host, port=facts.port))
    if facts.started_at is not None:
        lines.append(uptime(now - facts.started_at))
    if line := origin_line(situation):
        lines.append(line)
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


def _reason(state: State) -> Text | None:
    return shown_failure(state) if isinstance(state.phase, Backoff | Failed) else None


def _prospects(situation: Situation) -> tuple[Text, ...]:
    """Whether the next start will do, before anybody asks for it."""
    outlook = situation.outlook
    if outlook is None or not isinstance(situation.state.phase, Stopped):
        return ()
    lines = [text(_READY if outlook.objection is None else _NOT_READY)]
    if outlook.version:
        lines.append(text(_PROGRAM, version=outlook.version))
    if outlook.default_model:
        lines.append(text(_MODEL, model=outlook.default_model))
    return tuple(lines)


def _menu_line(situation: Situation, now: float) -> Text | None:
    """A menu has no room for details: what matters of them stands in its first line."""
    outlook = situation.outlook
    if isinstance(situation.state.phase, Running) and situation.facts.changes:
        return text(_LINE_OUTDATED, state=short_headline(situation.state, now))
    if outlook is None or not isinstance(situation.state.phase, Stopped):
        return None
    line = _LINE_READY if outlook.objection is None else _LINE_NOT_READY
    return text(line, state=short_headline(situation.state, now))


def _start(situation: Situation) -> Entry:
    state, failure = situation.state, situation.state.failure
    objection = situation.outlook.objection if situation.outlook else None
    match state.phase:
        # What waiting may cure is waited for first.
        case Stopped() if objection and objection.passable and not objection.curable:
            return Entry(text(_START_ANYWAY), Wish.START_ANYWAY, enabled=True)
        case Backoff() | Failed() if failure is not None and failure.passable:
            return Entry(text(_START_ANYWAY), Wish.START_ANYWAY, enabled=True)
        case Backoff():
            return Entry(text(_RETRY), Wish.START, enabled=True)
        case Stopped() | Failed() | Stopping(then=Rest()):
            return Entry(text(_START), Wish.START, enabled=True)
        case _:
            return Entry(text(_START), Wish.START, enabled=False)


def _start_anyway(situation: Situation) -> Entry | None:
    objection = situation.outlook.objection if situation.outlook else None
    match situation.state.phase:
        case Stopped() if objection and objection.passable and objection.curable:
            return Entry(text(_START_ANYWAY_NOW), Wish.START_ANYWAY, enabled=True)
        case _:
            return None


def _stop(state: State) -> Entry:
    match state.phase:
        case Stopping(killed=killed):
            return Entry(text(_FORCE_STOP), Wish.FORCE_STOP, enabled=not killed)
        case Stopped() | Failed():
            return Entry(text(_STOP), Wish.STOP, enabled=False)
        case Starting(process=Process(managed=True)) | Running(process=Process(managed=True)):
            return Entry(text(_STOP), Wish.STOP, enabled=False)
        case _:
            return Entry(text(_STOP), Wish.STOP, enabled=True)


def _restart(situation: Situation) -> Entry:
    refused = situation.refused_restart
    match situation.state.phase:
        case Starting(process=Process(managed=True)) | Running(process=Process(managed=True)):
            return Entry(text(_RESTART), Wish.RESTART, enabled=False)
        case Running(replanning=None) if refused is not None and refused.passable:
            return Entry(text(_RESTART_ANYWAY), Wish.RESTART_ANYWAY, enabled=True)
        case Running(replanning=None) if situation.facts.changes:
            return Entry(text(_RESTART_NOW), Wish.RESTART, enabled=True)
        case Running(replanning=None) | Starting(slow=True):
            return Entry(text(_RESTART), Wish.RESTART, enabled=True)
        case _:
            return Entry(text(_RESTART), Wish.RESTART, enabled=False)


def _reload(situation: Situation) -> Entry | None:
    if not situation.facts.can_reload or not isinstance(situation.state.phase, Running):
        return None
    if is_reloading(situation):
        return Entry(text(_RELOADING), Wish.RELOAD, enabled=False)
    return Entry(text(_RELOAD), Wish.RELOAD, enabled=True)


def _quit(situation: Situation) -> Entry:
    state = situation.state
    if state.quitting:
        return Entry(text(_QUITTING), Wish.QUIT, enabled=False)
    return Entry(text(_quit_template(situation)), Wish.QUIT, enabled=not state.ended)


def _quit_template(situation: Situation) -> Template:
    """Says what becomes of the gateway when the tray quits now."""
    left = situation.may_be_left and situation.leaves_on_quit
    match situation.state.phase:
        case Starting() | Running() if situation.asks_on_quit:
            return _QUIT_AND_ASK
        case Stopping(deadline=None):
            return _QUIT_AND_LEAVE
        case Stopping(process=Process(ours=False)):
            return _QUIT_AND_NOT_WAIT
        case Starting(process=process) | Running(process=process):
            return _QUIT_AND_STOP if process.ours and not left else _QUIT_AND_LEAVE
        case Spawning() | Stopping():
            return _QUIT_AND_STOP
        case _:
            return _QUIT
