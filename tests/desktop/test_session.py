from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.desktop.session import SignalWatch
from tests.support.logind import Logind, running_logind
from tests.support.message_bus import running_bus
from tests.support.programs import Program
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot


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


class Heard:
    """What a listener hears of what logind says."""

    def __init__(self, logind: Logind, listener: Program) -> None:
        self._logind = logind
        self._listener = listener

    def until_heard(self, member: str, *, value: bool, word: str) -> None:
        """Emit a signal until the listener says the word once more.

        Again and again: at first it may still be about to listen.
        """
        before = self.words().count(word)

        def is_heard() -> bool:
            self.emit(member, value=value)
            return self.words().count(word) > before

        wait_until(is_heard, what=word)

    def emit(self, member: str, *, value: bool) -> None:
        """Emit a signal once."""
        self._logind.emit(member, value=value)

    def words(self) -> list[str]:
        """What the listener said, in order."""
        return self._listener.output.split()


@pytest.fixture
def heard() -> Iterator[Heard]:
    with (
        tempfile.TemporaryDirectory() as folder,
        running_bus("system-bus", Path(folder), os.environ) as bus,
        running_logind(bus.address) as logind,
        _listener(bus.address, Path(folder)) as listener,
    ):
        wait_until(lambda: listener.printed("ready"), what="the listener")
        yield Heard(logind, listener)


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
def test_session_end_is_told_by_logind(heard: Heard) -> None:
    heard.until_heard("PrepareForShutdown", value=True, word="ending")


@pytest.mark.linux
def test_session_end_that_was_called_off_is_none(heard: Heard) -> None:
    heard.until_heard("PrepareForSleep", value=False, word="resumed")

    heard.emit("PrepareForShutdown", value=False)
    heard.until_heard("PrepareForSleep", value=False, word="resumed")

    assert "ending" not in heard.words()


@pytest.mark.linux
def test_session_tells_the_end_of_a_sleep_and_not_its_beginning(heard: Heard) -> None:
    heard.until_heard("PrepareForShutdown", value=True, word="ending")

    heard.emit("PrepareForSleep", value=True)
    heard.until_heard("PrepareForShutdown", value=True, word="ending")
    assert "resumed" not in heard.words()

    heard.until_heard("PrepareForSleep", value=False, word="resumed")


_ASKED_TO_QUIT = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from picoclaw_tray.desktop.log_model import LogModel
from picoclaw_tray.desktop.log_window import GatewayWindow
from picoclaw_tray.desktop.session import SessionEnd
from picoclaw_tray.logs.store import LogStore

application = QApplication(sys.argv)
application.setQuitOnLastWindowClosed(False)
window = GatewayWindow(LogModel(LogStore(10, 1000)), ())
window.set_confirm_close(True)
window.show()
session = SessionEnd(application)
heard = []
session.ending.connect(lambda: heard.append("ending"))
QTimer.singleShot(0, application.quit)  # sends what Qt sends when a session manager says Die
QTimer.singleShot(200, lambda: application.exit(7))
print(application.exec(), *heard)
"""


@pytest.mark.linux
@pytest.mark.parametrize(
    ("words", "said"),
    [(("-session", "1"), "7 ending"), ((), "7")],
    ids=["with a session manager", "without"],
)
def test_window_that_asks_first_cannot_veto_the_end(words: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _ASKED_TO_QUIT, *words],
        env=dict(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.stdout.strip(), done.stderr) == (said, "")
