"""A gateway that outlives its tray, and the tray that comes after it."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path

import psutil
import pytest

from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.settings import Settings, dump_settings
from picoclaw_tray.system.paths import settings_file
from tests.end_to_end.shell import Shell
from tests.end_to_end.tray_program import PATIENCE_S, is_alive

pytestmark = pytest.mark.linux


@pytest.fixture
def shell(home, own_machine):
    return Shell(home)


@pytest.fixture
def leaving_tray(home, start_tray):
    """Trays that leave the gateway running, as their settings say."""
    path = settings_file(home.place)
    path.parent.mkdir(parents=True)
    path.write_bytes(dump_settings(Settings(on_quit=OnQuit.LEAVE)))

    def start(*words):
        return start_tray(*words, at=home)

    yield start
    pid = home.recorded_pid()
    if pid is not None and psutil.pid_exists(pid):
        process = psutil.Process(pid)
        process.kill()
        process.wait(PATIENCE_S)


def test_gateway_is_left_and_the_next_tray_knows_it_as_its_own(shell, home, leaving_tray):
    first = leaving_tray()
    gateway = first.gateway()
    quit_ = shell("quit", "--json")
    assert quit_.payload == {"status": "ok", "gateway": "left_running"}
    assert first.program.wait() == 0
    assert home.answering_pid() == gateway.pid
    environ = gateway.environ()
    assert Path(f"/proc/{gateway.pid}/fd/1").readlink() == Path(os.devnull)
    assert environ["PICOCLAW_HOME"] == str(home.place.home)

    second = leaving_tray()
    second.wait_for("locating -> running")
    status = shell.until(pid=gateway.pid, ownership="owned")
    assert status["managed_by"]["kind"] == "earlier_tray"
    assert (status["run"], status["restart_changes"]) == (1, [])
    assert "its output" not in shell("status").out

    gateway.kill()
    healed = shell.until(phase="running", run=2)
    assert healed["pid"] != gateway.pid
    assert healed["failure"], second.log
    assert healed["failure"]["class"] == "unknown"  # nobody sees the exit code of another's child
    assert home.recorded_pid() == healed["pid"]
    assert shell("quit", "--stop", "--json").payload == {"status": "ok", "gateway": "stopped"}
    assert second.program.wait() == 0
    assert home.recorded_pid() is None


def test_change_of_the_config_is_seen_after_coming_back(shell, home, leaving_tray):
    leaving_tray().gateway()
    shell("quit")
    config = json.loads(home.place.config.read_text(encoding="utf-8"))
    config["tools"] = {"web": {"enabled": False}}
    home.place.config.write_text(json.dumps(config), encoding="utf-8")

    leaving_tray().wait_for("locating -> running")

    status = shell.until(ownership="owned", gateway_restart_required=True)
    assert status["restart_changes"]
    assert shell("restart").status == 0
    shell.until(restart_changes=[])
    shell("quit", "--stop")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signal_to_the_tray_leaves_it_too(home, leaving_tray, number):
    tray = leaving_tray()
    gateway = tray.gateway()

    assert tray.end(number) == 0

    assert is_alive(gateway)
    assert home.answering_pid() == gateway.pid
    gateway.kill()
    gateway.wait(PATIENCE_S)


def test_gateway_lives_on_when_the_tray_is_killed(shell, home, leaving_tray):
    tray = leaving_tray()
    gateway = tray.gateway()
    tray.program.send_signal(signal.SIGKILL)
    tray.program.wait()
    assert home.answering_pid() == gateway.pid

    second = leaving_tray()

    second.wait_for("locating -> running")
    assert shell.until(pid=gateway.pid)["ownership"] == "owned"
    assert "its output" not in shell("status").out
    stopped = shell("stop")
    assert stopped.status == 0, stopped
    assert not is_alive(gateway), (stopped, second.log)
    assert second.end(signal.SIGTERM) == 0
