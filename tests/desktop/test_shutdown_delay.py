from __future__ import annotations

import fcntl
import logging
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtDBus import QDBusConnection

from picoclaw_tray.desktop.shutdown_delay import ShutdownDelay
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Locating,
    Process,
    ProcessKey,
    Quit,
    QuitKind,
    Running,
    Spawning,
    Starting,
    State,
    Stopped,
    Stopping,
)
from tests.support.logind import Logind, Manner, running_logind
from tests.support.message_bus import running_bus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.linux

KEY = ProcessKey(4711, "created")
OURS = Process(KEY, ours=True, watched=True)
AN_EARLIER_TRAY_S = Process(KEY, ours=True)
FOREIGN = Process(KEY)
QUITTING = Quit(QuitKind.SESSION, leave=False)

WITH_A_GATEWAY_OF_OURS = {
    "spawning": State(Spawning(anyway=False)),
    "starting": State(Starting(OURS, deadline=0)),
    "running": State(Running(OURS)),
    "of an earlier tray": State(Running(AN_EARLIER_TRAY_S)),
    "stopping": State(Stopping(OURS, QUITTING, deadline=0)),
}
WITHOUT = {
    "stopped": State(),
    "locating": State(Locating(by_user=True, anyway=False, deadline=0)),
    "waiting": State(Backoff(until=0, attempt=1, counted=True, anyway=False)),
    "foreign": State(Running(FOREIGN)),
    "foreign that is stopped": State(Stopping(FOREIGN, QUITTING, deadline=0)),
    "the end": State(Stopped(), ended=True),
    "the end of one that heeds no kill": State(Stopping(OURS, QUITTING, deadline=0), ended=True),
}
RUNNING, STOPPED = WITH_A_GATEWAY_OF_OURS["running"], WITHOUT["stopped"]


class Waiting:
    """Lets events happen until something holds, and a while longer to see that it stays so."""

    def __init__(self, qtbot: QtBot) -> None:
        self._qtbot = qtbot

    def __call__(self, holds: Callable[[], object]) -> None:
        def is_so() -> bool:
            return bool(holds())

        self._qtbot.waitUntil(is_so, timeout=10_000)
        self._qtbot.wait(50)
        assert is_so()


@pytest.fixture
def until(qtbot: QtBot) -> Waiting:
    return Waiting(qtbot)


@pytest.fixture
def address() -> Iterator[str]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_bus("system-bus", Path(folder), os.environ) as bus,
    ):
        yield bus.address


@pytest.fixture
def bus(address: str) -> Iterator[QDBusConnection]:
    yield QDBusConnection.connectToBus(address, "test")
    QDBusConnection.disconnectFromBus("test")


@pytest.fixture
def manner(request: pytest.FixtureRequest) -> Manner:
    return getattr(request, "param", Manner.GRANTS)


@pytest.fixture
def logind(address: str, manner: Manner) -> Iterator[Logind]:
    with running_logind(address, manner) as logind:
        yield logind


@pytest.fixture
def delay(qapp: object, caplog: pytest.LogCaptureFixture) -> Iterator[ShutdownDelay]:
    caplog.set_level(logging.INFO)
    delay = ShutdownDelay()
    yield delay
    delay.on_state_changed(State(ended=True))
    delay.deleteLater()


@pytest.mark.parametrize("state", WITH_A_GATEWAY_OF_OURS.values(), ids=WITH_A_GATEWAY_OF_OURS)
def test_shutdown_is_delayed_for_a_gateway_of_ours(
    state: State, delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, until: Waiting
) -> None:
    delay.on_bus_reached(bus)

    delay.on_state_changed(state)

    until(lambda: logind.held() == 1)
    (what, who, why, mode) = logind.requests[0]
    assert (what, who, mode) == ("shutdown", "picoclaw-tray", "delay")
    assert "gateway" in why


@pytest.mark.parametrize("state", WITHOUT.values(), ids=WITHOUT)
def test_shutdown_is_not_delayed_without_one(
    state: State, delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, until: Waiting
) -> None:
    delay.on_bus_reached(bus)

    delay.on_state_changed(state)

    until(lambda: logind.held() == 0)
    assert logind.requests == []


