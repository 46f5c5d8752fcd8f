"""The tray as it is, but for its patience and for the sleep of the computer, which tests decide.

``TRAY_POLICY`` holds numbers of supervision as a JSON object, ``TRAY_SLEPT`` names a file with the
seconds that the computer has slept.
"""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import picoclaw_tray.app
from picoclaw_tray import cli
from picoclaw_tray.system import sleep_clock


def main() -> None:
    """Runs the tray with the words of the command line."""
    numbers = json.loads(os.environ.get("TRAY_POLICY", "{}"))
    picoclaw_tray.app.POLICY = replace(picoclaw_tray.app.POLICY, **numbers)
    slept = Path(os.environ.get("TRAY_SLEPT", ""))
    if slept.is_file():
        sleep_clock.slept_s = lambda: float(slept.read_text(encoding="utf-8"))
    cli.main()


if __name__ == "__main__":
    main()
