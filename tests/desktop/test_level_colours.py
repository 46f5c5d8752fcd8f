from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPalette

from picoclaw_tray.desktop.level_colours import (
    LEAST_CONTRAST,
    LOOKS,
    contrast,
    level_colours,
    match_colours,
)
from picoclaw_tray.logs.entry import Level

Role = QPalette.ColorRole
PAPERS = {
    "white": ("#ffffff", "#f5f5f5"),
    "fusion": ("#ffffff", "#e9e7e3"),
    "breeze dark": ("#1b1e20", "#232629"),
    "adwaita dark": ("#1e1e1e", "#2e2e32"),
    "fusion dark": ("#2d2d2d", "#353535"),
    "black": ("#000000", "#121212"),
}


def paper(base: str, alternate: str) -> QPalette:
    palette = QPalette(QColor(alternate))
    palette.setColor(Role.Base, QColor(base))
    palette.setColor(Role.AlternateBase, QColor(alternate))
    return palette


@pytest.mark.parametrize("name", list(PAPERS))
@pytest.mark.parametrize("level", list(Level))
def test_level_can_be_read_in_its_own_colour(qapp, level, name):
    palette = paper(*PAPERS[name])

    colour = level_colours(palette)[level]

    assert colour != palette.color(Role.Text)
    for background in PAPERS[name]:
        assert contrast(colour, QColor(background)) >= LEAST_CONTRAST


@pytest.mark.parametrize("name", list(PAPERS))
def test_match_can_be_read_and_stands_out(qapp, name):
    background, ink = match_colours(paper(*PAPERS[name]))

    assert contrast(background, ink) >= LEAST_CONTRAST
    assert contrast(background, QColor(PAPERS[name][0])) > 1.2


def test_colour_of_the_text_stands_in_where_a_level_could_not_be_read(qapp):
    palette = paper("#808080", "#767676")
    palette.setColor(Role.Text, QColor("#000000"))

    assert level_colours(palette)[Level.WARN] == QColor("#000000")


def test_level_on_a_window_is_measured_against_the_window(qapp):
    palette = paper("#ffffff", "#f5f5f5")
    palette.setColor(Role.Window, QColor("#202020"))

    colour = level_colours(palette, Role.Window)[Level.ERROR]

    assert contrast(colour, QColor("#202020")) >= LEAST_CONTRAST


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21.0), ("#777777", "#ffffff", 4.48), ("#123456", "#123456", 1.0)],
)
def test_contrast_is_that_of_the_guidelines(one, other, expected):
    assert contrast(QColor(one), QColor(other)) == pytest.approx(expected, abs=0.005)
    assert contrast(QColor(other), QColor(one)) == contrast(QColor(one), QColor(other))


def test_levels_differ_without_colours(qapp):
    looks = [LOOKS[level] for level in Level]

    assert len({look.shape for look in looks}) == len(looks)
    assert len({look.word[0] for look in looks}) == len(looks)


def test_shapes_are_painted_differently(qapp):
    pictures = [_painted(LOOKS[level].shape) for level in Level]

    assert all(a != b for n, a in enumerate(pictures) for b in pictures[n + 1 :])


def _painted(shape: str) -> QImage:
    image = QImage(40, 40, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    font = painter.font()
    font.setPixelSize(28)
    painter.setFont(font)
    painter.drawText(8, 30, shape)
    painter.end()
    return image
