"""Beginning and end of each run are told once, with what is known of it."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.desktop.run_marks import RunMarks
from picoclaw_tray.lifecycle.messages import Found
from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Locating,
    Phase,
    Preparing,
    Process,
    ProcessKey,
    Quit,
    QuitKind,
    Rest,
    Running,
    Spawning,
    StartAgain,
    State,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.logs.marks import MarkKind, RunMark, parse_mark
from picoclaw_tray.presentation.situation import Facts
from picoclaw_tray.settings import Settings
from picoclaw_tray.system.observation import Observation
from tests.support.launch import PLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.desktop.conftest import Supervise
    from tests.support.gateway_home import GatewayHome
    from tests.support.supervisor import Supervisor
    from tests.support.tray_rig import Rig

pytestmark = pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support")

OURS = Process(ProcessKey(11, "a"), ours=True, watched=True)
FOUND, OTHER = Process(ProcessKey(12, "b")), Process(ProcessKey(13, "c"))
CRASHED = Failure("unknown", exit_code=1, ran=True)

Told = tuple[MarkKind, int | None, int | None, int | None]


class Listening:
    """Marks, and what they have told."""

    def __init__(self) -> None:
        self.marks = RunMarks()
        self.told: list[Told] = []
        self.marks.run_begun.connect(self._on_mark)
        self.marks.run_ended.connect(self._on_mark)

    def _on_mark(self, mark: RunMark) -> None:
        assert datetime.fromisoformat(mark.time).tzinfo is not None
        self.told.append((mark.kind, mark.run, mark.pid, mark.exit_code))

    def listen_to(self, tray: Supervisor) -> None:
        controller = tray.controller
        controller.spawned.connect(self.marks.on_spawned)
        controller.exited.connect(self.marks.on_exited)
        controller.state_changed.connect(self.marks.on_state_changed)
        controller.observed.connect(self.marks.on_observed)

    def pass_through(self, *phases: Phase, failure: Failure | None = None) -> None:
        for phase in phases:
            self.marks.on_state_changed(State(phase, failure=failure))

    def start(self, run: int, process: Process = OURS) -> None:
        self.pass_through(Locating(True, False, 0), Preparing(True, False, 0), Spawning(False))
        self.marks.on_spawned(process.key, replace(PLAN, run=run))
        self.pass_through(Running(process))

    def see(self, process: Process, run: int | None = None) -> None:
        found = Found(process, answering=True, age=1, announced=True)
        self.marks.on_observed(Observation(found, (), Facts(run=run), ()))

    @property
    def kinds(self) -> list[MarkKind]:
        return [kind for kind, *_ in self.told]


@pytest.fixture
def listening() -> Iterator[Listening]:
    listening = Listening()
    yield listening
    listening.marks.deleteLater()


# -- alone -----------------------------------------------------------------------------------------


def test_run_of_ours_is_told_with_number_and_exit_code(listening: Listening) -> None:
    listening.start(3)
    listening.see(OURS, 3)
    listening.marks.on_exited(OTHER.key, 7)
    listening.marks.on_exited(OURS.key, 1)
    listening.pass_through(Stopped())

    assert listening.told == [
        (MarkKind.STARTED, 3, 11, None),
        (MarkKind.ENDED, 3, 11, 1),
    ]


def test_gateway_that_was_found_has_no_exit_code(listening: Listening) -> None:
    listening.pass_through(Running(FOUND))
    assert listening.told == []
    listening.see(FOUND)
    listening.see(FOUND)
    listening.pass_through(Stopped(StopReason.FROM_OUTSIDE))

    assert listening.told == [(MarkKind.FOUND, None, 12, None), (MarkKind.ENDED, None, 12, None)]


def test_gateway_that_takes_the_place_of_another_is_found(listening: Listening) -> None:
    listening.pass_through(Running(FOUND))
    listening.see(FOUND, 5)
    listening.pass_through(Running(OTHER))
    listening.see(FOUND)  # a late look
    listening.see(OTHER)

    assert listening.told == [
        (MarkKind.FOUND, 5, 12, None),
        (MarkKind.ENDED, 5, 12, None),
        (MarkKind.FOUND, None, 13, None),
    ]


def test_look_that_is_late_finds_nobody(listening: Listening) -> None:
    listening.start(1)
    listening.pass_through(Stopped())
    listening.see(OURS)
    listening.marks.on_exited(OURS.key, 0)

    assert listening.kinds == [MarkKind.STARTED, MarkKind.ENDED]


@pytest.mark.parametrize(
    "way",
    [
        (Backoff(0, 1, True, False),),
        (Backoff(0, 1, True, False), Locating(False, True, 0), Backoff(0, 1, False, False)),
        (Stopping(OURS, StartAgain(by_user=True, anyway=False), 9),),
    ],
    ids=["crash", "crash and wait", "wish"],
)
def test_start_after_a_crash_or_by_such_a_wish_is_a_restart(
    listening: Listening, way: tuple[Phase, ...]
) -> None:
    listening.start(1)
    listening.pass_through(way[0], failure=CRASHED)
    listening.pass_through(*way[1:], failure=Failure("model_unreachable"))
    listening.start(2)
    listening.pass_through(Stopped())
    listening.start(3)

    assert listening.kinds[2::2] == [MarkKind.RESTARTED, MarkKind.STARTED]


@pytest.mark.parametrize(
    "phase",
    [Stopped(), Failed(gave_up=True), Backoff(0, 1, True, False), Stopping(OURS, Rest(), 9)],
    ids=lambda phase: type(phase).__name__,
)
def test_start_after_anything_else_is_none(listening: Listening, phase: Phase) -> None:
    listening.start(1)
    listening.pass_through(phase, failure=Failure("port_taken"))
    listening.start(2, OTHER)

    assert listening.kinds[-1] is MarkKind.STARTED


def test_gateway_that_is_left_running_does_not_end(listening: Listening) -> None:
    listening.start(1)
    listening.pass_through(Stopped(StopReason.LEFT_ALONE))

    assert listening.kinds == [MarkKind.STARTED]


def test_gateway_that_is_left_while_it_starts_does_not_end(listening: Listening) -> None:
    listening.pass_through(Spawning(False, then=Quit(QuitKind.USER, leave=True)))
    listening.marks.on_spawned(OURS.key, replace(PLAN, run=4))
    listening.pass_through(Stopped(StopReason.LEFT_ALONE))

    assert listening.told == [(MarkKind.STARTED, 4, 11, None)]


# -- behind a controller ---------------------------------------------------------------------------


def test_runs_of_a_real_gateway_are_told(
    home: GatewayHome, supervise: Supervise, listening: Listening
) -> None:
    tray = supervise(home)
    listening.listen_to(tray)

    tray.controller.start()
    first = tray.until_runs()
    tray.controller.restart()
    second = tray.until_runs(other_than=first)
    tray.until_looked()
    tray.controller.force_stop()
    tray.until_phase(Stopped)
    tray.controller.start()
    third = tray.until_runs()
    tray.quit()

    assert listening.kinds[0] is MarkKind.STARTED
    assert [told[:3] for told in listening.told] == [
        (MarkKind.STARTED, 1, first),
        (MarkKind.ENDED, 1, first),
        (MarkKind.RESTARTED, 2, second),
        (MarkKind.ENDED, 2, second),
        (MarkKind.STARTED, 3, third),
        (MarkKind.ENDED, 3, third),
    ]
    assert all(code is not None for *_, code in listening.told[1::2])


@pytest.mark.linux
@pytest.mark.macos
def test_crash_is_told_with_its_signal_and_followed_by_a_restart(
    home: GatewayHome, supervise: Supervise, listening: Listening
) -> None:
    tray = supervise(home)
    listening.listen_to(tray)

    tray.controller.start()
    first = tray.until_runs()
    tray.signal_gateway(signal.SIGKILL)
    second = tray.until_runs(other_than=first)

    assert listening.told == [
        (MarkKind.STARTED, 1, first, None),
        (MarkKind.ENDED, 1, first, -9),
        (MarkKind.RESTARTED, 2, second, None),
    ]


def test_gateway_that_others_started_is_told(
    home: GatewayHome, supervise: Supervise, listening: Listening
) -> None:
    tray = supervise(home)
    listening.listen_to(tray)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        tray.until_runs()
        tray.until_looked()
        tray.controller.force_stop()
        tray.until_phase(Stopped)

    assert listening.told == [
        (MarkKind.FOUND, None, gateway.pid, None),
        (MarkKind.ENDED, None, gateway.pid, None),
    ]


# -- in the tray -----------------------------------------------------------------------------------


def kinds_and_lines(rig: Rig) -> list[tuple[str, str]]:
    """All that its store holds: the kind of a mark, or where the line was read, and the line."""
    store = rig.app._log.store
    lines = [(store.source(n), store.line(n)) for n in range(store.first, store.end)]
    marks = [parse_mark(line) for _, line in lines]
    return [
        (mark.kind.name if mark else source.name, line)
        for mark, (source, line) in zip(marks, lines, strict=True)
    ]


@pytest.mark.parametrize("on_quit", [OnQuit.STOP, OnQuit.LEAVE], ids=["pipe", "outliving"])
def test_last_words_of_a_crash_stand_before_its_end(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome, on_quit: OnQuit
) -> None:
    stand_in_home.place.panic_log.parent.mkdir()
    stand_in_home.place.panic_log.write_text("panic: an older one\n", encoding="utf-8")
    site = stand_in_home.site("crash-after=0.1,crash-code=2")
    rig = start_rig(replace(site, settings=Settings(on_quit=on_quit)))

    rig.controller.start()
    rig.until(lambda: rig.state.failure is not None)

    found = kinds_and_lines(rig)
    kinds, lines = zip(*found, strict=True)
    assert kinds[0] == "STARTED"
    assert kinds[-4:] == ("PANIC_FILE", "PANIC_FILE", "PANIC_FILE", "ENDED")
    assert lines[-4].startswith("panic: the stand-in")
    assert not any("older" in line for line in lines)
    end = parse_mark(lines[-1])
    assert end is not None
    assert (end.run, end.exit_code) == (1, 2)
