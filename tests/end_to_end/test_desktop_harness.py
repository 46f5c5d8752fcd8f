"""The desktop of the tests, proven with a tray program of a page."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import pytest
from PySide6.QtGui import QColor, QImage

from tests.support.desktop import REQUIRED_PROGRAMS, Desktop
from tests.support.pictures import Area, changed_area, find_image
from tests.support.screen import RIGHT_BUTTON
from tests.support.waiting import wait_until

SAMPLE_TRAY = Path(__file__).parents[1] / "support" / "sample_tray.py"
RED, GREEN = QColor("crimson"), QColor("limegreen")

on_a_desktop = [
    pytest.mark.desktop,
    pytest.mark.linux,
    pytest.mark.xdist_group("desktop"),
]


def start_sample(desktop):
    return desktop.start([sys.executable, SAMPLE_TRAY], name="sample")


def wait_for_line(program, line):
    wait_until(lambda: line in program.output.splitlines(), what=f"the line {line!r}")


def wait_for_tooltip(item, text):
    wait_until(lambda: item.tooltip == text, what=f"the tooltip {text!r}")


def is_alive(process):
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


class TestOnADesktop:
    pytestmark = on_a_desktop

    def test_item_tells_what_the_panel_knows(self, panel):
        start_sample(panel)

        item = panel.tray_item()

        assert (item.id, item.title, item.status) == ("sample-tray", "sample-tray", "Active")
        assert item.tooltip == "sample: stopped"
        assert [picture.width for picture in item.pixmaps] == [16, 22, 24, 32, 48]
        assert item.icon == item.pixmaps[-1]
        assert item.icon.image.pixelColor(24, 24) == RED
        assert item.icon.image.pixelColor(0, 0).alpha() == 0

    def test_menu_lists_entries_with_their_state(self, panel):
        start_sample(panel)

        start, stop, separator, verbose, more = panel.tray_item().menu()

        assert (start.label, start.is_enabled, start.is_checked) == ("Start", True, None)
        assert (stop.label, stop.is_enabled) == ("Stop", False)
        assert separator.is_separator
        assert (verbose.label, verbose.is_checked) == ("Verbose", False)
        assert [child.label for child in more.children] == ["Quit"]

    def test_click_chooses_the_entry_and_the_icon_follows(self, panel):
        sample = start_sample(panel)
        item = panel.tray_item()
        stopped = item.icon

        item.click("Start")

        wait_for_line(sample, "started")
        wait_for_tooltip(item, "sample: started")
        assert item.icon.digest != stopped.digest
        assert item.icon.image.pixelColor(24, 24) == GREEN
        item.click("Stop")
        wait_for_tooltip(item, "sample: stopped")
        assert item.icon.digest == stopped.digest

    def test_click_reaches_check_marks_and_submenus(self, panel):
        sample = start_sample(panel)
        item = panel.tray_item()

        item.click("Verbose")
        wait_until(lambda: item.entry("Verbose").is_checked, what="the check mark")
        item.click("Quit")

        assert sample.wait() == 0
        wait_until(lambda: not panel.tray_items(), what="the end of the icon")

    def test_click_refuses_what_a_person_cannot_choose(self, panel):
        start_sample(panel)
        item = panel.tray_item()

        with pytest.raises(LookupError, match="'Stop' is greyed out"):
            item.click("Stop")
        with pytest.raises(LookupError, match=r"No 'Sing' in the menu.*'Start', 'Stop'"):
            item.click("Sing")

    def test_activate_is_a_left_click(self, panel):
        sample = start_sample(panel)

        panel.tray_item().activate()

        wait_for_line(sample, "activated: Trigger")

    def test_mouse_clicks_the_icon_and_keys_choose_an_entry(self, panel):
        sample = start_sample(panel)
        pictures = [picture.image for picture in panel.tray_item().pixmaps]
        place = panel.screen.find(pictures).centre

        panel.screen.click(*place)
        wait_for_line(sample, "activated: Trigger")
        without_menu = panel.screen.still_picture()
        panel.screen.click(*place, RIGHT_BUTTON)
        menu = panel.screen.change_since(without_menu)
        panel.screen.key("Down", "Return")

        assert menu.height > 50
        wait_for_line(sample, "started")

    def test_icon_comes_when_the_panel_is_late(self, desktop):
        sample = start_sample(desktop)
        wait_for_line(sample, "waiting for a tray")

        desktop.start_panel()

        wait_for_tooltip(desktop.tray_item(), "sample: stopped")

    def test_icon_comes_back_when_the_panel_is_restarted(self, panel):
        sample = start_sample(panel)
        panel.tray_item()

        panel.stop_panel()
        assert panel.tray_items() == []
        panel.start_panel()
        panel.tray_item().click("Start")

        wait_for_line(sample, "started")

    def test_trayer_shows_the_icon_without_d_bus(self, desktop):
        desktop.start_trayer()
        empty = desktop.screen.still_picture()
        sample = start_sample(desktop)

        icon = desktop.screen.change_since(empty)
        without_menu = desktop.screen.still_picture()
        desktop.screen.click(*icon.centre, RIGHT_BUTTON)
        desktop.screen.change_since(without_menu)
        desktop.screen.key("Down", "Return")

        wait_for_line(sample, "started")
        assert desktop.tray_items() == []

    def test_saved_picture_shows_the_colour_of_the_panel(self, tmp_path):
        with Desktop(tmp_path, panel_colour="#102030") as desktop:
            empty = desktop.screen.picture()
            desktop.start_panel()
            panel = desktop.screen.change_since(empty)

            desktop.screen.save(tmp_path / "screen.png")

        picture = QImage(str(tmp_path / "screen.png"))
        assert (picture.width(), picture.height()) == (1024, 768)
        assert panel == Area(0, 736, 1024, 32)
        assert picture.pixelColor(512, 760) == QColor("#102030")

    def test_environment_holds_nothing_of_the_session_around(self, monkeypatch, tmp_path):
        monkeypatch.setenv("XDG_CURRENT_DESKTOP", "somebody's")
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
        monkeypatch.setenv("QT_QPA_PLATFORM", "offscreen")

        with Desktop(tmp_path) as desktop:
            environment = dict(desktop.environment)

        assert "XDG_CURRENT_DESKTOP" not in environment
        assert environment["DBUS_SESSION_BUS_ADDRESS"] == desktop.session_bus.address
        assert environment["DBUS_SYSTEM_BUS_ADDRESS"] == desktop.system_bus.address
        assert environment["QT_QPA_PLATFORM"] == "xcb"
        assert Path(environment["HOME"]).is_relative_to(tmp_path)

    def test_desktop_ends_every_process_when_the_test_fails(self, tmp_path):
        before = psutil.Process().children(recursive=True)
        inside = []

        def failing_test():
            with Desktop(tmp_path) as desktop:
                desktop.start_panel()
                start_sample(desktop)
                desktop.tray_item()
                desktop.start(["sh", "-c", "sleep 300 &"], name="orphaning").wait()
                inside.extend(desktop.processes())
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            failing_test()

        assert len(inside) == 4, inside  # openbox, lxqt-panel, the sample and the orphan
        assert [process for process in inside if is_alive(process)] == []
        assert psutil.Process().children(recursive=True) == before

    def test_restarted_panel_is_a_new_process(self, panel):
        def panels():
            return [process.pid for process in panel.processes() if process.name() == "lxqt-panel"]

        before = panels()

        panel.restart_panel()

        assert len(before) == len(panels()) == 1
        assert before != panels()


def test_desktop_names_what_to_install_when_programs_are_missing(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(RuntimeError) as failure:
        Desktop(tmp_path)

    assert "need Xvfb, dbus-daemon, " in str(failure.value)
    assert all(package in str(failure.value) for package in REQUIRED_PROGRAMS.values())


def test_wait_until_returns_the_answer_when_it_is_true():
    answers = iter([0, None, "yes"])

    assert wait_until(lambda: next(answers), what="an answer") == "yes"


def test_wait_until_says_what_it_waited_for_when_time_is_up():
    with pytest.raises(AssertionError, match=r"for a miracle \(0 s\); the last answer was \[\]"):
        wait_until(list, 0, what="a miracle")


def painted(width, height, colour, spots=()):
    image = QImage(width, height, QImage.Format.Format_ARGB32)
    image.fill(QColor(colour))
    for x, y, spot in spots:
        image.setPixelColor(x, y, QColor(spot))
    return image


def test_changed_area_bounds_every_pixel_that_differs():
    before = painted(9, 9, "white")
    after = painted(9, 9, "white", [(2, 3, "red"), (6, 4, "blue")])

    assert changed_area(before, after) == Area(2, 3, 5, 2)
    assert changed_area(before, before) is None


def test_find_image_compares_opaque_pixels_only():
    image = painted(3, 2, "transparent", [(1, 0, "red"), (0, 1, "blue"), (2, 1, "lime")])
    here = [(5, 4, "red"), (4, 5, "blue"), (6, 5, "lime")]
    nearly = [(1, 1, "red"), (0, 2, "blue"), (2, 2, "black")]

    assert find_image(painted(9, 9, "white", nearly + here), image) == Area(4, 4, 3, 2)
    assert find_image(painted(9, 9, "white", nearly), image) is None
    assert find_image(painted(9, 9, "white"), painted(3, 2, "transparent")) is None


def test_find_image_stays_on_the_screen_at_its_edges():
    image = painted(2, 2, "transparent", [(1, 0, "red"), (0, 1, "blue")])

    assert find_image(painted(4, 4, "white", [(0, 0, "red")]), image) is None
    assert find_image(painted(4, 4, "white", [(3, 3, "red")]), image) is None
    assert find_image(painted(4, 4, "white", [(3, 2, "red"), (2, 3, "blue")]), image) == Area(
        2, 2, 2, 2
    )
