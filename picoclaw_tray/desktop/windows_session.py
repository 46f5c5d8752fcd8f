"""The end of a Windows session."""

from __future__ import annotations

import ctypes
import sys
from ctypes import wintypes

from PySide6.QtCore import (
    QAbstractNativeEventFilter,
    QByteArray,
    QEventLoop,
    QObject,
    QTimer,
    Signal,
)

WM_ENDSESSION = 0x0016
BUDGET_MS = 4500
"""Windows ends a process five seconds after ``WM_ENDSESSION`` was not answered."""


class WindowsSessionEnd(QObject):
    """Answers ``WM_ENDSESSION`` only when the gateway has had its graceful stop.

    Signals:
        ending(): The session ends; when ``finish`` was called, or the budget is used up, Windows
            gets its answer and may end the process at any moment.
    """

    ending = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loop = QEventLoop(self)
        self._filter = _Filter(self)

    @property
    def native_filter(self) -> QAbstractNativeEventFilter:
        """To be installed in the application."""
        return self._filter

    def finish(self) -> None:
        """The tray is done."""
        self._loop.quit()

    def hold(self) -> None:
        """Lets the event loop go on until the tray is done."""
        QTimer.singleShot(BUDGET_MS, self._loop.quit)
        self.ending.emit()
        self._loop.exec()


class _Filter(QAbstractNativeEventFilter):
    def __init__(self, session: WindowsSessionEnd) -> None:
        super().__init__()
        self._session = session

    def nativeEventFilter(  # noqa: N802 - Qt's name
        self, kind: QByteArray | bytes | bytearray | memoryview, message: int
    ) -> tuple[bool, int]:
        if sys.platform == "win32" and bytes(kind) == b"windows_generic_MSG":
            content = ctypes.cast(int(message), ctypes.POINTER(wintypes.MSG)).contents
            if content.message == WM_ENDSESSION and content.wParam:
                self._session.hold()
        return False, 0
