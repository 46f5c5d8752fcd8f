"""The real tray, driven and questioned from a shell by its verbs alone."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from picoclaw_tray.system.rendezvous import meeting_folders
from tests.end_to_end.shell import Shell, said
from tests.end_to_end.tray_program import PATIENCE_S, is_alive, variables_of
from tests.support.hostile_servers import healthy, serving
from tests.support.ports import free_port
from tests.support.tray_places import held_lock, put_in_the_way, sockets_in_the_way
from tests.support.waiting import wait_until

pytestmark = pytest.mark.linux

ALWAYS = {
    *("gateway_status", "gateway_restart_required", "gateway_start_allowed"),
    *("phase", "slow", "ownership", "health", "host", "port", "uptime_s", "run"),
    *("binary", "binary_version", "config_path", "home", "restart_changes", "failure", "tray"),
}


@pytest.fixture
def shell(home, own_machine):
    """For the gateway under test."""
    return Shell(home)


@pytest.fixture
def demo_shell(stand_in_home, own_machine):
    """For the stand-in, which does as it is told."""
    return Shell(stand_in_home)


@pytest.fixture
def start_idle_tray(start_tray, shell, home):
    """A tray that has started no gateway, and answers."""

    def start(*words, at=home, ask=shell, **variables):
        tray = start_tray("--no-start", *words, at=at, **variables)
        tray.wait_for("picoclaw-tray ")
        assert ask("show").status == 0
        return tray

    return start


class TestLife:
    def test_gateway_is_started_restarted_and_stopped(self, shell, start_idle_tray):
        tray = start_idle_tray()

        started = shell("start", "--json")
        running = shell("status", "--json")
        again = shell("start", "--json")
        restarted = shell("restart", "--json")
        stopped = shell("stop", "--json")
        again_stopped = shell("stop", "--json")

        pid = started.payload["pid"]
        assert (started.status, started.payload) == (0, {"status": "ok", "pid": pid})
        assert running.payload.keys() >= ALWAYS
        assert running.payload["tray"]["pid"] == tray.program.pid
        assert (running.payload["pid"], running.payload["phase"]) == (pid, "running")
        assert (running.payload["ownership"], running.payload["health"]) == ("owned", "ok")
        assert (again.status, again.payload) == (0, {"status": "ok", "pid": pid})
        assert restarted.status == 0
        assert restarted.payload["pid"] != pid
        assert stopped.payload == {"status": "ok", "pid": restarted.payload["pid"]}
        assert (again_stopped.status, again_stopped.payload) == (0, {"status": "not_running"})

    def test_person_is_told_in_words(self, shell, start_idle_tray):
        start_idle_tray()

        started, status, stopped = shell("start"), shell("status"), shell("stop")

        assert started.out.startswith("The gateway runs (PID ")
        assert status.out.startswith("Running\n  Version ")
        assert stopped.out.startswith("The gateway has stopped (PID ")
        assert started.err + status.err + stopped.err == ""

    def test_status_says_by_its_exit_code_whether_the_gateway_runs(self, shell, start_idle_tray):
        start_idle_tray()

        stopped = shell("status", "--running")
        plain = shell("status")
        shell("start")
        running = shell("status", "--running", "--json")

        assert (stopped.status, plain.status, running.status) == (3, 0, 0)

    def test_gateway_takes_over_its_configuration(self, shell, home, start_idle_tray):
        start_idle_tray()
        nothing = shell("reload", "--json")
        shell("start")
        home.configure(log_level="info")
        shell.until(gateway_restart_required=True)

        reloaded = shell("reload", "--json")

        assert (nothing.status, nothing.payload["status"]) == (3, "error")
        assert (reloaded.status, reloaded.payload["status"]) == (0, "ok")

    def test_tray_and_gateway_are_gone_when_quit_returns(self, shell, start_idle_tray):
        tray = start_idle_tray()
        shell("start")
        gateway = tray.gateway()

        quit_ = shell("quit", "--json")

        assert (quit_.status, quit_.payload) == (0, {"status": "ok", "gateway": "stopped"})
        assert not is_alive(gateway)
        assert tray.program.wait(2.0) == 0
        assert left_of_the_socket() == []

    def test_gateway_of_somebody_else_outlives_the_tray_and_can_be_stopped(
        self, shell, home, start_idle_tray
    ):
        with home.started_by_hand() as gateway:
            start_idle_tray()
            status = shell.until(phase="running")

            quit_ = shell("quit", "--json")
            lives_on = gateway.is_running
            stopped = shell("stop", "--json")

            assert (status["ownership"], status["pid"]) == ("attached", gateway.pid)
            assert quit_.payload == {"status": "ok", "gateway": "left_running"}
            assert lives_on
            assert stopped.payload == {"status": "ok", "pid": gateway.pid}
            assert not gateway.is_running


class TestRefusal:
    def test_start_without_a_model_is_not_ready_but_can_be_forced(
        self, shell, home, start_idle_tray
    ):
        home.configure(default_model="")
        start_idle_tray()

        refused = shell("start", "--json")
        status = shell("status", "--json").payload
        started = shell("start", "--anyway")

        assert refused.status == 4
        assert refused.payload == {
            "status": "precondition_failed",
            "message": "no default model configured",
        }
        assert status["gateway_start_allowed"] is False
        assert status["gateway_start_reason"] == "no default model configured"
        assert status["failure"]["class"] == "not_ready"
        assert started.status == 0

    def test_broken_config_refuses_a_start_and_spares_the_gateway_a_restart(
        self, shell, home, start_idle_tray
    ):
        start_idle_tray()
        pid = shell("start", "--json").payload["pid"]
        home.break_config()

        restarted = shell("restart")
        spared = shell("status", "--json").payload
        shell("stop")
        started = shell("start", "--json")

        assert restarted.status == 4
        assert restarted.err.count(str(home.place.config)) >= 1
        assert spared["pid"] == pid
        assert started.status == 4
        assert shell("status", "--json").payload["failure"]["class"] == "config_unreadable"

    def test_taken_port_refuses_a_start_at_once(self, shell, home, start_idle_tray):
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLD_PORT, str(home.port)], stdout=subprocess.PIPE
        )
        with holder:
            assert holder.stdout is not None
            holder.stdout.readline()
            start_idle_tray()

            refused = shell("start", "--json")
            holder.kill()

        assert refused.status == 4
        assert f"uses port {home.port}" in refused.payload["message"]

    def test_missing_program_is_named(self, shell, start_idle_tray):
        start_idle_tray(PICOCLAW_BINARY="/nowhere/picoclaw")

        refused = shell("start")

        assert refused.status == 4
        assert "/nowhere/picoclaw" in refused.err


class TestTrouble:
    def test_start_of_a_gateway_that_cannot_run_fails_with_the_reason(
        self, demo_shell, stand_in_home, start_idle_tray
    ):
        start_idle_tray(
            at=stand_in_home,
            ask=demo_shell,
            PICOCLAW_DEMO="fail-before-pid=unknown flag: --loud",
        )

        failed = demo_shell("start", "--json")
        status = demo_shell("status", "--json").payload

        assert (failed.status, failed.payload["status"]) == (1, "error")
        assert (status["phase"], status["gateway_status"]) == ("failed", "error")
        assert status["failure"]["class"] == "not_runnable"
        assert status["failure"]["exit_code"] == 1

    def test_crash_is_told_with_its_signal_while_the_tray_tries_again(
        self, demo_shell, stand_in_home, start_idle_tray
    ):
        tray = start_idle_tray(at=stand_in_home, ask=demo_shell)
        demo_shell("start")

        tray.gateway().kill()
        status = demo_shell.until(phase="backoff")
        demo_shell.until(phase="running", run=2)

        assert status["gateway_status"] == "restarting"
        assert status["failure"]["class"] == "signal"
        assert status["failure"]["signal"] == "SIGKILL"

    def test_start_that_takes_too_long_is_told_after_the_time_out(
        self, demo_shell, stand_in_home, start_idle_tray
    ):
        start_idle_tray(at=stand_in_home, ask=demo_shell, PICOCLAW_DEMO="mute")

        late = demo_shell("start", "--timeout", "1.5")
        status = demo_shell("status", "--json").payload

        assert late.status == 1
        assert late.err.startswith("Not done within 1.5 s; the tray goes on. It says: ")
        assert status["phase"] == "starting"

    def test_who_does_not_wait_gets_an_answer_at_once(
        self, demo_shell, stand_in_home, start_idle_tray
    ):
        start_idle_tray(at=stand_in_home, ask=demo_shell, PICOCLAW_DEMO="mute")

        taken_on = demo_shell("start", "--no-wait", "--json")

        assert (taken_on.status, taken_on.payload) == (0, {"status": "ok"})

    def test_start_hears_that_somebody_else_stopped_it(
        self, demo_shell, stand_in_home, start_idle_tray
    ):
        start_idle_tray(at=stand_in_home, ask=demo_shell, PICOCLAW_DEMO="mute")
        starting = demo_shell.begin("start")
        demo_shell.until(phase="starting")

        stopped = demo_shell("stop")

        assert stopped.status == 0
        assert said(starting).err == "Somebody stopped the gateway meanwhile.\n"

    def test_who_does_not_wait_any_longer_may_interrupt(
        self, demo_shell, stand_in_home, start_idle_tray
    ):
        start_idle_tray(at=stand_in_home, ask=demo_shell, PICOCLAW_DEMO="mute")
        starting = demo_shell.begin("start")
        demo_shell.until(phase="starting")

        starting.send_signal(signal.SIGINT)
        interrupted = said(starting)

        assert interrupted.status == 130
        assert interrupted.out + interrupted.err == ""

    def test_force_ends_a_gateway_that_ignores_a_stop(
        self, demo_shell, stand_in_home, start_idle_tray
    ):
        start_idle_tray(at=stand_in_home, ask=demo_shell, PICOCLAW_DEMO="ignore-sigterm")
        demo_shell("start")
        stopping = demo_shell.begin("stop", "--json")
        demo_shell.until(phase="stopping")

        forced = demo_shell("stop", "--force", "--json")

        assert (forced.status, forced.payload["status"]) == (0, "ok")
        assert said(stopping).payload == forced.payload

    def test_status_beside_a_tray_imports_little(self, home, start_idle_tray):
        start_idle_tray()

        asked = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "picoclaw_tray", "status", "--json"],
            env={**os.environ, **variables_of(home)},
            capture_output=True,
            text=True,
            check=True,
        )

        imported = {line.rpartition("|")[2].strip() for line in asked.stderr.splitlines()}
        assert json.loads(asked.stdout)["tray"] is not None
        assert "picoclaw_tray.system.tray_socket" in imported
        assert not {"PySide6", "psutil", "requests"} & imported

    def test_status_does_not_wait_for_a_tray_that_hangs(self, shell, start_idle_tray):
        tray = start_idle_tray()
        pid = shell("start", "--json").payload["pid"]

        tray.program.send_signal(signal.SIGSTOP)
        status, words = shell("status", "--json"), shell("status")
        stop = shell("stop", "--timeout", "1")
        tray.program.send_signal(signal.SIGCONT)

        assert (status.status, status.payload["pid"]) == (0, pid)
        assert status.payload["ownership"] == "owned"
        assert status.payload["tray"] == {"pid": tray.program.pid, "version": None}
        assert words.out.endswith("The tray does not answer; this was found out without it.\n")
        assert stop.status == 1
        assert "did not answer in time" in stop.err


class TestNoRoom:
    """Our own folders cannot be written."""

    def test_tray_works_on_and_says_what_it_cannot_write(self, shell, home, start_tray, tmp_path):
        in_the_way = tmp_path / "file"
        in_the_way.write_text("", encoding="utf-8")
        unusable = {"XDG_STATE_HOME": str(in_the_way / "state")}
        tray = start_tray("--no-start", at=home, **unusable)
        wait_until(lambda: shell("show", **unusable).status == 0, PATIENCE_S, what="the tray")

        started = shell("start", **unusable)
        status = shell("status", **unusable)
        quit_ = shell("quit", **unusable)

        assert (started.status, quit_.status) == (0, 0)
        assert "This tray cannot write its own log" in status.out
        assert tray.program.output == ""

    def test_next_folder_is_listened_at_where_something_is_in_the_way(
        self, shell, stand_in_home, start_idle_tray
    ):
        put_in_the_way(meeting_folders(stand_in_home.place)[0])

        start_idle_tray()

        assert shell("status").status == 0

    def test_tray_that_no_shell_can_reach_is_told_from_none(self, shell, stand_in_home, start_tray):
        with sockets_in_the_way(stand_in_home.place):
            tray = start_tray("--no-start", at=stand_in_home)
            tray.wait_for("no place for a socket")

            status, start, run = shell("status", "--json"), shell("start"), shell("run")
            tray.program.end(grace_s=20)

        assert status.payload["tray"] == {"pid": tray.program.pid, "version": None}
        assert start.status == 1
        assert f"The tray (PID {tray.program.pid}) runs, but no shell can reach it" in start.err
        assert run.status == 1
        assert "looks after this home, and does not answer" in run.err


class TestNoTray:
    def test_lock_that_a_crashed_tray_left_behind_is_none(self, shell, home):
        with held_lock(meeting_folders(home.place)[0], b"1\n"):
            pass

        status, start = shell("status"), shell("start")

        assert status.out.endswith("No tray runs that would look after the gateway.\n")
        assert start.status == 3

    @pytest.mark.parametrize("verb", ["start", "restart", "reload", "quit", "show"])
    def test_verb_says_how_to_start_one(self, verb, shell, home):
        missing = shell(verb, "--json")
        words = shell(verb, PICOCLAW_HOME="", HOME=str(home.folder))

        assert (missing.status, missing.payload["status"]) == (3, "error")
        assert words.status == 3
        assert words.err.endswith("\nStart one: picoclaw-tray\n")

    def test_server_that_drips_holds_nobody_up(self, demo_shell, stand_in_home):
        def drip(peer):
            peer.read_request()
            peer.drip(healthy() * 100)

        with serving(drip) as server:
            stand_in_home.configure(port=server.port)
            began = time.monotonic()
            status = demo_shell("status", "--json")
            took_s = time.monotonic() - began

        assert (status.status, status.payload["phase"]) == (0, "stopped")
        assert took_s < 4.0

    def test_program_that_is_slow_to_tell_its_version_holds_nobody_up(self, shell, tmp_path):
        slow = tmp_path / "slow"
        slow.write_text("#!/bin/sh\nexec sleep 4\n", encoding="utf-8")
        slow.chmod(0o755)

        began = time.monotonic()
        status = shell("status", "--json", PICOCLAW_BINARY=str(slow))
        took_s = time.monotonic() - began

        assert (status.status, status.payload["phase"]) == (0, "stopped")
        assert status.payload["binary"] is None
        assert took_s < 4.0
        wait_until(lambda: not running(slow), PATIENCE_S, what="the end of the program")

    def test_autostart_knows_no_tray(self, shell):
        before = shell("autostart", "status", "--json").payload
        on = shell("autostart", "enable", "--json").payload
        off = shell("autostart", "disable", "--json").payload

        assert [state["state"] for state in (before, on, off)] == ["off", "on", "off"]
        assert [state["enabled"] for state in (before, on, off)] == [False, True, False]
        assert on["command"][-3:-1] == ["run", "--home"]


class TestOneInstance:
    def test_second_run_shows_the_window_of_the_first(self, shell, home, start_tray):
        tray = start_tray(at=home)
        tray.gateway()

        second = shell("run", "--json", QT_QPA_PLATFORM="offscreen")
        third = shell("run", QT_QPA_PLATFORM="offscreen")
        without_display = shell("run", QT_QPA_PLATFORM="", DISPLAY="", WAYLAND_DISPLAY="")

        assert (second.status, third.status, without_display.status) == (0, 0, 0)
        assert second.payload["already_running"] is True
        assert f"(PID {tray.program.pid})" in third.out
        assert tray.program.is_running
        assert tray.log.count("from a shell: show") == 3

    def test_demo_can_be_driven_too_and_leaves_nothing(self, start_tray):
        tray = start_tray("--demo")
        tray.gateway()
        (folder,) = Path(os.environ["TMPDIR"]).glob("picoclaw-demo-*")
        words = ("--home", str(folder / "home"), "--json")

        status, login, quit_ = (
            answer(verb, *words) for verb in ("status", "autostart status", "quit")
        )

        assert (status["phase"], status["tray"]["pid"]) == ("running", tray.program.pid)
        assert (login["state"], login["supported"]) == ("unsupported", False)
        assert quit_["gateway"] == "stopped"
        wait_until(lambda: not folder.exists(), PATIENCE_S, what="the end of the folder")
        assert list(Path(os.environ["TMPDIR"]).iterdir()) == []

    def test_tray_after_one_that_was_killed_takes_over_at_once(self, shell, home, start_tray):
        first = start_tray(at=home)
        gateway = first.gateway()
        first.program.send_signal(signal.SIGKILL)
        first.program.wait(PATIENCE_S)

        second = start_tray(at=home)
        second.wait_for("picoclaw-tray ", times=2)
        shown = shell("show")
        status = shell.until(phase="running", health="ok")
        shell("stop")

        assert shown.status == 0
        assert status["tray"]["pid"] == second.program.pid
        assert (status["pid"], status["ownership"]) == (gateway.pid, "owned")

    @pytest.mark.usefixtures("own_machine")
    def test_of_many_started_at_once_one_stays(self, shell):
        runs = [shell.begin("run", "--no-start", "--json") for _ in range(4)]

        wait_until(
            lambda: sum(run.poll() is None for run in runs) == 1, PATIENCE_S, what="one tray"
        )
        quit_ = shell("quit")
        answers = [said(run) for run in runs]

        assert quit_.status == 0
        assert [each.status for each in answers] == [0] * 4
        assert sum("already_running" in each.payload for each in answers) == 3

    def test_each_home_has_a_tray_of_its_own(self, shell, home, start_tray, tmp_path):
        first = start_tray("--no-start", at=home)
        first.wait_for("picoclaw-tray ")
        other = tmp_path / "another home"
        other.mkdir()
        (other / "config.json").write_text(
            json.dumps({"version": 3, "gateway": {"port": free_port()}}), encoding="utf-8"
        )

        second = shell.begin("run", "--no-start", "--home", str(other))
        wait_until(lambda: shell("show", "--home", str(other)).status == 0, PATIENCE_S, what="it")

        trays = [
            shell("status", "--json", "--home", str(place)).payload["tray"]["pid"]
            for place in (home.place.home, other)
        ]
        assert trays == [first.program.pid, second.pid]
        assert shell("quit", "--home", str(other)).status == 0
        assert said(second).status == 0

    def test_long_name_of_a_home_does_not_keep_a_shell_from_the_tray(self, start_tray, tmp_path):
        place = tmp_path / ("long" * 50)
        place.mkdir()
        state = tmp_path / ("state" * 30)
        tray = start_tray(
            "--no-start", "--home", str(place), XDG_STATE_HOME=str(state), PICOCLAW_BINARY="no"
        )

        def status():
            return answer("status", "--home", str(place), "--json", XDG_STATE_HOME=str(state))

        wait_until(lambda: status()["tray"] is not None, PATIENCE_S, what="an answer of the tray")
        assert status()["tray"]["pid"] == tray.program.pid


HOLD_PORT = """
import socket, sys, time
sockets = []
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    try:
        sockets.append(socket.create_server((address, int(sys.argv[1])), family=family))
    except OSError:
        pass
print("held", flush=True)
time.sleep(600)
"""


def answer(verb, *words, **variables):
    """What a verb says in JSON, without any home chosen beforehand."""
    ended = subprocess.run(
        [sys.executable, "-m", "picoclaw_tray", *verb.split(), *words],
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return json.loads(ended.stdout)


def running(program):
    """The processes that this script has become."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "environ"])
        if (process.info["environ"] or {}).get("PICOCLAW_BINARY") == str(program)
    ]


def left_of_the_socket():
    """Locks and sockets of trays that are gone."""
    folders = [Path(os.environ[name]) for name in ("XDG_STATE_HOME", "TMPDIR")]
    return [
        path for folder in folders for path in folder.rglob("tray.[ls]o*") if path.suffix != ".log"
    ]
