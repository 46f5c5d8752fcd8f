"""The tray's own decisions where no host is; the real panel is tested end to end."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QSystemTrayIcon

from picoclaw_tray.desktop.actions import Actions
from picoclaw_tray.desktop.icons import Icons
from picoclaw_tray.desktop.tray import Tray
from picoclaw_tray.desktop.tray_host import WATCHER, TrayHost
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.notices import Announcement
from picoclaw_tray.presentation.text import render
from picoclaw_tray.presentation.tray import Entry, TrayView, Wish
from picoclaw_tray.text import Template, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

# Qt says so on every platform without X11.
pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged")

Trigger = QSystemTrayIcon.ActivationReason.Trigger


def _view(icon: IconName, *details: str) -> TrayView:
    entry = Entry(_text("x"), Wish.START, enabled=True)
    texts = tuple(map(_text, details))
    return TrayView(icon, _text("PicoClaw"), _text("Running"), texts, entry, entry, entry, entry)


def _text(source: str) -> Text:
    return Text(Template("Test", source))


@pytest.fixture
def actions(qapp: object) -> Actions:
    return Actions(render)


@pytest.fixture
def tray(actions: Actions) -> Iterator[Tray]:
    tray = Tray(actions, Icons(), render, host_patience_ms=50)
    tray.show_view(_view(IconName.IDLE))
    yield tray
    tray.close()


def _icon(tray: Tray) -> QSystemTrayIcon:
    icon = tray.findChild(QSystemTrayIcon)
    assert isinstance(icon, QSystemTrayIcon)
    return icon


def _is_turning(tray: Tray) -> bool:
    return any(timer.isActive() and not timer.isSingleShot() for timer in tray.findChildren(QTimer))


def test_tray_shows_state_and_details_as_its_tooltip(tray: Tray) -> None:
    tray.show()

    tray.show_view(_view(IconName.OK, "Version 0.2.9", "PID 7"))

    assert _icon(tray).toolTip() == "PicoClaw · Running\nVersion 0.2.9\nPID 7"


def test_tooltip_says_why_before_everything_else(tray: Tray) -> None:
    tray.show()
    reason = Text(Template("Test", "The disk is full."))

    tray.show_view(replace(_view(IconName.ERROR, "PID 7"), reason=reason))

    assert _icon(tray).toolTip() == "PicoClaw · Running\nThe disk is full.\nPID 7"


def test_tray_shows_what_was_set_before_it_was_shown(tray: Tray) -> None:
    tray.show()

    assert _icon(tray).toolTip() == "PicoClaw · Running"
    assert not _icon(tray).icon().isNull()


def test_tray_has_its_menu_in_order(tray: Tray, actions: Actions) -> None:
    tray.show()

    entries = [action for action in _icon(tray).contextMenu().actions() if not action.isSeparator()]
    assert entries == [
        actions.headline,
        actions.start,
        actions.start_anyway,
        actions.stop,
        actions.restart,
        actions.reload,
        actions.show_log,
        actions.open_config,
        actions.login,
        actions.options.menuAction(),
        actions.about,
        actions.quit,
    ]


def test_tray_turns_its_icon_while_busy_and_only_then(qtbot: QtBot, tray: Tray) -> None:
    tray.show()
    tray.show_view(_view(IconName.BUSY))
    first = _icon(tray).icon().cacheKey()

    qtbot.waitUntil(lambda: _icon(tray).icon().cacheKey() != first)
    assert _is_turning(tray)

    tray.show_view(_view(IconName.OK))
    assert not _is_turning(tray)


def test_tray_sets_no_icon_when_only_the_details_change(tray: Tray) -> None:
    tray.show()
    tray.show_view(_view(IconName.OK, "Up 1 min"))
    before = _icon(tray).icon().cacheKey()

    tray.show_view(_view(IconName.OK, "Up 2 min"))

    assert _icon(tray).icon().cacheKey() == before
    assert _icon(tray).toolTip().endswith("Up 2 min")


def test_tray_says_that_no_host_came(qtbot: QtBot, tray: Tray) -> None:
    with qtbot.waitSignal(tray.host_missing):
        tray.show()


def test_tray_that_was_closed_waits_for_no_host(qtbot: QtBot, actions: Actions) -> None:
    tray = Tray(actions, Icons(), render, host_patience_ms=50)
    tray.show_view(_view(IconName.BUSY))
    tray.show()

    tray.close()

    with qtbot.assertNotEmitted(tray.host_missing, wait=100):
        pass


def test_tray_makes_a_new_icon_when_a_host_comes_late(qtbot: QtBot, tray: Tray) -> None:
    tray.show()
    before = _icon(tray)
    host = tray.findChild(TrayHost)
    assert isinstance(host, TrayHost)

    with qtbot.waitSignal(tray.host_appeared), qtbot.assertNotEmitted(tray.host_missing, wait=100):
        host.appeared.emit()

    (after,) = tray.findChildren(QSystemTrayIcon)
    assert after is not before
    assert after.toolTip() == "PicoClaw · Running"
    assert after.contextMenu() is not None


def test_click_on_the_icon_opens(qtbot: QtBot, tray: Tray) -> None:
    tray.show()

    with qtbot.waitSignal(tray.opened):
        _icon(tray).activated.emit(Trigger)


def test_right_click_on_the_icon_opens_nothing(qtbot: QtBot, tray: Tray) -> None:
    tray.show()

    with qtbot.assertNotEmitted(tray.opened):
        _icon(tray).activated.emit(QSystemTrayIcon.ActivationReason.Context)


def test_notification_where_the_desktop_has_none_is_passed_over(tray: Tray) -> None:
    announcement = Announcement(IconName.WARNING, _text("It ended."))

    tray.notify(announcement)
    tray.show()
    tray.notify(announcement)


def test_host_is_not_announced_when_others_come_or_it_goes(qtbot: QtBot, qapp: object) -> None:
    host = TrayHost()

    with qtbot.assertNotEmitted(host.appeared):
        host.on_owner_changed("org.example.Other", "", ":1.2")
        host.on_owner_changed(WATCHER, ":1.2", "")


def test_host_is_not_announced_while_it_takes_no_icons(qtbot: QtBot, qapp: object) -> None:
    host = TrayHost()

    with qtbot.assertNotEmitted(host.appeared):
        host.on_owner_changed(WATCHER, "", ":1.2")
