"""What to say about where a gateway comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.lifecycle.state import Health, Locating, Process, Remains, Running, Stopped
from picoclaw_tray.presentation.service import by_service, how_to_end
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Phase
    from picoclaw_tray.presentation.situation import Situation

_BY_LAUNCHER = QT_TRANSLATE_NOOP(
    "Origin", "Started by PicoClaw's launcher (picoclaw-launcher, PID {pid})"
)
_BY_FLUTTER_UI = QT_TRANSLATE_NOOP(
    "Origin", "Started by PicoClaw's Flutter UI (picoclaw_flutter_ui, PID {pid})"
)
_IN_TERMINAL = QT_TRANSLATE_NOOP("Origin", "Started in a terminal ({terminal})")
_BY_THIS_TRAY = QT_TRANSLATE_NOOP("Origin", "Started by this tray")
_BY_EARLIER_TRAY = QT_TRANSLATE_NOOP("Origin", "Started by an earlier run of this tray")
_UNKNOWN = QT_TRANSLATE_NOOP("Origin", "Started by somebody else")

_ENDS_WITH_LAUNCHER = QT_TRANSLATE_NOOP(
    "Advice", "The gateway ends when PicoClaw's launcher is quit."
)
_ENDS_WITH_FLUTTER_UI = QT_TRANSLATE_NOOP(
    "Advice", "The gateway may end when PicoClaw's Flutter UI is quit."
)
_RUNS_ALREADY = QT_TRANSLATE_NOOP("Notice", "A gateway runs already (PID {pid}). {origin}.")
_WAS_STARTED = QT_TRANSLATE_NOOP("Notice", "A gateway has been started (PID {pid}). {origin}.")
_LEFT_ALONE = QT_TRANSLATE_NOOP("Notice", "It is left alone when this tray quits.")

_STRANGER = Origin(OriginKind.UNKNOWN)
_WORDS = {
    OriginKind.THIS_TRAY: _BY_THIS_TRAY,
    OriginKind.EARLIER_TRAY: _BY_EARLIER_TRAY,
    OriginKind.UNKNOWN: _UNKNOWN,
}


def started_by(origin: Origin) -> Text:
    """Where the gateway comes from, in a line."""
    if origin.service is not None:
        return by_service(origin.service)
    match origin.kind:
        case OriginKind.LAUNCHER if origin.starter is not None:
            return text(_BY_LAUNCHER, pid=origin.starter)
        case OriginKind.FLUTTER_UI if origin.starter is not None:
            return text(_BY_FLUTTER_UI, pid=origin.starter)
        case OriginKind.TERMINAL:
            return text(_IN_TERMINAL, terminal=origin.terminal)
        case kind:
            return text(_WORDS.get(kind, _UNKNOWN))


def origin_line(situation: Situation) -> Text | None:
    """The same of the gateway that runs; none of one of ours before the first look."""
    process, origin = situation.state.process, situation.facts.origin
    if process is None or (process.ours and origin is None):
        return None
    return started_by(origin or _STRANGER)


def about_origin(situation: Situation) -> tuple[Text, ...]:
    """What a person can do instead of pressing our buttons, or has to reckon with."""
    origin = situation.facts.origin
    if situation.facts.service is not None:
        return (how_to_end(situation.facts.service),)
    match origin:
        case Origin(kind=OriginKind.LAUNCHER):
            return (text(_ENDS_WITH_LAUNCHER),)
        case Origin(kind=OriginKind.FLUTTER_UI):
            return (text(_ENDS_WITH_FLUTTER_UI),)
        case _:
            return ()


def is_unnamed(situation: Situation) -> bool:
    """Whether the gateway was just adopted: who started it comes a moment later."""
    process = situation.state.process
    return process is not None and not process.ours and situation.facts.origin is None


def adoption(before: Phase, after: Situation) -> tuple[Text, Text] | None:
    """A gateway that was found and is not ours, with what becomes of it; else none.

    Of one that is there at the first look nothing is said: nobody had asked for a gateway.
    """
    process, origin = after.state.process, after.facts.origin
    match after.state.phase, process, origin:
        case Running(health=Health.FAILING), _, _:
            return None  # that is said instead
        case _, Process(ours=False), Origin():
            pass
        case _:
            return None
    match before:
        case Locating():
            sentence = _RUNS_ALREADY
        case Stopped(remains=Remains()):
            sentence = _WAS_STARTED
        case _:
            return None
    return text(sentence, pid=process.key.pid, origin=started_by(origin)), text(_LEFT_ALONE)
