"""Every connection of the composition root, by what it leads to.

One process for all: the application of the tests stands for the one that ``run`` makes.
"""

from __future__ import annotations

import json
import logging
import signal
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from PySide6.QtCore import QObject, QUrl, Slot, qWarning
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QApplication,
    QSystemTrayIcon,
)

from picoclaw_tray import __version__
from picoclaw_tray.desktop import qt_messages
from picoclaw_tray.desktop.log_view import LogView
from picoclaw_tray.desktop.parts import PaddedButton
from picoclaw_tray.desktop.translation import rendered
from picoclaw_tray.lifecycle.messages import Notice, NoticeKind
from picoclaw_tray.lifecycle.state import (
    Failed,
    QuitKind,
    Stopped,
    Stopping,
)
from picoclaw_tray.logs.redaction import MASK
from picoclaw_tray.presentation.situation import Situation, Surroundings
from picoclaw_tray.presentation.status import log_placeholder
from picoclaw_tray.system.paths import GatewayPlace
from tests.support.supervisor import is_gone
from tests.support.tray_rig import PATIENCE_MS, Rig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome

    _T = TypeVar("_T", bound=QObject)

# Qt says so on every platform without X11, and where nobody manages windows.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support")

SOON_MS = 3_000
"""Well below the poll of a tray that nobody looks at, which is 10 s."""

ATTENTIVE_S = 2.0

TOKEN = "0123456789abcdef0123456789abcdef"
NO_TRAY = "This desktop has no system tray"
Trigger = QSystemTrayIcon.ActivationReason.Trigger


