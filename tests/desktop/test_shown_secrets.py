"""The window shows what a gateway printed, but none of the secrets in it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QWidget

from picoclaw_tray.lifecycle.state import Backoff
from tests.support.planted import (
    IN_CONFIG,
    IN_ENVIRONMENT,
    IN_SECURITY,
    KNOWN,
    SAID,
    SAID_VALUES,
    assert_nowhere,
    plant,
    token_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = [
    pytest.mark.linux,
    pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support"),
]

TEXTS = ("text", "toolTip", "statusTip", "windowTitle", "accessibleName", "accessibleDescription")


def shown_by(rig: Rig) -> str:
    """Every text of every widget and action, hidden ones too, the log, and all notifications."""
    things = [*QApplication.allWidgets(), *rig.app.findChildren(QAction)]
    texts = [
        str(getattr(thing, name)())
        for thing in things
        if isinstance(thing, QWidget | QAction)
        for name in TEXTS
        if hasattr(thing, name)
    ]
    return "\n".join((*texts, rig.evidence, *rig.lines, rig.tooltip, *rig.tray.notified))


def test_window_and_notifications_of_a_crash_show_no_planted_secret(
    start_rig: Callable[[LaunchSite], Rig],
    stand_in_home: GatewayHome,
    caplog: pytest.LogCaptureFixture,
) -> None:
    plant(stand_in_home)
    site = stand_in_home.site(f"say={SAID} {SAID_VALUES},crash-after=1,times=1")
    rig = start_rig(replace(site, environ={**site.environ, **IN_ENVIRONMENT}))
    rig.start_with_window()
    token = token_of(stand_in_home)

    rig.until_phase(Backoff)
    rig.until(lambda: rig.evidence)

    shown = shown_by(rig)
    assert "bot123456789:•••/getMe" in rig.evidence
    assert any("Bearer ••• and then sk-proj-••• knows ••• and •••" in line for line in rig.lines)
    assert_nowhere((*KNOWN, token), {"the tray": shown.encode(), "the log": caplog.text.encode()})


def test_secrets_are_made_known_once(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    plant(stand_in_home)
    rig = start_rig(stand_in_home.site())
    seen: list[str] = []
    rig.app.secret_seen.connect(seen.append)

    rig.app.begin(start=True)
    rig.until_runs()
    rig.look()
    rig.look()

    assert sorted(seen) == sorted((IN_CONFIG, IN_SECURITY, token_of(stand_in_home)))
