"""How the gateway is, in lines for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.state import Backoff, Failed
from picoclaw_tray.presentation.failure_card import failure_facts, failure_lines
from picoclaw_tray.presentation.notices import shown_failure, standing_notices
from picoclaw_tray.presentation.status import headline, next_step_of
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
    """The headline and its next step, what belongs to it indented, then whole sentences.

    Args:
        situation: As it is.
        now: Monotonic seconds, for countdown and uptime.
        from_tray: A tray looks after the gateway.
    """
    # A headline that says why belongs together with what to do about it.
    explained = situation.state.failure if _says_why(situation) else None
    lines = [render(headline(situation.state, now))]
    if explained is not None:
        lines += map(render, failure_facts(explained))
        next_step = next_step_of(explained)
        if next_step is not None:
            lines.append(render(next_step))
    lines += [INDENT + render(detail) for detail in _details(situation, now)]
    lines += [render(sentence) for sentence in _sentences(situation)]
    if explained is not None:
        lines += [INDENT + line for line in failure_lines(explained)]
    return tuple(lines if from_tray else [*lines, render(text(_NO_TRAY))])


def _details(situation: Situation, now: float) -> Iterator[Text]:
    yield from details(situation, now)
    yield text(_HOME, path=situation.surroundings.home)


def _sentences(situation: Situation) -> Iterator[Text]:
    failure = shown_failure(situation.state)
    if failure is not None and not _says_why(situation):
        yield failure
    yield from standing_notices(situation)


def _says_why(situation: Situation) -> bool:
    return isinstance(situation.state.phase, Backoff | Failed)
