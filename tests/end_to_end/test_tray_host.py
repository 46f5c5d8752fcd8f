"""A panel that comes late, goes and comes back, or never comes."""

from __future__ import annotations

import psutil
import pytest

from picoclaw_tray.presentation.icon import IconName
from tests.end_to_end.panel_tray import PanelTray
from tests.end_to_end.tray_program import PATIENCE_S, is_alive
from tests.support.lasting_watcher import LastingWatcher
from tests.support.screen import RIGHT_BUTTON

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.linux,
    pytest.mark.xdist_group("tray-host"),  # they mostly wait: beside the others on a desktop
]

WINDOW, QUESTION = "PicoClaw (demo)", "picoclaw-tray"


class TestLatePanel:
    def test_icon_comes_when_the_panel_is_late(self, desktop, start_tray_on_desktop, icons):
        tray = start_tray_on_desktop("--demo")
        tray.gateway()

        desktop.start_panel()

        panel_tray = PanelTray(desktop, icons)
        panel_tray.wait_for("Running", IconName.OK)
        panel_tray.click("Stop")
        panel_tray.wait_for("Stopped", IconName.IDLE)
        assert not desktop.screen.has_window_titled(WINDOW)

    def test_icon_comes_back_when_the_panel_is_restarted(
        self, panel, panel_tray, start_tray_on_desktop
    ):
        tray = start_tray_on_desktop("--demo")
        panel_tray.wait_for("Running", IconName.OK)

        panel.stop_panel()
        panel.start_panel()

        panel_tray.wait_for("Running", IconName.OK)
        panel_tray.click("Restart")
        tray.gateway(run=2)
        panel_tray.wait_for("Running", IconName.OK)
        assert not panel.screen.has_window_titled(WINDOW)

    def test_icon_comes_after_the_window_had_to_stand_in(
        self, desktop, start_tray_on_desktop, icons
    ):
        start_tray_on_desktop("--demo")
        desktop.screen.wait_for_window(WINDOW, PATIENCE_S)

        desktop.start_panel()

        PanelTray(desktop, icons).wait_for("Running", IconName.OK)
        desktop.screen.key_in(WINDOW, "alt+F4")  # closes without a question: the icon is there
        desktop.screen.wait_for_closed(WINDOW)
        assert not desktop.screen.has_window_titled(QUESTION)


class TestLostPanel:
    def test_window_stands_in_until_a_panel_is_back(self, panel, panel_tray, start_tray_on_desktop):
        tray = start_tray_on_desktop("--demo")
        panel_tray.wait_for("Running", IconName.OK)

        panel.stop_panel()
        panel.screen.wait_for_window(WINDOW, PATIENCE_S)
        tray.wait_for("no system tray was found")
        panel.screen.key_in(WINDOW, "alt+F4")
        panel.screen.key_in(QUESTION, "Escape")
        panel.screen.wait_for_closed(QUESTION)
        has_stayed = panel.screen.has_window_titled(WINDOW)
        panel.start_panel()
        panel_tray.wait_for("Running", IconName.OK)
        panel.screen.key_in(WINDOW, "alt+F4")  # closes without a question: the icon is back
        panel.screen.wait_for_closed(WINDOW)

        assert has_stayed
        assert not panel.screen.has_window_titled(QUESTION)
        assert tray.program.is_running


class TestWatcherThatStays:
    """On Plasma another program than the panel keeps the list of icons."""

    def test_icon_comes_with_the_panel(self, desktop, start_tray_on_desktop, icons):
        watcher = LastingWatcher(desktop, has_host=False)
        tray = start_tray_on_desktop("--demo")
        tray.gateway()

        watcher.set_host(there=True)

        PanelTray(desktop, icons).wait_for("Running", IconName.OK)
        assert len(desktop.tray_items()) == 1
        assert not desktop.screen.has_window_titled(WINDOW)

    def test_window_stands_in_until_the_panel_is_back(self, desktop, start_tray_on_desktop, icons):
        watcher = LastingWatcher(desktop, has_host=True)
        tray = start_tray_on_desktop("--demo")
        PanelTray(desktop, icons).wait_for("Running", IconName.OK)

        watcher.set_host(there=False)
        desktop.screen.wait_for_window(WINDOW, PATIENCE_S)
        desktop.screen.close(WINDOW, until=QUESTION)
        desktop.screen.key_in(QUESTION, "Escape")
        desktop.screen.wait_for_closed(QUESTION)
        watcher.set_host(there=True)
        PanelTray(desktop, icons).wait_for("Running", IconName.OK)
        desktop.screen.key_in(WINDOW, "alt+F4")
        desktop.screen.wait_for_closed(WINDOW)

        assert not desktop.screen.has_window_titled(QUESTION)
        assert len(desktop.tray_items()) == 1
        assert tray.program.is_running


