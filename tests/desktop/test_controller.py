"""What a person asks for, on the stand-in and on a real gateway with the same assertions."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.messages import NoticeKind
from picoclaw_tray.lifecycle.state import (
    Health,
    QuitKind,
    Running,
    Spawning,
    Stopped,
    Stopping,
    StopReason,
)
from tests.support.supervisor import is_gone, is_proven_stop

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import State
    from tests.desktop.conftest import Supervise
    from tests.support.gateway_home import GatewayHome


def test_start_runs_a_gateway_that_answers_with_its_pid(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    tray.controller.start()
    pid = tray.until_runs()

    assert home.answering_pid() == pid
    assert home.recorded_pid() == pid
    assert tray.process.ours
    assert tray.process.watched


def test_start_looks_checks_and_spawns_once(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)

    tray.controller.start()
    tray.controller.start()
    tray.until_runs()
    tray.controller.start()
    tray.controller.nudge()

    assert tray.phases == ["Locating", "Preparing", "Spawning", "Starting", "Running"]


def test_start_shows_what_the_gateway_prints(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)

    tray.controller.start()

    tray.until_lines(b"Press Ctrl+C to stop")
    assert not any(line.endswith((b"\r", b"\n")) for line in tray.lines)


def test_stop_leaves_no_process_no_pid_file_and_nothing_else(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    tray.controller.start()
    pid = tray.until_runs()
    tray.until_signals_are_heeded()

    tray.controller.stop()
    stopped = tray.until_phase(Stopped)

    assert stopped.reason is StopReason.BY_USER
    assert is_gone(pid)
    assert home.recorded_pid() is None
    tray.until(is_proven_stop, "proof")


def test_stop_stays_stopped(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    tray.controller.start()
    tray.until_runs()
    tray.controller.stop()
    tray.until_phase(Stopped)
    tray.phases.clear()

    tray.until(lambda state: isinstance(state.phase, Stopped) and state.phase.remains is not None)
    tray.controller.nudge()
    tray.until_looked()

    assert tray.phases == ["Stopped"]


def test_start_after_a_stop_runs_another_gateway(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    tray.controller.start()
    first = tray.until_runs()
    tray.controller.stop()
    tray.until_phase(Stopped)

    tray.controller.start()
    second = tray.until_runs()

    assert first != second
    assert home.answering_pid() == second


def test_stop_ends_a_gateway_that_is_still_being_spawned(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    tray.controller.start()
    tray.until(lambda state: isinstance(state.phase, Spawning), "Spawning")

    tray.controller.stop()
    stopping = tray.until_phase(Stopping)
    tray.until_phase(Stopped)

    assert is_gone(stopping.process.key.pid)


def test_restart_replaces_the_gateway(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    tray.controller.start()
    first = tray.until_runs()

    tray.controller.restart()
    second = tray.until_runs(other_than=first)

    assert is_gone(first)
    assert home.answering_pid() == second
    assert home.recorded_pid() == second


def test_restart_starts_a_gateway_where_none_runs(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)

    tray.controller.restart()
    pid = tray.until_runs()

    assert home.answering_pid() == pid


def test_restart_is_refused_while_the_config_is_broken_and_the_old_one_runs_on(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    tray.controller.start()
    pid = tray.until_runs()
    home.break_config()

    tray.controller.restart()
    tray.until(lambda state: isinstance(state.phase, Running) and state.phase.replanning is None)

    (notice,) = tray.notices
    assert notice.kind is NoticeKind.RESTART_REFUSED
    assert notice.failure is not None
    assert notice.failure.failure_class == "config_unreadable"
    assert home.answering_pid() == tray.pid == pid


def test_force_stop_leaves_nothing_of_the_gateway(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    tray.controller.start()
    pid = tray.until_runs()

    tray.controller.force_stop()
    tray.until_phase(Stopped)

    assert is_gone(pid)
    tray.until(is_proven_stop, "proof")
    assert home.recorded_pid() is None


def test_quit_waits_for_the_end_of_the_gateway(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    tray.controller.start()
    pid = tray.until_runs()
    tray.until_signals_are_heeded()

    tray.quit()

    assert is_gone(pid)
    assert home.recorded_pid() is None
    assert tray.said[-2:] == ["Stopped", "quit ready"]


def test_quit_says_so_at_once_where_no_gateway_runs(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    tray.controller.quit()

    assert tray.said == ["Stopped", "quit ready"]


@pytest.mark.linux
@pytest.mark.macos
def test_quit_at_the_end_of_a_session_keeps_within_its_budget(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, session_grace=0.3)
    tray.controller.start()
    pid = tray.until_runs()
    tray.signal_gateway(signal.SIGSTOP)
    began = time.monotonic()

    tray.quit(QuitKind.SESSION)

    assert time.monotonic() - began < 3  # the user's stop grace is fifteen
    assert is_gone(pid)


@pytest.mark.linux
@pytest.mark.macos
def test_close_removes_the_pid_file_of_a_gateway_that_was_killed_at_quit(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, session_grace=0.3)
    tray.controller.start()
    tray.until_runs()
    tray.signal_gateway(signal.SIGSTOP)
    tray.quit(QuitKind.SESSION)

    tray.end()

    assert home.recorded_pid() is None


def test_nothing_is_done_after_quit(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    tray.quit()

    tray.controller.start()
    tray.controller.stop()
    tray.controller.quit()

    assert tray.said == ["Stopped", "quit ready"]


@pytest.mark.linux
@pytest.mark.macos
def test_a_stopped_gateway_fails_and_is_well_again_when_it_goes_on(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    tray.controller.start()
    pid = tray.until_runs()

    tray.signal_gateway(signal.SIGSTOP)
    tray.until(lambda state: _health(state) is Health.FAILING, "failing gateway")
    tray.signal_gateway(signal.SIGCONT)
    tray.until(lambda state: _health(state) is Health.OK, "healthy gateway")

    assert tray.pid == pid


@pytest.mark.linux
@pytest.mark.macos
def test_stop_goes_on_to_force_when_the_grace_is_over(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, stop_grace=0.5)
    tray.controller.start()
    pid = tray.until_runs()
    tray.signal_gateway(signal.SIGSTOP)

    tray.controller.stop()
    tray.until(lambda state: isinstance(state.phase, Stopping) and state.phase.killed, "force")
    tray.until_phase(Stopped)

    assert is_gone(pid)
    tray.until(is_proven_stop, "proof")
    assert home.recorded_pid() is None


def _health(state: State) -> Health | None:
    return state.phase.health if isinstance(state.phase, Running) else None
