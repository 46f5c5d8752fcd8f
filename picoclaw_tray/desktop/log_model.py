"""The rows of the log window: lines of one store, looked at but never copied."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QTimer, Signal, Slot

from picoclaw_tray.desktop.level_colours import LOOKS
from picoclaw_tray.desktop.log_rows import LogRows
from picoclaw_tray.desktop.slices import LINES_A_STEP, work_for_a_slice
from picoclaw_tray.logs.all_lines import AllLines
from picoclaw_tray.logs.query import Query
from picoclaw_tray.logs.selection import Selection

if TYPE_CHECKING:
    from PySide6.QtCore import QPersistentModelIndex, Qt

    from picoclaw_tray.desktop.log_rows import Row
    from picoclaw_tray.logs.redaction import Redactor
    from picoclaw_tray.logs.store import LogStore
    from picoclaw_tray.text import Text

PAUSE_MS: Final = 50
"""What arrives in this time is shown at once: a person sees no delay, a flood costs 20 looks/s."""

DISPLAY_ROLE: Final = 0
"""``Qt.ItemDataRole.DisplayRole``, without making the enumerations of ``Qt`` before the icon."""

_HORIZONTAL: Final = 1
_NOWHERE = QModelIndex()


_LEVELS: Final = {level: f"{look.shape} {look.word}" for level, look in LOOKS.items()}


class Column(IntEnum):
    """The columns, in their order."""

    TIME = 0
    LEVEL = 1
    COMPONENT = 2
    MESSAGE = 3


class LogModel(QAbstractTableModel):
    """Row 0 is the oldest line that the model knows of and that the filter lets through.

    Between two looks the store is ahead of the model: it has lines that are no rows yet, and rows
    whose lines it dropped. Such rows may be empty, they never show another line; the next look
    removes them.

    Decoding, masking and parsing is done for the rows that a view asks for. A filter examines the
    lines in slices, between other events; until it has come to the end the rows of before stay.
    Sleeps until ``wake``: nothing is done for a window that nobody sees.

    Args:
        store: Bounded.

    Signals:
        caught_up(): Rows and the numbers below agree with the store again, but for a pause.
        filtering(bool): A filter began to look at all lines; it has come to the end.
    """

    caught_up = Signal()
    filtering = Signal(bool)

    def __init__(self, store: LogStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._store = store
        self._query = Query()
        self._cleared_at = store.cleared_at
        self._lines: AllLines | Selection = AllLines(store)
        self._count = 0
        self._next: Selection | None = None  # a filter that has not come to the end yet
        self._awake = False
        self._paused = False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.catch_up)
        self._slice = QTimer(self, singleShot=True, interval=0)
        self._slice.timeout.connect(self._on_slice)
        self._rows = LogRows(store)

    @property
    def store(self) -> LogStore:
        """Where the lines are."""
        return self._store

    @property
    def lines(self) -> AllLines | Selection:
        """Which of them are rows."""
        return self._lines

    @property
    def query(self) -> Query:
        """Which lines are wanted."""
        return self._query

    @property
    def is_filtered(self) -> bool:
        """Whether lines may be missing that are there."""
        return self._query != Query()

    @property
    def problem(self) -> Text | None:
        """Why the filter has not looked at all lines; none if it has, or will."""
        lines = self._lines if self._next is None else self._next
        return lines.problem if isinstance(lines, Selection) else None

    @property
    def dropped(self) -> int:
        """How many lines had to make room for newer ones."""
        return self._store.dropped

    @property
    def is_paused(self) -> bool:
        """Whether rows stay as they are although lines come."""
        return self._paused

    def line_at(self, row: int) -> int:
        """The number of the line in a row."""
        return self._lines.line_at(row)

    def row_of(self, n: int) -> int:
        """The first row whose line has this number or a higher one; may be ``rowCount()``."""
        return min(self._lines.row_of(n), self._count)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """How many lines there are."""
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex = _NOWHERE) -> int:
        """As many as ``Column`` has."""
        return 0 if parent.isValid() else len(Column)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = DISPLAY_ROLE
    ) -> object:
        """The names of the columns."""
        if role != DISPLAY_ROLE or orientation.value != _HORIZONTAL:
            return None
        names = (self.tr("Time"), self.tr("Level"), self.tr("Component"), self.tr("Message"))
        return names[section]

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = DISPLAY_ROLE,
    ) -> object:
        """What stands in a cell."""
        if role != DISPLAY_ROLE:
            return None
        cells = self.row(index.row()).cells
        match Column(index.column()):
            case Column.TIME:
                return cells.time
            case Column.LEVEL:
                return "" if cells.level is None else _LEVELS[cells.level]
            case Column.COMPONENT:
                return cells.component
            case Column.MESSAGE:
                return cells.message

    def row(self, row: int) -> Row:
        """What is shown of the line in a row; nothing if the store has dropped it."""
        return self._rows.row(self._lines.line_at(row))

    def set_store(self, store: LogStore) -> None:
        """Shows the lines of another store, through the same filter."""
        self._store = store
        self._paused = False
        self._start_afresh()
        self.catch_up()

    def mask_anew(self, redactor: Redactor) -> None:
        """Another secret has become known: what is shown may hold it."""
        self._store.redactor = redactor
        self._rows.forget()
        if self._count:
            self.dataChanged.emit(
                self.index(0, 0), self.index(self._count - 1, len(Column) - 1), []
            )

    def set_query(self, query: Query) -> None:
        """Filters; the rows of before stay until the new ones are known."""
        if query == self._query:
            return
        self._query = query
        if query == Query():
            self._next = None
            lines = AllLines(self._store)
            lines.advance(LINES_A_STEP)
            self._replace(lines)
            self.filtering.emit(False)
            self.catch_up()
        else:
            self._next = Selection(self._store, query)
            self.filtering.emit(True)
            self._on_slice()

    def set_paused(self, paused: bool) -> None:  # noqa: FBT001 - a setter
        """Leaves the rows as they are, or catches up."""
        self._paused = paused
        if not paused:
            self.catch_up()

    def wake(self) -> None:
        """Somebody looks: catches up now, and from now on."""
        self._awake = True
        self.catch_up()

    def sleep(self) -> None:
        """Nobody looks any more."""
        self._awake = False
        self._pause.stop()
        self._slice.stop()

    @Slot()
    def on_lines_appended(self) -> None:
        """The store has more lines than before; many calls make one look."""
        if self._awake and not self._pause.isActive():
            self._pause.start()

    @Slot()
    def catch_up(self) -> None:
        """Looks at the store at once, for instance after it was cleared."""
        self._pause.stop()
        if self._store.cleared_at != self._cleared_at:
            self._start_afresh()
        elif not self._awake:
            return
        elif self._next is None and self._paused:
            self.caught_up.emit()
            return
        if self._next is not None:
            self._slice.start()
            return
        self._drop_rows()
        if work_for_a_slice(self._lines.advance):
            self._slice.start()
        self._add_rows()
        self.caught_up.emit()

    @Slot()
    def _on_slice(self) -> None:
        """The filter goes on."""
        if not self._awake:
            return
        if self._next is None:
            self.catch_up()
        elif work_for_a_slice(self._next.advance):
            self._slice.start()
        else:
            lines, self._next = self._next, None
            self._replace(lines)
            self.filtering.emit(False)
            self.caught_up.emit()

    def _start_afresh(self) -> None:
        self._cleared_at = self._store.cleared_at
        self._rows = LogRows(self._store)
        self._next = None if self._query == Query() else Selection(self._store, self._query)
        self._replace(AllLines(self._store) if self._next is None else self._next)
        self._next = None

    def _replace(self, lines: AllLines | Selection) -> None:
        self.beginResetModel()
        self._lines = lines
        lines.drop()
        self._count = len(lines)
        self.endResetModel()

    def _drop_rows(self) -> None:
        gone = self._lines.row_of(self._store.first)
        if not gone:
            return
        self.beginRemoveRows(_NOWHERE, 0, gone - 1)
        self._lines.drop()
        self._count -= gone
        self.endRemoveRows()

    def _add_rows(self) -> None:
        count = len(self._lines)
        if count > self._count:
            self.beginInsertRows(_NOWHERE, self._count, count - 1)
            self._count = count
            self.endInsertRows()
