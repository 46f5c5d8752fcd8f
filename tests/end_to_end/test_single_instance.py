"""The real program, more than once: one tray for each home, whatever happened before."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from picoclaw_tray.system.paths import state_folder
from tests.end_to_end.shell import Shell, said
from tests.end_to_end.tray_program import PATIENCE_S
from tests.support.gateway_home import STAND_IN, GatewayHome
from tests.support.waiting import wait_until

pytestmark = pytest.mark.linux

AT_ONCE_S = 15.0
"""For a whole start on a busy machine, less than a patient wait for somebody who is gone."""


@pytest.fixture
def shell(stand_in_home, own_machine):
    return Shell(stand_in_home, {**os.environ, "QT_QPA_PLATFORM": "offscreen"})


@pytest.fixture
def start_idle_tray(start_tray, stand_in_home):
    """A tray that has started no gateway, once it answers."""

    def start(*words, at=stand_in_home, **variables):
        tray = start_tray("--no-start", *words, at=at, **variables)
        shell = Shell(at, {**os.environ, **variables})
        wait_until(lambda: shell("show").status == 0, PATIENCE_S, what="an answer of the tray")
        return tray

    return start


class TestSecondRun:
    def test_it_shows_the_window_of_the_first_and_says_so(self, shell, start_tray, stand_in_home):
        tray = start_tray("--no-start", at=stand_in_home)
        tray.wait_for("picoclaw-tray ")

        second = shell("run")

        assert (second.status, second.err) == (0, "")
        assert second.out.count("\n") == 1
        assert f"(PID {tray.program.pid}) runs already and shows its window" in second.out
        tray.wait_for("from a shell: show")
        assert tray.program.is_running

    def test_script_is_told_so_too(self, shell, start_idle_tray):
        tray = start_idle_tray()

        answer = shell("run", "--json").payload
        assert answer == {"status": "ok", "already_running": True, "tray_pid": tray.program.pid}

    def test_other_spelling_of_the_home_is_the_same_home(
        self, shell, start_idle_tray, stand_in_home, tmp_path
    ):
        tray = start_idle_tray()
        link = tmp_path / "link"
        link.symlink_to(stand_in_home.place.home)

        second = shell("run", f"--home={link}")

        assert second.status == 0
        assert f"(PID {tray.program.pid})" in second.out

    def test_eight_at_the_same_moment_are_one_tray(self, start_tray, shell, stand_in_home):
        others = [shell.begin("run", "--no-start") for _ in range(7)]
        tray = start_tray("--no-start", at=stand_in_home)

        def ended():
            every = [*(other.poll() for other in others), tray.program.exit_status]
            return every.count(0) == 7

        wait_until(ended, 2 * PATIENCE_S, what="the end of all but one")
        status = shell("status", "--json").payload
        shell("quit")

        words = [*(said(other).out for other in others), tray.program.output]
        (winner,) = (number for number, word in enumerate(words) if not word)
        pids = [*(other.pid for other in others), tray.program.pid]
        assert status["tray"]["pid"] == pids[winner]
        assert sum("shows its window" in word for word in words) == 7

    def test_other_home_has_a_tray_of_its_own(self, start_idle_tray, tmp_path):
        other = GatewayHome(tmp_path / "other", STAND_IN)

        trays = [start_idle_tray(), start_idle_tray(at=other)]

        assert all(tray.program.is_running for tray in trays)


class TestCrash:
    def test_next_run_works_at_once_and_adopts_the_gateway(self, start_tray, stand_in_home, shell):
        with stand_in_home.started_by_hand() as gateway:
            crashed = start_tray(at=stand_in_home)
            crashed.wait_for(f"-> running: Observed (PID {gateway.pid})")
            assert shell("show").status == 0
            crashed.end(signal.SIGKILL)
            left = left_of_the_socket()

            tray = start_tray(at=stand_in_home)
            tray.wait_for(f"-> running: Observed (PID {gateway.pid})", times=2)
            status = shell("status", "--json").payload

            assert len(left) == 2
            assert (status["tray"]["pid"], status["pid"]) == (tray.program.pid, gateway.pid)

    def test_number_of_the_crashed_tray_may_be_somebody_elses(self, start_idle_tray, shell):
        crashed = start_idle_tray()
        crashed.end(signal.SIGKILL)
        (lock,) = (path for path in left_of_the_socket() if path.name == "tray.lock")
        lines = lock.read_text().splitlines()
        lock.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")

        tray = start_idle_tray()

        assert shell("status", "--json").payload["tray"]["pid"] == tray.program.pid


class TestPlace:
    def test_temporary_folder_is_used_where_the_state_cannot_be_written(
        self, start_tray, stand_in_home, shell
    ):
        state = Path(os.environ["XDG_STATE_HOME"]) / "picoclaw-tray"
        state.mkdir()
        (state / "log").mkdir()
        state_folder(stand_in_home.place).write_text("in the way")

        tray = start_tray("--no-start", at=stand_in_home)
        tray.wait_for("picoclaw-tray ")
        shown = shell("show")
        again = shell("run")

        assert shown.status == 0
        assert f"(PID {tray.program.pid})" in again.out
        assert all(Path(os.environ["TMPDIR"]) in path.parents for path in left_of_the_socket())

    def test_long_path_of_the_home_keeps_nobody_from_the_tray(self, start_tray, tmp_path):
        folder = tmp_path / ("a" * 120) / ("b" * 120)
        home = GatewayHome(folder, STAND_IN)
        shell = Shell(home)
        tray = start_tray("--no-start", at=home)
        tray.wait_for("picoclaw-tray ")
        shell("show")

        status = shell("status", "--json").payload

        assert len(str(home.place.home)) > 200
        assert status["tray"]["pid"] == tray.program.pid

    def test_quit_removes_socket_and_lock(self, start_idle_tray, shell):
        tray = start_idle_tray()
        there = left_of_the_socket()

        shell("quit")

        assert {path.name for path in there} == {"tray.lock", "tray.socket"}
        assert left_of_the_socket() == []
        assert tray.program.wait(AT_ONCE_S) == 0


def left_of_the_socket():
    """Locks and sockets, of trays that run or are gone."""
    folders = [Path(os.environ[name]) for name in ("XDG_STATE_HOME", "TMPDIR")]
    names = ("tray.lock", "tray.socket")
    return [path for folder in folders for name in names for path in folder.rglob(name)]
