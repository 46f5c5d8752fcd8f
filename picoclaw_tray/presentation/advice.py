"""What a person should know that is no event: before a start, or about a gateway that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from picoclaw_tray.lifecycle.state import Running, Starting, Stopped
from picoclaw_tray.presentation.obstacles import config_file
from picoclaw_tray.presentation.origin import about_origin
from picoclaw_tray.presentation.reload import ReloadStage
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.presentation.situation import Outlook, Situation

_RESTART_REQUIRED = QT_TRANSLATE_NOOP("Advice", "Restart required: {changes}.")
_RUNS_ON = QT_TRANSLATE_NOOP(
    "Advice", "The gateway runs on with its old configuration: the new one cannot be used. {reason}"
)
_LISTED = QT_TRANSLATE_NOOP("Advice", "{first}; {others}")
_MORE = QT_TRANSLATE_NOOP("Change", "{number} more")
_RELOADING = QT_TRANSLATE_NOOP("Advice", "The gateway is taking over its configuration…")
_RELOAD_FAILED = QT_TRANSLATE_NOOP(
    "Advice", "Whether the gateway has taken over its configuration could not be found out."
)
_QUOTED = QT_TRANSLATE_NOOP("Advice", "PicoClaw says: {words}.")

MOST_CHANGES: Final = 6
"""More would not be read."""


def is_reloading(situation: Situation) -> bool:
    """Whether the gateway has begun to take over its config."""
    reload = situation.reload
    return reload is not None and reload.stage is ReloadStage.ACCEPTED


def advice(situation: Situation) -> tuple[Text, ...]:
    """Sentences in order; mostly none."""
    match situation.state.phase:
        case Stopped() if situation.outlook is not None:
            return _before_start(situation.outlook)
        case Running():
            return (
                *_about_reload(situation),
                *_about_restart(situation),
                *about_origin(situation),
            )
        case Starting():
            return about_origin(situation)
        case _:
            return ()


def restart_required(changes: tuple[Text, ...]) -> Text:
    """The one sentence about a gateway that is out of date."""
    return text(_RESTART_REQUIRED, changes=_listed(changes[:MOST_CHANGES], changes[MOST_CHANGES:]))


def reload_failure(situation: Situation) -> tuple[Text, ...]:
    """Why the last reload failed, with the next step; empty if it did not."""
    reload = situation.reload
    if reload is None or reload.stage is not ReloadStage.FAILED:
        return ()
    sentences = [reload.reason or text(_RELOAD_FAILED)]
    if reload.detail:
        sentences.append(text(_QUOTED, words=reload.detail.rstrip(".")))
    if reload.next_step is not None:
        sentences.append(reload.next_step)
    return tuple(sentences)


def _before_start(outlook: Outlook) -> tuple[Text, ...]:
    objection = outlook.objection
    said = [outlook.remark]
    if objection is not None:
        said = [objection.reason, objection.next_step, outlook.remark]
    return tuple(sentence for sentence in said if sentence is not None)


def _about_reload(situation: Situation) -> tuple[Text, ...]:
    return (text(_RELOADING),) if is_reloading(situation) else reload_failure(situation)


def _about_restart(situation: Situation) -> tuple[Text, ...]:
    facts = situation.facts
    if facts.config_explanation is not None:
        place = (config_file(facts.config_place),) if facts.config_place else ()
        return (text(_RUNS_ON, reason=facts.config_explanation), *place)
    return (restart_required(facts.changes),) if facts.changes else ()


def _listed(changes: tuple[Text, ...], left_off: tuple[Text, ...]) -> Text:
    listed = text(_MORE, number=len(left_off)) if left_off else None
    for change in reversed(changes):
        listed = change if listed is None else text(_LISTED, first=change, others=listed)
    assert listed is not None
    return listed
