"""The window alone, over a real store, and shortcuts to its parts."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QIcon
from PySide6.QtWidgets import QToolButton

from picoclaw_tray.desktop.log_model import LogModel
from picoclaw_tray.desktop.log_window import GatewayWindow, WindowContent
from picoclaw_tray.logs.store import LogStore

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pytestqt.qtbot import QtBot

HELD: Final = 200
Key, Modifier = Qt.Key, Qt.KeyboardModifier
LEFT: Final = Qt.MouseButton.LeftButton


@contextmanager
def window_with(qtbot: QtBot, lines: Sequence[bytes]) -> Iterator[WindowRig]:
    """A window that shows these lines, and may be closed at the end without a question."""
    rig = WindowRig(qtbot)
    rig.store.extend(lines)
    rig.model.catch_up()
    rig.settle()
    yield rig
    rig.window.set_confirm_close(False)


class WindowRig:
    """A shown window over a real store, and shortcuts to its parts."""

    def __init__(self, qtbot: QtBot) -> None:
        self.qtbot = qtbot
        self.store = LogStore(HELD, 10_000_000)
        self.store.begin_run()
        self.model = LogModel(self.store)
        self.actions = [QAction(name) for name in ("&Start", "S&top", "&Quit")]
        self.window = GatewayWindow(self.model, self.actions)
        qtbot.addWidget(self.window)
        self.panel = self.window.panel
        self.view = self.panel.view
        self.bar = self.view.verticalScrollBar()
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.view.hasFocus)

    def print(self, count: int, line: str = "line {}") -> None:
        start = self.store.end
        self.store.extend([line.format(n).encode() for n in range(start, start + count)])
        self.model.catch_up()
        self.settle()

    def settle(self) -> None:
        """A view lays out later, in a turn of the loop of its own."""
        self.view.executeDelayedItemsLayout()

    def at(self, y: int) -> str:
        return self.model.row(self.view.rowAt(y)).line

    @property
    def top(self) -> str:
        return self.at(self.view.rowHeight(0))  # the second row: the first may be cut

    def last_is_visible(self) -> bool:
        last = self.view.visualRect(self.model.index(self.model.rowCount() - 1, 0))
        return self.view.viewport().rect().contains(last.center())

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
        self.qtbot.keyClick(self.view, key, modifier)

    def click(self, row: int, modifier: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
        centre = self.view.visualRect(self.model.index(row, 0)).center()
        place = QPoint(20, centre.y())
        self.qtbot.mouseClick(self.view.viewport(), LEFT, modifier, place)

    def copied(self, modifier: Qt.KeyboardModifier = Modifier.ControlModifier) -> str:
        with self.qtbot.waitSignal(self.panel.actions_.copying.done):
            self.key(Key.Key_C, modifier)
        return QGuiApplication.clipboard().text()

    @property
    def lines(self) -> list[str]:
        return [self.model.row(row).line for row in range(self.model.rowCount())]

    def button(self, text: str) -> QToolButton:
        return next(b for b in self.window.findChildren(QToolButton) if b.text().startswith(text))

    def present(self, **content: object) -> None:
        plain = WindowContent(QIcon(), "PicoClaw", "Running")
        self.window.show_presentation(replace(plain, **content))  # type: ignore[arg-type]
