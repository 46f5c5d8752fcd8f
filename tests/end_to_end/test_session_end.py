"""What ends the tray from outside, and what becomes of the gateway; and a night's sleep."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.shell import Shell
from tests.end_to_end.tray_program import PATIENCE_S, is_alive
from tests.support.logind import Logind, Manner, running_logind
from tests.support.message_bus import MessageBus, running_bus
from tests.support.programs import Program, TerminalProgram
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.end_to_end.conftest import StartBareTray
    from tests.end_to_end.tray_program import TrayProgram
    from tests.support.gateway_home import GatewayHome

pytestmark = pytest.mark.linux

HURRIED = (sys.executable, "-m", "tests.support.hurried_tray", "run")
QUICK_SESSION = json.dumps({"session_grace": 0.5})
SESSION_GRACE_S = 4.0
LESS_THAN_A_PATIENT_STOP_S = 15.0

BY_FORCE = "stopping -> stopping (by force)"
LEFT_ALONE = "running -> stopped: QuitRequested"


def close_terminal(tray: TrayProgram) -> None:
    assert isinstance(tray.program, TerminalProgram)
    tray.program.close_terminal()


def interrupt(tray: TrayProgram) -> None:
    tray.program.send_signal(signal.SIGINT)


ENDS_OF_A_SESSION = {
    "SIGTERM": lambda tray: tray.program.send_signal(signal.SIGTERM),
    "SIGHUP": lambda tray: tray.program.send_signal(signal.SIGHUP),
    "closed terminal": close_terminal,
}
ENDS = {"SIGINT": interrupt} | ENDS_OF_A_SESSION


def kind_for(way: str) -> type[Program]:
    return TerminalProgram if way == "closed terminal" else Program


class TestFromOutside:
    @pytest.mark.parametrize("way", ENDS)
    def test_gateway_of_ours_is_stopped_gracefully(
        self, way: str, start_tray: StartBareTray, home: GatewayHome
    ) -> None:
        tray = start_tray(at=home, kind=kind_for(way))
        gateway = tray.gateway()

        ENDS[way](tray)

        assert tray.program.wait(PATIENCE_S) == 0
        assert not is_alive(gateway)
        assert not home.place.pid_file.exists()
        assert BY_FORCE not in tray.log
        assert_ended_in_good_order(tray)

    @pytest.mark.parametrize("way", ENDS_OF_A_SESSION)
    def test_gateway_that_lingers_is_ended_within_the_session_s_budget(
        self, way: str, start_tray: StartBareTray, stand_in_home: GatewayHome
    ) -> None:
        tray = start_tray(
            at=stand_in_home,
            command=HURRIED,
            kind=kind_for(way),
            PICOCLAW_DEMO="linger=60",
            TRAY_POLICY=QUICK_SESSION,
        )
        gateway = tray.gateway()

        ENDS[way](tray)

        assert tray.program.wait(LESS_THAN_A_PATIENT_STOP_S) == 0
        assert not is_alive(gateway)
        assert not stand_in_home.place.pid_file.exists()
        assert BY_FORCE in tray.log
        assert_ended_in_good_order(tray)

    def test_person_waits_for_a_gateway_that_lingers(
        self, start_tray: StartBareTray, stand_in_home: GatewayHome
    ) -> None:
        tray = start_tray(
            at=stand_in_home,
            command=HURRIED,
            PICOCLAW_DEMO="linger=1.5",
            TRAY_POLICY=QUICK_SESSION,
        )
        gateway = tray.gateway()

        interrupt(tray)

        assert tray.program.wait(PATIENCE_S) == 0
        assert not is_alive(gateway)
        assert BY_FORCE not in tray.log
        assert_ended_in_good_order(tray)

    @pytest.mark.parametrize("switch", ["linger=60", "ignore-sigterm"])
    def test_second_interrupt_waits_no_longer(
        self, switch: str, start_tray: StartBareTray, stand_in_home: GatewayHome
    ) -> None:
        tray = start_tray(at=stand_in_home, PICOCLAW_DEMO=switch)
        gateway = tray.gateway()
        interrupt(tray)
        tray.wait_for("running -> stopping: QuitRequested")

        interrupt(tray)

        assert tray.program.wait(LESS_THAN_A_PATIENT_STOP_S) == 0
        assert not is_alive(gateway)
        assert "stopping (by force): KillRequested" in tray.log
        assert_ended_in_good_order(tray)

    def test_session_that_ends_while_a_person_waits_has_its_budget_all_the_same(
        self, start_tray: StartBareTray, stand_in_home: GatewayHome
    ) -> None:
        tray = start_tray(
            at=stand_in_home,
            command=HURRIED,
            PICOCLAW_DEMO="linger=60",
            TRAY_POLICY=QUICK_SESSION,
        )
        gateway = tray.gateway()
        interrupt(tray)
        tray.wait_for("running -> stopping: QuitRequested")

        status = tray.end(signal.SIGTERM)

        assert status == 0
        assert not is_alive(gateway)
        assert "stopping (by force): Tick" in tray.log
        assert_ended_in_good_order(tray)

    @pytest.mark.parametrize("way", ENDS)
    def test_gateway_of_somebody_else_is_left_alone(
        self, way: str, start_tray: StartBareTray, home: GatewayHome
    ) -> None:
        with home.started_by_hand() as gateway:
            tray = start_tray(at=home, kind=kind_for(way))
            tray.wait_for(f"locating -> running: Observed (PID {gateway.pid})")

            ENDS[way](tray)

            assert tray.program.wait(PATIENCE_S) == 0
            assert home.answering_pid() == gateway.pid
        assert LEFT_ALONE in tray.log
        assert_ended_in_good_order(tray)

    def test_tray_that_spoke_to_a_terminal_ends_with_it(self, start_tray: StartBareTray) -> None:
        tray = start_tray("--demo", kind=TerminalProgram)
        gateway = tray.gateway()
        log_path = tray.log_path

        with log_path.open(encoding="utf-8") as log:  # of a home that is thrown away
            close_terminal(tray)
            status = tray.program.wait(PATIENCE_S)
            said = log.read()

        assert status == 0  # 120: it could not print its last words
        assert not is_alive(gateway)
        assert not log_path.exists()
        assert "Traceback" not in said
        assert said.rstrip().endswith("the end")


def assert_ended_in_good_order(tray: TrayProgram) -> None:
    assert "Traceback" not in tray.log
    assert tray.log.rstrip().endswith("the end")
    assert tray.program.output == ""


@pytest.fixture
def bus() -> Iterator[MessageBus]:
    """A system bus that nobody is on."""
    with (
        tempfile.TemporaryDirectory() as folder,
        running_bus("system-bus", Path(folder), {"PATH": os.environ["PATH"]}) as bus,
    ):
        yield bus


@pytest.fixture
def logind(bus: MessageBus) -> Iterator[Logind]:
    with running_logind(bus.address) as logind:
        yield logind


@pytest.fixture
def start_tray_on_bus(start_tray: StartBareTray, bus: MessageBus) -> StartBareTray:
    return partial(start_tray, DBUS_SYSTEM_BUS_ADDRESS=bus.address)


def announce_shutdown(logind: Logind, tray: TrayProgram) -> None:
    """Until the tray hears it: at first it may still be about to listen."""

    def is_heard() -> bool:
        logind.emit("PrepareForShutdown", value=True)
        return "the session ends" in tray.log

    wait_until(is_heard, what="the tray to hear of a shutdown")


class TestShutdown:
    def test_shutdown_waits_only_for_a_gateway_of_ours(
        self, logind: Logind, start_tray_on_bus: StartBareTray, home: GatewayHome
    ) -> None:
        tray, shell = start_tray_on_bus("--no-start", at=home), Shell(home)
        shell.until(phase="stopped")
        held_without = logind.held()

        shell("start")
        tray.gateway()
        wait_until(lambda: logind.held() == 1, what="the delay")
        shell("stop")
        wait_until(lambda: logind.held() == 0, what="the end of the delay")

        assert held_without == 0
        assert len(logind.requests) == 1
        assert tray.end(signal.SIGTERM) == 0

    def test_shutdown_does_not_wait_for_a_gateway_of_somebody_else(
        self, logind: Logind, start_tray_on_bus: StartBareTray, home: GatewayHome
    ) -> None:
        with home.started_by_hand() as gateway:
            tray = start_tray_on_bus(at=home)
            tray.wait_for(f"locating -> running: Observed (PID {gateway.pid})")

            announce_shutdown(logind, tray)

            assert tray.program.wait(PATIENCE_S) == 0
            assert home.answering_pid() == gateway.pid
            assert logind.held() == 0
            assert logind.requests == []

    def test_gateway_is_stopped_gracefully_before_the_computer_goes_on(
        self, logind: Logind, start_tray_on_bus: StartBareTray, home: GatewayHome
    ) -> None:
        tray = start_tray_on_bus(at=home)
        gateway = tray.gateway()
        wait_until(lambda: logind.held() == 1, what="the delay")

        announce_shutdown(logind, tray)
        wait_until(lambda: logind.held() == 0, what="the end of the delay")

        assert not is_alive(gateway)
        assert tray.program.wait(PATIENCE_S) == 0
        assert not home.place.pid_file.exists()
        assert BY_FORCE not in tray.log
        assert_ended_in_good_order(tray)

    def test_gateway_that_heeds_nothing_is_ended_by_force_after_the_budget(
        self, logind: Logind, start_tray_on_bus: StartBareTray, stand_in_home: GatewayHome
    ) -> None:
        """With the real numbers: logind waits five seconds."""
        tray = start_tray_on_bus(at=stand_in_home, PICOCLAW_DEMO="ignore-sigterm")
        gateway = tray.gateway()
        wait_until(lambda: logind.held() == 1, what="the delay")

        announce_shutdown(logind, tray)
        tray.wait_for("running -> stopping: QuitRequested")
        start = time.monotonic()
        wait_until(lambda: logind.held() == 0, PATIENCE_S, what="the end of the delay")
        took = time.monotonic() - start

        assert not is_alive(gateway)
        assert SESSION_GRACE_S - 0.5 <= took <= LESS_THAN_A_PATIENT_STOP_S
        assert tray.program.wait(PATIENCE_S) == 0
        assert BY_FORCE in tray.log
        assert_ended_in_good_order(tray)

    def test_shutdown_that_is_called_off_before_anything_happened_ends_nothing(
        self, logind: Logind, start_tray_on_bus: StartBareTray, home: GatewayHome
    ) -> None:
        tray = start_tray_on_bus(at=home)
        gateway = tray.gateway()
        wait_until(lambda: logind.held() == 1, what="the delay")

        logind.emit("PrepareForShutdown", value=False)
        logind.emit("PrepareForSleep", value=True)
        Shell(home).until(phase="running", pid=gateway.pid)

        assert logind.held() == 1
        assert tray.end(signal.SIGTERM) == 0


class TestWithoutLogind:
    def test_tray_on_a_bus_without_logind_lives_as_usual(
        self, start_tray_on_bus: StartBareTray, home: GatewayHome
    ) -> None:
        tray = start_tray_on_bus(at=home)
        gateway = tray.gateway()
        tray.wait_for("a shutdown will not wait for the gateway")

        assert tray.end(signal.SIGTERM) == 0
        assert not is_alive(gateway)
        assert_ended_in_good_order(tray)

    def test_tray_lives_as_usual_where_a_delay_is_refused(
        self, bus: MessageBus, start_tray_on_bus: StartBareTray, home: GatewayHome
    ) -> None:
        with running_logind(bus.address, Manner.REFUSES) as logind:
            tray = start_tray_on_bus(at=home)
            gateway = tray.gateway()
            wait_until(lambda: logind.held() == 0 and logind.requests, what="a request")
            tray.wait_for("a shutdown will not wait for the gateway: Permission denied")

            announce_shutdown(logind, tray)

            assert tray.program.wait(PATIENCE_S) == 0
            assert not is_alive(gateway)
            assert_ended_in_good_order(tray)

    def test_bus_that_never_answers_holds_nothing_up(
        self, start_tray: StartBareTray, home: GatewayHome
    ) -> None:
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX) as deaf:
            deaf.bind(f"{folder}/bus")
            deaf.listen()
            tray = start_tray(at=home, DBUS_SYSTEM_BUS_ADDRESS=f"unix:path={folder}/bus")
            gateway = tray.gateway()

            status = tray.end(signal.SIGTERM)

        assert status == 0
        assert not is_alive(gateway)
        assert_ended_in_good_order(tray)

    @pytest.mark.usefixtures("logind")
    def test_bus_that_hangs_later_holds_nothing_up(
        self, bus: MessageBus, start_tray_on_bus: StartBareTray, home: GatewayHome
    ) -> None:
        daemon = bus.daemon()
        tray, shell = start_tray_on_bus("--no-start", at=home), Shell(home)
        shell.until(phase="stopped")
        os.kill(daemon, signal.SIGSTOP)
        try:
            shell("start")
            gateway = tray.gateway()

            status = tray.end(signal.SIGTERM)
        finally:
            os.kill(daemon, signal.SIGCONT)

        assert status == 0
        assert not is_alive(gateway)
        assert_ended_in_good_order(tray)


class TestSleep:
    IMPATIENT = json.dumps({"poll_steady": 0.2, "poll_attentive": 0.2, "allowed_misses": 1})
    LONGER_THAN_A_MISS_S = 2.0

    @pytest.mark.parametrize("slept", ["3600", "0"], ids=["sleep", "no sleep"])
    def test_gateway_that_is_silent_at_first_after_a_sleep_is_no_alarm(
        self,
        slept: str,
        logind: Logind,
        start_tray_on_bus: StartBareTray,
        home: GatewayHome,
    ) -> None:
        is_alarmed = slept == "0"  # the rest of the test proves that it would have been
        clock = home.folder / "slept"
        clock.write_text("0", encoding="utf-8")
        tray = start_tray_on_bus(
            at=home, command=HURRIED, TRAY_POLICY=self.IMPATIENT, TRAY_SLEPT=str(clock)
        )
        gateway = tray.gateway()
        wait_until(lambda: logind.held() == 1, what="the tray on the bus")

        logind.emit("PrepareForSleep", value=True)
        tray.program.send_signal(signal.SIGSTOP)
        gateway.suspend()
        clock.write_text(slept, encoding="utf-8")
        tray.program.send_signal(signal.SIGCONT)
        logind.emit("PrepareForSleep", value=False)
        patience_ends = time.monotonic() + self.LONGER_THAN_A_MISS_S
        if is_alarmed:
            tray.wait_for("(not answering)")
        wait_until(lambda: time.monotonic() >= patience_ends, what="the end of our patience")
        gateway.resume()
        Shell(home).until(phase="running", health="ok", pid=gateway.pid)

        assert ("not answering" in tray.log) is is_alarmed
        assert tray.log.count("spawning -> starting") == 1
        assert home.answering_pid() == gateway.pid
        assert tray.end(signal.SIGTERM) == 0
        assert_ended_in_good_order(tray)
