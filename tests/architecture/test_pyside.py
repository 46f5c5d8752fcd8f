"""The PySide6 that is installed is one that can be relied on."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QLabel

CALLS = 500


@pytest.mark.parametrize(
    ("call", "kept"),
    [(lambda label: label.setText("x"), None), (QLabel.isEnabled, True), (QLabel.wordWrap, False)],
    ids=["void", "true", "false"],
)
def test_calls_keep_alive_what_they_return(qtbot, call, kept):
    # PySide6 6.12.0 on Python 3.10 and 3.11 loses one reference per call, and aborts in the end.
    label = QLabel()
    qtbot.addWidget(label)
    assert call(label) is kept
    before = sys.getrefcount(kept)

    for _ in range(CALLS):
        call(label)

    assert sys.getrefcount(kept) - before > -CALLS / 10
