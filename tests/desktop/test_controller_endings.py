"""Gateways that end without being asked, on both gateways."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.state import Backoff, Failed, Stopped, StopReason

if TYPE_CHECKING:
    from tests.desktop.conftest import Supervise
    from tests.support.gateway_home import GatewayHome

pytestmark = [pytest.mark.linux, pytest.mark.macos]  # they send signals of Unix


def test_killed_gateway_is_started_again_after_a_while(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    tray.controller.start()
    first = tray.until_runs()

    tray.signal_gateway(signal.SIGKILL)
    backoff = tray.until_phase(Backoff)
    second = tray.until_runs(other_than=first)

    assert (backoff.attempt, backoff.counted) == (1, True)
    assert home.answering_pid() == home.recorded_pid() == second


def test_killed_gateway_is_explained_and_stays_explained(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    tray.controller.start()
    first = tray.until_runs()

    tray.signal_gateway(signal.SIGKILL)
    tray.until_runs(other_than=first)

    failure = tray.state.failure
    assert failure is not None
    assert (failure.failure_class, failure.exit_code) == ("signal", -signal.SIGKILL)
    assert failure.was_ready
    assert failure.reason is not None


def test_gateway_that_is_killed_again_and_again_is_given_up(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    tray.controller.start()
    pid = tray.until_runs()

    for _ in range(2):  # the burst of the tests
        tray.signal_gateway(signal.SIGKILL)
        pid = tray.until_runs(other_than=pid)
    tray.signal_gateway(signal.SIGKILL)

    assert tray.until_phase(Failed).gave_up


def test_start_after_giving_up_starts(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home, crash_burst=0)
    tray.controller.start()
    first = tray.until_runs()
    tray.signal_gateway(signal.SIGKILL)
    tray.until_phase(Failed)

    tray.controller.start()
    second = tray.until_runs(other_than=first)

    assert home.answering_pid() == second
    assert tray.state.failure is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_gateway_that_somebody_ends_is_not_started_again(
    home: GatewayHome, supervise: Supervise, number: signal.Signals
) -> None:
    tray = supervise(home)
    tray.controller.start()
    tray.until_runs()
    tray.until_signals_are_heeded()

    tray.signal_gateway(number)
    stopped = tray.until_phase(Stopped)

    assert stopped.reason is StopReason.FROM_OUTSIDE
    assert tray.until_explained().failure_class == "clean_exit"
    assert home.recorded_pid() is None
    assert "Backoff" not in tray.phases


def test_gateway_that_a_hang_up_ends_is_not_started_again(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    tray.controller.start()
    tray.until_runs()

    tray.signal_gateway(signal.SIGHUP)

    assert tray.until_phase(Stopped).reason is StopReason.FROM_OUTSIDE


def test_stop_while_waiting_to_start_again_starts_no_more(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, backoff=(60.0,))
    tray.controller.start()
    tray.until_runs()
    tray.signal_gateway(signal.SIGKILL)
    tray.until_phase(Backoff)

    tray.controller.stop()

    assert tray.until_phase(Stopped).reason is StopReason.BY_USER


def test_gateway_of_another_supervisor_is_adopted_instead_of_starting_again(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, backoff=(60.0,))
    tray.controller.start()
    first = tray.until_runs()
    tray.signal_gateway(signal.SIGKILL)
    tray.until_phase(Backoff)

    with home.started_by_hand() as theirs:
        tray.controller.nudge()

        assert tray.until_runs(other_than=first) == theirs.pid
        assert not tray.process.ours


def test_hung_gateway_is_replaced_if_that_is_wished(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, restart_when_hung=True, stop_grace=0.3)
    tray.controller.start()
    first = tray.until_runs()

    tray.signal_gateway(signal.SIGSTOP)
    second = tray.until_runs(other_than=first)

    failure = tray.state.failure
    assert failure is not None
    assert failure.failure_class == "hung"
    assert home.answering_pid() == second


def test_hung_gateway_is_left_alone_otherwise(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    tray.controller.start()
    pid = tray.until_runs()

    tray.signal_gateway(signal.SIGSTOP)
    tray.until(lambda state: getattr(state.phase, "misses", 0) > 3, "more misses than the limit")

    assert tray.pid == pid
    assert tray.phases[-1] == "Running"


def test_broken_config_is_told_and_its_repair_starts_the_gateway(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    home.break_config()

    tray.controller.start()
    tray.until_phase(Failed)
    failure = tray.state.failure
    home.configure()
    tray.until_runs()

    assert failure is not None
    assert failure.failure_class == "config_unreadable"


def test_unknown_model_is_refused_even_anyway(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    home.configure(default_model="unheard-of")

    tray.controller.start_anyway()
    tray.until_phase(Failed)

    failure = tray.state.failure
    assert failure is not None
    assert (failure.failure_class, failure.passable) == ("not_ready", False)
    assert "Spawning" not in tray.phases


def test_no_model_is_refused_unless_it_is_started_anyway(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    home.configure(default_model="")
    tray.controller.start()
    tray.until_phase(Failed)
    failure = tray.state.failure
    assert failure is not None
    assert (failure.failure_class, failure.passable) == ("not_ready", True)

    tray.controller.start_anyway()

    pid = tray.until_runs()
    assert home.answering_pid() == pid


@pytest.mark.parametrize("pid", [2**22 + 1, 0x7FFFFFFF], ids=["unused", "impossible"])
def test_stale_pid_file_of_a_dead_process_does_not_hinder_a_start(
    home: GatewayHome, supervise: Supervise, pid: int
) -> None:
    tray = supervise(home)
    home.write_pid_file(pid)

    tray.controller.start()
    running = tray.until_runs()

    assert home.recorded_pid() == running


def test_stale_pid_file_of_a_dead_process_is_named_where_nothing_is_started(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    home.write_pid_file(2**22 + 1)

    tray.controller.nudge()
    stopped = tray.until(
        lambda state: isinstance(state.phase, Stopped) and state.phase.remains is not None
    ).phase

    assert isinstance(stopped, Stopped)
    assert stopped.remains is not None
    assert stopped.remains.pid_file


def test_config_that_changes_while_it_runs_changes_nothing(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home)
    tray.controller.start()
    pid = tray.until_runs()
    tray.phases.clear()

    home.configure(log_level="error")
    for _ in range(2):
        tray.until_looked()

    assert tray.pid == pid
    assert set(tray.phases) == {"Running"}


def test_failure_stays_while_the_config_stays(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    home.break_config()
    tray.controller.start()
    tray.until_phase(Failed)
    tray.phases.clear()

    for _ in range(3):
        tray.until_looked()

    assert tray.phases == ["Failed"]


def test_touched_config_is_tried_again(home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(home)
    home.break_config()
    tray.controller.start()
    tray.until_phase(Failed)
    tray.until_looked()
    tray.phases.clear()

    home.break_config()
    tray.until(lambda _: "Preparing" in tray.phases, "another try")

    tray.until_phase(Failed)


def test_silent_gateway_is_asked_more_often_than_a_healthy_one(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, poll_steady=600.0, hang_window=100_000.0)
    tray.controller.start()
    tray.until_runs()

    tray.signal_gateway(signal.SIGSTOP)
    tray.controller.nudge()

    tray.until(lambda state: getattr(state.phase, "misses", 0) > 3, "misses")


def test_gateway_is_asked_more_often_while_somebody_watches(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, poll_steady=600.0, hang_window=100_000.0)
    tray.controller.start()
    tray.until_runs()

    tray.controller.set_attentive(True)

    for _ in range(3):
        tray.until_looked()
    tray.controller.set_attentive(False)
    tray.until_looked()
    assert not tray.state.probing
