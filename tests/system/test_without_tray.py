"""Questions and wishes where no tray runs: real gateways, asked and stopped from here."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.remote import ExitCode, Request, Verb
from picoclaw_tray.system import service_manager, without_tray
from tests.support.gateway_home import GatewayHome
from tests.support.proc_folder import proc_folder
from tests.support.processes import GATEWAY_WORDS, signal_recorder

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from picoclaw_tray.remote import Answer
    from picoclaw_tray.system.launch_site import LaunchSite

pytestmark = pytest.mark.linux

STOP = Request(Verb.STOP)
PATIENCE_S = 15.0
SLACK_S = 2.0


def status_of(site: LaunchSite) -> dict[str, Any]:
    answer = without_tray.status(site, limit_s=PATIENCE_S)
    assert answer.exit_code is ExitCode.DONE
    assert answer.lines[-1] == "No tray runs that would look after the gateway."
    return dict(answer.payload)


def stop(home: GatewayHome, request: Request = STOP, limit_s: float = 60.0) -> Answer:
    return without_tray.stop(home.site(), request, limit_s=limit_s)


class TestStatus:
    def test_gateway_that_runs_is_told_with_all_that_is_known(
        self, gateway_home: GatewayHome
    ) -> None:
        with gateway_home.started_by_hand() as gateway:
            told = status_of(gateway_home.site())

        assert (told["phase"], told["gateway_status"]) == ("running", "running")
        assert (told["pid"], told["port"]) == (gateway.pid, gateway_home.port)
        assert (told["ownership"], told["health"], told["tray"]) == ("attached", "ok", None)
        assert told["gateway_start_allowed"] is True
        assert told["gateway_version"]
        assert told["binary"] == gateway_home.command.program

    def test_without_a_gateway_it_is_stopped(self, gateway_home: GatewayHome) -> None:
        told = status_of(gateway_home.site())

        assert (told["phase"], told["failure"]) == ("stopped", None)
        assert "pid" not in told

    def test_gateway_that_is_silent_and_young_may_be_coming_up(
        self, gateway_home: GatewayHome
    ) -> None:
        with gateway_home.started_by_hand() as gateway:
            gateway.send_signal(signal.SIGSTOP)
            told = status_of(gateway_home.site())

        assert (told["phase"], told["gateway_status"]) == ("starting", "starting")
        assert (told["ownership"], told["health"]) == ("attached", "unknown")

    def test_start_that_would_be_refused_is_told(self, gateway_home: GatewayHome) -> None:
        gateway_home.break_config()

        told = status_of(gateway_home.site())

        assert told["gateway_start_allowed"] is False
        assert told["gateway_start_reason"]

    def test_start_that_would_find_its_port_taken_is_told(
        self, gateway_home: GatewayHome, tmp_path: Path
    ) -> None:
        command = gateway_home.command.words
        other_home = GatewayHome(tmp_path / "theirs", command, gateway_home.port)

        with other_home.started_by_hand() as theirs:
            told = status_of(gateway_home.site())

        assert told["gateway_start_allowed"] is False
        assert f"of the home {other_home.place.home}" in told["gateway_start_reason"]
        assert told["port_owner"]["pid"] == theirs.pid
        assert told["port_owner"]["home"] == str(other_home.place.home)
        assert told["gateway_status"] == "stopped"

    @pytest.mark.parametrize("content", ["", "{", "[]", "\0" * 10, '{"pid": -1}', "9" * 100_000])
    def test_garbage_for_a_pid_file_is_no_gateway(
        self, content: str, stand_in_home: GatewayHome
    ) -> None:
        stand_in_home.place.pid_file.write_text(content, encoding="utf-8")

        assert status_of(stand_in_home.site())["phase"] == "stopped"

    def test_what_cannot_be_found_out_in_time_is_not_made_up(
        self, stand_in_home: GatewayHome
    ) -> None:
        answer = without_tray.status(stand_in_home.site(), limit_s=0.0)

        assert answer.exit_code is ExitCode.FAILED
        assert "could not be found out in time" in answer.payload["message"]


class TestStop:
    def test_gateway_is_stopped_and_its_end_waited_for(self, gateway_home: GatewayHome) -> None:
        with gateway_home.started_by_hand() as gateway:
            answer = stop(gateway_home)
            ran_on = gateway.is_running

        assert answer.payload == {"status": "ok", "pid": gateway.pid}
        assert not ran_on
        assert gateway_home.recorded_pid() is None

    def test_without_a_gateway_there_is_nothing_to_do(self, gateway_home: GatewayHome) -> None:
        answer = stop(gateway_home)

        assert (answer.exit_code, answer.payload) == (ExitCode.DONE, {"status": "not_running"})

    def test_home_that_is_missing_has_no_gateway(self, stand_in_home: GatewayHome) -> None:
        stand_in_home.place.config.unlink()
        stand_in_home.place.home.rmdir()

        assert stop(stand_in_home).payload == {"status": "not_running"}

    def test_force_ends_one_that_ignores_a_stop(self, stand_in_home: GatewayHome) -> None:
        with stand_in_home.started_by_hand("ignore-sigterm") as gateway:
            late = stop(stand_in_home, limit_s=0.5)
            ran_on = gateway.is_running
            forced = stop(stand_in_home, Request(Verb.STOP, force=True))

        assert late.exit_code is ExitCode.FAILED
        assert "in time" in late.lines[0]
        assert ran_on
        assert forced.payload == {"status": "ok", "pid": gateway.pid}
        assert stand_in_home.recorded_pid() is None

    def test_who_does_not_wait_is_answered_at_once(self, stand_in_home: GatewayHome) -> None:
        with stand_in_home.started_by_hand("ignore-sigterm") as gateway:
            answer = stop(stand_in_home, Request(Verb.STOP, wait=False))
            ran_on = gateway.is_running

        assert answer.payload == {"status": "ok", "pid": gateway.pid}
        assert ran_on

    def test_gateway_of_a_service_manager_is_left_alone(
        self, gateway_home: GatewayHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with gateway_home.started_by_hand() as gateway:
            proc = proc_folder(
                tmp_path / "proc", gateway.pid, "0::/system.slice/picoclaw.service\n"
            )
            monkeypatch.setattr(service_manager, "PROC", proc)

            answers = [stop(gateway_home), stop(gateway_home, Request(Verb.STOP, force=True))]
            ran_on = gateway.is_running

        assert [answer.exit_code for answer in answers] == [ExitCode.FAILED] * 2
        assert all("systemctl stop picoclaw.service" in a.payload["message"] for a in answers)
        assert ran_on

    @pytest.mark.parametrize("words", [(), GATEWAY_WORDS], ids=["program", "other home"])
    def test_whoever_has_the_pid_of_a_gateway_that_is_gone_gets_no_signal(
        self, words: tuple[str, ...], stand_in_home: GatewayHome, tmp_path: Path
    ) -> None:
        environment = {**os.environ, "PICOCLAW_HOME": "/srv/picoclaw"}
        folder = tmp_path / "foreign"
        folder.mkdir()
        arguments = (words,) if words else ()
        with signal_recorder(folder, *arguments, environment=environment) as foreign:
            stand_in_home.write_pid_file(foreign.pid)

            answers = [stop(stand_in_home), stop(stand_in_home, Request(Verb.STOP, force=True))]

            assert foreign.is_running
            assert foreign.received() == ()
        assert [answer.payload for answer in answers] == [{"status": "not_running"}] * 2

    def test_gateway_that_ended_by_itself_leaves_nothing_to_stop(
        self, stand_in_home: GatewayHome
    ) -> None:
        ended = subprocess.run(
            [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
        )
        stand_in_home.write_pid_file(int(ended.stdout))

        assert stop(stand_in_home).payload == {"status": "not_running"}
