"""The tray on a panel: icon, tooltip and menu through the life of a gateway."""

from __future__ import annotations

import signal

import pytest

from picoclaw_tray.presentation.icon import IconName
from tests.end_to_end.tray_program import PATIENCE_S, is_alive
from tests.support.screen import RIGHT_BUTTON
from tests.support.waiting import wait_until

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.linux,
    pytest.mark.xdist_group("desktop"),
]

OK, IDLE, WARNING, ERROR = IconName.OK, IconName.IDLE, IconName.WARNING, IconName.ERROR

BELOW = {
    "Show log": True,
    "Open config folder": True,
    "Start at login": True,
    "Options": True,
    "About": True,
}


class TestLife:
    """Runs on a real gateway too, where one is given."""

    def test_icon_tooltip_and_menu_show_a_gateway_of_our_own(
        self, panel_tray, start_tray_on_desktop, home
    ):
        tray = start_tray_on_desktop(at=home)

        panel_tray.wait_for("Running", OK)

        pid = tray.gateway().pid
        # Before the next look, which would mend what this one missed.
        wait_until(lambda: len(panel_tray.details) == 5, 5, what="five details")
        version, *others = panel_tray.details
        assert version.startswith("Version ")
        assert others == [
            f"PID {pid}",
            f"Address localhost:{home.port}",
            "Up less than 1 min",
            "Started by this tray",
        ]
        assert panel_tray.menu == {
            "Running": False,
            "Start": False,
            "Stop": True,
            "Restart": True,
            "Reload configuration": True,
            **BELOW,
            "Quit and stop the gateway": True,
        }

    def test_stop_and_start_end_the_gateway_and_start_another(
        self, panel_tray, start_tray_on_desktop, home
    ):
        tray = start_tray_on_desktop(at=home)
        panel_tray.wait_for("Running", OK)
        first = tray.gateway()

        panel_tray.click("Stop")
        panel_tray.wait_for("Stopped", IDLE)

        assert not is_alive(first)
        assert not home.place.pid_file.exists()
        wait_until(lambda: "ready" in panel_tray.headline, what="the outlook")
        assert panel_tray.menu == {
            "Stopped · ready to start": False,
            "Start": True,
            "Stop": False,
            "Restart": False,
            **BELOW,
            "Quit": True,
        }

        panel_tray.click("Start")
        panel_tray.wait_for("Running", OK)

        assert home.answering_pid() == home.recorded_pid() == tray.gateway(run=2).pid != first.pid

    def test_restart_replaces_the_gateway(self, panel_tray, start_tray_on_desktop, home):
        tray = start_tray_on_desktop(at=home)
        panel_tray.wait_for("Running", OK)
        first = tray.gateway()

        panel_tray.click("Restart")
        second = tray.gateway(run=2)
        panel_tray.wait_for("Running", OK)

        assert not is_alive(first)
        assert home.answering_pid() == second.pid

    def test_quit_stops_a_gateway_of_our_own(self, panel_tray, start_tray_on_desktop, home, panel):
        tray = start_tray_on_desktop(at=home)
        panel_tray.wait_for("Running", OK)
        gateway = tray.gateway()

        panel_tray.click("Quit and stop the gateway")

        assert tray.program.wait(PATIENCE_S) == 0
        assert not is_alive(gateway)
        assert not home.place.pid_file.exists()
        assert panel.tray_items() == []
        assert tray.program.output == ""

    def test_quit_leaves_an_adopted_gateway_running(self, panel_tray, start_tray_on_desktop, home):
        with home.started_by_hand() as gateway:
            tray = start_tray_on_desktop(at=home)
            panel_tray.wait_for("Running", OK)
            wait_until(lambda: f"PID {gateway.pid}" in panel_tray.details, what="its PID")

            # Tests that were started in a terminal start everything there.
            origin = panel_tray.details[-1]
            assert origin.startswith(("Started by somebody else", "Started in a terminal"))
            panel_tray.click("Quit and leave the gateway running")

            assert tray.program.wait(PATIENCE_S) == 0
            assert home.answering_pid() == gateway.pid

    def test_stop_ends_an_adopted_gateway_and_start_starts_our_own(
        self, panel_tray, start_tray_on_desktop, home
    ):
        with home.started_by_hand() as gateway:
            tray = start_tray_on_desktop(at=home)
            panel_tray.wait_for("Running", OK)

            panel_tray.click("Stop")
            panel_tray.wait_for("Stopped", IDLE)

            assert gateway.wait() == 0
        panel_tray.click("Start")
        panel_tray.wait_for("Running", OK)
        assert "Quit and stop the gateway" in panel_tray.menu
        assert home.answering_pid() == tray.gateway().pid

    def test_gateway_that_does_not_answer_is_shown_and_its_recovery_too(
        self, panel_tray, start_tray_on_desktop, home
    ):
        tray = start_tray_on_desktop(at=home)
        panel_tray.wait_for("Running", OK)
        gateway = tray.gateway()
        panel_tray.item.activate()  # while a person looks, the tray looks more often

        gateway.send_signal(signal.SIGSTOP)
        panel_tray.wait_for("Not answering", WARNING)
        could_restart = panel_tray.menu["Restart"]
        gateway.send_signal(signal.SIGCONT)
        panel_tray.wait_for("Running", OK)

        assert could_restart
        assert home.answering_pid() == gateway.pid

    def test_config_without_a_model_is_refused_until_start_anyway(
        self, panel_tray, start_tray_on_desktop, home
    ):
        home.configure(default_model="")
        tray = start_tray_on_desktop(at=home)

        panel_tray.wait_for("Not ready to start", ERROR)
        menu = panel_tray.menu
        panel_tray.click("Start anyway")
        panel_tray.wait_for("Running", OK)

        assert not any(menu[label] for label in ("Stop", "Restart"))
        assert menu["Quit"]
        assert home.answering_pid() == tray.gateway().pid


