"""What the window shows in one situation, rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from picoclaw_tray.desktop.cards import FailureContent
from picoclaw_tray.desktop.log_window import WindowContent
from picoclaw_tray.desktop.translation import rendered
from picoclaw_tray.presentation.failure_card import failure_facts, failure_lines
from picoclaw_tray.presentation.log_level import but_for_level
from picoclaw_tray.presentation.notices import shown_failure, standing_notices
from picoclaw_tray.presentation.remedies import concern_failure, remedies
from picoclaw_tray.presentation.status import next_step_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from picoclaw_tray.desktop.icons import Icons
    from picoclaw_tray.lifecycle.state import State
    from picoclaw_tray.presentation.situation import Situation
    from picoclaw_tray.presentation.tray import TrayView


def window_content(
    view: TrayView, situation: Situation, icons: Icons, *, no_host: bool
) -> WindowContent:
    """The content of the window; ``no_host``: there is no tray that could show the icon."""
    return WindowContent(
        icon=icons.icon(view.icon),
        title=rendered(view.title),
        headline=rendered(view.headline),
        details=tuple(map(rendered, view.details)),
        failure=_failure(situation.state),
        notice="\n".join(filter(None, _notices(situation, no_host=no_host))),
        remedies=tuple((remedy, rendered(remedy.text)) for remedy in remedies(situation)),
        concern_failure=concern_failure(situation),
    )


def _notices(situation: Situation, *, no_host: bool) -> Iterator[str]:
    if no_host:
        yield QCoreApplication.translate(
            "window",
            "This desktop has no system tray, so there is no icon. Everything can be done here; to"
            " quit, close this window.",
        )
    yield " ".join(map(rendered, standing_notices(but_for_level(situation))))


def _failure(state: State) -> FailureContent | None:
    failure, reason = state.failure, shown_failure(state)
    next_step = next_step_of(failure)
    if failure is None or reason is None:
        return None
    return FailureContent(
        reason=rendered(reason),
        facts="\n".join(map(rendered, failure_facts(failure))),
        next_step=rendered(next_step) if next_step else "",
        evidence=failure_lines(failure),
    )
