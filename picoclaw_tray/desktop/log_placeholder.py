"""What stands in the log where no line does."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QLabel, QTableView, QVBoxLayout, QWidget

from picoclaw_tray.desktop.parts import PaddedButton

if TYPE_CHECKING:
    from picoclaw_tray.desktop.log_model import LogModel

_MARGIN: Final = 32
_PADDING: Final = QSize(24, 10)


class LogPlaceholder(QWidget):
    """Says why there is nothing to see, and offers lines that a filter hides.

    Args:
        view: Lies below it, and shows the model.
        model: As long as it has rows, nothing is said.

    Signals:
        all_wished(): The person wants to see what is hidden.
    """

    all_wished = Signal()

    def __init__(self, view: QTableView, model: LogModel) -> None:
        super().__init__(view.viewport())
        self._view = view
        self._log = model
        self._reason = ""
        self._text = QLabel()
        self._show_all = PaddedButton(_PADDING)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._text.setWordWrap(True)
        self._text.setForegroundRole(QPalette.ColorRole.Text)
        self._show_all.setText(self.tr("Show all lines"))
        self._show_all.clicked.connect(self.all_wished)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN, 0, _MARGIN, 0)
        column.setSpacing(12)
        column.addStretch()
        column.addWidget(self._text)
        column.addWidget(self._show_all, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch()
        model.caught_up.connect(self._on_caught_up)
        self._on_caught_up()

    def set_reason(self, reason: str) -> None:
        """Why there are no lines at all."""
        self._reason = reason
        self._on_caught_up()

    @Slot()
    def _on_caught_up(self) -> None:
        is_empty = not self._log.rowCount()
        if is_empty:
            self._fill()
        self._view.setAccessibleDescription(self._text.text() if is_empty else "")
        self.setVisible(is_empty)

    def _fill(self) -> None:
        store = self._log.store
        hidden = store.end - store.first if self._log.is_filtered else 0
        self._show_all.setVisible(bool(hidden))
        self._text.setText(self._reason)
        if hidden:
            words = self.tr("No line passes the filters. Hidden lines: {count}")
            self._text.setText(words.format(count=self.locale().toString(hidden)))
