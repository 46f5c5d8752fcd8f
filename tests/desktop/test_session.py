from __future__ import annotations

import os
import signal
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from jeepney import DBusAddress, new_signal
from jeepney.bus_messages import message_bus
from jeepney.io.blocking import open_dbus_connection

from picoclaw_tray.desktop.session import SignalWatch
from tests.support.message_bus import running_bus
from tests.support.programs import Program
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jeepney.io.blocking import DBusConnection
    from pytestqt.qtbot import QtBot

LOGIN1 = "org.freedesktop.login1"
MANAGER = DBusAddress("/org/freedesktop/login1", LOGIN1, f"{LOGIN1}.Manager")


@pytest.fixture
def watch(qapp: object) -> Iterator[SignalWatch]:
    watch = SignalWatch()
    yield watch
    watch.close()


def test_signal_watch_tells_an_interrupt_of_a_person(qtbot: QtBot, watch: SignalWatch) -> None:
    with (
        qtbot.assertNotEmitted(watch.terminated),
        qtbot.waitSignal(watch.interrupted),
    ):
        signal.raise_signal(signal.SIGINT)  # os.kill would end the process on Windows


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_signal_watch_tells_the_end_of_a_session(
    qtbot: QtBot, watch: SignalWatch, name: str
) -> None:
    with (
        qtbot.assertNotEmitted(watch.interrupted),
        qtbot.waitSignal(watch.terminated),
    ):
        os.kill(os.getpid(), signal.Signals[name])


def test_signal_watch_tells_each_interrupt(qtbot: QtBot, watch: SignalWatch) -> None:
    with qtbot.waitSignals([watch.interrupted, watch.interrupted]):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)


@pytest.mark.linux
@pytest.mark.macos
def test_signal_watch_ignores_other_signals(qtbot: QtBot, watch: SignalWatch) -> None:
    before = signal.signal(signal.SIGUSR1, lambda *_: None)

    with (
        qtbot.assertNotEmitted(watch.terminated, wait=50),
        qtbot.assertNotEmitted(watch.interrupted, wait=50),
    ):
        signal.raise_signal(signal.SIGUSR1)
    signal.signal(signal.SIGUSR1, before)


def test_signal_watch_gives_the_handlers_back(qapp: object) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.getsignal(number) for number in numbers]

    SignalWatch().close()

    assert [signal.getsignal(number) for number in numbers] == before
    descriptor = signal.set_wakeup_fd(-1)
    signal.set_wakeup_fd(descriptor)
    assert descriptor == -1


class Logind:
    """Says on a private system bus what logind says on the real one."""

    def __init__(self, connection: DBusConnection, listener: Program) -> None:
        self._connection = connection
        self._listener = listener

    def until_heard(self, member: str, *, value: bool, word: str) -> None:
        """Emit a signal until the listener says the word once more.

        Again and again: at first it may still be about to listen.
        """
        before = self.heard().count(word)

        def is_heard() -> bool:
            self.emit(member, value=value)
            return self.heard().count(word) > before

        wait_until(is_heard, what=word)

    def emit(self, member: str, *, value: bool) -> None:
        """Emit a signal once."""
        self._connection.send(new_signal(MANAGER, member, "b", (value,)))

    def heard(self) -> list[str]:
        """What the listener said, in order."""
        return self._listener.output.split()


@pytest.fixture
def logind() -> Iterator[Logind]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_bus("system-bus", Path(folder), os.environ) as bus,
        open_dbus_connection(bus.address) as connection,
        _listener(bus.address, Path(folder)) as listener,
    ):
        connection.send_and_get_reply(message_bus.RequestName(LOGIN1))
        wait_until(lambda: listener.printed("ready"), what="the listener")
        yield Logind(connection, listener)


@contextmanager
def _listener(system_bus: str, folder: Path) -> Iterator[Program]:
    environment = dict(os.environ) | {
        "DBUS_SYSTEM_BUS_ADDRESS": system_bus,
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    command = (sys.executable, "-m", "tests.support.end_listener")
    with Program(command, environment=environment, output_path=folder / "listener.txt") as program:
        yield program


@pytest.mark.linux
def test_session_end_is_told_by_logind(logind: Logind) -> None:
    logind.until_heard("PrepareForShutdown", value=True, word="ending")


@pytest.mark.linux
def test_session_end_that_was_called_off_is_none(logind: Logind) -> None:
    logind.until_heard("PrepareForSleep", value=False, word="resumed")

    logind.emit("PrepareForShutdown", value=False)
    logind.until_heard("PrepareForSleep", value=False, word="resumed")

    assert "ending" not in logind.heard()


@pytest.mark.linux
def test_session_tells_the_end_of_a_sleep_and_not_its_beginning(logind: Logind) -> None:
    logind.until_heard("PrepareForShutdown", value=True, word="ending")

    logind.emit("PrepareForSleep", value=True)
    logind.until_heard("PrepareForShutdown", value=True, word="ending")
    assert "resumed" not in logind.heard()

    logind.until_heard("PrepareForSleep", value=False, word="resumed")
