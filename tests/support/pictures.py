"""What is on a picture of the screen, and where: comparing and finding pixels."""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtGui import QImage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HEADER_WORDS = 25
_COLOUR_BYTES = 12
_PIXEL_BYTES = 4
_ALPHA = 3  # the place of the alpha byte in a pixel: blue, green, red, alpha


class Area(NamedTuple):
    """A rectangle on the screen, in pixels."""

    left: int
    top: int
    width: int
    height: int

    @property
    def centre(self) -> tuple[int, int]:
        """The pixel in the middle: where a person would click."""
        return self.left + self.width // 2, self.top + self.height // 2


def read_frame_buffer(path: Path) -> QImage:
    """The screen as it is now, from a file of `Xvfb -fbdir`, at a depth of 24 bits.

    The file is an X window dump: a header of big-endian 32-bit words (XWDFile.h), a table of
    colours, then rows of pixels.
    """
    dump = path.read_bytes()
    header = struct.unpack_from(f">{_HEADER_WORDS}I", dump)
    header_bytes, width, height = header[0], header[4], header[5]
    row_bytes, colours = header[12], header[19]
    pixels = dump[header_bytes + colours * _COLOUR_BYTES :]
    borrowing = QImage(pixels, width, height, row_bytes, QImage.Format.Format_RGB32)
    # The conversion owns its pixels and fills the unused fourth byte of each.
    return borrowing.convertToFormat(QImage.Format.Format_ARGB32)


def changed_area(before: QImage, after: QImage) -> Area | None:
    """The smallest area that holds every pixel that differs, or None when none does."""
    rows = [y for y in range(after.height()) if _row(before, y) != _row(after, y)]
    if not rows:
        return None
    columns = [
        x
        for x in range(after.width())
        if any(before.pixel(x, y) != after.pixel(x, y) for y in rows)
    ]
    return Area(columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)


def find_image(screen: QImage, image: QImage) -> Area | None:
    """Where `screen` shows `image` pixel for pixel, or None.

    Only the opaque pixels of `image` are compared: the others show what is behind it.
    """
    runs = _opaque_runs(image.convertToFormat(QImage.Format.Format_ARGB32))
    if not runs:
        return None
    lines = [_row(screen, y) for y in range(screen.height())]
    anchor = max(runs, key=lambda run: len(run.pixels))
    for y in range(anchor.y, screen.height() - image.height() + anchor.y + 1):
        for x in _occurrences(anchor.pixels, lines[y]):
            left, top = x - anchor.x, y - anchor.y
            if left >= 0 and all(run.is_shown(lines, left, top) for run in runs):
                return Area(left, top, image.width(), image.height())
    return None


class _Run(NamedTuple):
    """Opaque pixels side by side; `x` and `y` count from the corner of their image."""

    x: int
    y: int
    pixels: bytes

    def is_shown(self, lines: list[bytes], left: int, top: int) -> bool:
        return lines[top + self.y].startswith(self.pixels, _PIXEL_BYTES * (left + self.x))


def _opaque_runs(image: QImage) -> list[_Run]:
    runs = []
    for y in range(image.height()):
        line = _row(image, y)
        alphas = line[_ALPHA::_PIXEL_BYTES]
        for match in re.finditer(b"\xff+", alphas):
            start, end = match.span()
            runs.append(_Run(start, y, line[_PIXEL_BYTES * start : _PIXEL_BYTES * end]))
    return runs


def _occurrences(pixels: bytes, line: bytes) -> Iterator[int]:
    at = line.find(pixels)
    while at >= 0:
        if at % _PIXEL_BYTES == 0:
            yield at // _PIXEL_BYTES
        at = line.find(pixels, at + 1)


def _row(image: QImage, y: int) -> bytes:
    return bytes(image.constScanLine(y))
