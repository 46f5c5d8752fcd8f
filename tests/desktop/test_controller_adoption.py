"""Gateways that run already: found, adopted, followed, left alone; on both gateways."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.messages import NoticeKind
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Health,
    Process,
    Running,
    Stopped,
    StopReason,
)
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.run_record import RunRecords
from tests.support.launch import PLAN
from tests.support.supervisor import is_gone, is_proven_stop
from tests.support.tray_to_kill import left_by_a_killed_tray

if TYPE_CHECKING:
    from tests.desktop.conftest import Supervise
    from tests.support.gateway_home import GatewayHome

pytestmark = [pytest.mark.linux, pytest.mark.macos]  # they send signals of Unix


def test_start_adopts_a_gateway_that_was_started_by_hand(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        pid = tray.until_runs()

        assert pid == gateway.pid
        assert tray.phases == ["Locating", "Running"]
        assert not tray.process.ours
        assert not tray.process.watched


def test_nudge_adopts_a_gateway_but_starts_none(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)

    tray.controller.nudge()
    tray.until(lambda state: isinstance(state.phase, Stopped) and state.phase.remains is not None)
    with home.started_by_hand() as gateway:
        tray.controller.nudge()

        assert tray.until_runs() == gateway.pid
        assert tray.phases == ["Stopped", "Running"]


def test_start_adopts_a_gateway_whose_pid_file_was_deleted(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        home.place.pid_file.unlink()
        tray.controller.start()

        assert tray.until_runs() == gateway.pid


def test_start_adopts_a_silent_gateway_whose_pid_file_is_there(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, start_window=0.1)

    with home.started_by_hand() as gateway:
        gateway.send_signal(signal.SIGSTOP)
        tray.controller.start()
        running = tray.until_phase(Running)

        assert running.process.key.pid == gateway.pid
        assert running.health is Health.FAILING


def test_start_waits_beside_a_silent_gateway_whose_pid_file_was_deleted(
    home: GatewayHome, supervise: Supervise
) -> None:
    """It holds the port, answers nobody, and must not get a second gateway beside it."""
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        home.place.pid_file.unlink()
        gateway.send_signal(signal.SIGSTOP)
        tray.controller.start()
        tray.until_phase(Backoff)

        assert "Spawning" not in tray.phases
        assert gateway.is_running


@pytest.mark.linux
def test_end_of_an_adopted_gateway_is_seen_at_once(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home, poll_steady=60.0)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        tray.until_runs()
        gateway.send_signal(signal.SIGTERM)
        stopped = tray.until_phase(Stopped)

    assert stopped.reason is StopReason.FROM_OUTSIDE


def test_end_of_an_adopted_gateway_is_no_crash(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        tray.until_runs()
        gateway.send_signal(signal.SIGKILL)
        stopped = tray.until_phase(Stopped)

    assert stopped.reason is StopReason.FROM_OUTSIDE
    assert tray.state.failure is not None
    assert tray.state.failure.failure_class == "ended_outside"


def test_gateway_that_somebody_restarted_is_followed(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with home.started_by_hand() as first:
        tray.controller.start()
        tray.until_runs()
        first.send_signal(signal.SIGTERM)
        first.wait()
        with home.started_by_hand() as second:
            tray.controller.nudge()

            assert tray.until_runs(other_than=first.pid) == second.pid
            assert not tray.process.ours


def test_quit_leaves_a_gateway_alone_that_others_started(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        tray.until_runs()
        tray.quit()

        assert tray.state.phase == Stopped(StopReason.LEFT_ALONE)
        assert home.answering_pid() == gateway.pid


def test_stop_ends_a_gateway_that_others_started(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        tray.until_runs()
        tray.controller.stop()
        tray.until(is_proven_stop, "proof")

        assert gateway.wait() == 0
        assert home.recorded_pid() is None


def test_force_stop_ends_a_gateway_that_others_started(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        tray.until_runs()
        tray.controller.force_stop()
        tray.until(is_proven_stop, "proof")

        assert gateway.wait() == -signal.SIGKILL
        assert home.recorded_pid() is None


def test_stop_goes_on_to_force_with_a_gateway_that_others_started(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, stop_grace=0.3)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        tray.until_runs()
        gateway.send_signal(signal.SIGSTOP)
        tray.controller.stop()
        tray.until(is_proven_stop, "proof")

        assert gateway.wait() == -signal.SIGKILL


def test_restart_replaces_a_gateway_that_others_started_by_one_of_ours(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        tray.until_runs()
        tray.controller.restart()
        pid = tray.until_runs(other_than=gateway.pid)

        assert gateway.wait() == 0
        assert home.answering_pid() == pid
        assert tray.process.ours


def test_restart_refused_leaves_a_gateway_alone_that_others_started(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        tray.controller.start()
        tray.until_runs()
        home.break_config()
        tray.controller.restart()
        tray.until(lambda state: isinstance(state.phase, Running) and not state.phase.replanning)

        assert tray.notices[0].kind is NoticeKind.RESTART_REFUSED
        assert home.answering_pid() == gateway.pid


def test_run_record_makes_a_gateway_ours_that_is_found_again(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        key = key_of(gateway.pid)
        assert key is not None
        RunRecords(home.site().state_folder).write_spawned(Process(key, ours=True), PLAN)
        tray.controller.start()
        tray.until_runs()

        assert tray.process == Process(key, ours=True)
        tray.quit()
        assert gateway.wait() == 0
        assert home.recorded_pid() is None


def test_run_record_of_a_gateway_of_ours_finds_it_without_pid_file_and_answer(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with home.started_by_hand() as gateway:
        key = key_of(gateway.pid)
        assert key is not None
        RunRecords(home.site().state_folder).write_spawned(Process(key, ours=True), PLAN)
        home.place.pid_file.unlink()
        gateway.send_signal(signal.SIGSTOP)
        tray.controller.start()
        tray.until(lambda state: state.process is not None, "gateway")

        assert tray.process == Process(key, ours=True)
        gateway.send_signal(signal.SIGCONT)
        assert tray.until_runs() == gateway.pid


def test_gateway_of_a_tray_that_was_killed_is_found_again(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)

    with left_by_a_killed_tray(home) as pid:
        tray.controller.start()

        assert tray.until_runs() == pid
        assert tray.process.ours
        assert not tray.process.watched
        tray.quit()
        assert is_gone(pid)
        tray.end()
        assert home.recorded_pid() is None
