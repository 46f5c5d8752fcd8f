"""A box to choose one of some values, which may change while it is used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, QSize, QTimer, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QComboBox, QSizePolicy

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QStyleOptionComboBox, QWidget


_FEWEST_LETTERS: Final = 4
_WIDEST: Final = 4  # times the box


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the list; a heading cannot be chosen and has a rule above it.

    Attributes:
        in_box: What the closed box has room for; empty: the label.
    """

    label: str
    value: object = None
    is_heading: bool = False
    in_box: str = ""


class ChoiceBox(QComboBox):
    """Keeps what is chosen when the choices change, and its choices while its list is open.

    Args:
        letters: How many are in sight; a longer choice is cut there, not in the list.

    Signals:
        chosen(object): The value is another one, by a person or because the last one is gone.
        opening(): Its list is about to be seen: the last moment for other choices.
    """

    chosen = Signal(object)
    opening = Signal()

    def __init__(self, letters: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choices: tuple[Choice, ...] = ()
        self._waiting: tuple[Choice, ...] | None = None
        self._rows: list[Choice | None] = []  # none: a rule
        self._value: object = None
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(letters)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.currentIndexChanged.connect(self._on_index_changed)

    @property
    def value(self) -> object:
        """What is chosen."""
        return self._value

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """As narrow as the first letters, where the window is."""
        size = super().minimumSizeHint()
        letters = self.minimumContentsLength() - _FEWEST_LETTERS
        return size - QSize(letters * self.fontMetrics().horizontalAdvance("X"), 0)

    def set_choices(self, choices: Sequence[Choice]) -> None:
        """Sets what differs; the first one stands in for a chosen one that is gone."""
        self._waiting = tuple(choices)
        self._take_over()

    def choose(self, value: object) -> None:
        """Chooses as a person would; a value that is not there changes nothing."""
        row = self._row_of(value)
        if row is not None:
            self.setCurrentIndex(row)

    def showPopup(self) -> None:  # noqa: N802 - Qt's name
        """Opens the list, wide enough for its choices."""
        self.opening.emit()
        view = self.view()
        view.installEventFilter(self)
        widest = view.sizeHintForColumn(0) + view.verticalScrollBar().sizeHint().width()
        view.setMinimumWidth(min(widest, _WIDEST * self.width()))
        super().showPopup()

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:  # noqa: N802 - Qt's name
        """Writes into the closed box what it has room for."""
        super().initStyleOption(option)
        choice = self._choice_at(self.currentIndex())
        if choice is not None and choice.in_box:
            option.currentText = choice.in_box

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes over what changed while the list was open: Escape closes it without a word.

        Not at once: what was chosen in the list is set only after it was closed.
        """
        if event.type() == QEvent.Type.Hide:
            QTimer.singleShot(0, self, self._take_over)
        return super().eventFilter(watched, event)

    @Slot()
    def _take_over(self) -> None:
        if self._waiting is None or self.view().isVisible():
            return
        choices, self._waiting = self._waiting, None
        if choices == self._choices:
            return
        self._choices = choices
        blocker = QSignalBlocker(self)
        self.clear()
        self._rows = []
        for choice in choices:
            self._add(choice)
        self.setCurrentIndex(self._row_of(self._value) or 0)
        blocker.unblock()
        self._on_index_changed(self.currentIndex())

    def _add(self, choice: Choice) -> None:
        if choice.is_heading:
            self.insertSeparator(self.count())
            self._rows.append(None)
        self.addItem(choice.label)
        self._rows.append(choice)
        model = self.model()
        if choice.is_heading and isinstance(model, QStandardItemModel):
            model.item(self.count() - 1).setEnabled(False)

    def _row_of(self, value: object) -> int | None:
        for row, choice in enumerate(self._rows):
            if choice is not None and not choice.is_heading and choice.value == value:
                return row
        return None

    def _choice_at(self, row: int) -> Choice | None:
        return self._rows[row] if 0 <= row < len(self._rows) else None

    @Slot(int)
    def _on_index_changed(self, row: int) -> None:
        choice = self._choice_at(row)
        if choice is None:
            return
        self.setToolTip(f"{self.accessibleName()}: {choice.label}")
        if choice.value != self._value:
            self._value = choice.value
            self.chosen.emit(choice.value)
