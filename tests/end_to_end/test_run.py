"""The real program without a screen: how it begins, how it ends, what it leaves behind."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest

from tests.end_to_end.tray_program import is_alive
from tests.support.gateway_home import STAND_IN, GatewayHome

pytestmark = pytest.mark.linux


class TestDemo:
    @pytest.mark.parametrize("name", ["SIGTERM", "SIGINT", "SIGHUP"])
    def test_demo_leaves_nothing_behind_when_it_is_told_to_end(self, name, start_tray):
        tray = start_tray("--demo")
        gateway = tray.gateway()
        temporary = Path(os.environ["TMPDIR"])
        (folder,) = temporary.glob("picoclaw-demo-*")

        status = tray.end(signal.Signals[name])

        assert status == 0
        assert not is_alive(gateway)
        assert not folder.exists()
        assert list(temporary.iterdir()) == []
        assert tray.program.output == ""

    def test_no_verb_means_run(self, start_tray):
        tray = start_tray("--demo", command=(sys.executable, "-m", "picoclaw_tray"))

        assert is_alive(tray.gateway())

    def test_demo_leaves_the_home_of_the_person_alone(self, start_tray, stand_in_home):
        tray = start_tray("--demo", at=stand_in_home)

        gateway = tray.gateway()

        assert gateway.environ()["PICOCLAW_HOME"] != str(stand_in_home.place.home)
        assert files_in(stand_in_home) == ["config.json"]


class TestOwnHome:
    def test_tray_starts_the_gateway_and_stops_it(self, start_tray, home):
        tray = start_tray(at=home)
        gateway = tray.gateway()
        answering = home.answering_pid()

        status = tray.end(signal.SIGTERM)

        assert status == 0
        assert answering == gateway.pid
        assert not is_alive(gateway)
        assert not home.place.pid_file.exists()

    def test_tray_adopts_a_gateway_and_leaves_it_running(self, start_tray, home):
        with home.started_by_hand() as gateway:
            tray = start_tray(at=home)
            tray.wait_for(f"locating -> running: Observed (PID {gateway.pid})")

            status = tray.end(signal.SIGTERM)

            assert status == 0
            assert home.answering_pid() == gateway.pid

    def test_no_start_starts_nothing_but_adopts(self, start_tray, home):
        tray = start_tray("--no-start", at=home)
        tray.wait_for("picoclaw-tray")

        with home.started_by_hand() as gateway:
            tray.wait_for(f"stopped -> running: Observed (PID {gateway.pid})")

            status = tray.end(signal.SIGTERM)

            assert status == 0
            assert home.answering_pid() == gateway.pid
        assert "spawning" not in tray.log

    def test_flags_win_over_the_environment(self, start_tray, stand_in_home, tmp_path):
        other = GatewayHome(tmp_path / "other", STAND_IN)
        config = stand_in_home.place.config.rename(tmp_path / "chosen.json")

        tray = start_tray(
            f"--home={stand_in_home.place.home}",
            f"--config={config}",
            at=other,
            PICOCLAW_CONFIG=str(other.place.config),
        )

        gateway = tray.gateway()
        assert gateway.environ()["PICOCLAW_HOME"] == str(stand_in_home.place.home)
        assert gateway.environ()["PICOCLAW_CONFIG"] == str(config)
        assert stand_in_home.answering_pid() == stand_in_home.recorded_pid() == gateway.pid
        assert files_in(other) == ["config.json"]

    def test_relative_flags_are_made_absolute(self, start_tray, stand_in_home):
        tray = start_tray(
            f"--home={os.path.relpath(stand_in_home.place.home)}",
            at=stand_in_home,
            PICOCLAW_HOME="/nowhere",
        )

        environment = tray.gateway().environ()

        assert environment["PICOCLAW_HOME"] == str(stand_in_home.place.home)
        assert environment["PICOCLAW_CONFIG"] == str(stand_in_home.place.config)

    def test_debug_reaches_the_gateway(self, start_tray, stand_in_home):
        tray = start_tray("--debug", at=stand_in_home)

        assert tray.gateway().cmdline()[-3:] == ["gateway", "-E", "-d"]


class TestWithoutStandardStreams:
    CLOSING = ("sh", "-c", f'exec {sys.executable} -m picoclaw_tray run "$@" <&- >&- 2>&-', "sh")

    def test_tray_and_gateway_have_sane_descriptors(self, start_tray, home):
        tray = start_tray(at=home, command=self.CLOSING)

        standard_input, output, error = streams_of(tray.gateway().pid)

        assert streams_of(tray.program.pid) == ["/dev/null"] * 3
        assert standard_input == "/dev/null"
        assert output.startswith("pipe:")
        assert error == output or error.endswith("gateway_panic.log")  # contract 4.6

    def test_tray_ends_as_usual(self, start_tray, stand_in_home):
        tray = start_tray(at=stand_in_home, command=self.CLOSING)
        gateway = tray.gateway()

        status = tray.end(signal.SIGTERM)

        assert status == 0
        assert not is_alive(gateway)
        assert "CRITICAL" not in tray.log


def files_in(home):
    return [path.name for path in home.place.home.iterdir()]


def streams_of(pid):
    """Where standard input, output and error of a process lead."""
    return [str(Path(f"/proc/{pid}/fd/{number}").readlink()) for number in range(3)]
