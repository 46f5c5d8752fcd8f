"""Buttons of the cards, and the options: from the click to what comes of it."""

from __future__ import annotations

import json
import os
import socket
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog

from picoclaw_tray.desktop.parts import PaddedButton
from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.lifecycle.state import Backoff, Failed, Process, Stopped
from picoclaw_tray.settings import Settings
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.run_record import RunRecords
from tests.support.launch import PLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support")


@contextmanager
def both_loopbacks_taken(port: int) -> Iterator[None]:
    """For ``localhost`` one free loopback would be enough."""
    with (
        socket.create_server(("127.0.0.1", port)),
        socket.create_server(("::1", port), family=socket.AF_INET6),
    ):
        yield


def remedy(rig: Rig, word: str) -> PaddedButton:
    """A button of a card, once it is shown."""

    def shown() -> list[PaddedButton]:
        buttons = rig.window.findChildren(PaddedButton)
        return [b for b in buttons if b.isVisible() and word in b.text() and not b.actions()]

    rig.until(shown)
    return shown()[0]


def test_missing_program_is_chosen_and_started(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    missing = stand_in_home.folder / "gone"
    site = replace(stand_in_home.site(), command=None, settings=Settings(gateway=str(missing)))
    site.settings_file.write_text('{"mine": 1}', encoding="utf-8")
    program = stand_in_home.folder / "picoclaw"
    words = " ".join(stand_in_home.command.words)
    program.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    rig = start_rig(site)
    rig.open_window()
    rig.controller.start()
    rig.until_phase(Failed)

    remedy(rig, "Choose program").click()
    dialogs = (w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog))
    dialog = next(dialogs)
    dialog.fileSelected.emit(str(program))
    dialog.close()

    rig.until_runs()
    content = json.loads(site.settings_file.read_text(encoding="utf-8"))
    assert content == {"mine": 1, "gateway": str(program)}


def test_place_of_a_mistake_is_copied(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    stand_in_home.break_config()
    rig = start_rig(stand_in_home.site())
    rig.open_window()
    rig.controller.start()
    rig.until_phase(Failed)

    button = remedy(rig, "Copy its path and line")
    button.click()

    assert QGuiApplication.clipboard().text() == f"{stand_in_home.place.config}:1"
    assert button.text() == "Copied"
    rig.until(lambda: button.text() == "Copy its path and line")


def test_owner_of_the_port_is_shown(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    rig.open_window()
    with both_loopbacks_taken(stand_in_home.port):
        rig.controller.start()
        rig.until_phase(Backoff)
        remedy(rig, "Show who uses the port").click()
        box = rig.box()

    assert box is not None
    lines = box.informativeText()
    assert f"PID {os.getpid()}" in lines
    assert "Command line " in lines
    next(button for button in box.buttons() if "Copy" in button.text()).click()
    assert QGuiApplication.clipboard().text() == lines
    box.close()


def test_crash_is_retried_at_once_with_the_debug_log(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site("fail-after-pid=error starting channels: none,times"))
    rig.open_window()
    rig.controller.start()
    rig.until_phase(Backoff)
    rig.until(lambda: rig.state.failure and rig.state.failure.reason)

    assert "could not start any of its channels" in rig.says
    assert "PicoClaw says: error starting channels: none" in rig.says
    remedy(rig, "Retry now")
    remedy(rig, "Start with debug log").click()

    rig.until_runs()
    rig.until(lambda: any("Debug mode" in line for line in rig.lines))


def test_options_are_written_and_hold_at_once(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site("fail-before-pid")
    rig = start_rig(site)
    options = rig.actions.options
    assert options.after_crash.isChecked()
    assert not options.when_hung.isChecked()

    options.after_crash.trigger()
    options.on_quit[OnQuit.ASK].trigger()

    content = json.loads(site.settings_file.read_text(encoding="utf-8"))
    assert content == {"restart_after_crash": False, "on_quit": "ask"}
    rig.controller.start()
    rig.until(lambda: isinstance(rig.state.phase, Failed) and rig.state.failure)
    assert rig.state.failures == ()


def test_options_that_cannot_be_written_stay_as_they_are(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site()
    site.settings_file.write_text("{", encoding="utf-8")
    rig = start_rig(site)

    rig.actions.options.when_hung.trigger()

    box = rig.box()
    assert box is not None
    assert str(site.settings_file) in box.text()
    box.close()
    assert not rig.actions.options.when_hung.isChecked()
    assert site.settings_file.read_text(encoding="utf-8") == "{"
    assert isinstance(rig.state.phase, Stopped)


def test_file_that_is_no_program_is_refused_and_not_stored(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site()
    rig = start_rig(site)
    rig.actions.options.actions()[-1].trigger()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog))

    dialog.fileSelected.emit(str(stand_in_home.place.config))
    dialog.close()

    box = rig.box()
    assert box is not None
    assert "is not executable" in box.text()
    box.close()
    assert not site.settings_file.exists()
    assert isinstance(rig.state.phase, Stopped)


def test_program_chosen_while_the_gateway_runs_holds_from_the_next_start_on(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site()
    program = stand_in_home.folder / "picoclaw"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    rig = start_rig(site)
    rig.controller.start()
    pid = rig.until_runs()
    rig.actions.options.actions()[-1].trigger()
    dialog = next(w for w in QApplication.topLevelWidgets() if isinstance(w, QFileDialog))

    dialog.fileSelected.emit(str(program))
    dialog.close()

    box = rig.box()
    assert box is not None
    assert box.text() == "This holds from the next start of the gateway on."
    box.close()
    assert rig.until_runs() == pid


def test_buttons_of_the_card_are_reached_and_pressed_with_keys(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    stand_in_home.break_config()
    rig = start_rig(stand_in_home.site())
    rig.open_window()
    rig.controller.start()
    rig.until_phase(Failed)
    button = remedy(rig, "Copy its path and line")
    QGuiApplication.clipboard().clear()

    rig.window.activateWindow()
    for _ in range(20):
        focused = QApplication.focusWidget()
        if focused is button or focused is None:
            break
        rig.qtbot.keyClick(focused, Qt.Key.Key_Tab)
    assert QApplication.focusWidget() is button
    rig.qtbot.keyClick(button, Qt.Key.Key_Space)

    assert QGuiApplication.clipboard().text() == f"{stand_in_home.place.config}:1"


def test_choice_that_does_not_hold_yet_is_said(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    rig.controller.start()
    rig.until_runs()

    rig.actions.options.on_quit[OnQuit.LEAVE].trigger()

    box = rig.box()
    assert box is not None
    assert box.text() == "This holds from the next start of the gateway on."
    box.close()


def test_gateway_whose_output_is_lost_is_restarted_from_the_card(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    with stand_in_home.started_by_hand() as gateway:
        key = key_of(gateway.pid)
        assert key is not None
        records = RunRecords(stand_in_home.site().state_folder)
        records.write_spawned(Process(key, ours=True), PLAN)
        rig = start_rig(stand_in_home.site())
        rig.open_window()
        rig.controller.start()
        assert rig.until_runs() == gateway.pid
        remedy(rig, "Restart now").click()
        again = rig.until_runs(other_than=gateway.pid)

    assert again != gateway.pid
    assert rig.state.process is not None
    assert rig.state.process.watched
