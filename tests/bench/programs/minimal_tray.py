"""The least that PySide6 needs for an icon with a menu: what our tray is measured against.

    python -m tests.bench.programs.minimal_tray [import FILE | child | watch PID]

``import`` imports the modules that a file names, one a line. ``child`` runs a program by
``QProcess`` and changes the icon when it ends; its PID is printed. ``watch`` does so with a process
of somebody else's.
"""

from __future__ import annotations

import os
import sys

from PySide6.QtCore import QObject, QProcess, QSocketNotifier, Slot
from PySide6.QtGui import QColor, QIcon, QPixmap
from PySide6.QtWidgets import QApplication, QMenu, QSystemTrayIcon

SIZE = 22


class MinimalTray(QObject):
    """An icon that changes when a process ends."""

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._menu = QMenu()
        self._menu.addAction("Quit").triggered.connect(application.quit)
        self._icon = QSystemTrayIcon(_disc("limegreen"), self)
        self._icon.setContextMenu(self._menu)
        self._icon.show()

    def run_child(self) -> None:
        """Starts a program that does nothing, and prints its PID."""
        self._process = QProcess(self)
        self._process.finished.connect(self.on_ended)
        self._process.start("sleep", ["600"])
        sys.stdout.write(f"{self._process.processId()}\n")
        sys.stdout.flush()

    def watch(self, pid: int) -> None:
        """Waits for the end of a process that is no child."""
        if sys.platform == "linux":
            self._notifier = QSocketNotifier(os.pidfd_open(pid), QSocketNotifier.Type.Read, self)
            self._notifier.activated.connect(self.on_ended)

    @Slot()
    def on_ended(self) -> None:
        """The process ended."""
        self.sender().disconnect(self)
        self._icon.setIcon(_disc("crimson"))


def _disc(colour: str) -> QIcon:
    pixmap = QPixmap(SIZE, SIZE)
    pixmap.fill(QColor(colour))
    return QIcon(pixmap)


def main() -> int:
    """Runs until it is ended."""
    verb, *arguments = *sys.argv[1:], "nothing"
    if verb == "import":
        from tests.bench.programs.importing import import_all  # noqa: PLC0415 - for this verb only

        import_all(arguments[0])
    application = QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    tray = MinimalTray(application)
    if verb == "child":
        tray.run_child()
    elif verb == "watch":
        tray.watch(int(arguments[0]))
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
