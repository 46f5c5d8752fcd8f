"""How long it takes from the command to the icon on a panel: from source, and from a bundle.

    python -m tests.bench.start_to_icon [--rounds 7]

Printed for each: seconds, the best and the middle one, and MB of memory (RSS, PSS) once the demo
runs and before its window was opened. The bundle is that of `make bundle`, if there is one. Linux.
"""

from __future__ import annotations

import argparse
import os
import signal
import statistics
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import psutil

from picoclaw_tray.desktop.icons import Icons
from picoclaw_tray.presentation.icon import IconName
from tests.end_to_end.panel_tray import PanelTray
from tests.support.desktop import Desktop
from tests.support.source_tree import REPOSITORY
from tests.support.waiting import wait_until

BUNDLED_TRAY = REPOSITORY / "dist" / "picoclaw-tray" / "picoclaw-tray"
SOURCE = (sys.executable, "-m", "picoclaw_tray")


def measured(desktop: Desktop, command: tuple[str, ...]) -> tuple[float, float, float]:
    """Seconds to the icon, RSS and PSS of one run of the demo."""
    began = perf_counter()
    program = desktop.start([*command, "run", "--demo"], name="tray")
    wait_until(desktop.tray_items, what="the icon")
    took = perf_counter() - began
    PanelTray(desktop, Icons()).wait_for("Running", IconName.OK)
    memory = psutil.Process(program.pid).memory_full_info()
    program.send_signal(signal.SIGTERM)
    program.wait()
    wait_until(lambda: not desktop.tray_items(), what="the end of the icon")
    return took, memory.rss / 1e6, memory.pss / 1e6


def main() -> None:
    from PySide6.QtGui import QGuiApplication  # noqa: PLC0415 - the pictures to compare with

    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QGuiApplication([])
    commands: dict[str, tuple[str, ...]] = {"source": SOURCE}
    if BUNDLED_TRAY.exists():
        commands["bundle"] = (str(BUNDLED_TRAY),)
    runs: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
    with tempfile.TemporaryDirectory() as folder, Desktop(Path(folder)) as desktop:
        desktop.start_panel()
        for _ in range(rounds):  # by turns: the machine may be busier at one time than at another
            for name, command in commands.items():
                runs[name].append(measured(desktop, command))
    for name, measurements in runs.items():
        seconds, resident, shared = zip(*measurements, strict=True)
        print(
            f"{name:8} icon after {min(seconds):.2f} s, mostly {statistics.median(seconds):.2f} s; "
            f"RSS {statistics.median(resident):.0f} MB, PSS {statistics.median(shared):.0f} MB"
        )
    application.quit()


if __name__ == "__main__":
    main()
