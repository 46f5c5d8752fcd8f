"""What is not ours stays unharmed, whatever a person chooses in the menu."""

from __future__ import annotations

import os

import pytest

from picoclaw_tray.presentation.icon import IconName
from tests.end_to_end.tray_program import PATIENCE_S
from tests.support.gateway_home import GatewayHome
from tests.support.processes import GATEWAY_WORDS, signal_recorder

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.linux,
    pytest.mark.xdist_group("desktop"),
]

LONG_AGO = 1_000_000_000.0


@pytest.fixture
def record_signals(tmp_path):
    """Foreign processes, each in a folder of its own."""

    def record(name, *arguments, **options):
        folder = tmp_path / name
        folder.mkdir()
        return signal_recorder(folder, *arguments, **options)

    return record


class TestPidFile:
    def test_foreign_process_under_the_pid_file_gets_no_signal(
        self, panel_tray, start_tray_on_desktop, home, record_signals
    ):
        with record_signals("foreign") as foreign:
            home.write_pid_file(foreign.pid)
            tray = start_tray_on_desktop(at=home)
            panel_tray.wait_for("Running", IconName.OK)

            assert home.recorded_pid() == tray.gateway().pid
            choose_everything_while_running(panel_tray, tray)

            assert tray.program.wait(PATIENCE_S) == 0
            assert_unharmed(foreign)

    def test_gateway_of_another_home_under_the_pid_file_gets_no_signal(
        self, panel_tray, start_tray_on_desktop, home, record_signals
    ):
        theirs = {**os.environ, "PICOCLAW_HOME": "/srv/picoclaw"}
        with record_signals("other-home", GATEWAY_WORDS, environment=theirs) as foreign:
            home.write_pid_file(foreign.pid)
            tray = start_tray_on_desktop(at=home)
            panel_tray.wait_for("Running", IconName.OK)

            choose_everything_while_running(panel_tray, tray)

            assert tray.program.wait(PATIENCE_S) == 0
            assert_unharmed(foreign)

    def test_process_with_a_reused_pid_gets_no_signal(
        self, panel_tray, start_tray_on_desktop, stand_in_home, record_signals
    ):
        ours = {**os.environ, "PICOCLAW_HOME": str(stand_in_home.place.home)}
        with record_signals("reused", GATEWAY_WORDS, environment=ours) as foreign:
            stand_in_home.write_pid_file(foreign.pid)
            os.utime(stand_in_home.place.pid_file, (LONG_AGO, LONG_AGO))
            tray = start_tray_on_desktop(at=stand_in_home)
            panel_tray.wait_for("Trying again in ", IconName.WARNING)
            tray.wait_for(f"is still there (PID {foreign.pid})")

            choose_everything_while_waiting(panel_tray, "Trying again in ")

            assert tray.program.wait(PATIENCE_S) == 0
            assert stand_in_home.recorded_pid() == foreign.pid
            assert_unharmed(foreign)


class TestPort:
    def test_foreign_program_on_the_port_is_named_and_gets_no_signal(
        self, panel_tray, start_tray_on_desktop, home, record_signals
    ):
        with record_signals("foreign", port=home.port) as foreign:
            tray = start_tray_on_desktop(at=home)
            panel_tray.wait_for("Trying again in ", IconName.WARNING)

            choose_everything_while_waiting(panel_tray, "Trying again in ")

            assert tray.program.wait(PATIENCE_S) == 0
            assert f"(PID {foreign.pid}) uses port {home.port}." in tray.log
            assert_unharmed(foreign)

    def test_gateway_of_another_home_on_the_port_is_named_and_left_alone(
        self, panel_tray, start_tray_on_desktop, home, tmp_path
    ):
        other = GatewayHome(tmp_path / "other", home.command.words, home.port)
        with other.started_by_hand() as foreign:
            tray = start_tray_on_desktop(at=home)
            panel_tray.wait_for("Trying again in ", IconName.WARNING)

            choose_everything_while_waiting(panel_tray, "Trying again in ")

            assert tray.program.wait(PATIENCE_S) == 0
            gateway = f"gateway of the home {other.place.home} (PID {foreign.pid}, "
            assert gateway in tray.log
            assert f") uses port {home.port}." in tray.log
            assert other.answering_pid() == other.recorded_pid() == foreign.pid
            assert not home.place.pid_file.exists()


def choose_everything_while_running(panel_tray, tray):
    panel_tray.click("Restart")
    tray.gateway(run=2)
    panel_tray.wait_for("Running", IconName.OK)
    panel_tray.click("Stop")
    panel_tray.wait_for("Stopped", IconName.IDLE)
    panel_tray.click("Start")
    panel_tray.wait_for("Running", IconName.OK)
    panel_tray.click("Quit and stop the gateway")


def choose_everything_while_waiting(panel_tray, headline):
    panel_tray.click("Retry now")
    panel_tray.wait_for(headline, IconName.WARNING)
    panel_tray.click("Stop")
    panel_tray.wait_for("Stopped", IconName.IDLE)
    panel_tray.click("Quit")


def assert_unharmed(foreign):
    assert foreign.received() == ()
    assert foreign.is_running
