"""What a gateway writes into its files reaches the window, and costs nothing when nobody looks."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QFileSystemWatcher, QTimer

from picoclaw_tray.desktop.log_feed import LAST_BYTES, LAST_TURNS, LogFeed
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
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.presentation.situation import Facts
from picoclaw_tray.settings import Settings
from picoclaw_tray.system.log_follower import NEAR_END_BYTES, TURN_BYTES
from picoclaw_tray.system.observation import Observation
from picoclaw_tray.system.paths import GatewayPlace
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
WITH_PIPE = Process(FOUND.key, ours=True, watched=True)
OUTLIVING = Process(FOUND.key, ours=True, watched=True, outlives=True)
STILL_HERE = "demo/mischief.py"
SOON_MS = 1_000
"""Well below the two seconds of the fallback."""


class Listening:
    """A feed, and what it has told."""

    def __init__(self, qtbot: QtBot, place: GatewayPlace) -> None:
        self._qtbot = qtbot
        self.log, self.panic_log = place.log, place.panic_log
        self.feed = LogFeed(place)
        self.told: list[str] = []
        self.panic: list[str] = []
        self.feed.run_begun.connect(self._on_run_begun)
        self.feed.lines_received.connect(self._on_lines_received)
        self.feed.caught_up.connect(self._on_caught_up)

    def _on_run_begun(self) -> None:
        self.told.append("run")

    def _on_lines_received(self, lines: tuple[bytes, ...], source: Source) -> None:
        told = {Source.LOG_FILE: self.told, Source.PANIC_FILE: self.panic}[source]
        told += [line.decode() for line in lines]

    def _on_caught_up(self) -> None:
        self.told.append("caught up")

    def start(self, process: Process) -> None:
        """This gateway of ours has just been started."""
        self.feed.on_state_changed(State(Spawning(anyway=False)))
        self.feed.on_run_started()
        self.feed.on_state_changed(State(Running(process)))

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

    def panic_with(self, text: str) -> None:
        with self.panic_log.open("a", encoding="utf-8") as file:
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
    place = GatewayPlace(tmp_path, tmp_path / "config.json")
    place.log.parent.mkdir()
    listening = Listening(qtbot, place)
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
    assert '"message":"new"' in listening.told[1]


def test_last_lines_of_a_gateway_that_is_gone_come_once(listening: Listening) -> None:
    listening.find(FOUND)
    listening.append(entry("x").strip() + "\nlast\nhalf")
    listening.end()

    listening.feed.set_wanted(True)
    listening.until_so(lambda: len(listening.told) == 4)

    assert listening.told[2:] == ["last", "half"]
    listening.until_so(listening.is_idle)


def test_last_lines_are_not_lost_when_the_next_start_comes_unseen(listening: Listening) -> None:
    listening.start(OUTLIVING)
    listening.append("one\nhalf")
    listening.end()
    assert listening.told == ["one", "half"]

    listening.start(replace(OUTLIVING, key=OTHER.key))
    listening.append("next\n")
    listening.feed.set_wanted(True)

    listening.until("one", "half", "next")


def test_of_much_that_nobody_saw_the_last_is_heard(listening: Listening) -> None:
    listening.start(OUTLIVING)
    listening.append(f"{'x' * 99}\n" * (2 * LAST_BYTES // 100) + "last\n")

    listening.end()

    assert listening.told[0].endswith(" bytes of the log skipped]")
    assert listening.told[-1] == "last"
    assert len(listening.told) == 2 + NEAR_END_BYTES // 100


def test_lines_of_a_start_of_ours_begin_with_it(listening: Listening) -> None:
    listening.feed.set_wanted(True)
    listening.append("old\n")
    listening.feed.on_state_changed(State(Spawning(anyway=False)))
    listening.feed.on_run_started()
    listening.append("new\n")
    listening.feed.on_state_changed(State(Running(OUTLIVING)))

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


def test_log_of_a_gateway_with_a_pipe_is_not_followed(listening: Listening) -> None:
    listening.feed.set_wanted(True)
    listening.append(entry("x"))
    listening.start(WITH_PIPE)
    listening.until_reading()
    listening.append(entry("y"))
    listening.panic_with("Error: z\n")

    listening.until_so(lambda: listening.panic == ["Error: z"])
    assert listening.told == []


@pytest.mark.parametrize("process", [WITH_PIPE, OUTLIVING], ids=["pipe", "outliving"])
def test_panic_text_is_read_at_the_end_of_a_run_although_nobody_looks(
    listening: Listening, process: Process
) -> None:
    listening.panic_with("panic: an older one\n")
    listening.start(process)
    listening.panic_with("panic: oh no\n\ngoroutine 1 [running]:\nhalf")
    assert listening.panic == []

    listening.end()

    assert listening.panic == ["panic: oh no", "", "goroutine 1 [running]:", "half"]
    assert listening.is_idle()
    listening.start(process)
    listening.end()
    assert len(listening.panic) == 4


def test_panic_text_of_a_gateway_that_was_found_begins_there(listening: Listening) -> None:
    listening.panic_with("panic: an older one\n")
    listening.find(FOUND)
    listening.panic_with("panic: oh no\n")

    listening.find(OTHER)  # it has taken its place unseen
    assert listening.panic == ["panic: oh no"]
    listening.panic_with("panic: again\n")
    listening.end()

    assert listening.panic == ["panic: oh no", "panic: again"]


def test_panic_text_comes_at_once_while_somebody_looks(listening: Listening) -> None:
    listening.feed.set_wanted(True)
    listening.find(FOUND)
    listening.until_reading()

    listening.panic_with("2026/04/24 16:50:19 [cron] one\n")
    listening.until_so(lambda: len(listening.panic) == 1)
    listening.panic_with("2026/04/24 16:50:20 [cron] two\n")
    listening.until_so(lambda: len(listening.panic) == 2)


def test_panic_log_is_not_opened_where_it_did_not_grow(listening: Listening) -> None:
    listening.panic_with("panic: an older one\n")
    listening.start(WITH_PIPE)

    listening.end()

    follower = listening.feed._panic_log.follower
    assert follower is not None
    assert follower._file is None


def test_endless_panic_is_read_on_when_somebody_looks(listening: Listening) -> None:
    listening.start(WITH_PIPE)
    listening.panic_with(f"{'x' * 99}\n" * (2 * LAST_TURNS * TURN_BYTES // 100))

    listening.end()
    assert len(listening.panic) == LAST_TURNS * TURN_BYTES // 100
    listening.feed.set_wanted(True)

    listening.until_so(lambda: len(listening.panic) == 2 * LAST_TURNS * TURN_BYTES // 100)
    assert listening.is_idle()


def test_whoever_asks_gets_what_is_there_without_looking(listening: Listening) -> None:
    listening.find(FOUND)
    line = entry("x").strip()
    count = 3 * TURN_BYTES // len(line)
    listening.append(f"{line}\n" * count)
    listening.panic_with("Error: x\n")

    listening.feed.catch_up()
    assert listening.told == ["run"]
    listening.until("run", *[line] * count, "caught up")

    assert listening.panic == ["Error: x"]
    assert listening.is_idle()
    listening.append("more\n")
    assert listening.is_idle()
    listening.feed.catch_up()
    listening.until("run", *[line] * count, "caught up", "more", "caught up")


@pytest.mark.parametrize("wanted", [False, True], ids=["closed", "open"])
def test_whoever_asks_gets_an_answer_without_a_gateway(listening: Listening, wanted: bool) -> None:
    listening.feed.set_wanted(wanted)
    listening.feed.catch_up()

    listening.until("caught up")
    assert listening.is_idle()


def test_whoever_asks_while_somebody_looks_gets_an_answer(listening: Listening) -> None:
    listening.feed.set_wanted(True)
    listening.find(FOUND)
    listening.until_reading()
    listening.append("one\n")

    listening.feed.catch_up()

    listening.until("run", "one", "caught up")
    assert not listening.is_idle()


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
    assert '"message":"two"' in listening.told[3]


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

    said = [json.loads(line) for line in rig.lines if STILL_HERE in line]
    assert {(entry["level"], entry["component"]) for entry in said} == {("warn", "demo")}
    times = [entry["times"] for entry in said]
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

    assert any('"times":1,' in line for line in rig.lines)
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
        rig.until(lambda: str(stand_in_home.place.log) in view.accessibleDescription())


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
