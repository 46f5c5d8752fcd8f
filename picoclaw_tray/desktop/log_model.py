"""The rows of the log window: lines of the one store, looked at but never copied."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QTimer, Signal, Slot

if TYPE_CHECKING:
    from PySide6.QtCore import QPersistentModelIndex

    from picoclaw_tray.logs.store import LogStore

PAUSE_MS: Final = 50
"""What arrives in this time is shown at once: a person sees no delay, a flood costs 20 looks/s."""

MAX_SHOWN: Final = 4000
"""Most characters of a line on the screen. Laying out a line of a megabyte would take seconds."""

MAX_COPIED: Final = 64 * 1024
"""Most characters of a line in the clipboard. Masking a line of a megabyte may take a second."""

DISPLAY_ROLE: Final = 0
"""``Qt.ItemDataRole.DisplayRole``, without making the enumerations of ``Qt`` before the icon."""

_MAX_REMEMBERED = 512
_TAB = 8
_NOWHERE = QModelIndex()


class LogModel(QAbstractTableModel):
    """One column; row 0 is the oldest line that the model knows of.

    Between two looks the store is ahead of the model: it has lines that are no rows yet, and rows
    whose lines it dropped. Such rows may be empty, they never show another line; the next look
    removes them.

    Decoding and masking is left to the store and done for the rows that a view asks for. Sleeps
    until ``wake``: nothing is done for a window that nobody sees.

    Args:
        store: Bounded.

    Signals:
        caught_up(): Rows and the numbers below agree with the store again.
    """

    caught_up = Signal()

    def __init__(self, store: LogStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._cleared_at = store.cleared_at
        self._first = self._end = store.first
        self._awake = False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.catch_up)
        self._redactor = store.redactor
        self._shown: dict[int, str] = {}

    @property
    def first(self) -> int:
        """The number of the line in row 0."""
        return self._first

    @property
    def end(self) -> int:
        """The number after that of the line in the last row."""
        return self._end

    @property
    def dropped(self) -> int:
        """How many lines had to make room for newer ones."""
        return self._store.dropped

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """How many lines there are."""
        return 0 if parent.isValid() else self._end - self._first

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """One: the line as it came."""
        return 0 if parent.isValid() else 1

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = DISPLAY_ROLE,
    ) -> object:
        """The line as it is shown: masked, and cut when it is very long."""
        if role != DISPLAY_ROLE:
            return None
        return self._shown_line(self._first + index.row())

    def copied_line(self, offset: int) -> str | None:
        """The line for the clipboard, masked; none if the store has dropped it."""
        return None if self._is_gone(offset) else self._shortened(offset, MAX_COPIED)

    def wake(self) -> None:
        """Somebody looks: catches up now, and from now on."""
        self._awake = True
        self.catch_up()

    def sleep(self) -> None:
        """Nobody looks any more."""
        self._awake = False
        self._pause.stop()

    @Slot()
    def on_lines_appended(self) -> None:
        """The store has more lines than before; many calls make one look."""
        if self._awake and not self._pause.isActive():
            self._pause.start()

    @Slot()
    def catch_up(self) -> None:
        """Looks at the store at once, for instance after it was cleared."""
        self._pause.stop()
        if not self._awake:
            return
        if self._store.cleared_at != self._cleared_at:
            self._start_afresh()
        self._drop_rows()
        self._add_rows()
        self.caught_up.emit()

    def _start_afresh(self) -> None:
        self.beginResetModel()
        self._cleared_at = self._first = self._end = self._store.cleared_at
        self._shown.clear()
        self.endResetModel()

    def _drop_rows(self) -> None:
        first = self._store.first
        gone = min(first, self._end) - self._first
        if gone:
            self.beginRemoveRows(_NOWHERE, 0, gone - 1)
            self._first += gone
            self.endRemoveRows()
        if first > self._end:  # lines came and went unseen
            self._first = self._end = first

    def _add_rows(self) -> None:
        end = self._store.end
        if end > self._end:
            rows = self.rowCount()
            self.beginInsertRows(_NOWHERE, rows, rows + end - self._end - 1)
            self._end = end
            self.endInsertRows()

    def _shown_line(self, offset: int) -> str:
        if self._store.redactor is not self._redactor:  # it has learned another secret
            self._redactor = self._store.redactor
            self._shown.clear()
        shown = self._shown.get(offset)
        if shown is None:
            if self._is_gone(offset):
                return ""
            if len(self._shown) >= _MAX_REMEMBERED:
                self._shown.clear()
            shown = self._shown[offset] = self._shortened(offset, MAX_SHOWN).expandtabs(_TAB)
        return shown

    def _shortened(self, offset: int, max_chars: int) -> str:
        line, excess = self._store.beginning(offset, max_chars)
        if not excess:
            return line
        return line + self.tr(" … [and {count} bytes more]").format(count=excess)

    def _is_gone(self, offset: int) -> bool:
        return offset < self._store.first
