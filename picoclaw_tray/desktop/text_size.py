"""Larger and smaller text for one widget, as a person wishes it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

_SMALLEST: Final = 6.0
_LARGEST: Final = 32.0


class TextSize(QObject):
    """Usual is the font that the widget has now; sizes are in points.

    Signals:
        changed(float): The text is so much larger than usual.
    """

    changed = Signal(float)

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self._widget = widget
        self._usual = widget.font().pointSizeF()

    @property
    def above_usual(self) -> float:
        """How much larger the text is than usual; negative where it is smaller."""
        return self._widget.font().pointSizeF() - self._usual

    @Slot()
    def enlarge(self) -> None:
        """Makes the text larger."""
        self.set_above_usual(self.above_usual + 1)

    @Slot()
    def reduce(self) -> None:
        """Makes the text smaller."""
        self.set_above_usual(self.above_usual - 1)

    @Slot()
    def reset(self) -> None:
        """As large as the desktop has it."""
        self.set_above_usual(0)

    @Slot(float)
    def set_above_usual(self, points: float) -> None:
        """Makes the text so much larger than usual, as far as that can be read."""
        font = self._widget.font()
        font.setPointSizeF(min(max(self._usual + points, _SMALLEST), _LARGEST))
        self._widget.setFont(font)
        self.changed.emit(self.above_usual)
