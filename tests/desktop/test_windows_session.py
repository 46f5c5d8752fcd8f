"""The end of a Windows session, as Windows tells it: to every top-level window, one after another.

In a program of its own, with real windows: the other tests draw nowhere and have none.
"""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap

import pytest

pytestmark = pytest.mark.windows

_PROGRAM = """
import ctypes, sys, time
from ctypes import wintypes
from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication
from picoclaw_tray.desktop.session import SessionEnd

WM_QUERYENDSESSION, WM_ENDSESSION = 0x0011, 0x0016
user32 = ctypes.WinDLL("user32")
told = wintypes.WPARAM(int(sys.argv[1]))

class App(QObject):
    def __init__(self):
        super().__init__()
        self.heard = 0

    @Slot()
    def on_ending(self):
        self.heard += 1
        QTimer.singleShot(300, self.leave)  # a gateway takes its time

    @Slot()
    def leave(self):
        application.exit(0)

    @Slot()
    def tell_all_windows(self):
        start = time.monotonic()
        for message, word in ((WM_QUERYENDSESSION, wintypes.WPARAM(0)), (WM_ENDSESSION, told)):
            user32.EnumThreadWindows(thread, send, (message << 8) | word.value)
        print(self.heard, time.monotonic() - start >= 0.3, flush=True)
        application.exit(0)

@ctypes.WINFUNCTYPE(wintypes.BOOL, wintypes.HWND, wintypes.LPARAM)
def send(window, parameter):
    user32.SendMessageW(wintypes.HWND(window), parameter >> 8, wintypes.WPARAM(parameter & 1), 0)
    return True

thread = ctypes.WinDLL("kernel32").GetCurrentThreadId()
application = QApplication([])
app = App()
session = SessionEnd(application)
session.ending.connect(app.on_ending)
QTimer.singleShot(0, app.tell_all_windows)
sys.exit(application.exec())
"""


def _tell(word: str) -> str:
    """What the program saw: how often it heard of the end, and whether Windows had to wait."""
    completed = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_PROGRAM), word],
        env={**os.environ, "QT_QPA_PLATFORM": "windows"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return completed.stdout.strip()


def test_session_end_makes_windows_wait_once_when_no_window_is_open():
    assert _tell("1") == "1 True"


def test_session_end_hears_nothing_when_the_end_was_called_off():
    assert _tell("0") == "0 False"
