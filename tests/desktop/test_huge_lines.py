"""Lines of 10 MiB from a real child: none is lost, it never waits for us, and nobody for them."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from picoclaw_tray.desktop.child import Child
from picoclaw_tray.desktop.log_model import LogModel
from picoclaw_tray.lifecycle.messages import LaunchPlan
from picoclaw_tray.logs.store import LogStore
from tests.support.heartbeat import Heart
from tests.support.huge_lines import HUGE

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

LIMIT_MS = 200
MAX_BYTES = 64 * 1024 * 1024

PRINTING = """
import sys
from tests.support.huge_lines import HUGE

for line in HUGE.values():
    sys.stdout.buffer.write(line + b"\\r\\nshort\\n")
"""
PLAN = LaunchPlan(
    sys.executable,
    ("-c", PRINTING),
    {"PATH": os.environ["PATH"]},
    str(Path(__file__).parents[2]),
)


class Looking:
    """A store and the rows of a window that follows it; compares what comes, byte for byte."""

    def __init__(self) -> None:
        self.store = LogStore(1000, MAX_BYTES)
        self.store.begin_run()
        self.model = LogModel(self.store)
        self.model.wake()
        self.model.caught_up.connect(self._on_caught_up)
        self._expected = iter([text for line in HUGE.values() for text in (line, b"short")])
        self.same: list[bool] = []
        self.shown: set[str] = set()

    def on_lines(self, lines: tuple[bytes, ...]) -> None:
        self.same += [line == next(self._expected) for line in lines]
        self.store.extend(lines)
        self.model.on_lines_appended()

    def _on_caught_up(self) -> None:
        rows = range(self.model.rowCount())
        self.shown |= {self.model.row(row).line for row in rows}


def test_huge_lines_are_all_kept_and_hold_up_nobody(qtbot: QtBot) -> None:
    longest = _run(qtbot)
    if longest > LIMIT_MS:
        # Others on a busy machine may hold us up too; hardly twice.
        longest = _run(qtbot)

    assert longest <= LIMIT_MS


def _run(qtbot: QtBot) -> float:
    """The longest pause of the GUI thread while all lines come and are shown, in milliseconds."""
    looking, heart = Looking(), Heart()
    child = Child(PLAN)
    child.lines_received.connect(looking.on_lines)
    heart.take_longest_ms()
    with qtbot.waitSignal(child.exited, timeout=60_000) as end:
        child.start()
    looking.model.catch_up()
    longest = heart.take_longest_ms()

    assert end.args is not None
    assert end.args[1] == 0
    assert looking.same == [True] * 2 * len(HUGE)
    assert looking.store.total == 2 * len(HUGE)
    assert "short" in looking.shown
    assert any("bytes more" in row for row in looking.shown)
    looking.model.sleep()
    return longest
