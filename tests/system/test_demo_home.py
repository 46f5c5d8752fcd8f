from __future__ import annotations

import json
import os
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from picoclaw_tray.gateway.config import ConfigSources, GatewayConfig, read_config
from picoclaw_tray.gateway.readiness import Ready, readiness
from picoclaw_tray.gateway.release import NEWEST
from picoclaw_tray.system.demo_home import VIRTUAL_ENVIRONMENT_VARIABLE, DemoHome, demo_command


@pytest.fixture
def demo():
    demo = DemoHome()
    yield demo
    demo.remove()


def config_of(demo):
    sources = ConfigSources(demo.place.config.read_bytes(), environ=demo.environment({}))
    config = read_config(sources)
    assert isinstance(config, GatewayConfig)
    return config


def test_demo_config_is_ready_to_start(demo):
    assert readiness(config_of(demo), NEWEST) == Ready()


def test_demo_port_is_free(demo):
    port = config_of(demo).port

    assert port != GatewayConfig().port
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", port))


def test_demo_home_is_a_folder_of_its_own(demo, own_machine):
    place = demo.place

    assert place.home.is_dir()
    assert place.config.parent == place.home
    assert not demo.folder.is_relative_to(own_machine)
    assert json.loads(place.config.read_text(encoding="utf-8"))["version"] == 3


@pytest.mark.linux
@pytest.mark.macos
def test_demo_home_is_closed_to_others(demo):
    assert stat.S_IMODE(demo.folder.stat().st_mode) == 0o700


def test_two_demos_are_apart():
    first, second = DemoHome(), DemoHome()
    first.remove()
    still_there = second.place.config.is_file()
    second.remove()

    assert still_there


def test_demo_environment_has_nothing_of_the_real_picoclaw(demo):
    real = {
        "PATH": "/bin",
        "PICOCLAW_HOME": "/home/alice/.picoclaw",
        "PICOCLAW_CONFIG": "/etc/claw.json",
        "PICOCLAW_GATEWAY_PORT": "18790",
        "PICOCLAW_BINARY": "/usr/bin/picoclaw",
    }

    environ = demo.environment(real)
    environ.pop(VIRTUAL_ENVIRONMENT_VARIABLE, None)  # on Windows

    assert environ == {"PATH": "/bin", "PICOCLAW_DEMO": "chatter=3", "PICOCLAW_LOG_LEVEL": "info"}


def test_demo_environment_keeps_the_switches_of_the_user(demo):
    environ = demo.environment({"PICOCLAW_DEMO": "crash-after=2"})

    assert environ["PICOCLAW_DEMO"] == "crash-after=2"


def test_demo_is_removed_with_all_that_was_written(demo):
    (demo.place.home / "logs").mkdir()
    (demo.place.home / "logs" / "gateway.log").write_bytes(b"{}\n")

    demo.remove()
    demo.remove()

    assert not demo.folder.exists()


@pytest.mark.linux
@pytest.mark.macos
def test_demo_command_runs_the_stand_in_with_this_python():
    assert demo_command().words == (sys.executable, "-m", "picoclaw_tray.demo")


@pytest.mark.windows
def test_demo_command_runs_the_process_that_was_started_with_a_console(demo):
    asked = "import os, sys; print(os.getpid(), sys.prefix)"

    with subprocess.Popen(
        [demo_command().program, "-c", asked],
        env=demo.environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    ) as popen:
        answer, _ = popen.communicate(timeout=30)

    assert answer.strip() == f"{popen.pid} {sys.prefix}"
    assert Path(demo_command().program).name.lower() == "python.exe"
