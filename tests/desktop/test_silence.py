"""A log that is silent because of the gateway's level says so, and how to have it speak."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint

from picoclaw_tray.desktop.filter_state import FilterState
from picoclaw_tray.desktop.silence_strip import SilenceStrip
from picoclaw_tray.desktop.situation_board import SituationBoard
from picoclaw_tray.logs.entry import Level

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support")

WARN = "Level is warn: info and debug lines are not written."


def strip(rig: Rig) -> SilenceStrip:
    found = rig.window.findChild(SilenceStrip)
    assert isinstance(found, SilenceStrip)
    return found


def offered(rig: Rig) -> bool:
    return rig.button("Restart with").isVisible()


def choose(rig: Rig, level: str) -> None:
    (action,) = (action for action in strip(rig)._menu.actions() if action.text() == level)
    action.trigger()


def test_level_is_explained_and_another_one_holds_after_a_restart(
    start_rig: Callable[[LaunchSite], Rig], home: GatewayHome
) -> None:
    site = home.site()
    rig = start_rig(site)
    first = rig.start_with_window()
    rig.until(lambda: WARN in rig.says)

    assert not offered(rig)
    top = strip(rig).mapTo(rig.window, QPoint()).y()
    choose(rig, "info")

    assert "From the next start on the level is info. Until then it is warn." in rig.says
    assert json.loads(site.settings_file.read_text(encoding="utf-8"))["log_level"] == "info"
    rig.until(lambda: rig.part(SituationBoard).situation.facts.changes)
    assert "Restart required" not in rig.says
    assert strip(rig).mapTo(rig.window, QPoint()).y() == top
    rig.button("Restart with info").click()
    rig.until_runs(other_than=first)
    rig.until(lambda: not strip(rig).isVisible())
    rig.until(lambda: any("INF" in line for line in rig.lines))


def test_level_that_is_changed_in_the_config_is_told_in_the_same_place(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    rig.start_with_window()
    rig.until(lambda: WARN in rig.says)

    stand_in_home.configure(log_level="debug")

    rig.until(lambda: "From the next start on the level is debug." in rig.says)
    assert offered(rig)
    assert "Restart required" not in rig.says
    rig.until(lambda: "Restart required: log level warn → debug." in rig.tray.notified)
    strip(rig).dismissed.emit()
    rig.look()
    assert "log level" not in rig.says


def test_level_that_was_chosen_for_one_gateway_is_not_told_of_the_next(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    first = rig.start_with_window()
    rig.until(lambda: WARN in rig.says)
    choose(rig, "info")

    rig.button("Restart with info").click()
    rig.until_runs(other_than=first)
    rig.until(lambda: rig.part(SituationBoard).situation.facts.log_level == "info")

    assert not strip(rig).isVisible()
    stand_in_home.configure(log_level="debug")
    rig.look()
    assert not strip(rig).isVisible()


def test_debug_lines_that_are_looked_for_are_explained_at_info_too(
    start_rig: Callable[[LaunchSite], Rig], home: GatewayHome
) -> None:
    home.configure(log_level="info")
    rig = start_rig(home.site())
    rig.start_with_window()
    rig.look()
    assert not strip(rig).isVisible()

    rig.window.panel.filter.restore(FilterState(level=Level.DEBUG))

    rig.until(lambda: "Level is info: debug lines are not written." in rig.says)
    rig.window.panel.filter.restore(FilterState(level=Level.ERROR))
    assert not strip(rig).isVisible()


def test_sentence_that_was_dismissed_comes_back_only_with_another_wish(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    rig.start_with_window()
    rig.until(lambda: WARN in rig.says)

    strip(rig).dismissed.emit()
    rig.look()
    assert not strip(rig).isVisible()

    rig.window.panel.filter.restore(FilterState(level=Level.INFO))
    assert WARN in rig.says


def test_level_of_a_gateway_that_somebody_else_started_is_that_of_its_config(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    rig.open_window()
    with stand_in_home.started_by_hand():
        rig.app.begin(start=False)
        rig.until_runs()

        rig.until(lambda: WARN in rig.says)


def test_size_of_the_log_is_told(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    stand_in_home.configure(log_level="info")
    rig = start_rig(stand_in_home.site())
    rig.start_with_window()

    rig.until(lambda: "gateway.log " in rig.says)