class Opener(QObject):
    """Stands for the program that opens folders."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[str] = []
        # The stub asks for bytes, which PySide6 refuses.
        QDesktopServices.setUrlHandler("file", self, "open")  # type: ignore[arg-type]

    @Slot(QUrl)
    def open(self, url: QUrl) -> None:
        self.opened.append(url.toLocalFile())


@pytest.fixture
def lingering_rig(start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome) -> Rig:
    """A tray whose gateway runs, and takes a minute to stop when it is asked to."""
    rig = start_rig(stand_in_home.site("linger=60"))
    rig.controller.start()
    rig.until_runs()
    return rig


@pytest.fixture
def opener() -> Iterator[Opener]:
    opener = Opener()
    yield opener
    QDesktopServices.unsetUrlHandler("file")


# -- output ----------------------------------------------------------------------------------------


def test_output_reaches_the_window_while_it_is_open(rig: Rig) -> None:
    rig.open_window()

    rig.controller.lines_received.emit((b"one", b"two"))
    rig.until(lambda: rig.lines == ["one", "two"], SOON_MS)
    rig.controller.lines_received.emit((b"three",))
    rig.until(lambda: rig.lines == ["one", "two", "three"], SOON_MS)


def test_new_run_leaves_the_lines_of_the_one_before(rig: Rig) -> None:
    rig.open_window()
    rig.controller.lines_received.emit((b"old",))
    rig.until(lambda: rig.lines == ["old"], SOON_MS)

    rig.controller.run_started.emit()
    rig.controller.lines_received.emit((b"new",))

    rig.until(lambda: rig.lines == ["old", "new"], SOON_MS)


def test_window_shows_what_the_gateway_of_now_prints(rig: Rig) -> None:
    rig.open_window()
    rig.controller.start()
    first = rig.until_runs()
    rig.until(lambda: any("✓" in line for line in rig.lines))
    beginning = next(line for line in rig.lines if "✓" in line)

    rig.actions.restart.trigger()
    rig.until_runs(other_than=first)

    rig.until(lambda: rig.lines.count(beginning) == 2)


def test_clear_empties_the_log(rig: Rig) -> None:
    rig.open_window()
    rig.controller.lines_received.emit((b"one",))
    rig.until(lambda: rig.lines, SOON_MS)

    rig.button("Clear").click()

    assert rig.lines == []


def test_token_of_the_pid_file_is_masked_once_it_is_seen(
    rig: Rig, stand_in_home: GatewayHome
) -> None:
    rig.open_window()
    rig.controller.lines_received.emit((f"it is {TOKEN}".encode(),))
    rig.until(lambda: rig.lines == [f"it is {TOKEN}"], SOON_MS)
    record = {"pid": 2**22 + 1, "token": TOKEN, "version": "x", "port": 1, "host": "localhost"}
    stand_in_home.place.pid_file.write_text(json.dumps(record), encoding="utf-8")

    with rig.qtbot.waitSignal(rig.app._log.model.dataChanged, timeout=SOON_MS):
        rig.look()

    assert rig.lines == [f"it is {MASK}"]


def test_last_words_of_the_gateway_explain_its_end(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site("fail-after-pid=the moon is full"))
    rig.open_window()

    rig.controller.start()

    rig.until(lambda: "the moon is full" in rig.says or "the moon is full" in rig.evidence)


# -- looking ---------------------------------------------------------------------------------------


def test_open_window_makes_the_tray_look_more_often(rig: Rig) -> None:
    rig.look()
    assert rig.until_next_look() > ATTENTIVE_S

    with rig.qtbot.waitSignal(rig.controller.observed, timeout=SOON_MS):
        rig.open_window()
    assert rig.until_next_look() <= ATTENTIVE_S

    rig.window.close()
    rig.look()
    assert rig.until_next_look() > ATTENTIVE_S


def test_change_in_the_home_is_looked_at_at_once(rig: Rig, stand_in_home: GatewayHome) -> None:
    rig.look()

    with rig.qtbot.waitSignal(rig.controller.observed, timeout=SOON_MS):
        (stand_in_home.place.home / "new").touch()


def test_home_that_comes_late_is_watched_after_the_next_look(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    late = stand_in_home.folder / "late"
    rig = start_rig(replace(stand_in_home.site(), place=GatewayPlace(late, late / "config.json")))
    rig.look()
    late.mkdir()
    rig.look()

    with rig.qtbot.waitSignal(rig.controller.observed, timeout=SOON_MS):
        (late / "new").touch()


def test_tray_looks_at_once_after_a_sleep(rig: Rig) -> None:
    rig.look()

    with rig.qtbot.waitSignal(rig.controller.observed, timeout=SOON_MS):
        rig.session.resumed.emit()


# -- shown -----------------------------------------------------------------------------------------


def test_menu_tooltip_and_window_tell_the_state_and_the_facts(rig: Rig) -> None:
    rig.app.begin(start=True)
    pid = rig.until_runs()

    rig.until(lambda: "Version" in rig.tooltip)
    rig.open_window()
    assert rig.actions.headline.text() == "Running"
    assert rig.tooltip.startswith("PicoClaw · Running\n")
    assert "Running" in rig.says
    assert f"PID {pid}" in rig.says

    rig.actions.stop.trigger()
    rig.until_phase(Stopped)
    rig.until(lambda: rig.actions.headline.text() == "Stopped · ready to start")
    assert rig.tooltip.startswith("PicoClaw · Stopped\n")
    assert "Stopped" in rig.says


def test_tray_that_is_not_to_start_only_looks(rig: Rig) -> None:
    with rig.qtbot.waitSignal(rig.controller.observed, timeout=PATIENCE_MS):
        rig.app.begin(start=False)

    assert isinstance(rig.state.phase, Stopped)


def test_tray_that_is_to_start_starts(rig: Rig) -> None:
    rig.app.begin(start=True)

    rig.until_runs()


def test_empty_log_says_why_it_is_empty(rig: Rig) -> None:
    view = rig.open_window().findChild(LogView)
    assert isinstance(view, LogView)

    said = rendered(log_placeholder(Situation(Surroundings("", ""))))
    assert view.accessibleDescription() == said
    assert said in rig.says


def test_notice_of_the_life_cycle_is_told_and_stays_in_the_window(
    rig: Rig, caplog: pytest.LogCaptureFixture
) -> None:
    rig.open_window()

    rig.controller.notice_raised.emit(Notice(NoticeKind.NO_PERMISSION))

    said = "The gateway was not stopped, because it belongs to another user."
    assert said in rig.says
    assert rig.tray.notified == [said]
    assert f"notice: {said}" in caplog.messages


def test_failure_is_told_unasked(
    rig: Rig, stand_in_home: GatewayHome, caplog: pytest.LogCaptureFixture
) -> None:
    stand_in_home.break_config()

    rig.controller.start()
    rig.until_phase(Failed)

    assert len(rig.tray.notified) == 1
    assert sum(message.startswith("notice: ") for message in caplog.messages) == 1


@pytest.mark.parametrize("way", ["entry of the menu", "click on the icon"])
def test_window_is_opened_by_a_person(rig: Rig, way: str) -> None:
    rig.app.begin(start=False)

    if way == "entry of the menu":
        rig.actions.show_log.trigger()
    else:
        rig.icon.activated.emit(Trigger)

    assert rig.window.isVisible()


def test_window_has_no_button_that_quits_at_once(rig: Rig) -> None:
    buttons = rig.open_window().findChildren(PaddedButton)

    assert rig.actions.about in [button.defaultAction() for button in buttons]
    assert rig.actions.quit not in [button.defaultAction() for button in buttons]


# -- no tray ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("was_open", [False, True], ids=["new", "known"])
def test_window_stands_in_for_a_missing_tray_until_one_comes(rig: Rig, was_open: bool) -> None:
    if was_open:
        rig.open_window().close()

    rig.tray.host_missing.emit()
    assert rig.window.isVisible()
    assert NO_TRAY in rig.says
    rig.window.close()
    assert rig.window.isVisible()
    box = rig.box()
    assert box is not None
    box.close()

    rig.tray.host_appeared.emit()
    assert NO_TRAY not in rig.says
    rig.window.close()
    assert not rig.window.isVisible()
    assert rig.box() is None


def test_confirmed_end_quits(rig: Rig) -> None:
    rig.tray.host_missing.emit()
    rig.window.close()
    box = rig.box()
    assert box is not None
    (quit_button,) = (b for b in box.buttons() if b.text() == rig.actions.quit.text())

    assert rig.end_of(quit_button.click) == 0


# -- dialogs ---------------------------------------------------------------------------------------


def test_config_folder_is_opened(rig: Rig, opener: Opener, stand_in_home: GatewayHome) -> None:
    rig.actions.open_config.trigger()

    assert opener.opened == [str(stand_in_home.place.home)]
    assert rig.box() is None


def test_nearest_folder_is_opened_while_there_is_no_config_folder(
    start_rig: Callable[[LaunchSite], Rig], opener: Opener, stand_in_home: GatewayHome
) -> None:
    config = stand_in_home.folder / "not" / "there" / "config.json"
    rig = start_rig(replace(stand_in_home.site(), place=GatewayPlace(config.parent, config)))

    rig.actions.open_config.trigger()

    assert opener.opened == [str(stand_in_home.folder)]


def test_folder_that_no_program_opens_is_named(rig: Rig, stand_in_home: GatewayHome) -> None:
    rig.actions.open_config.trigger()

    box = rig.box()
    assert box is not None
    assert box.informativeText() == str(stand_in_home.place.home)


def test_about_tells_versions_and_folders(rig: Rig, stand_in_home: GatewayHome) -> None:
    rig.app.begin(start=True)
    rig.until_runs()
    rig.until(lambda: "Version" in rig.tooltip)

    rig.actions.about.trigger()

    box, site = rig.box(), stand_in_home.site()
    assert box is not None
    assert __version__ in box.text()
    assert f"PicoClaw {rig.gateway_version()}" in box.informativeText()
    assert str(site.log_folder) in box.informativeText()
    assert str(site.settings_file) in box.informativeText()


# -- wishes ----------------------------------------------------------------------------------------


def test_wishes_reach_the_controller(
    rig: Rig, stand_in_home: GatewayHome, caplog: pytest.LogCaptureFixture
) -> None:
    actions = rig.actions
    stand_in_home.configure(default_model="")
    actions.start.trigger()
    rig.until_phase(Failed)
    actions.start.trigger()  # anyway, by now
    first = rig.until_runs()
    actions.restart.trigger()
    rig.until(lambda: rig.tray.notified[-1].startswith("Not restarted"))
    actions.restart.trigger()  # anyway, by now
    rig.until_runs(other_than=first)
    actions.stop.trigger()
    rig.until_phase(Stopped)

    assert rig.end_of(actions.quit.trigger) == 0
    wishes = ["start", "start anyway", "restart", "restart anyway", "stop", "quit"]
    assert [m for m in caplog.messages if m.startswith("wish: ")] == [f"wish: {w}" for w in wishes]


def test_forced_stop_does_not_wait_for_the_gateway(lingering_rig: Rig) -> None:
    rig = lingering_rig
    rig.actions.stop.trigger()
    rig.until_phase(Stopping)

    rig.qtbot.wait(QApplication.doubleClickInterval())  # or it is the end of a double click
    rig.actions.stop.trigger()  # by force, by now

    rig.until(lambda: isinstance(rig.state.phase, Stopped), SOON_MS)


# -- ends from outside -----------------------------------------------------------------------------


def test_interrupt_quits_and_another_one_does_not_wait(lingering_rig: Rig) -> None:
    rig = lingering_rig
    signal.raise_signal(signal.SIGINT)
    rig.until_phase(Stopping)
    assert rig.quits_for() is QuitKind.USER

    assert rig.end_of(interrupt, patience_ms=SOON_MS) == 0


@pytest.mark.parametrize("way", ["signal", "desktop"])
def test_end_of_the_session_quits_within_its_time(lingering_rig: Rig, way: str) -> None:
    rig = lingering_rig

    if way == "signal":
        signal.raise_signal(signal.SIGTERM)
    else:
        rig.session.ending.emit()

    rig.until_phase(Stopping)
    assert rig.quits_for() is QuitKind.SESSION


def test_event_loop_that_ended_unasked_leaves_no_gateway(lingering_rig: Rig) -> None:
    rig = lingering_rig
    pid = rig.until_runs()

    # Elsewhere than in the loop the application would remember its exit, and run no other loop.
    assert rig.end_of(rig.app.finish) == 0

    assert is_gone(pid)


# -- Qt's own words --------------------------------------------------------------------------------


def test_words_of_qt_go_into_our_own_log_while_installed(
    qapp: QApplication, qtlog: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with qtlog.disabled():
        qt_messages.install()
        qWarning("heard")
        qt_messages.uninstall()
        qWarning("not heard")

    assert [message for message in caplog.messages if "heard" in message] == ["default: heard"]


def interrupt() -> None:
    signal.raise_signal(signal.SIGINT)
