"""How the gateway is, in lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.state import Backoff, Failed
from picoclaw_tray.presentation.notices import shown_failure, standing_notices
from picoclaw_tray.presentation.status import headline
from picoclaw_tray.presentation.text import render
from picoclaw_tray.presentation.tray import details
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from picoclaw_tray.presentation.situation import Situation
    from picoclaw_tray.text import Text

_HOME = QT_TRANSLATE_NOOP("Report", "Home {path}")
_NO_TRAY = QT_TRANSLATE_NOOP("Report", "No tray runs that would look after the gateway.")

INDENT = "  "


def report(situation: Situation, now: float, *, from_tray: bool) -> tuple[str, ...]:
    """The headline first, what belongs to it indented, then whole sentences.

    Args:
        situation: As it is.
        now: Monotonic seconds, for countdown and uptime.
        from_tray: A tray looks after the gateway.
    """
    lines = [render(headline(situation.state, now))]
    lines += [INDENT + render(detail) for detail in _details(situation, now)]
    lines += [render(sentence) for sentence in _sentences(situation)]
    if situation.state.failure is not None and isinstance(situation.state.phase, Backoff | Failed):
        lines += [INDENT + line for line in situation.state.failure.evidence]
    return tuple(lines if from_tray else [*lines, render(text(_NO_TRAY))])


def _details(situation: Situation, now: float) -> Iterator[Text]:
    yield from details(situation, now)
    yield text(_HOME, path=situation.surroundings.home)


def _sentences(situation: Situation) -> Iterator[Text]:
    state = situation.state
    match state.phase:
        case Backoff() | Failed():  # their headline says why
            if state.failure is not None and state.failure.next_step is not None:
                yield state.failure.next_step
        case _:
            if failure := shown_failure(state):
                yield failure
    yield from standing_notices(situation)
