from __future__ import annotations

import logging
import os
import socket
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.desktop import system_bus
from picoclaw_tray.desktop.system_bus import SystemBus
from tests.support.message_bus import running_bus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.linux

VARIABLE = "DBUS_SYSTEM_BUS_ADDRESS"


class StandIn:
    """Takes the place of the bus's library, which would connect only once in this process."""

    connected = True

    @classmethod
    def systemBus(cls) -> StandIn:  # noqa: N802 - Qt's name
        return cls()

    def isConnected(self) -> bool:  # noqa: N802 - Qt's name
        return self.connected


class Refused(StandIn):
    connected = False


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def bus(qapp: object, caplog: pytest.LogCaptureFixture) -> Iterator[SystemBus]:
    caplog.set_level(logging.INFO)
    bus = SystemBus()
    yield bus
    bus.close()
    bus.deleteLater()


@pytest.fixture
def listening(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    """Something that accepts, in the place of the bus."""
    monkeypatch.setenv(VARIABLE, f"unix:path={folder / 'socket'}")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket"))
        listening.listen()
        yield listening


@pytest.mark.parametrize("before", ["", "tcp:host=localhost,port=1;", "unix:path=/nowhere;"])
def test_bus_that_answers_is_reached(
    before: str,
    bus: SystemBus,
    qtbot: QtBot,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system_bus, "QDBusConnection", StandIn)
    with running_bus("bus", folder, os.environ) as running:
        monkeypatch.setenv(VARIABLE, before + running.address)

        with qtbot.waitSignal(bus.reached):
            bus.seek()


def test_bus_that_lets_nobody_on_is_not_reached(
    bus: SystemBus, qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_bus, "QDBusConnection", Refused)
    with running_bus("bus", folder, os.environ) as running:
        monkeypatch.setenv(VARIABLE, running.address)

        with qtbot.assertNotEmitted(bus.reached, wait=200):
            bus.seek()


@pytest.mark.parametrize("answer", [b"REJECTED EXTERNAL\r\n", b"", b"\0\xff" * 1000])
def test_what_is_no_bus_is_noted(
    answer: bytes,
    bus: SystemBus,
    qtbot: QtBot,
    listening: socket.socket,
    caplog: pytest.LogCaptureFixture,
) -> None:
    bus.seek()
    connection, _ = listening.accept()

    with connection, qtbot.assertNotEmitted(bus.reached):
        asked = connection.recv(1000)
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        qtbot.waitUntil(lambda: "does not let us in" in caplog.text)

    assert asked.startswith(b"\0AUTH EXTERNAL ")


def test_bus_that_never_answers_is_waited_for_without_a_pause(
    bus: SystemBus, qtbot: QtBot, listening: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_bus, "QDBusConnection", StandIn)
    bus.seek()
    connection, _ = listening.accept()
    with connection:
        qtbot.wait(50)

        with qtbot.waitSignal(bus.reached):
            connection.sendall(b"OK 0123456789abcdef0123456789abcdef\r\n")


def test_bus_that_accepts_no_more_is_none(
    bus: SystemBus, listening: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    listening.listen(0)
    with socket.socket(socket.AF_UNIX) as first:
        first.connect(listening.getsockname())  # the queue is full now

        bus.seek()

    assert "no system bus" in caplog.text


@pytest.mark.parametrize(
    "address",
    [
        "unix:path=/nowhere",
        "unix:abstract=/nowhere/%70ct",
        "unix:path=%00",
        "unix:path=" + "x" * 200,
        "unix:",
        "launchd:env=X",
        "nonsense",
        ";",
    ],
    ids=["no file", "abstract", "zero", "too long", "no key", "other kind", "nonsense", "empty"],
)
def test_place_without_a_bus_is_noted(
    address: str,
    bus: SystemBus,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(VARIABLE, address)

    bus.seek()

    assert caplog.messages == [f"no system bus at {address}"]


def test_place_of_the_bus_may_have_strange_letters(
    bus: SystemBus, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, f"unix:guid=0,path={folder}/a%20b%2cc")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "a b,c"))
        listening.listen()

        bus.seek()

        connection, _ = listening.accept()
        with connection:
            assert connection.recv(1000).startswith(b"\0AUTH")
