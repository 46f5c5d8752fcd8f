"""The real program when something is missing or broken: a sentence, never a silent end."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from picoclaw_tray.system.paths import settings_file
from tests.end_to_end.tray_program import PATIENCE_S, TrayProgram, is_alive
from tests.support.programs import Program
from tests.support.waiting import wait_until

pytestmark = pytest.mark.linux

TRAY = (sys.executable, "-m", "picoclaw_tray")
TRAYCTL = (Path(sys.executable).with_name("picoclaw-trayctl"),)
NO_DISPLAY = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "QT_QPA_PLATFORM": ""}
NOBODYS_DISPLAY = ":4711"


def answer_of(*command, **variables):
    """What a program says that ends by itself."""
    return subprocess.run(
        command,
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )


class TestCommandLine:
    def test_module_explains_itself(self):
        answer = answer_of(*TRAY, "--help")

        assert answer.returncode == 0
        assert answer.stdout.startswith("usage: picoclaw-tray ")

    def test_trayctl_explains_itself_without_a_verb(self):
        answer = answer_of(*TRAYCTL)

        assert answer.returncode == 2
        assert answer.stdout.startswith("usage: picoclaw-trayctl ")

    def test_trayctl_says_its_version(self):
        answer = answer_of(*TRAYCTL, "version")

        assert answer.returncode == 0
        assert re.fullmatch(r"picoclaw-tray \d+\.\d+\.\d+\n", answer.stdout)

    @pytest.mark.parametrize("words", [("sing",), ("run", "--sing"), ("run", "--home")])
    def test_wrong_words_are_refused(self, words):
        answer = answer_of(*TRAY, *words)

        assert answer.returncode == 2
        assert answer.stderr.startswith("usage: picoclaw-tray ")


class TestDisplay:
    def test_tray_says_so_when_there_is_no_display(self):
        answer = answer_of(*TRAY, "run", "--demo", **NO_DISPLAY)

        assert answer.returncode == 1
        assert answer.stderr.startswith("picoclaw-tray needs a graphical session")
        assert list(Path(os.environ["TMPDIR"]).iterdir()) == []

    def test_tray_says_so_when_the_display_does_not_answer(self):
        answer = answer_of(*TRAY, "run", "--demo", **NO_DISPLAY | {"DISPLAY": NOBODYS_DISPLAY})

        assert answer.returncode == 1
        assert answer.stderr.startswith("picoclaw-tray cannot use the display")
        assert f"could not connect to display {NOBODYS_DISPLAY}" in answer.stderr
        assert list(Path(os.environ["TMPDIR"]).iterdir()) == []


class TestTrayStaysUp:
    def test_broken_settings_are_passed_over(self, start_tray, stand_in_home):
        path = settings_file(stand_in_home.place)
        path.parent.mkdir(parents=True)
        path.write_text("{ not settings")

        tray = start_tray(at=stand_in_home)

        assert is_alive(tray.gateway())
        assert re.search(rf"settings: .*{re.escape(str(path))}", tray.log)

    @pytest.mark.parametrize("content", ["", "{", '{"version": 3, "gateway": {"port": "x"}}'])
    def test_unreadable_config_is_explained(self, content, start_tray, stand_in_home):
        stand_in_home.place.config.write_text(content)

        tray = start_tray(at=stand_in_home)

        tray.wait_for("preparing -> failed: Refused")
        tray.wait_for("notice: ")
        assert tray.program.is_running
        assert "spawning" not in tray.log

    def test_mended_config_starts_the_gateway(self, start_tray, home):
        good = home.place.config.rename(home.folder / "good.json")
        home.break_config()
        tray = start_tray(at=home)
        tray.wait_for("preparing -> failed: Refused")

        good.replace(home.place.config)

        assert is_alive(tray.gateway())

    def test_missing_program_is_explained(self, start_tray, stand_in_home):
        tray = start_tray(at=stand_in_home, PATH="/nowhere", PICOCLAW_BINARY="/nowhere/picoclaw")

        tray.wait_for("notice: The gateway program /nowhere/picoclaw does not exist.")
        assert tray.program.is_running

    def test_missing_home_is_no_obstacle(self, start_tray, home):
        new = home.folder / "new-home"

        tray = start_tray(f"--home={new}", f"--config={home.place.config}", at=home)

        gateway = tray.gateway()
        assert home.answering_pid() == gateway.pid
        assert (new / ".picoclaw.pid").exists()

    def test_crash_is_told_and_the_gateway_restarted(self, start_tray, stand_in_home):
        tray = start_tray(at=stand_in_home, PICOCLAW_DEMO="crash-after=0.2,times=1")

        tray.wait_for("-> backoff: Exited")
        tray.wait_for("notice: ")
        tray.wait_for("backoff -> locating: Tick")
        wait_until(stand_in_home.answering_pid, PATIENCE_S, what="the restarted gateway")


class TestOwnLog:
    def test_log_tells_the_phases_and_no_secret(self, start_tray, home):
        tray = start_tray("--debug", at=home)
        gateway = tray.gateway()
        token = token_in(home.place.pid_file)

        tray.end(signal.SIGTERM)

        assert re.findall(r"controller: (\w+ -> \w+): ", tray.log) == [
            "stopped -> locating",
            "locating -> preparing",
            "preparing -> spawning",
            "spawning -> starting",
            "starting -> running",
            "running -> stopping",
            "stopping -> stopped",
        ]
        assert f"(PID {gateway.pid})" in tray.log
        assert token not in tray.log
        assert "no-secret" not in tray.log  # the key of the model
        assert tray.log.endswith("the end\n")

    def test_log_can_be_read_by_its_owner_only(self, start_tray, stand_in_home):
        tray = start_tray("--no-start", at=stand_in_home)

        folder = tray.log_path.parent

        assert {path.name: mode_of(path) for path in folder.iterdir()} == {
            "tray.log": 0o600,
            "faults.log": 0o600,
        }
        assert mode_of(folder) == 0o700


def mode_of(path):
    return stat.S_IMODE(path.stat().st_mode)


def token_in(pid_file):
    match = re.search(r'"token": "(\w{32})"', pid_file.read_text())
    assert match
    return match[1]


def test_exception_that_ends_the_tray_is_in_its_log(own_machine, tmp_path):
    code = """
from picoclaw_tray.app import TrayApp
from picoclaw_tray.cli import main
def fail(self, **_):
    raise ZeroDivisionError("begin failed")
TrayApp.begin = fail
main(["run", "--no-start"])
"""
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", code]

    with Program(command, environment=environment, output_path=tmp_path / "tray.txt") as program:
        assert program.wait(PATIENCE_S) == 1

    log = TrayProgram(program, environment).log
    assert "CRITICAL" in log
    assert "ZeroDivisionError: begin failed" in log