@pytest.mark.parametrize("state", WITHOUT.values(), ids=WITHOUT)
def test_delay_ends_with_the_gateway(
    state: State, delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, until: Waiting
) -> None:
    delay.on_bus_reached(bus)
    delay.on_state_changed(RUNNING)
    until(lambda: logind.held() == 1)

    delay.on_state_changed(state)

    until(lambda: logind.held() == 0)


def test_one_gateway_has_one_lock(
    delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, until: Waiting
) -> None:
    delay.on_bus_reached(bus)

    for state in WITH_A_GATEWAY_OF_OURS.values():
        delay.on_state_changed(state)
        until(lambda: logind.held() == 1)

    assert len(logind.requests) == 1


def test_next_gateway_has_its_own(
    delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, until: Waiting
) -> None:
    delay.on_bus_reached(bus)
    for state, held in ((RUNNING, 1), (STOPPED, 0), (RUNNING, 1)):
        delay.on_state_changed(state)

        until(lambda: logind.held() == held)  # noqa: B023 - used at once

    assert len(logind.requests) == 2


def test_lock_that_comes_when_the_gateway_is_gone_is_given_back_at_once(
    delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, until: Waiting
) -> None:
    delay.on_bus_reached(bus)
    delay.on_state_changed(RUNNING)

    delay.on_state_changed(STOPPED)

    until(lambda: logind.held() == 0 and logind.requests)


def test_lock_that_comes_with_the_next_gateway_is_kept(
    delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, until: Waiting
) -> None:
    delay.on_bus_reached(bus)

    for state in (RUNNING, STOPPED, RUNNING):
        delay.on_state_changed(state)

    until(lambda: logind.held() == 1)
    assert len(logind.requests) == 1


def test_bus_may_come_after_the_gateway(
    delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, until: Waiting
) -> None:
    delay.on_state_changed(RUNNING)

    delay.on_bus_reached(bus)

    until(lambda: logind.held() == 1)


def test_no_program_inherits_the_lock(
    delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, until: Waiting
) -> None:
    before = descriptors()
    delay.on_bus_reached(bus)
    delay.on_state_changed(RUNNING)
    until(lambda: logind.held() == 1)

    (lock,) = (number for number in descriptors() - before if is_pipe(number, logind))

    assert fcntl.fcntl(lock, fcntl.F_GETFD) & fcntl.FD_CLOEXEC


@pytest.mark.parametrize(
    "manner", [Manner.REFUSES, Manner.TALKS_NONSENSE], indirect=True, ids=["refuses", "nonsense"]
)
def test_refusal_is_noted_once_and_harms_nothing(
    delay: ShutdownDelay,
    bus: QDBusConnection,
    logind: Logind,
    until: Waiting,
    caplog: pytest.LogCaptureFixture,
) -> None:
    delay.on_bus_reached(bus)

    for times in (1, 2):
        delay.on_state_changed(RUNNING)
        delay.on_state_changed(State(Running(OURS, misses=1)))
        until(lambda: logind.held() == 0 and len(logind.requests) == times)  # noqa: B023 - as above
        delay.on_state_changed(STOPPED)

    noted = [message for message in caplog.messages if "shutdown" in message]
    assert len(noted) == 1


def test_computer_without_logind_is_noted_once(
    delay: ShutdownDelay, bus: QDBusConnection, until: Waiting, caplog: pytest.LogCaptureFixture
) -> None:
    delay.on_bus_reached(bus)

    delay.on_state_changed(RUNNING)

    until(lambda: [message for message in caplog.messages if "shutdown" in message])


def test_silent_logind_holds_nobody_up(
    delay: ShutdownDelay, bus: QDBusConnection, logind: Logind, caplog: pytest.LogCaptureFixture
) -> None:
    delay.on_bus_reached(bus)
    delay.on_state_changed(RUNNING)

    delay.on_state_changed(State(ended=True))

    assert caplog.messages == []


def descriptors() -> set[int]:
    return {int(path.name) for path in Path("/proc/self/fd").iterdir()}


def is_pipe(number: int, logind: Logind) -> bool:
    """Whether it is an end of a pipe that is not logind's own."""
    path = Path(f"/proc/self/fd/{number}")
    return not logind.has(number) and path.exists() and path.is_fifo()
