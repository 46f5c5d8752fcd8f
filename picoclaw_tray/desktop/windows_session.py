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
from PySide6.QtGui import QWindow

WM_ENDSESSION = 0x0016
BUDGET_MS = 4500
"""Windows ends a process that has not answered ``WM_ENDSESSION`` for five seconds."""


class WindowsSessionEnd(QObject):
    """Answers ``WM_ENDSESSION`` only when the gateway has had its graceful stop.

    Once Windows has its answer it may end the process at any moment. It tells each top-level
    window, and Qt hands over only what a ``QWindow`` is told, not what the icon's own window or
    other internal ones are. So there is always a ``QWindow`` that listens and is never shown.

    Signals:
        ending(): The session ends. The event loop goes on until the application is told to exit,
            or the budget is used up.
    """

    ending = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.native_filter = _Filter(self)
        self._held = False
        self._listener = QWindow()
        self._listener.create()

    def hold(self) -> None:
        """Keeps Windows waiting; ``QCoreApplication.exit`` ends this loop like the main one.

        Once: the other windows that are told, one after the other, need no wait of their own.
        """
        if self._held:
            return
        self._held = True
        loop = QEventLoop(self)
        QTimer.singleShot(BUDGET_MS, loop.quit)
        self.ending.emit()
        loop.exec()


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
