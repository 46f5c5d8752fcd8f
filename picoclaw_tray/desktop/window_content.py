"""What the window shows in one situation, rendered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from picoclaw_tray.desktop.cards import FailureContent
from picoclaw_tray.desktop.log_window import WindowContent
from picoclaw_tray.desktop.translation import rendered
from picoclaw_tray.lifecycle.state import Backoff, Failed
from picoclaw_tray.presentation.notices import announce_notice
from picoclaw_tray.presentation.status import reason_of

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
        notice="\n".join(_notices(situation, no_host=no_host)),
    )


def _notices(situation: Situation, *, no_host: bool) -> Iterator[str]:
    if no_host:
        yield QCoreApplication.translate(
            "window",
            "This desktop has no system tray, so there is no icon. Everything can be done here.",
        )
    if situation.notice is not None:
        said = announce_notice(situation.notice)
        yield " ".join(map(rendered, filter(None, (said.sentence, said.next_step))))


def _failure(state: State) -> FailureContent | None:
    failure = state.failure
    if failure is None or not isinstance(state.phase, Backoff | Failed):
        return None
    return FailureContent(
        reason=rendered(reason_of(failure)),
        next_step=rendered(failure.next_step) if failure.next_step else "",
        evidence=failure.evidence,
    )
