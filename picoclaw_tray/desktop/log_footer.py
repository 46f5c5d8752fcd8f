"""Below the log: how many lines there are, what has just been saved, and the way to the newest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QDir, QSize, Qt, QTimer, Slot
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from picoclaw_tray.desktop.parts import PaddedButton, ReadableLabel

if TYPE_CHECKING:
    from picoclaw_tray.desktop.log_actions import LogActions
    from picoclaw_tray.desktop.log_view import LogView

_PADDING: Final = QSize(18, 6)
_ARROW: Final = QSize(12, 0)
_NEWS_MS: Final = 8000
_SHORTEST_PATH: Final = 180


class LogFooter(QWidget):
    """Follows a view and what is done with it."""

    def __init__(self, view: LogView, actions: LogActions, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._log = view.log
        self._view = view
        self._actions = actions
        self._size = ""
        self._text = ReadableLabel()
        self._newest = PaddedButton(_PADDING)
        self._more = PaddedButton(_PADDING + _ARROW)
        self._clear = PaddedButton(_PADDING)
        self._news = QTimer(self, singleShot=True, interval=_NEWS_MS)
        self._lay_out()
        self._log.caught_up.connect(self._tell)
        self._log.filtering.connect(self._tell)
        self._news.timeout.connect(self._tell)
        view.tail_changed.connect(self._on_tail_changed)
        actions.saved.connect(self._on_saved)
        self._newest.clicked.connect(self._on_newest_clicked)

    def show_log_size(self, size: str) -> None:
        """How large the gateway's own log is, in words; may be empty."""
        self._size = size
        self._tell()

    @Slot()
    def _tell(self) -> None:
        if self._news.isActive():
            return
        number = self.locale().toString
        store = self._log.store
        held = store.end - store.first
        words = [self.tr("Lines: {count}").format(count=number(held))]
        if self._log.is_filtered:
            shown = number(self._log.rowCount())
            words.append(self.tr("Shown: {count}").format(count=shown))
        if self._log.dropped:
            words.append(self.tr("Dropped: {count}").format(count=number(self._log.dropped)))
        if self._size:
            words.append(self._size)
        self._text.setToolTip("")
        self._text.show_text(" · ".join(words))

    @Slot(str, int)
    def _on_saved(self, path: str, lines: int) -> None:
        """Tells it for a while; of a long path the beginning and the end."""
        words = self.tr("Saved to {path} · Lines: {count}")
        count, whole = self.locale().toString(lines), QDir.toNativeSeparators(path)
        metrics = self._text.fontMetrics()
        rest = metrics.horizontalAdvance(words.format(path="", count=count))
        room = max(self._text.width() - rest, _SHORTEST_PATH)
        shown = metrics.elidedText(whole, Qt.TextElideMode.ElideMiddle, room)
        self._text.setToolTip(whole)
        self._text.show_text(words.format(path=shown, count=count))
        self._news.start()

    @Slot()
    def _on_tail_changed(self) -> None:
        paused = self._log.is_paused
        self._newest.setVisible(not self._view.is_following or paused)
        unseen = self.locale().toString(self._view.unseen)
        if paused:
            text = self.tr("Paused · New lines: {count}")
        elif self._view.unseen:
            text = self.tr("↓ New lines: {count}")
        else:
            text = self.tr("↓ Newest line")
        self._newest.setText(text.format(count=unseen))

    @Slot()
    def _on_newest_clicked(self) -> None:
        self._actions.pause.setChecked(False)
        self._view.show_newest()
        self._view.setFocus()

    def _lay_out(self) -> None:
        self._newest.hide()
        self._more.setText(self.tr("Log"))
        self._more.setMenu(self._actions.menu(self))
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._clear.setDefaultAction(self._actions.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._text, 1)
        row.addWidget(self._newest)
        row.addWidget(self._more)
        row.addWidget(self._clear)
