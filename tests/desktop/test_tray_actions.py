from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMenu

from picoclaw_tray.desktop.actions import Actions
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.text import render
from picoclaw_tray.presentation.tray import Entry, TrayView, Wish
from picoclaw_tray.text import Template, Text

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot


def _text(source: str) -> Text:
    return Text(Template("Test", source))


def _view(headline: str = "Running", *, start: Wish = Wish.START, enabled: bool = True) -> TrayView:
    return TrayView(
        icon=IconName.OK,
        title=_text("PicoClaw"),
        headline=_text(headline),
        details=(),
        start=Entry(_text(start.value), start, enabled),
        stop=Entry(_text("&Stop"), Wish.STOP, enabled),
        restart=Entry(_text("&Restart"), Wish.RESTART, enabled),
        quit=Entry(_text("&Quit"), Wish.QUIT, enabled=True),
    )


@pytest.fixture
def actions(qapp: object) -> Actions:
    return Actions(render)


def test_actions_show_texts_and_what_can_be_chosen(actions: Actions) -> None:
    actions.show_view(_view("Not answering", start=Wish.START_ANYWAY, enabled=False))

    assert actions.headline.text() == "Not answering"
    assert not actions.headline.isEnabled()
    assert actions.start.text() == "start anyway"
    assert not actions.start.isEnabled()
    assert actions.quit.isEnabled()


@pytest.mark.parametrize("wish", [Wish.START, Wish.START_ANYWAY])
def test_actions_say_the_wish_that_is_shown(qtbot: QtBot, actions: Actions, wish: Wish) -> None:
    actions.show_view(_view(start=wish))

    with qtbot.waitSignal(actions.wished) as wished:
        actions.start.trigger()

    assert wished.args == [wish]


@pytest.mark.parametrize(
    ("name", "wish"), [("stop", Wish.STOP), ("restart", Wish.RESTART), ("quit", Wish.QUIT)]
)
def test_actions_say_their_own_wish_before_anything_is_shown(
    qtbot: QtBot, actions: Actions, name: str, wish: Wish
) -> None:
    with qtbot.waitSignal(actions.wished) as wished:
        getattr(actions, name).trigger()

    assert wished.args == [wish]


def test_actions_that_cannot_be_chosen_say_nothing(qtbot: QtBot, actions: Actions) -> None:
    actions.show_view(_view(enabled=False))

    with qtbot.assertNotEmitted(actions.wished):
        actions.start.trigger()
        actions.stop.trigger()


def test_actions_send_nothing_to_the_panel_when_nothing_differs(
    qtbot: QtBot, actions: Actions
) -> None:
    actions.show_view(_view("Gone & forgotten"))
    texts = (actions.headline, actions.start, actions.stop, actions.restart, actions.quit)
    changed: list[str] = []
    for action in texts:
        action.changed.connect(_Note(changed, action))

    actions.show_view(_view("Gone & forgotten"))

    assert changed == []


def test_headline_keeps_its_ampersand(actions: Actions) -> None:
    actions.show_view(_view("Gone & forgotten"))
    menu = QMenu()
    menu.addAction(actions.headline)

    assert actions.headline.text() == "Gone && forgotten"


def test_window_has_every_action_but_itself_and_the_end(actions: Actions) -> None:
    mine = {action for action in vars(actions).values() if isinstance(action, QAction)}

    assert mine - set(actions.for_window()) == {actions.headline, actions.show_log, actions.quit}


class _Note:
    def __init__(self, notes: list[str], action: QAction) -> None:
        self._notes = notes
        self._action = action

    def __call__(self) -> None:
        self._notes.append(self._action.text())


def test_double_click_on_stop_is_no_forced_stop(qtbot: QtBot, actions: Actions) -> None:
    force = replace(_view(), stop=Entry(_text("Force s&top"), Wish.FORCE_STOP, enabled=True))
    actions.show_view(_view())
    actions.show_view(force)

    with qtbot.assertNotEmitted(actions.wished):
        actions.stop.trigger()

    with qtbot.waitSignal(actions.wished) as wished:
        QTimer.singleShot(
            QApplication.doubleClickInterval() + 50, actions.stop, actions.stop.trigger
        )
    assert wished.args == [Wish.FORCE_STOP]
