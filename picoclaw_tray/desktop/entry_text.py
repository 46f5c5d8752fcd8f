"""A whole entry as text to be read, selected and searched."""

from __future__ import annotations

import re
from bisect import bisect_left
from time import perf_counter
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import (
    QFontDatabase,
    QFontInfo,
    QFontMetricsF,
    QKeySequence,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextOption,
)
from PySide6.QtWidgets import QFrame, QTextEdit

from picoclaw_tray.desktop.level_colours import match_colours
from picoclaw_tray.desktop.parts import mixed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from PySide6.QtGui import QColor, QKeyEvent, QTextBlock
    from PySide6.QtWidgets import QWidget

    from picoclaw_tray.logs.entry import Entry

MOST_CHARS: Final = 64 * 1024
"""Of message, fields and raw text each: Qt takes up to 0.2 s to lay out so many."""

MOST_MATCHES: Final = 1000

_LOOKING_S: Final = 0.04
"""After so long the other lines of an entry are not looked at: an expression may take its time."""

_MOST_FIELDS: Final = 500
_LONGEST_NAME: Final = 20
_TAB: Final = 4
_TAB_STOPS: Final = 16
_PALER: Final = 0.3
_GAP: Final = 8
_FEWEST_LINES: Final = 4
_LINE_BREAK: Final = "\u2028"  # goes on in the same paragraph
_OURS: Final = 1
"""State of a block that holds our own words: nothing is to be found in it."""

_ASTRAL: Final = re.compile("[\U00010000-\U0010ffff]")


class Spans(Protocol):
    """Finds what a person looks for."""

    def spans(self, text: str, limit: int, /) -> Iterable[tuple[int, int]]:
        """Where the first matches begin and end, at most so many."""


