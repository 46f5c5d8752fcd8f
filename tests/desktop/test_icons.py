from __future__ import annotations

from importlib import resources
from itertools import combinations

import pytest
from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

from picoclaw_tray.desktop.icons import DEVICE_SIZES, LOGICAL_SIZES, Icons, app_icon
from picoclaw_tray.presentation.icon import IconName

pytestmark = pytest.mark.usefixtures("qapp")

PANELS = {"light": "#f0f0f0", "dark": "#202020", "grey": "#808080", "blue": "#0a64ad"}
PAIRS = list(combinations(IconName, 2))
every_name = pytest.mark.parametrize("name", IconName)
every_pair = pytest.mark.parametrize(("one", "other"), PAIRS)


def picture(icon: QIcon, size: int = 16, ratio: float = 1.0) -> QImage:
    """What the panel gets, in device pixels."""
    image = icon.pixmap(QSize(size, size), ratio).toImage()
    image.setDevicePixelRatio(1)
    return image.convertToFormat(QImage.Format.Format_ARGB32)


def on_panel(icon: QIcon, panel: str) -> QImage:
    image = QImage(16, 16, QImage.Format.Format_RGB32)
    image.fill(QColor(panel))
    painter = QPainter(image)
    painter.drawImage(0, 0, picture(icon))
    painter.end()
    return image


def pixels(image: QImage) -> list[QColor]:
    return [image.pixelColor(x, y) for y in range(image.height()) for x in range(image.width())]


def opacities(icon: QIcon) -> list[float]:
    return [colour.alphaF() for colour in pixels(picture(icon))]


def luminance(colour: QColor) -> float:
    """Relative luminance as in WCAG 2: what is left of a colour on a monochrome panel."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in (colour.redF(), colour.greenF(), colour.blueF())
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor, other: QColor) -> float:
    """From 1 to 21; WCAG 2 asks 3 of what is not text."""
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def pixels_apart(one: list[float], other: list[float]) -> float:
    """How many whole pixels of 256 would have to change from black to white."""
    return sum(abs(a - b) for a, b in zip(one, other, strict=True))


def svg(name: str) -> str:
    return (resources.files("picoclaw_tray.resources") / "icons" / f"{name}.svg").read_text("utf-8")


def test_resources_hold_one_picture_per_name_and_the_app():
    folder = resources.files("picoclaw_tray.resources") / "icons"

    files = {file.name for file in folder.iterdir()}

    assert files == {f"{name}.svg" for name in IconName} | {"app.svg"}


@every_name
@pytest.mark.parametrize("ratio", [1, 2])
@pytest.mark.parametrize("size", LOGICAL_SIZES)
def test_icon_is_painted_at_every_size(name, size, ratio):
    icon = Icons(template=False).icon(name)

    image = picture(icon, size, ratio)

    assert QSize(size * ratio, size * ratio) in icon.availableSizes()
    assert image.width() == size * ratio
    painted = sum(colour.alpha() == 255 for colour in pixels(image))
    assert painted > 0.4 * (size * ratio) ** 2


def test_app_icon_is_painted_at_every_size():
    icon = app_icon()

    assert [size.width() for size in icon.availableSizes()] == list(DEVICE_SIZES)
    assert picture(icon).pixelColor(8, 8).alpha() == 255


@every_name
def test_picture_stays_inside_its_frame(name):
    wider = svg(name).replace('viewBox="0 0 16 16"', 'viewBox="-1 -1 18 18"')
    image = QImage(180, 180, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)

    QSvgRenderer(QByteArray(wider.encode())).render(painter)
    painter.end()

    frame = image.copy(10, 10, 160, 160)
    assert sum(c.alpha() for c in pixels(image)) == sum(c.alpha() for c in pixels(frame)) > 0


@pytest.mark.parametrize(("size", "row", "bar"), [(16, 10, (9, 11)), (24, 16, (14, 17))])
def test_exclamation_mark_falls_on_whole_pixels(size, row, bar):
    image = picture(Icons(template=False).icon(IconName.WARNING), size)
    left, right = bar

    white = [luminance(image.pixelColor(x, row)) > 0.95 for x in range(left - 1, right + 1)]

    assert white == [False, *[True] * (right - left), False]


@every_name
def test_icon_of_18_is_that_of_16_with_a_margin(name):
    icon = Icons(template=False).icon(name)

    assert picture(icon, 18).copy(1, 1, 16, 16) == picture(icon, 16)


@every_pair
def test_icons_differ_in_brightness_alone_at_16_pixels(one, other):
    icons = Icons(template=False)

    first, second = (
        [luminance(colour) for colour in pixels(on_panel(icons.icon(name), PANELS["grey"]))]
        for name in (one, other)
    )

    assert pixels_apart(first, second) > 15


@every_pair
def test_templates_differ_in_opacity_alone_at_16_pixels(one, other):
    icons = Icons(template=True)

    apart = pixels_apart(opacities(icons.icon(one)), opacities(icons.icon(other)))

    assert apart > 15


@every_name
@pytest.mark.parametrize("panel", PANELS.values(), ids=PANELS)
def test_icon_stands_out_from_the_panel(name, panel):
    image = on_panel(Icons(template=False).icon(name), panel)

    clear = [colour for colour in pixels(image) if contrast(colour, QColor(panel)) >= 3]

    assert len(clear) > 40


@every_name
def test_template_is_a_mask_without_paper(name):
    icon = Icons(template=True).icon(name)

    ink = [colour for colour in pixels(picture(icon)) if colour.alpha() > 128]
    assert icon.isMask()
    assert max(luminance(colour) for colour in ink) < 0.3
    assert sum(opacities(icon)) < sum(opacities(Icons(template=False).icon(name))) - 40


def test_icons_in_colour_are_no_masks():
    icons = Icons(template=False)

    assert not any(icons.icon(name).isMask() for name in IconName)
    assert not app_icon().isMask()


@pytest.mark.parametrize("template", [False, True])
def test_busy_frames_all_differ_and_start_with_the_busy_icon(template):
    icons = Icons(template=template)

    frames = [picture(frame) for frame in icons.busy_frames()]

    assert len(frames) == 8
    assert frames[0] == picture(icons.icon(IconName.BUSY))
    assert all(one != other for one, other in combinations(frames, 2))


def test_busy_frames_go_round():
    icons = Icons(template=False)

    assert icons.busy_frame(11).cacheKey() == icons.busy_frames()[3].cacheKey()


def test_icons_are_rendered_once():
    icons = Icons(template=False)

    first, second = icons.busy_frames(), icons.busy_frames()
    assert [frame.cacheKey() for frame in first] == [frame.cacheKey() for frame in second]
    assert icons.icon(IconName.OK).cacheKey() == icons.icon(IconName.OK).cacheKey()
