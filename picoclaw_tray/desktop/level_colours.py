"""How a level looks: by a word, by a shape, and by a colour that can be read.

The shapes differ, so that nobody needs to see the colours. None of them is one that a system might
paint as an emoji.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtGui import QColor, QPalette

from picoclaw_tray.logs.entry import Level

LEAST_CONTRAST: Final = 4.5
"""Between text and what is behind it, as the Web Content Accessibility Guidelines ask (AA)."""

_Role = QPalette.ColorRole
_HALF: Final = 0.5


@dataclass(frozen=True, slots=True)
class LevelLook:
    """A level without a palette.

    Attributes:
        word: As the gateway's users know it, never translated; its first letter is its own.
        shape: One character.
    """

    word: str
    shape: str


LOOKS: Final = {
    Level.TRACE: LevelLook("TRACE", "·"),
    Level.DEBUG: LevelLook("DEBUG", "◦"),
    Level.INFO: LevelLook("INFO", "•"),
    Level.WARN: LevelLook("WARN", "▲"),
    Level.ERROR: LevelLook("ERROR", "✕"),
    Level.FATAL: LevelLook("FATAL", "◆"),
    Level.PANIC: LevelLook("PANIC", "■"),
}

_ON_LIGHT: Final = {
    Level.TRACE: "#5f6368",
    Level.DEBUG: "#5f6368",
    Level.INFO: "#1a5fb4",
    Level.WARN: "#8a4b00",
    Level.ERROR: "#b3261e",
    Level.FATAL: "#8e1b63",
    Level.PANIC: "#8e1b63",
}
_ON_DARK: Final = {
    Level.TRACE: "#a9adb3",
    Level.DEBUG: "#a9adb3",
    Level.INFO: "#8ab8f5",
    Level.WARN: "#f2b84b",
    Level.ERROR: "#ff9a91",
    Level.FATAL: "#f59ad3",
    Level.PANIC: "#f59ad3",
}
_MATCH_ON_LIGHT: Final = ("#ffe08a", "#1b1b1b")
_MATCH_ON_DARK: Final = ("#725600", "#ffffff")


def level_colours(palette: QPalette, *behind: QPalette.ColorRole) -> dict[Level, QColor]:
    """The colour of each level; of one that could not be read, the colour of the text.

    Args:
        palette: Of the widget, for its present colour group.
        behind: What the levels are written on; the rows of a table unless told otherwise.
    """
    papers = [palette.color(role) for role in behind or (_Role.Base, _Role.AlternateBase)]
    colours = _ON_DARK if papers[0].lightnessF() < _HALF else _ON_LIGHT
    ink = palette.color(_Role.Text if _Role.Window not in behind else _Role.WindowText)
    return {level: _readable(QColor(name), ink, papers) for level, name in colours.items()}


def match_colours(palette: QPalette) -> tuple[QColor, QColor]:
    """What is behind a text that was searched for, and the ink on it."""
    is_dark = palette.color(_Role.Base).lightnessF() < _HALF
    paper, ink = _MATCH_ON_DARK if is_dark else _MATCH_ON_LIGHT
    return QColor(paper), QColor(ink)


def contrast(one: QColor, other: QColor) -> float:
    """How well one colour stands out from another: from 1, not at all, to 21 (WCAG 2.1)."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _readable(colour: QColor, ink: QColor, papers: list[QColor]) -> QColor:
    is_readable = all(contrast(colour, paper) >= LEAST_CONTRAST for paper in papers)
    return colour if is_readable else ink


def _luminance(colour: QColor) -> float:
    red, green, blue = map(_linear, (colour.redF(), colour.greenF(), colour.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - sRGB's