class TestNoTray:
    @pytest.fixture
    def tray(self, desktop, start_tray_on_desktop):
        """Its window is open: it waited in vain for a tray."""
        tray = start_tray_on_desktop("--demo")
        tray.gateway()
        desktop.screen.wait_for_window(WINDOW, PATIENCE_S)
        return tray

    def test_window_does_what_the_menu_does(self, desktop, tray):
        desktop.screen.key_in(WINDOW, "alt+t")  # S&top
        tray.wait_for("stopping -> stopped: Exited")
        desktop.screen.key_in(WINDOW, "alt+s")  # &Start
        second = tray.gateway(run=2)
        desktop.screen.key_in(WINDOW, "alt+r")  # &Restart
        third = tray.gateway(run=3)
        desktop.screen.close(WINDOW, until=QUESTION)
        desktop.screen.key_in(QUESTION, "alt+q")  # &Quit and stop the gateway

        assert tray.program.wait(PATIENCE_S) == 0
        assert second != third
        assert not is_alive(third)

    def test_closing_the_window_asks_and_quits_if_wanted(self, desktop, tray):
        gateway = tray.gateway()

        desktop.screen.close(WINDOW, until=QUESTION)
        is_still_there = desktop.screen.has_window_titled(WINDOW)
        desktop.screen.key_in(QUESTION, "Escape")
        desktop.screen.wait_for_closed(QUESTION)
        has_stayed = desktop.screen.has_window_titled(WINDOW) and is_alive(gateway)
        desktop.screen.close(WINDOW, until=QUESTION)
        desktop.screen.key_in(QUESTION, "alt+q")

        assert is_still_there
        assert has_stayed
        assert tray.program.wait(PATIENCE_S) == 0
        assert not is_alive(gateway)


def test_gateway_is_stopped_in_good_order_when_the_x_server_goes_first(
    panel, panel_tray, start_tray_on_desktop, home
):
    tray = start_tray_on_desktop(at=home)
    panel_tray.wait_for("Running", IconName.OK)
    gateway = tray.gateway()

    x_server().kill()

    assert tray.program.wait(PATIENCE_S) is not None
    assert not is_alive(gateway)
    assert not home.place.pid_file.exists()
    assert "stopping -> stopped: Exited" in tray.log


def test_older_tray_shows_the_icon_and_its_menu(desktop, start_tray_on_desktop, icons):
    desktop.start_trayer()
    tray = start_tray_on_desktop("--demo")
    tray.gateway()

    place = desktop.screen.find(pictures_of(icons, IconName.OK), PATIENCE_S).centre
    without_menu = desktop.screen.still_picture()
    desktop.screen.click(*place, RIGHT_BUTTON)
    desktop.screen.change_since(without_menu)
    desktop.screen.key("t")  # S&top
    tray.wait_for("stopping -> stopped: Exited")
    desktop.screen.find(pictures_of(icons, IconName.IDLE), PATIENCE_S)
    desktop.screen.click(*place)
    desktop.screen.wait_for_window(WINDOW, PATIENCE_S)

    assert desktop.tray_items() == []
    assert tray.program.is_running


def x_server():
    """The one that the desktop of this test runs on."""
    (server,) = [child for child in psutil.Process().children() if child.name() == "Xvfb"]
    return server


def pictures_of(icons, name):
    return [icons.icon(name).pixmap(size).toImage() for size in (16, 18, 22, 24, 32, 48)]
