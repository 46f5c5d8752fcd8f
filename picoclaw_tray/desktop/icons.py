"""The pictures of the tray: SVG files of ``picoclaw_tray.resources``, rendered to pixmaps.

Each picture has two layers. The ink says everything by its shape. Under it lies white paper that
reaches one unit further, so that the ink stands out from a panel of any colour.
"""

from __future__ import annotations

import sys
from importlib import resources
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from picoclaw_tray.presentation.icon import IconName

if TYPE_CHECKING:
    from collections.abc import Mapping

LOGICAL_SIZES = (16, 18, 22, 24, 32, 48, 64)
"""What panels ask for, in device-independent pixels."""

DEVICE_SIZES = tuple(sorted({size * ratio for size in LOGICAL_SIZES for ratio in (1, 2)}))
"""The same in device pixels, for pixel ratios 1 and 2. A ``QIcon`` chooses among them."""

BUSY_FRAME_MS = 200
"""How long one frame of the busy icon stays; a turn takes 1.6 s."""

_BUSY_ANGLES = range(0, 360, 45)
_FITTED = {
    18: QRectF(1, 1, 16, 16),
    22: QRectF(-0.25, 0.5, 22, 22),
    24: QRectF(0.5, 0.5, 24, 24),
    36: QRectF(2, 2, 32, 32),
}
"""Where a tray picture is drawn, if not from edge to edge: its strokes then fall on whole pixels.

The pictures are fitted to a grid of 16. A margin is sharper than a scale of 1.125; the fractions
bring the strokes inside the badges to the edges of pixels."""


class Icons:
    """Renders each icon when it is first asked for, and keeps it.

    Needs a ``QGuiApplication`` and must not outlive it.

    Args:
        template: For the menu bar of macOS, which paints icons in its own colour and looks only at
            their opacity: ink without paper, marked as a mask. As Qt documents it; not tried there.
    """

    def __init__(self, *, template: bool = sys.platform == "darwin") -> None:
        self._template = template
        self._icons: dict[IconName, QIcon] = {}
        self._frames: dict[int, QIcon] = {}

    def icon(self, name: IconName) -> QIcon:
        """The picture of one state; of the busy one the first frame."""
        if name not in self._icons:
            self._icons[name] = self._tray_icon(_source(name))
        return self._icons[name]

    def busy_frame(self, number: int) -> QIcon:
        """A frame of the busy ring, to be shown for ``BUSY_FRAME_MS``; any number from 0.

        Rendered one by one: a whole turn at once would keep the GUI thread busy for 50 ms.
        """
        number %= len(_BUSY_ANGLES)
        if number not in self._frames:
            rotation = f'"rotate({_BUSY_ANGLES[number]} '
            source = _source(IconName.BUSY).replace('"rotate(0 ', rotation)
            self._frames[number] = self._tray_icon(source)
        return self._frames[number]

    def busy_frames(self) -> tuple[QIcon, ...]:
        """One turn of the busy ring."""
        return tuple(map(self.busy_frame, range(len(_BUSY_ANGLES))))

    def _tray_icon(self, source: str) -> QIcon:
        if self._template:
            source = source.replace('id="paper"', 'display="none"')
        icon = _rendered(source, _FITTED)
        icon.setIsMask(self._template)
        return icon


def app_icon() -> QIcon:
    """The icon of the program itself, for its windows."""
    return _rendered(_source("app"), {})


def _source(name: str) -> str:
    file = resources.files("picoclaw_tray.resources").joinpath("icons", f"{name}.svg")
    return file.read_text(encoding="utf-8")


def _rendered(source: str, fitted: Mapping[int, QRectF]) -> QIcon:
    renderer = QSvgRenderer(QByteArray(source.encode()))
    icon = QIcon()
    for size in DEVICE_SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(QColor(0, 0, 0, 0))
        painter = QPainter(pixmap)
        renderer.render(painter, fitted.get(size, QRectF(pixmap.rect())))
        painter.end()
        icon.addPixmap(pixmap)
    return icon
