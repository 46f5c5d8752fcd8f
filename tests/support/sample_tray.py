"""A tray program of a page: what the desktop of the tests is proven with.

It prints `ready` when its icon is shown, and a line for everything a person does.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

_STOPPED, _STARTED = QColor("crimson"), QColor("limegreen")
_SIZES = (16, 22, 24, 32, 48)


class SampleTray(QObject):
    """An icon that is red until *Start* is chosen, and green until *Stop* is."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._menu = QMenu()
        self._start = self._menu.addAction("&Start")
        self._start.triggered.connect(self._on_start)
        self._stop = self._menu.addAction("S&top")
        self._stop.triggered.connect(self._on_stop)
        self._menu.addSeparator()
        self._verbose = self._menu.addAction("&Verbose")
        self._verbose.setCheckable(True)
        self._more = self._menu.addMenu("More")
        self._more.addAction("Quit").triggered.connect(QApplication.quit)
        self._icon: QSystemTrayIcon | None = None
        self._tray_watch = QTimer(self, interval=50)
        self._tray_watch.timeout.connect(self._on_tray_watch)
        self._tray_watch.start()
        _print("waiting for a tray")

    @Slot()
    def _on_tray_watch(self) -> None:
        # An icon made before there is a panel is never shown, not even later.
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        self._tray_watch.stop()
        self._icon = QSystemTrayIcon(self)
        self._icon.setContextMenu(self._menu)
        self._icon.activated.connect(self._on_activated)
        self._show(is_started=False)
        self._icon.show()
        _print("ready")

    @Slot()
    def _on_start(self) -> None:
        self._show(is_started=True)
        _print("started")

    @Slot()
    def _on_stop(self) -> None:
        self._show(is_started=False)
        _print("stopped")

    @Slot(QSystemTrayIcon.ActivationReason)
    def _on_activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        _print(f"activated: {reason.name}")

    def _show(self, *, is_started: bool) -> None:
        self._start.setEnabled(not is_started)
        self._stop.setEnabled(is_started)
        if self._icon is not None:
            self._icon.setIcon(_disc(_STARTED if is_started else _STOPPED))
            self._icon.setToolTip("sample: started" if is_started else "sample: stopped")


def _disc(colour: QColor) -> QIcon:
    icon = QIcon()
    for size in _SIZES:
        pixmap = QPixmap(size, size)
        pixmap.fill(QColor("transparent"))
        painter = QPainter(pixmap)
        painter.setBrush(colour)
        painter.drawEllipse(1, 1, size - 3, size - 3)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> int:
    """Run until somebody chooses *Quit* or ends the process."""
    application = QApplication(sys.argv)
    application.setApplicationName("sample-tray")
    application.setQuitOnLastWindowClosed(False)
    _tray = SampleTray(application)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
