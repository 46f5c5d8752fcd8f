"""Beside or below the log: one entry as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QAction, QFont, QGuiApplication, QKeySequence, QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from picoclaw_tray.desktop.entry_text import EntryText
from picoclaw_tray.desktop.level_colours import LOOKS, level_colours
from picoclaw_tray.desktop.parts import PaddedButton, ReadableLabel, Rule
from picoclaw_tray.desktop.text_size import TextSize
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.export import entry_json, entry_text

if TYPE_CHECKING:
    from picoclaw_tray.desktop.entry_text import Spans
    from picoclaw_tray.logs.entry import Entry

_PADDING: Final = QSize(16, 6)
_MARGIN: Final = 16
_THANKS_MS: Final = 1500
_LONGEST_FACT: Final = 200


class EntryPane(QWidget):
    """Shows one entry, secrets masked as they come. Hidden until it is shown.

    Signals:
        closed(): The person closed it.
        whole_wished(bool): They want to copy an entry that was given without its end; as JSON?
    """

    closed = Signal()
    whole_wished = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self._run: int | None = None
        self._excess = 0
        self._level = QLabel()
        self._facts = ReadableLabel()
        self._text = EntryText()
        self.text_size = TextSize(self._text)
        self._copy = self._button(self.tr("Copy"))
        self._copy_json = self._button(self.tr("Copy as JSON"))
        self._close = self._button("×")
        self._thanks = QTimer(self, singleShot=True, interval=_THANKS_MS)
        self._set_up_parts()
        self._lay_out()
        self.show_entry(None)
        self.hide()

    def show_entry(self, entry: Entry | None, excess: int = 0, *, run: int | None = None) -> None:
        """Sets what is seen as long as the pane is.

        Args:
            entry: With its secrets masked; none: no line is chosen.
            excess: How many bytes more it has at its end; to be copied by who has them.
            run: Its run as a person counts them; none: unknown.
        """
        self._entry, self._run, self._excess = entry, run, excess
        self._text.show_entry(entry, excess)
        self._show_head(entry)
        for button in (self._copy, self._copy_json):
            button.setEnabled(entry is not None)

    def set_matcher(self, matcher: Spans | None) -> None:
        """Highlights what it finds; none: nothing."""
        self._text.set_matcher(matcher)

    def changeEvent(self, event: QEvent) -> None:
        """Fits the colour of the level to another palette."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._entry is not None:
            self._paint_level(self._entry)

    @Slot()
    def copy_text(self) -> None:
        """Copies all of it as a gateway prints it."""
        if self._entry is not None:
            self._put(self._entry, self._copy)

    @Slot()
    def copy_json(self) -> None:
        """Copies all of it as JSON."""
        if self._entry is not None:
            self._put(self._entry, self._copy_json)

    @Slot()
    def close_pane(self) -> None:
        """Closes it, and says so."""
        self.hide()
        self.closed.emit()

    def _put(self, entry: Entry, button: PaddedButton) -> None:
        as_json = button is self._copy_json
        if self._excess:
            self.whole_wished.emit(as_json)
        else:
            text = entry_json(entry, self._run) if as_json else entry_text(entry)
            QGuiApplication.clipboard().setText(text)
        self._on_thanked()
        button.setText(self.tr("Copied"))
        self._thanks.start()

    @Slot()
    def _on_thanked(self) -> None:
        self._copy.setText(self.tr("Copy"))
        self._copy_json.setText(self.tr("Copy as JSON"))

    def _show_head(self, entry: Entry | None) -> None:
        self._level.setText(self._level_words(entry))
        self._facts.setVisible(entry is not None)
        if entry is not None:
            self._paint_level(entry)
            source = self._source(entry.source)
            run = "" if self._run is None else self.tr("Run {number}").format(number=self._run)
            facts = (entry.time, entry.component, entry.caller, source, run)
            self._facts.show_text(" · ".join(fact[:_LONGEST_FACT] for fact in facts if fact))

    def _level_words(self, entry: Entry | None) -> str:
        if entry is None:
            return ""
        if entry.level is None:
            return self.tr("No level")
        look = LOOKS[entry.level]
        return f"{look.shape} {look.word}"

    def _source(self, source: Source) -> str:
        return self.tr("output") if source is Source.OUTPUT else source.value

    def _paint_level(self, entry: Entry) -> None:
        palette = QPalette(self.palette())
        role = QPalette.ColorRole.WindowText
        if entry.level is not None:
            colours = level_colours(palette, QPalette.ColorRole.Window)
            palette.setColor(role, colours[entry.level])
        self._level.setPalette(palette)

    def _button(self, label: str) -> PaddedButton:
        button = PaddedButton(_PADDING)
        button.setText(label)
        button.setMinimumWidth(button.sizeHint().width())
        return button

    def _set_up_parts(self) -> None:
        bold = QFont(self._level.font())
        bold.setBold(True)
        self._level.setFont(bold)
        self._level.setTextFormat(Qt.TextFormat.PlainText)
        self._copy.clicked.connect(self.copy_text)
        self._copy_json.clicked.connect(self.copy_json)
        self._close.setToolTip(self.tr("Close"))
        self._close.setAccessibleName(self.tr("Close"))
        self._close.setAutoRaise(True)
        self._close.clicked.connect(self.close_pane)
        self._text.copy_wished.connect(self.copy_text)
        self._thanks.timeout.connect(self._on_thanked)
        escape = QAction(self.tr("Close"), self)
        escape.setShortcut(QKeySequence(Qt.Key.Key_Escape))
        escape.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.triggered.connect(self.close_pane)
        self.addAction(escape)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._level)
        head.addStretch()
        head.addWidget(self._copy)
        head.addWidget(self._copy_json)
        head.addWidget(self._close)
        top = QVBoxLayout()
        top.setContentsMargins(_MARGIN, 6, _MARGIN, 6)
        top.setSpacing(2)
        top.addLayout(head)
        top.addWidget(self._facts)
        paper = QWidget()
        paper.setBackgroundRole(QPalette.ColorRole.Base)
        paper.setAutoFillBackground(True)
        inset = QVBoxLayout(paper)
        inset.setContentsMargins(_MARGIN - 4, 4, 0, 0)
        inset.addWidget(self._text)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addWidget(Rule())
        column.addWidget(paper, 1)
