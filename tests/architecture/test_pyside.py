"""The PySide6 that is installed is one that can be relied on."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QLabel


def test_void_calls_keep_none_alive(qtbot):
    # PySide6 6.12.0 on Python 3.10 and 3.11 loses one reference per call, and aborts in the end.
    label = QLabel()
    qtbot.addWidget(label)
    before = sys.getrefcount(None)

    for _ in range(500):
        label.setText("x")

    assert sys.getrefcount(None) - before > -50
