from __future__ import annotations

import os
import subprocess
import sys

import pytest

SAY_NUMBER = """
from PySide6.QtWidgets import QLabel
from picoclaw_tray.run import _application
application = _application()
print(QLabel().locale().toString(100000))
"""


@pytest.mark.linux
def test_digits_of_large_numbers_are_grouped_in_every_locale():
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen"}

    answer = subprocess.run(
        [sys.executable, "-c", SAY_NUMBER], env=environment, capture_output=True, check=True
    )

    assert answer.stdout.split() == [b"100,000"]
