"""A window over a full store: how long it takes to appear, to filter and to search.

    python -m tests.bench.programs.full_log LINES

Prints for each step, as one JSON object: milliseconds, the longest gap of a heartbeat in the GUI
thread meanwhile, and what the bare work takes in a plain loop.
"""

from __future__ import annotations

import json
import re
import sys
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication

from picoclaw_tray.desktop.filter_state import FilterState
from picoclaw_tray.desktop.log_model import LogModel
from picoclaw_tray.desktop.log_window import GatewayWindow
from picoclaw_tray.logs.entry import Level
from picoclaw_tray.logs.store import LogStore
from tests.support.heartbeat import Heart

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_BYTES = 64 * 1024 * 1024
LEVELS = (b"DBG", b"INF", b"INF", b"INF", b"WRN", b"INF", b"ERR")
CALM_MS = 300


def lines(count: int) -> list[bytes]:
    """As a gateway prints them."""
    return [
        b"12:34:%02d %s comp%d ../../pkg/gateway/gateway.go:%d > request handled number=%d "
        b"channel=telegram took=%dms user=alice"
        % (n % 60, LEVELS[n % len(LEVELS)], n % 7, n % 900, n, n % 77)
        for n in range(count)
    ]


def turn(condition: Callable[[], bool]) -> None:
    """Runs the event loop until it is so."""
    loop = QEventLoop()
    look = QTimer(interval=0)
    look.timeout.connect(Ending(loop, condition).look)
    look.start()
    loop.exec()


class Ending(QObject):
    def __init__(self, loop: QEventLoop, condition: Callable[[], bool]) -> None:
        super().__init__(loop)
        self._loop = loop
        self._condition = condition

    def look(self) -> None:
        if self._condition():
            self._loop.quit()


def main() -> None:
    """Opens, filters, searches."""
    content = lines(int(sys.argv[1]))
    _application = QApplication(sys.argv[:1])
    store = LogStore(len(content), MAX_BYTES)
    store.begin_run()
    store.extend(content)
    heart = Heart()
    turn_ms(CALM_MS)
    heart.take_longest_ms()
    found: dict[str, dict[str, float]] = {}

    def step(name: str, bare: Callable[[], object], act: Callable[[], Callable[[], bool]]) -> None:
        start = perf_counter()
        bare()
        bare_ms = (perf_counter() - start) * 1000
        heart.take_longest_ms()
        start = perf_counter()
        turn(act())
        took = (perf_counter() - start) * 1000
        found[name] = {"ms": took, "bare_ms": bare_ms, "gap_ms": heart.take_longest_ms()}

    model = LogModel(store)
    window: list[GatewayWindow] = []

    def open_window() -> Callable[[], bool]:
        window.append(GatewayWindow(model, [QAction("Start")]))
        window[0].show()
        return lambda: window[0].panel.view.viewport().isVisible() and window[0].grab() is not None

    step("first paint", lambda: b"\n".join(content).decode(), open_window)
    panel = window[0].panel
    search = panel._search

    def set_filter(state: FilterState) -> Callable[[], bool]:
        panel.filter.restore(state)
        return lambda: model._next is None and not search._slice.isActive()

    head = re.compile(rb"\d\d:\d\d:\d\d (?:WRN|ERR) ")
    step(
        "filter by level",
        lambda: [line for line in content if head.match(line)],
        lambda: set_filter(FilterState(level=Level.WARN)),
    )
    set_filter(FilterState())
    turn_ms(CALM_MS)
    step(
        "filter by text",
        lambda: [line for line in content if "number=4711" in line.decode().lower()],
        lambda: set_filter(FilterState(pattern="NUMBER=4711", only_matches=True)),
    )
    set_filter(FilterState())
    turn_ms(CALM_MS)
    step(
        "search",
        lambda: [line for line in content if "alice" in line.decode().lower()],
        lambda: set_filter(FilterState(pattern="Alice")),
    )
    print(json.dumps(found))
    window.pop().deleteLater()
    turn_ms(0)


def turn_ms(milliseconds: int) -> None:
    """Runs the event loop for a while."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