class EntryText(QTextEdit):
    """Message, fields and raw text of one entry, as plain text and each with a bound.

    Signals:
        copy_wished(): Ctrl+C, and nothing is selected.
    """

    copy_wished = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self._excess = 0
        self._matcher: Spans | None = None
        self.setAccessibleName(self.tr("The whole entry"))
        self.setPlaceholderText(self.tr("Choose a line to see all of it."))
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.setMinimumHeight(_FEWEST_LINES * self.fontMetrics().lineSpacing())

    def show_entry(self, entry: Entry | None, excess: int = 0) -> None:
        """Sets an entry that differs; what is selected in an equal one stays selected.

        Args:
            entry: Masked already.
            excess: How many bytes more it has at its end.
        """
        if (entry, excess) != (self._entry, self._excess):
            self._entry, self._excess = entry, excess
            self._write()

    def set_matcher(self, matcher: Spans | None) -> None:
        """Highlights what it finds, and shows the first place."""
        self._matcher = matcher
        self._highlight()
        if not self.textCursor().hasSelection():
            self._show_first_match()

    def changeEvent(self, event: QEvent) -> None:
        """Writes anew for another palette or font."""
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange}:
            self._write()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Copies the entry where nothing of it is selected."""
        if event.matches(QKeySequence.StandardKey.Copy) and not self.textCursor().hasSelection():
            self.copy_wished.emit()
        else:
            super().keyPressEvent(event)

    def _write(self) -> None:
        self.clear()
        self.setTabStopDistance(_TAB * self._letter())
        entry = self._entry
        if entry is None:
            return
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        self._write_long(cursor, entry.message)
        if entry.fields:
            self._write_heading(cursor, self.tr("Fields"))
            self._write_fields(cursor, entry.fields)
        if entry.raw != entry.message:
            self._write_heading(cursor, self.tr("As it came"))
            cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
            self._write_long(cursor, entry.raw)
        if self._excess:
            rest = self.tr("{count} more bytes are searched and copied, but not shown.")
            self._write_rest(cursor, rest, self._excess)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)
        self._highlight()
        self._show_first_match()

    def _write_long(self, cursor: QTextCursor, text: str) -> None:
        cursor.insertText(text[:MOST_CHARS])
        if len(text) > MOST_CHARS:
            rest = self.tr("{count} more characters are copied, but not shown.")
            self._write_rest(cursor, rest, len(text) - MOST_CHARS)

    def _write_fields(self, cursor: QTextCursor, fields: tuple[tuple[str, str], ...]) -> None:
        letters = min(_LONGEST_NAME, max(len(name) for name, _ in fields)) + 2
        column = letters * self._letter()
        room = MOST_CHARS
        for number, (name, value) in enumerate(fields):
            if room <= 0 or number >= _MOST_FIELDS:
                self._write_rest(cursor, self.tr("More fields: {count}"), len(fields) - number)
                break
            cursor.insertBlock(_hanging(column, self.tabStopDistance()), QTextCharFormat())
            # A tab within a value would go on from the left edge.
            shown = value[:room].replace("\t", _TAB * " ")
            cut = "…" if len(value) > room else ""
            cursor.insertText(f"{name[:room]}\t{shown}{cut}".replace("\n", _LINE_BREAK))
            room -= len(name) + len(shown)

    def _write_rest(self, cursor: QTextCursor, sentence: str, count: int) -> None:
        self._write_ours(cursor, "… " + sentence.format(count=self.locale().toString(count)))

    def _write_heading(self, cursor: QTextCursor, heading: str) -> None:
        layout = QTextBlockFormat()
        layout.setTopMargin(_GAP)
        self._write_ours(cursor, heading, layout)

    def _write_ours(
        self, cursor: QTextCursor, words: str, layout: QTextBlockFormat | None = None
    ) -> None:
        palette = self.palette()
        look = QTextCharFormat()
        look.setForeground(mixed(palette.text().color(), palette.base().color(), _PALER))
        look.setFontFamilies([QFontInfo(self.window().font()).family()])
        cursor.insertBlock(layout or QTextBlockFormat(), look)
        cursor.block().setUserState(_OURS)
        cursor.insertText(words)

    def _letter(self) -> float:
        return QFontMetricsF(self.font()).horizontalAdvance("M")

    def _highlight(self) -> None:
        """Marks the matches line by line, as they are searched for, as long as there is time."""
        selections = []
        room, end = MOST_MATCHES, perf_counter() + _LOOKING_S
        paper, ink = match_colours(self.palette())
        block = self.document().begin()
        while self._matcher is not None and block.isValid() and room > 0 and perf_counter() < end:
            if block.userState() != _OURS:
                text = block.text()
                spans = list(self._matcher.spans(text, room))
                room -= len(spans)
                selections += [
                    _selection(block, start, end, (paper, ink))
                    for start, end in _in_qt(text, spans)
                ]
            block = block.next()
        self.setExtraSelections(selections)

    def _show_first_match(self) -> None:
        """It may be far down in a long entry."""
        if matches := self.extraSelections():
            place = QTextCursor(self.document())
            place.setPosition(matches[0].cursor.selectionStart())
            self.setTextCursor(place)


def _hanging(column: float, tab: float) -> QTextBlockFormat:
    """A name, its value beside it in as many lines as it needs, further on after a long name."""
    stops = (column + number * tab for number in range(_TAB_STOPS))
    layout = QTextBlockFormat()
    layout.setLeftMargin(column)
    layout.setTextIndent(-column)
    layout.setTabPositions([QTextOption.Tab(at, QTextOption.TabType.LeftTab) for at in stops])
    return layout


def _selection(
    block: QTextBlock, start: int, end: int, colours: tuple[QColor, QColor]
) -> QTextEdit.ExtraSelection:
    selection = QTextEdit.ExtraSelection()
    cursor = QTextCursor(block)
    cursor.setPosition(block.position() + start)
    cursor.setPosition(block.position() + end, QTextCursor.MoveMode.KeepAnchor)
    look = QTextCharFormat()
    look.setBackground(colours[0])
    look.setForeground(colours[1])
    selection.cursor = cursor
    selection.format = look
    return selection


def _in_qt(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same places where a character beyond U+FFFF counts twice, as in Qt."""
    astral = [] if text.isascii() else [match.start() for match in _ASTRAL.finditer(text)]
    return [
        (start + bisect_left(astral, start), end + bisect_left(astral, end))
        for start, end in spans
        if start < end
    ]