class TestOptions:
    """A menu in the menu."""

    def test_options_can_be_chosen_in_the_panel(
        self, panel_tray, start_tray_on_desktop, stand_in_home
    ):
        tray = start_tray_on_desktop("--no-start", at=stand_in_home)
        panel_tray.wait_for("Stopped", IDLE)

        panel_tray.item.click("Restart when it hangs")
        tray.wait_for("setting: restart_when_hung")
        panel_tray.item.click("Ask each time")
        tray.wait_for("setting: on_quit")


class TestMisbehaviour:
    """Of the stand-in, which does as it is told."""

    def test_crash_is_shown_until_the_gateway_is_back(
        self, panel_tray, start_tray_on_desktop, stand_in_home
    ):
        start_tray_on_desktop(at=stand_in_home, PICOCLAW_DEMO="crash-after=0.2,times=1")

        panel_tray.wait_for("Restarting in ", WARNING)
        can_retry = panel_tray.menu["Retry now"]
        panel_tray.wait_for("Running", OK)

        assert can_retry

    def test_stop_during_the_back_off_ends_it(
        self, panel_tray, start_tray_on_desktop, stand_in_home
    ):
        start_tray_on_desktop(at=stand_in_home, PICOCLAW_DEMO="crash-after=0.1")
        panel_tray.wait_for("Restarting in ", WARNING)

        panel_tray.click("Stop")

        panel_tray.wait_for("Stopped", IDLE)

    def test_busy_icon_turns_while_the_gateway_comes_up(
        self, panel_tray, start_tray_on_desktop, stand_in_home
    ):
        start_tray_on_desktop(at=stand_in_home, PICOCLAW_DEMO="startup=2")
        wait_until(
            lambda: panel_tray.headline == "Initialising…", PATIENCE_S, what="a gateway coming up"
        )

        first = wait_until(panel_tray.shows_busy, what="the busy icon") and panel_tray.item.icon
        wait_until(lambda: panel_tray.item.icon != first, what="the next frame")

        assert panel_tray.menu == {
            "Initialising…": False,
            "Start": False,
            "Stop": True,
            "Restart": False,
            **BELOW,
            "Quit and stop the gateway": True,
        }
        panel_tray.wait_for("Running", OK)

    def test_force_stop_ends_a_gateway_that_ignores_a_stop(
        self, panel_tray, start_tray_on_desktop, stand_in_home
    ):
        tray = start_tray_on_desktop(at=stand_in_home, PICOCLAW_DEMO="ignore-sigterm")
        panel_tray.wait_for("Running", OK)
        gateway = tray.gateway()

        panel_tray.click("Stop")
        wait_until(lambda: panel_tray.headline == "Stopping…", what="the stop")
        was_busy = panel_tray.shows_busy()
        panel_tray.click("Force stop")
        panel_tray.wait_for("Stopped", IDLE)

        assert was_busy
        assert not is_alive(gateway)

    def test_quit_that_lasts_says_so(self, panel_tray, start_tray_on_desktop, stand_in_home):
        tray = start_tray_on_desktop(at=stand_in_home, PICOCLAW_DEMO="linger=2")
        panel_tray.wait_for("Running", OK)

        panel_tray.click("Quit and stop the gateway")
        wait_until(lambda: panel_tray.menu.get("Force stop"), what="the quit")

        assert panel_tray.menu["Quitting…"] is False
        assert tray.program.wait(PATIENCE_S) == 0

    def test_survivors_of_the_gateway_are_named(
        self, panel_tray, start_tray_on_desktop, stand_in_home
    ):
        tray = start_tray_on_desktop(at=stand_in_home, PICOCLAW_DEMO="children=1")
        panel_tray.wait_for("Running", OK)
        (child,) = tray.gateway().children()

        panel_tray.click("Stop")

        panel_tray.wait_for(f"Stopped; programs it started still run (PID {child.pid})", IDLE)

    def test_gateway_that_is_ended_from_outside_stays_stopped(
        self, panel_tray, start_tray_on_desktop, stand_in_home
    ):
        tray = start_tray_on_desktop(at=stand_in_home)
        panel_tray.wait_for("Running", OK)

        tray.gateway().send_signal(signal.SIGTERM)

        panel_tray.wait_for("Stopped (this tray did not ask for it)", IDLE)


class TestMouse:
    @pytest.fixture
    def place(self, panel, panel_tray, start_tray_on_desktop):
        """Where the icon of a running demo is on the screen."""
        start_tray_on_desktop("--demo")
        panel_tray.wait_for("Running", OK)
        return panel.screen.find([picture.image for picture in panel_tray.item.pixmaps]).centre

    def test_right_click_and_keys_stop_the_gateway(self, panel, panel_tray, place):
        without_menu = panel.screen.still_picture()

        panel.screen.click(*place, RIGHT_BUTTON)
        panel.screen.change_since(without_menu)
        panel.screen.key("t")  # S&top

        panel_tray.wait_for("Stopped", IDLE)

    def test_left_click_opens_the_window(self, panel, place):
        panel.screen.click(*place)

        panel.screen.wait_for_window("PicoClaw (demo)")
