"""Starts and stops a gateway again and again in one tray, and looks what the tray keeps.

    python -m tests.bench.programs.cycles CYCLES HOME PROGRAM [ARGUMENT ...]

Prints one JSON object: the samples after each cycle, and the seconds that each start and stop took.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication

from picoclaw_tray.app import TrayApp
from picoclaw_tray.desktop.controller import GatewayController
from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.lifecycle.state import Stopped
from picoclaw_tray.system.launch_site import prepare_site
from picoclaw_tray.system.rendezvous import meeting_folders, usable_sockets
from tests.support.heartbeat import Waiter, is_ended, is_stopped, runs

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.lifecycle.state import State

PAGE_MB = os.sysconf("SC_PAGE_SIZE") / 1e6


def sample() -> dict[str, float]:
    """What the process holds now."""
    gc.collect()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    return {
        "rss_mb": int(Path("/proc/self/statm").read_text("ascii").split()[1]) * PAGE_MB,
        "threads": len(os.listdir("/proc/self/task")),  # noqa: PTH208
        "descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
        "none_references": sys.getrefcount(None),
    }


def is_shown_as_stopped(state: State) -> bool:
    """The icon says so."""
    return isinstance(state.phase, Stopped)


def main() -> None:
    """Runs the cycles, and ends the tray as a person does."""
    cycles, home, program, *arguments = sys.argv[1:]
    site = prepare_site(os.environ, home=home, config="", demo=False)
    site = replace(site, command=GatewayCommand(program, tuple(arguments)))
    tray = TrayApp(
        site, QApplication(sys.argv[:1]), sockets=usable_sockets(meeting_folders(site.place))
    )
    controller = tray.findChild(GatewayController)
    assert isinstance(controller, GatewayController)
    waiter = Waiter(controller)

    def took(wish: Callable[[], None], holds: Callable[[State], bool]) -> float:
        start = perf_counter()
        wish()
        waiter.until(holds)
        return perf_counter() - start

    tray.begin(start=False)
    samples, starts, stops = [], [], []
    for _ in range(int(cycles)):
        starts.append(took(controller.start, runs))
        stops.append(took(controller.stop, is_shown_as_stopped))
        waiter.until(is_stopped)  # looked once more, and nothing is left
        samples.append(sample())
    took(controller.quit, is_ended)
    tray.end()
    sys.stdout.write(json.dumps({"samples": samples, "starts_s": starts, "stops_s": stops}))


if __name__ == "__main__":
    main()
