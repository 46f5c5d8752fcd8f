"""Where the characters of a line stand, for painting: in one row, or wrapped into several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QFontMetricsF

if TYPE_CHECKING:
    from PySide6.QtGui import QFont

_PIECE: Final = 128
_MAX_REMEMBERED: Final = 4096
MAX_WRAPPED: Final = 60
"""Most rows of a wrapped line; what is longer is read in the details."""


class LineLayout:
    """Measures text in one font of fixed pitch, in pieces that are remembered.

    Qt lays out the whole text, several times for each painting: a screen of lines of 4,000
    characters took 0.1 s, in Chinese 0.9 s.
    """

    def __init__(self, font: QFont) -> None:
        self._metrics = QFontMetricsF(font)
        self._advances: dict[str, float] = {}
        self.advance = self._measured("M")
        """Of one character of ASCII, in pixels."""

    @property
    def ascent(self) -> float:
        """Pixels from the top of a row of text to its base line."""
        return self._metrics.ascent()

    @property
    def height(self) -> float:
        """Pixels of a row of text."""
        return self._metrics.ascent() + self._metrics.descent()

    def width(self, text: str) -> float:
        """How wide a text is, in pixels; a long one with wide characters may be narrower."""
        if not text.isascii() and len(text) <= _PIECE:
            return self._measured(text)
        others = len(text) - len(text.encode("ascii", "ignore"))
        return (len(text) + others) * self.advance

    def x_of(self, text: str, place: int) -> float:
        """How far from its beginning the character at a place begins."""
        if text.isascii():
            return place * self.advance
        whole, rest = divmod(place, _PIECE)
        pieces = (text[start * _PIECE : (start + 1) * _PIECE] for start in range(whole))
        end = text[whole * _PIECE : whole * _PIECE + rest]
        return sum(map(self._measured, pieces)) + (self._measured(end) if end else 0.0)

    def in_sight(self, text: str, left: float, right: float) -> list[tuple[float, str]]:
        """The parts of a text that begins at ``left`` that lie between 0 and ``right``."""
        if text.isascii():
            first = max(0, int(-left / self.advance))
            last = int((right - left) / self.advance) + 1
            return [(left + first * self.advance, text[first : max(first, last)])]
        pieces = []
        for start in range(0, len(text), _PIECE):
            piece = text[start : start + _PIECE]
            end = left + self._measured(piece)
            if end > 0:
                pieces.append((left, piece))
            if end > right:
                break
            left = end
        return pieces

    def wrapped(self, text: str, width: float) -> tuple[tuple[int, int], ...]:
        """The ranges of characters that fit into rows of a width; at least one, at most 60.

        Broken at a space where the last third of a row has one. Other characters than ASCII
        count twice, so that nothing is cut off.
        """
        fits = max(8, int(width / self.advance))
        if len(text) * (1 if text.isascii() else 2) <= fits:
            return ((0, len(text)),)
        rows: list[tuple[int, int]] = []
        start = 0
        while start < len(text) and len(rows) < MAX_WRAPPED:
            end = _fitting(text, start, fits)
            if end < len(text):
                space = text.rfind(" ", start + (end - start) * 2 // 3, end)
                end = space + 1 if space > start else end
            rows.append((start, end))
            start = end
        return tuple(rows)

    def _measured(self, text: str) -> float:
        advance = self._advances.get(text)
        if advance is None:
            if len(self._advances) >= _MAX_REMEMBERED:
                self._advances.clear()
            advance = self._advances[text] = self._metrics.horizontalAdvance(text)
        return advance


def _fitting(text: str, start: int, fits: int) -> int:
    """Where a row that begins at ``start`` has to end."""
    end = min(len(text), start + fits)
    row = text[start:end]
    if row.isascii():
        return end
    room = fits
    for place, character in enumerate(row):
        room -= 1 if character.isascii() else 2
        if room < 0:
            return start + max(1, place)
    return end
