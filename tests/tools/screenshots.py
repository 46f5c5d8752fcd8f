"""Makes the README's pictures, on a desktop that nobody sees.

    make screenshots

The output of a gateway holds emoji: without a font that has them (Debian:
fonts-noto-color-emoji) the pictures show boxes in their place.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import Counter
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QGuiApplication, QImage

from picoclaw_tray.desktop.icons import Icons
from picoclaw_tray.presentation.icon import IconName
from tests.end_to_end.panel_tray import PanelTray
from tests.support.desktop import LIGHT_PANEL, Desktop
from tests.support.pictures import changed_area
from tests.support.screen import LEFT_BUTTON, RIGHT_BUTTON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.programs import Program

FOLDER = Path(__file__).parents[2] / "resources" / "screenshots"
TRAY = (sys.executable, "-m", "picoclaw_tray", "run")
PANEL_HEIGHT = 32
MARGIN = 16
PALETTE_COLOURS = 256

REASON = (
    "error creating provider: no credentials for anthropic. "
    "Run: picoclaw auth login --provider anthropic"
)

BACKDROP = """
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget
application = QApplication([])
backdrop = QWidget()
backdrop.setAttribute(Qt.WidgetAttribute.WA_X11NetWmWindowTypeDesktop)
backdrop.setPalette(QPalette(QColor("#b9cbd3")))
backdrop.setGeometry(application.primaryScreen().geometry())
backdrop.show()
application.exec()
"""


class Studio:
    """A light desktop with a calm background, and what a tray shows on it."""

    def __init__(self, desktop: Desktop) -> None:
        self._desktop = desktop
        self._screen = desktop.screen
        black = self._screen.picture()
        desktop.start([sys.executable, "-c", BACKDROP], name="backdrop")
        self._screen.change_since(black)
        desktop.start_panel()
        self._empty = self._screen.still_picture()
        self._tray = PanelTray(desktop, Icons())

    def start(self, *words: str, **environment: str) -> Program:
        """Start a tray."""
        return self._desktop.start([*TRAY, *words], name="tray", environment=environment)

    def wait_for(self, headline: str, icon: IconName) -> None:
        """Wait until the tray shows this."""
        self._tray.wait_for(headline, icon)

    def open_window(self) -> None:
        """Click the icon with the left button."""
        self._click()

    def open_menu(self) -> None:
        """Click the icon with the right button."""
        self._click(RIGHT_BUTTON)

    def close_menu(self) -> None:
        """Press Escape."""
        self._screen.key("Escape")

    def save(self, name: str, *, with_panel: bool = False) -> None:
        """Write to a file what is on the desktop now, with a margin."""
        picture, empty = self._screen.still_picture(), self._empty
        shown = picture.rect()
        if not with_panel:
            shown.setHeight(shown.height() - PANEL_HEIGHT)
        area = changed_area(empty.copy(shown), picture.copy(shown))
        assert area is not None
        wanted = QRect(*area).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        _with_a_palette(picture.copy(wanted.intersected(shown))).save(str(FOLDER / name), quality=0)

    def _click(self, button: int = LEFT_BUTTON) -> None:
        before = self._screen.still_picture()
        pictures = [picture.image for picture in self._tray.item.pixmaps]
        self._screen.click(*self._screen.find(pictures).centre, button)
        self._screen.change_since(before)


def _with_a_palette(picture: QImage) -> QImage:
    """The same with the most frequent colours only: a third of the size, and nobody sees it."""
    pixels = memoryview(picture.constBits()).cast("I")
    colours = [colour for colour, _ in Counter(pixels).most_common(PALETTE_COLOURS)]
    palette = QImage.Format.Format_Indexed8
    return picture.convertToFormat(palette, colours, Qt.ImageConversionFlag.AvoidDither)


@contextmanager
def studio() -> Iterator[Studio]:
    """A desktop for one tray."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Desktop(Path(folder), panel_colour=LIGHT_PANEL) as desktop,
    ):
        yield Studio(desktop)


def show_a_running_gateway() -> None:
    """The menu, and the window with the output."""
    with studio() as scene:
        scene.start("--demo")
        scene.wait_for("Running", IconName.OK)
        scene.open_menu()
        scene.save("menu.png", with_panel=True)
        scene.close_menu()
        scene.open_window()
        scene.open_menu()
        scene.save("window.png", with_panel=True)


def show_a_failure() -> None:
    """The window with a card that explains it."""
    with studio() as scene:
        scene.start("--demo", PICOCLAW_DEMO=f"fail-after-pid={REASON}")
        scene.wait_for("Model cannot be used", IconName.ERROR)
        scene.open_window()
        scene.save("failure.png")


def main() -> None:
    """Makes them all."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    _application = QGuiApplication([])  # the expected icons are drawn in this process
    FOLDER.mkdir(exist_ok=True)
    show_a_running_gateway()
    show_a_failure()
    for path in sorted(FOLDER.glob("*.png")):
        print(f"{path.stat().st_size:6} {path.name}")


if __name__ == "__main__":
    main()
