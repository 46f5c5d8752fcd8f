"""A gateway without a pipe: its log reaches the window, and costs nothing when nobody looks."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QFileSystemWatcher, QTimer

from picoclaw_tray.desktop.log_feed import LogFeed
from picoclaw_tray.desktop.log_view import LogView
from picoclaw_tray.lifecycle.messages import Found
from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.lifecycle.state import (
    Process,
    ProcessKey,
    Running,
    Spawning,
    State,
    Stopped,
)
from picoclaw_tray.presentation.situation import Facts
from picoclaw_tray.settings import Settings
from picoclaw_tray.system.log_follower import TURN_BYTES
from picoclaw_tray.system.observation import Observation
from tests.support.planted import KNOWN, SAID, SAID_KEY, token_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support")

FOUND, OTHER = Process(ProcessKey(11, "a")), Process(ProcessKey(12, "b"))
STILL_HERE = "demo/mischief.py"
SOON_MS = 1_000
"""Well below the two seconds of the fallback."""


class Listening:
    """A feed, and what it has told."""

    def __init__(self, qtbot: QtBot, log: Path) -> None:
        self._qtbot = qtbot
        self.log = log
        self.feed = LogFeed(log)
        self.told: list[str] = []
        self.feed.run_begun.connect(self._on_run_begun)
        self.feed.lines_received.connect(self._on_lines_received)

    def _on_run_begun(self) -> None:
        self.told.append("run")

    def _on_lines_received(self, lines: tuple[bytes, ...]) -> None:
        self.told += [line.decode() for line in lines]

    def find(self, process: Process, age: float = 3600.0) -> None:
        """A look has found this gateway."""
        self.feed.on_state_changed(State(Running(process)))
        found = Found(process, answering=True, age=age, announced=True)
        self.feed.on_observed(Observation(found, (), Facts(), ()))

    def end(self) -> None:
        self.feed.on_state_changed(State(Stopped()))

    def append(self, text: str) -> None:
        with self.log.open("a", encoding="utf-8") as file:
            file.write(text)

    def until(self, *told: str, timeout_ms: int = SOON_MS) -> None:
        self._qtbot.waitUntil(lambda: self.told == list(told), timeout=timeout_ms)

    def until_reading(self) -> None:
        """It has read what was there."""
        self.until_so(lambda: self._watches)

    def until_so(self, holds: Callable[[], bool]) -> None:
        self._qtbot.waitUntil(holds, timeout=SOON_MS)

    def is_idle(self) -> bool:
        timers = self.feed.findChildren(QTimer)
        return not any(timer.isActive() for timer in timers) and not self._watches

    @property
    def _watches(self) -> bool:
        return bool(self.feed.findChildren(QFileSystemWatcher))


@pytest.fixture
def listening(qtbot: QtBot, tmp_path: Path) -> Iterator[Listening]:
    folder = tmp_path / "logs"
    folder.mkdir()
    listening = Listening(qtbot, folder / "gateway.log")
    yield listening
    listening.feed.close()
    listening.feed.deleteLater()


def entry(message: str) -> str:
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    head = f'{{"level":"warn","component":"x","time":"{at}"'
    return f'{head},"caller":"x.go:1","message":"{message}"}}\n'


# -- the feed alone --------------------------------------------------------------------------------


def test_lines_come_at_once_while_somebody_looks(listening: Listening) -> None:
    listening.feed.set_wanted(True)
    listening.find(FOUND)
    listening.until_reading()
    listening.append("one\n")  # the file comes late: without a time it is new all the same
    listening.until("run", "one")

    for number in range(5):
        listening.append(f"{number}\nhal")
        listening.append("f\n")
    listening.until("run", "one", *(line for n in range(5) for line in (str(n), "half")))


def test_what_was_missed_comes_when_somebody_looks(listening: Listening) -> None:
    listening.append('{"old": 1}\n')
    listening.find(FOUND)
    listening.append(entry("new"))
    assert listening.told == ["run"]

    listening.feed.set_wanted(True)

    listening.until_so(lambda: len(listening.told) == 2)
    assert listening.told[1].endswith(" WRN x x.go:1 > new")


def test_last_lines_of_a_gateway_that_is_gone_come_once(listening: Listening) -> None:
    listening.find(FOUND)
    listening.append(entry("x").strip() + "\nlast\nhalf")
    listening.end()

    listening.feed.set_wanted(True)
    listening.until_so(lambda: len(listening.told) == 4)

    assert listening.told[2:] == ["last", "half"]
    assert listening.is_idle()


def test_lines_of_a_start_of_ours_begin_with_it(listening: Listening) -> None:
    listening.feed.set_wanted(True)
    listening.append("old\n")
    listening.feed.on_state_changed(State(Spawning(anyway=False)))
    listening.feed.on_run_started()
    listening.append("new\n")
    ours = Process(FOUND.key, ours=True, watched=True, outlives=True)
    listening.feed.on_state_changed(State(Running(ours)))

    listening.until("new")


def test_failed_start_says_nothing_of_the_next_gateway(listening: Listening) -> None:
    listening.feed.set_wanted(True)
    listening.feed.on_state_changed(State(Spawning(anyway=False)))
    listening.feed.on_run_started()
    listening.end()
    listening.append("of whatever it was\n")
    listening.find(FOUND)

    listening.until_reading()
    assert listening.told == ["run"]


def test_gateway_with_a_pipe_is_not_followed(listening: Listening) -> None:
    listening.feed.set_wanted(True)
    listening.append(entry("x"))
    listening.find(Process(FOUND.key, ours=True, watched=True))

    assert listening.is_idle()
    assert listening.told == []


def test_another_gateway_begins_another_run(listening: Listening) -> None:
    listening.feed.set_wanted(True)
    listening.find(FOUND)
    listening.until("run")
    listening.until_reading()
    listening.append("one\n")
    listening.until("run", "one")

    listening.find(OTHER, age=0.0)
    listening.append(entry("two"))

    listening.until_so(lambda: len(listening.told) == 4)
    assert listening.told[2] == "run"
    assert listening.told[3].endswith(" > two")


def test_much_comes_in_turns(listening: Listening) -> None:
    line = "x" * 99
    listening.feed.set_wanted(True)
    listening.find(FOUND)
    listening.until_reading()
    listening.append(f"{line}\n" * (3 * TURN_BYTES // 100))

    listening.until_so(lambda: len(listening.told) == 1 + 3 * TURN_BYTES // 100)


def test_nothing_wakes_up_while_nobody_looks(listening: Listening) -> None:
    assert listening.is_idle()
    listening.find(FOUND)
    listening.append("x\n")
    assert listening.is_idle()

    listening.feed.set_wanted(True)
    listening.until_reading()
    assert not listening.is_idle()

    listening.feed.set_wanted(False)
    listening.until_so(listening.is_idle)


def test_folder_that_comes_late_is_no_trouble(listening: Listening) -> None:
    listening.log.parent.rmdir()
    listening.log.parent.write_text("a file", encoding="utf-8")
    listening.feed.set_wanted(True)
    listening.find(FOUND)
    listening.until_reading()
    listening.log.parent.unlink()
    listening.log.parent.mkdir()

    listening.append("one\n")

    listening.until("run", "one", timeout_ms=5_000)


# -- in the tray -----------------------------------------------------------------------------------


def test_log_of_an_adopted_gateway_is_in_the_window(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    stand_in_home.place.log.parent.mkdir()
    stand_in_home.place.log.write_text('{"level":"warn","message":"old"}\n', encoding="utf-8")
    rig = start_rig(stand_in_home.site())
    rig.open_window()

    with stand_in_home.started_by_hand("chatter=0.1"):
        rig.app.begin(start=True)
        rig.until_runs()
        rig.until(lambda: sum(STILL_HERE in line for line in rig.lines) >= 3)

    assert all(" WRN demo demo/mischief.py:" in line for line in rig.lines if "still" in line)
    times = [int(line.rpartition("times=")[2]) for line in rig.lines if "times=" in line]
    assert times == list(range(times[0], times[0] + len(times)))
    assert not any("old" in line for line in rig.lines)


def test_log_of_an_adopted_gateway_shows_no_secret(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    rig.open_window()

    with stand_in_home.started_by_hand():
        token = token_of(stand_in_home)
        rig.app.begin(start=True)
        rig.until_runs()
        rig.look()
        with stand_in_home.place.log.open("a", encoding="utf-8") as log:
            log.write(entry(f"it is {token}"))
            log.write(entry(SAID).replace('"caller"', f'"api_key":"{SAID_KEY}","caller"'))
            log.write(f'{{"broken": "{token} {SAID}\n')
            log.write("last\n")
        rig.until(lambda: "last" in rig.lines)

    shown = "\n".join(rig.lines)
    assert "it is •••" in shown
    assert "bot123456789:•••/getMe" in shown
    assert not [secret for secret in (*KNOWN, token) if secret in shown]


def test_log_of_a_gateway_that_is_to_outlive_the_tray_is_in_the_window(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    stand_in_home.place.log.parent.mkdir()
    stand_in_home.place.log.write_text(entry("old"), encoding="utf-8")
    site = stand_in_home.site("chatter=0.1")
    rig = start_rig(replace(site, settings=Settings(on_quit=OnQuit.LEAVE)))
    rig.open_window()

    rig.app.begin(start=True)
    rig.until_runs()
    rig.until(lambda: sum(STILL_HERE in line for line in rig.lines) >= 3)

    assert any(line.endswith(" times=1") for line in rig.lines)
    assert not any("old" in line for line in rig.lines)


def test_window_says_where_the_log_of_an_adopted_gateway_is(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    view = rig.open_window().findChild(LogView)
    assert isinstance(view, LogView)

    with stand_in_home.started_by_hand():
        rig.app.begin(start=True)
        rig.until_runs()
        rig.until(lambda: str(stand_in_home.place.log) in view._placeholder)


def test_closed_window_has_the_feed_sleep(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    rig = start_rig(stand_in_home.site())
    feed = rig.part(LogFeed)
    with stand_in_home.started_by_hand("chatter=0.1"):
        rig.app.begin(start=True)
        rig.until_runs()
        rig.look()
        assert not any(timer.isActive() for timer in feed.findChildren(QTimer))

        window = rig.open_window()
        rig.until(lambda: rig.lines)
        window.close()
        rig.until(lambda: not feed.findChildren(QFileSystemWatcher))
        assert not any(timer.isActive() for timer in feed.findChildren(QTimer))

        seen = len(rig.lines)
        rig.open_window()
        rig.until(lambda: len(rig.lines) > seen)
