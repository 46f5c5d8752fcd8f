"""Processes that are none of our business: whatever a person asks for, they get no signal.

On both gateways.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Process,
    ProcessKey,
    QuitKind,
    Running,
    Stopped,
)
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system.run_record import RunRecords
from tests.support.gateway_home import GatewayHome
from tests.support.launch import PLAN
from tests.support.processes import GATEWAY_WORDS, SignalRecorder, signal_recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from picoclaw_tray.lifecycle.state import State
    from tests.desktop.conftest import Supervise
    from tests.support.supervisor import Supervisor

pytestmark = pytest.mark.linux  # the recorder knows the signals of Unix only

AN_HOUR_S = 3600


def _stop(tray: Supervisor) -> None:
    tray.controller.stop()
    tray.until_phase(Stopped)


def _force_stop(tray: Supervisor) -> None:
    tray.controller.force_stop()
    tray.until_phase(Stopped)


def _restart(tray: Supervisor) -> None:
    before = tray.state
    tray.controller.restart()
    tray.until(lambda state: state.epoch > before.epoch and _is_settled(state))


def _quit(tray: Supervisor) -> None:
    tray.quit()


def _end_session(tray: Supervisor) -> None:
    tray.quit(QuitKind.SESSION)


def _is_settled(state: State) -> bool:
    return isinstance(state.phase, Running | Backoff | Failed | Stopped) and not state.probing


@pytest.fixture(params=[_stop, _force_stop, _restart, _quit, _end_session])
def act(request: pytest.FixtureRequest) -> Callable[[Supervisor], None]:
    """What a person, or the end of a session, wants; returns when it is done."""
    return request.param


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of strangers."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@contextmanager
def _unharmed(recorder: SignalRecorder) -> Iterator[None]:
    yield
    assert recorder.received() == ()
    assert recorder.is_running


def test_program_under_the_pid_file_gets_no_signal(
    home: GatewayHome, supervise: Supervise, elsewhere: Path, act: Callable[[Supervisor], None]
) -> None:
    with signal_recorder(elsewhere) as stranger, _unharmed(stranger):
        home.write_pid_file(stranger.pid)
        tray = supervise(home)
        tray.controller.start()

        assert tray.until_runs() != stranger.pid
        act(tray)
        tray.end()


def test_program_whose_pid_comes_into_the_file_meanwhile_gets_no_signal(
    home: GatewayHome, supervise: Supervise, elsewhere: Path, act: Callable[[Supervisor], None]
) -> None:
    with signal_recorder(elsewhere) as stranger, _unharmed(stranger):
        tray = supervise(home)
        tray.controller.start()
        tray.until_runs()
        home.write_pid_file(stranger.pid)

        act(tray)
        tray.end()


def test_program_whose_pid_comes_into_the_file_of_an_adopted_gateway_gets_no_signal(
    home: GatewayHome, supervise: Supervise, elsewhere: Path, act: Callable[[Supervisor], None]
) -> None:
    with signal_recorder(elsewhere) as stranger, _unharmed(stranger):
        tray = supervise(home)
        with home.started_by_hand():
            tray.controller.start()
            tray.until_runs()
            home.write_pid_file(stranger.pid)

            act(tray)
            tray.end()


def test_program_that_looks_like_a_gateway_and_got_a_used_pid_gets_no_signal(
    home: GatewayHome, supervise: Supervise, elsewhere: Path, act: Callable[[Supervisor], None]
) -> None:
    environment = {"PATH": os.environ["PATH"]}  # does not tell whose gateway it is
    with (
        signal_recorder(elsewhere, GATEWAY_WORDS, environment=environment) as stranger,
        _unharmed(stranger),
    ):
        home.write_pid_file(stranger.pid)
        an_hour_ago = time.time() - AN_HOUR_S
        os.utime(home.place.pid_file, (an_hour_ago, an_hour_ago))
        used = Process(ProcessKey(stranger.pid, "of another process"), ours=True)
        RunRecords(home.site().state_folder).write_spawned(used, PLAN)
        tray = supervise(home)
        tray.controller.start()
        tray.until(lambda state: _is_settled(state) and state.epoch > 1)

        act(tray)
        tray.end()


def test_gateway_of_another_home_that_got_a_used_pid_gets_no_signal(
    home: GatewayHome, supervise: Supervise, elsewhere: Path, act: Callable[[Supervisor], None]
) -> None:
    environment = {"PATH": os.environ["PATH"], "PICOCLAW_HOME": str(elsewhere / "theirs")}
    with (
        signal_recorder(elsewhere, GATEWAY_WORDS, environment=environment) as stranger,
        _unharmed(stranger),
    ):
        home.write_pid_file(stranger.pid)
        tray = supervise(home)
        tray.controller.start()

        assert tray.until_runs() != stranger.pid
        act(tray)
        tray.end()


def test_program_on_the_port_gets_no_signal_and_is_named(
    home: GatewayHome, supervise: Supervise, elsewhere: Path, act: Callable[[Supervisor], None]
) -> None:
    with signal_recorder(elsewhere, port=home.port) as stranger, _unharmed(stranger):
        tray = supervise(home, backoff=(60.0,))
        tray.controller.start()
        tray.until_phase(Backoff)
        failure = tray.state.failure

        assert failure is not None
        assert failure.failure_class == "port_taken"
        assert failure.reason is not None
        assert f"(PID {stranger.pid})" in render(failure.reason)
        assert str(home.port) in render(failure.reason)
        act(tray)
        tray.end()
        assert "Spawning" not in tray.phases


def test_gateway_of_another_home_on_the_port_is_named_and_left_alone(
    home: GatewayHome, supervise: Supervise, tmp_path: Path, act: Callable[[Supervisor], None]
) -> None:
    theirs = _other_home(home, tmp_path)

    with theirs.started_by_hand() as gateway:
        tray = supervise(home, backoff=(60.0,))
        tray.controller.start()
        tray.until_phase(Backoff)
        failure = tray.state.failure

        assert failure is not None
        assert failure.failure_class == "port_taken"
        assert failure.reason is not None
        assert f"of the home {theirs.place.home} (PID {gateway.pid}, " in render(failure.reason)
        act(tray)
        tray.end()
        assert theirs.answering_pid() == theirs.recorded_pid() == gateway.pid
        assert {"Spawning", "Running"}.isdisjoint(tray.phases)


def test_gateway_of_another_home_is_not_adopted_for_a_copy_of_its_pid_file(
    home: GatewayHome, supervise: Supervise, tmp_path: Path, act: Callable[[Supervisor], None]
) -> None:
    theirs = _other_home(home, tmp_path)

    with theirs.started_by_hand() as gateway:
        home.write_pid_file(gateway.pid)
        tray = supervise(home, backoff=(60.0,))
        tray.controller.start()
        tray.until_phase(Backoff)

        act(tray)
        tray.end()
        assert theirs.answering_pid() == theirs.recorded_pid() == gateway.pid
        assert {"Spawning", "Running"}.isdisjoint(tray.phases)


def test_gateway_of_another_home_is_not_adopted_by_a_look(
    home: GatewayHome, supervise: Supervise, tmp_path: Path
) -> None:
    theirs = _other_home(home, tmp_path)

    with theirs.started_by_hand() as gateway:
        tray = supervise(home)
        tray.controller.nudge()
        tray.until(
            lambda state: isinstance(state.phase, Stopped) and state.phase.remains is not None
        )

        assert tray.phases == ["Stopped"]
        assert theirs.answering_pid() == gateway.pid


def test_gateway_of_another_home_goes_and_ours_comes(
    home: GatewayHome, supervise: Supervise, tmp_path: Path
) -> None:
    theirs = _other_home(home, tmp_path)
    tray = supervise(home)

    with theirs.started_by_hand():
        tray.controller.start()
        tray.until_phase(Backoff)

    pid = tray.until_runs()
    assert home.answering_pid() == home.recorded_pid() == pid


def _other_home(home: GatewayHome, tmp_path: Path) -> GatewayHome:
    command = (home.command.program, *home.command.arguments)
    return GatewayHome(tmp_path / "theirs", command, home.port)
