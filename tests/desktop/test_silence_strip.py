from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from picoclaw_tray.desktop.parts import PaddedButton
from picoclaw_tray.desktop.silence_strip import LEVELS, SilenceStrip

LEFT = Qt.MouseButton.LeftButton
SENTENCE = "Level is warn: info lines are not written."


class Rig:
    def __init__(self, qtbot) -> None:
        self.qtbot = qtbot
        self.window = QMainWindow()
        self.strip = SilenceStrip()
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.addWidget(self.strip)
        column.addStretch()
        self.window.setCentralWidget(centre)
        self.window.setMinimumSize(360, 100)
        self.window.resize(900, 200)
        qtbot.addWidget(self.window)
        self.told: list[str] = []
        self.strip.level_chosen.connect(self.told.append)
        self.strip.restart_wished.connect(lambda: self.told.append("restart"))
        self.strip.dismissed.connect(lambda: self.told.append("dismissed"))
        with qtbot.waitExposed(self.window):
            self.window.show()

    def button(self, text: str) -> PaddedButton:
        buttons = self.strip.findChildren(PaddedButton)
        return next(button for button in buttons if button.text() == text)

    def ticked(self) -> list[str]:
        return [action.text() for action in self.strip._menu.actions() if action.isChecked()]


@pytest.fixture
def rig(qtbot):
    return Rig(qtbot)


def test_strip_is_shown_as_long_as_there_is_something_to_say(rig):
    before = rig.strip.isVisible()
    rig.strip.show_silence(SENTENCE)
    shown = rig.strip.isVisible()
    rig.strip.show_silence("")

    assert (before, shown, rig.strip.isVisible()) == (False, True, False)


@pytest.mark.parametrize("level", LEVELS)
def test_level_that_holds_is_ticked(rig, level):
    rig.strip.show_level("info")
    rig.strip.show_level(level)

    assert rig.ticked() == [level]


def test_level_that_is_not_offered_ticks_none(rig):
    rig.strip.show_level("info")
    rig.strip.show_level("fatal")

    assert rig.ticked() == []


def test_level_is_chosen_from_the_menu(rig):
    rig.strip.show_silence(SENTENCE)
    rig.strip.show_level("warn")

    rig.strip._menu.actions()[0].trigger()

    assert rig.told == ["debug"]
    assert rig.ticked() == ["debug"]


def test_level_that_holds_can_be_chosen_again_and_stays_ticked(rig):
    rig.strip.show_level("warn")

    rig.strip._menu.actions()[2].trigger()

    assert rig.told == ["warn"]
    assert rig.ticked() == ["warn"]


def test_restart_is_offered_once_there_is_another_level(rig):
    rig.strip.show_silence(SENTENCE)
    before = rig.strip._restart.isVisible()
    rig.strip.offer_restart("info")
    offered = rig.strip._restart.isVisible()

    rig.qtbot.mouseClick(rig.button("Restart with info"), LEFT)
    rig.strip.offer_restart("")

    assert rig.told == ["restart"]
    assert (before, offered, rig.strip._restart.isVisible()) == (False, True, False)


@pytest.mark.parametrize("width", [360, 900])
def test_nothing_moves_below_the_pointer_when_a_restart_is_offered(rig, width):
    rig.window.resize(width, 200)
    rig.strip.show_silence(SENTENCE)
    level = rig.button("Log level…")
    text = rig.strip._text
    rig.qtbot.waitUntil(lambda: (level.y() > text.geometry().bottom()) == (width < 500))
    before = level.mapTo(rig.window, QPoint())

    rig.strip.offer_restart("debug")

    rig.qtbot.waitUntil(lambda: rig.button("Restart with debug").geometry().right() < level.x())
    assert level.mapTo(rig.window, QPoint()) == before


def test_restart_is_not_offered_where_it_cannot_be(rig):
    rig.strip.show_silence(SENTENCE)
    rig.strip.offer_restart("info")
    rig.strip.set_restart_enabled(False)

    rig.qtbot.mouseClick(rig.button("Restart with info"), LEFT)

    assert rig.told == []


def test_strip_goes_when_it_is_dismissed(rig):
    rig.strip.show_silence(SENTENCE)

    rig.qtbot.mouseClick(rig.button("×"), LEFT)

    assert rig.told == ["dismissed"]
    assert not rig.strip.isVisible()


@pytest.mark.parametrize("width", [360, 500, 900])
@pytest.mark.parametrize("sentence", [SENTENCE, SENTENCE * 5], ids=["short", "long"])
def test_nothing_is_cut_off(rig, width, sentence):
    rig.window.resize(width, 400)
    rig.strip.show_silence(sentence)
    rig.strip.offer_restart("debug")
    parts = [rig.strip._text, *rig.strip.findChildren(PaddedButton)]

    def fits() -> bool:
        places = [part.rect().translated(part.mapTo(rig.strip, QPoint())) for part in parts]
        apart = not any(
            one.intersects(other) for n, one in enumerate(places) for other in places[:n]
        )
        text = rig.strip._text
        return (
            apart
            and all(rig.strip.rect().contains(place) for place in places)
            and text.height() >= text.heightForWidth(text.width())
        )

    rig.qtbot.waitUntil(fits)


def test_buttons_stand_beside_the_sentence_or_below_it(rig):
    rig.strip.show_silence(SENTENCE)
    text, button = rig.strip._text, rig.button("Log level…")

    rig.qtbot.waitUntil(lambda: button.x() > text.geometry().right())
    rig.window.resize(360, 200)

    rig.qtbot.waitUntil(lambda: button.y() > text.geometry().bottom())


@pytest.mark.parametrize(("window", "ink"), [("#f0f0f0", "#111111"), ("#2b2b2d", "#e6e6e6")])
def test_sentence_can_be_read_on_light_and_dark(rig, window, ink):
    palette = QPalette(QColor(window))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(ink))
    rig.window.setPalette(palette)
    rig.strip.show_silence(SENTENCE)

    image = rig.strip.grab().toImage()
    paper = image.pixelColor(image.width() // 2, 3)

    assert paper != QColor(window)
    assert abs(paper.lightnessF() - QColor(ink).lightnessF()) > 0.6


def test_sentence_is_plain_text(rig):
    rig.strip.show_silence("<b>x</b>")

    assert rig.strip._text.textFormat() is Qt.TextFormat.PlainText


def test_every_button_has_a_name(rig):
    buttons = rig.strip.findChildren(PaddedButton)

    assert [button.accessibleName() or button.text() for button in buttons] == [
        "Restart with debug",
        "Log level of the gateway",
        "Dismiss",
    ]
