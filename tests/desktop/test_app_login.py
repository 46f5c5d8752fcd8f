"""Start at login through the whole tray, with the folder of the session that it is started in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.desktop import login_item
from picoclaw_tray.desktop.situation_board import SituationBoard
from picoclaw_tray.presentation.autostart import LoginState
from picoclaw_tray.system.launch_site import prepare_site
from picoclaw_tray.system.paths import home_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = [
    pytest.mark.linux,
    pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support"),
]

LABEL = "Start at lo&gin"


def until_state(rig: Rig, state: LoginState) -> None:
    board = rig.part(SituationBoard)
    rig.until(lambda: board.situation.login and board.situation.login.state is state)


@pytest.fixture
def path(stand_in_home: GatewayHome) -> Path:
    """Where the entry of this home will be."""
    name = f"picoclaw-tray-{home_name(stand_in_home.place)}.desktop"
    return Path(os.environ["XDG_CONFIG_HOME"]) / "autostart" / name


@pytest.fixture
def asked(rig: Rig) -> Rig:
    """A tray that has asked the system."""
    rig.app.begin(start=False)
    rig.until(rig.actions.login.isEnabled)
    return rig


def test_tick_follows_the_system_from_the_start(rig: Rig) -> None:
    before = rig.actions.login.isEnabled()

    rig.app.begin(start=False)
    rig.until(rig.actions.login.isEnabled)

    assert not before
    assert rig.actions.login.text() == LABEL
    assert not rig.actions.login.isChecked()


def test_choosing_it_writes_the_entry_and_again_removes_it(asked: Rig, path: Path) -> None:
    asked.actions.login.trigger()
    until_state(asked, LoginState.ON)
    assert path.exists()
    assert asked.actions.login.isChecked()

    asked.actions.login.trigger()

    until_state(asked, LoginState.OFF)
    assert not path.exists()
    assert not asked.actions.login.isChecked()


def test_menu_that_opens_shows_what_a_desktop_has_done(asked: Rig, path: Path) -> None:
    asked.actions.login.trigger()
    until_state(asked, LoginState.ON)
    path.write_text(path.read_text().replace("enabled=true", "enabled=false"))

    asked.tray.menu_opening.emit()

    until_state(asked, LoginState.BLOCKED)
    assert asked.actions.login.text() == f"{LABEL} (switched off by the system)"
    assert not asked.actions.login.isChecked()
    asked.actions.login.trigger()
    until_state(asked, LoginState.ON)
    assert asked.actions.login.text() == LABEL
    assert asked.actions.login.isChecked()


def test_window_that_opens_shows_it_too(asked: Rig, path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("nonsense")

    asked.open_window()

    asked.until(lambda: asked.actions.login.text() == f"{LABEL} (would not start this tray)")


def test_look_at_the_gateway_looks_at_the_login_too(
    asked: Rig, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(login_item, "GLANCE_S", 0.0)
    path.parent.mkdir(parents=True)
    path.write_text("nonsense")

    asked.look()

    asked.until(lambda: asked.actions.login.text() == f"{LABEL} (would not start this tray)")


def test_entry_that_cannot_be_written_is_said(asked: Rig, path: Path) -> None:
    path.parent.touch()
    asked.open_window()

    asked.actions.login.trigger()

    asked.until(lambda: "Start at login could not be changed" in asked.says)
    assert any("could not be changed" in words for words in asked.tray.notified)
    assert not asked.actions.login.isChecked()
    asked.look()
    assert "Start at login could not be changed" in asked.says


@pytest.fixture
def demo(start_rig: Callable[[LaunchSite], Rig]) -> Iterator[Rig]:
    site = prepare_site(os.environ, home="", config="", demo=True)
    yield start_rig(site)
    assert site.demo is not None
    site.demo.remove()


def test_demo_says_why_it_cannot(demo: Rig) -> None:
    demo.app.begin(start=False)

    demo.until(lambda: demo.actions.login.text() == f"{LABEL} (not in the demo)")
    assert not demo.actions.login.isEnabled()
    assert list(Path(os.environ["XDG_CONFIG_HOME"]).iterdir()) == []
