"""One look at the gateway, on the stand-in and on a real one."""

from __future__ import annotations

import os
import signal
import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.messages import Foreign, Found, Gone, Nothing, Stale
from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.presentation.text import render
from picoclaw_tray.settings import Settings
from picoclaw_tray.system import health_probe, service_manager
from picoclaw_tray.system.crew import assemble
from picoclaw_tray.system.process_key import key_of
from tests.support.gateway_home import GatewayHome
from tests.support.launch import PLAN
from tests.support.proc_folder import proc_folder
from tests.support.processes import signal_recorder, sleeper, tree_of_children
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.lifecycle.messages import Finding
    from picoclaw_tray.system.observer import Observer

UNUSED_PID = 2**22 + 1
AN_HOUR_S = 3600


def _observer(home: GatewayHome) -> Observer:
    return assemble(home.site()).observer


def _look(home: GatewayHome, target: Process | None = None) -> Finding:
    return _observer(home).observe(target).finding


def _process(pid: int) -> Process:
    key = key_of(pid)
    assert key is not None
    return Process(key)


# -- no target ------------------------------------------------------------------------------------


def test_observer_finds_nothing_in_a_home_without_gateway(stand_in_home: GatewayHome) -> None:
    seen = _observer(stand_in_home).observe(None)

    assert seen.finding == Nothing()
    assert (seen.facts.host, seen.facts.port) == ("localhost", stand_in_home.port)
    assert seen.facts.default_model == "m"
    assert seen.facts.version == ""


def test_observer_finds_the_gateway_of_the_pid_file(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        seen = _observer(gateway_home).observe(None)

        assert isinstance(seen.finding, Found)
        assert seen.finding.process == _process(gateway.pid)
        assert (seen.finding.answering, seen.finding.announced) == (True, True)
        assert 0 <= seen.finding.age < 60
        assert (seen.facts.host, seen.facts.port) == ("localhost", gateway_home.port)
        assert seen.facts.version
        assert seen.facts.started_at is not None
        assert seen.facts.started_at <= time.monotonic()


def test_observer_finds_a_gateway_whose_pid_file_is_gone_by_its_port(
    gateway_home: GatewayHome,
) -> None:
    with gateway_home.started_by_hand() as gateway:
        gateway_home.place.pid_file.unlink()
        finding = _look(gateway_home)

        assert isinstance(finding, Found)
        assert finding.process == _process(gateway.pid)
        assert (finding.answering, finding.announced) == (True, False)


@pytest.mark.linux
@pytest.mark.macos
def test_observer_finds_a_silent_gateway_by_its_pid_file(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        gateway.send_signal(signal.SIGSTOP)
        finding = _look(gateway_home)

        assert isinstance(finding, Found)
        assert finding.process == _process(gateway.pid)
        assert (finding.answering, finding.announced) == (False, True)


def test_observer_finds_a_gateway_whose_config_names_another_port_by_now(
    gateway_home: GatewayHome,
) -> None:
    with gateway_home.started_by_hand():
        gateway_home.configure(port=1)
        seen = _observer(gateway_home).observe(None)

        assert isinstance(seen.finding, Found)
        assert seen.finding.answering
        assert seen.facts.port == gateway_home.port


def test_observer_finds_a_gateway_whose_config_is_broken_by_now(
    gateway_home: GatewayHome,
) -> None:
    with gateway_home.started_by_hand():
        gateway_home.break_config()
        seen = _observer(gateway_home).observe(None)

        assert isinstance(seen.finding, Found)
        assert seen.finding.answering
        assert seen.facts.config_problem


def test_observer_knows_a_gateway_of_ours_by_the_run_record(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        ours = Process(_process(gateway.pid).key, ours=True)
        assemble(gateway_home.site()).run_records.write_spawned(ours, PLAN)
        seen = _observer(gateway_home).observe(None)

        assert isinstance(seen.finding, Found)
        assert seen.finding.process == ours
        assert seen.facts.run == 1


def test_observer_takes_a_reused_number_in_the_run_record_for_nobodys(
    gateway_home: GatewayHome,
) -> None:
    with gateway_home.started_by_hand() as gateway:
        other = Process(ProcessKey(gateway.pid, "of another process"), ours=True)
        assemble(gateway_home.site()).run_records.write_spawned(other, PLAN)
        finding = _look(gateway_home)

        assert isinstance(finding, Found)
        assert not finding.process.ours


def test_observer_calls_the_pid_file_of_a_dead_process_stale(stand_in_home: GatewayHome) -> None:
    stand_in_home.write_pid_file(UNUSED_PID)

    assert _look(stand_in_home) == Stale(UNUSED_PID)


@pytest.mark.linux
@pytest.mark.macos
def test_observer_calls_the_pid_file_of_a_killed_gateway_stale(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        gateway.send_signal(signal.SIGKILL)
        gateway.wait()

    assert _look(gateway_home) == Stale(gateway.pid)


@pytest.mark.linux
@pytest.mark.macos
def test_observer_calls_the_pid_file_of_a_zombie_stale(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        gateway.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, gateway.pid, os.WEXITED | os.WNOWAIT)

        assert _look(gateway_home) == Stale(gateway.pid)


def test_observer_calls_the_pid_file_of_another_program_stale(stand_in_home: GatewayHome) -> None:
    with sleeper() as stranger:
        stand_in_home.write_pid_file(stranger.pid)

        assert _look(stand_in_home) == Stale(stranger.pid)


@pytest.mark.linux
def test_observer_finds_nothing_in_a_pid_file_that_proves_nothing(
    stand_in_home: GatewayHome, elsewhere: Path
) -> None:
    """It looks like a gateway, but came after the file, and does not tell its home."""
    environment = {"PATH": os.environ["PATH"]}
    words = ("picoclaw", "gateway", "-E")
    with sleeper(words, folder=elsewhere, environment=environment) as stranger:
        stand_in_home.write_pid_file(stranger.pid)
        an_hour_ago = time.time() - AN_HOUR_S
        os.utime(stand_in_home.place.pid_file, (an_hour_ago, an_hour_ago))

        assert _look(stand_in_home) == Nothing()


@pytest.mark.parametrize(
    "content", [b"", b"{", b'{"pid": 0}', b'{"pid": "7"}', b"\xff\xfe", b"x" * 100_000]
)
def test_observer_finds_nothing_in_a_spoilt_pid_file(
    stand_in_home: GatewayHome, content: bytes
) -> None:
    stand_in_home.place.pid_file.write_bytes(content)

    assert _look(stand_in_home) == Nothing()


def test_observer_finds_nothing_where_the_pid_file_is_a_folder(stand_in_home: GatewayHome) -> None:
    stand_in_home.place.pid_file.mkdir()

    assert _look(stand_in_home) == Nothing()


def test_observer_finds_nothing_in_a_home_that_does_not_exist(tmp_path: Path) -> None:
    home = GatewayHome(tmp_path / "gateway", ("picoclaw",))
    home.place.config.unlink()
    home.place.home.rmdir()
    seen = _observer(home).observe(None)

    assert isinstance(seen.finding, Nothing | Foreign)  # the usual port is everybody's
    assert seen.facts.config_problem == ""


@pytest.mark.linux
@pytest.mark.macos
def test_observer_names_another_program_on_the_port(
    stand_in_home: GatewayHome, elsewhere: Path
) -> None:
    with signal_recorder(elsewhere, port=stand_in_home.port) as stranger:
        seen = _observer(stand_in_home).observe(None)
        finding, holder = seen.finding, seen.facts.port_owner

        assert isinstance(finding, Foreign)
        assert f"(PID {stranger.pid})" in render(finding.owner)
        assert str(stand_in_home.port) in render(finding.owner)
        assert holder is not None
        assert (holder.pid, holder.gateway, holder.home) == (stranger.pid, False, None)


def test_observer_does_not_mind_one_of_two_loopbacks(stand_in_home: GatewayHome) -> None:
    """The gateway falls back to the other one (contract 3.5)."""
    with socket.create_server(("127.0.0.1", stand_in_home.port)):
        assert _look(stand_in_home) == Nothing()


def test_observer_names_the_gateway_of_another_home_on_the_port(
    gateway_home: GatewayHome, tmp_path: Path
) -> None:
    command = (gateway_home.command.program, *gateway_home.command.arguments)
    other_home = GatewayHome(tmp_path / "theirs", command, gateway_home.port)

    with other_home.started_by_hand() as theirs:
        seen = _observer(gateway_home).observe(None)
        finding, holder = seen.finding, seen.facts.port_owner

        assert isinstance(finding, Foreign)
        assert f"of the home {other_home.place.home} (PID {theirs.pid}, " in render(finding.owner)
        assert holder is not None
        assert (holder.pid, holder.gateway) == (theirs.pid, True)
        assert holder.home == str(other_home.place.home)
        assert holder.binary
        assert holder.version


@pytest.mark.linux
@pytest.mark.macos
def test_observer_names_a_silent_gateway_of_another_home_on_the_port(
    gateway_home: GatewayHome, tmp_path: Path
) -> None:
    command = (gateway_home.command.program, *gateway_home.command.arguments)
    other_home = GatewayHome(tmp_path / "theirs", command, gateway_home.port)

    with other_home.started_by_hand() as theirs:
        theirs.send_signal(signal.SIGSTOP)
        finding = _look(gateway_home)

        assert isinstance(finding, Foreign)
        assert f"of the home {other_home.place.home} (PID {theirs.pid}, " in render(finding.owner)


@pytest.mark.linux
@pytest.mark.macos
def test_observer_names_a_silent_gateway_of_this_home_that_nothing_else_tells_of(
    gateway_home: GatewayHome,
) -> None:
    with gateway_home.started_by_hand() as gateway:
        gateway.send_signal(signal.SIGSTOP)
        gateway_home.place.pid_file.unlink()
        seen = _observer(gateway_home).observe(None)
        finding, holder = seen.finding, seen.facts.port_owner

        assert isinstance(finding, Foreign)
        assert f"gateway of this home (PID {gateway.pid}, " in render(finding.owner)
        assert holder is not None
        assert (holder.home, holder.version) == (str(gateway_home.place.home), "")


@pytest.mark.linux
@pytest.mark.macos
def test_observer_goes_by_who_listens_when_a_gateway_says_another_number(
    stand_in_home: GatewayHome, tmp_path: Path
) -> None:
    command = (stand_in_home.command.program, *stand_in_home.command.arguments)
    other_home = GatewayHome(tmp_path / "theirs", command, stand_in_home.port)

    with other_home.started_by_hand(f"foreign-pid={UNUSED_PID}", answers=False) as theirs:
        wait_until(other_home.answering_pid, what="its answer")
        finding = _look(stand_in_home)

        assert isinstance(finding, Foreign)
        assert f"of the home {other_home.place.home} (PID {theirs.pid}, " in render(finding.owner)


def test_observer_knows_of_no_owner_where_the_port_is_free(stand_in_home: GatewayHome) -> None:
    assert _observer(stand_in_home).observe(None).facts.port_owner is None


def test_observer_finds_a_gateway_that_comes_up_during_the_look(
    stand_in_home: GatewayHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its port is open a moment before its PID file is there, its answer comes seconds later."""
    pid_file = stand_in_home.place.pid_file
    aside, ask = stand_in_home.folder / "aside", health_probe.probe

    def ask_while_the_pid_file_comes(*where, **how):
        if aside.exists():
            aside.rename(pid_file)
        return ask(*where, **how)

    with stand_in_home.started_by_hand("startup=60", answers=False) as gateway:
        wait_until(pid_file.exists, what="its PID file")
        pid_file.rename(aside)
        monkeypatch.setattr(health_probe, "probe", ask_while_the_pid_file_comes)
        finding = _look(stand_in_home)

        assert isinstance(finding, Found)
        assert finding.process == _process(gateway.pid)
        assert (finding.answering, finding.announced) == (False, True)


@pytest.mark.linux
@pytest.mark.macos
def test_observer_sees_a_pid_file_that_was_left_beside_another_program_on_the_port(
    stand_in_home: GatewayHome, elsewhere: Path
) -> None:
    stand_in_home.write_pid_file(UNUSED_PID)
    with signal_recorder(elsewhere, port=stand_in_home.port):
        finding = _look(stand_in_home)

    assert isinstance(finding, Foreign)
    assert finding.pid_file_left


# -- with a target --------------------------------------------------------------------------------


def test_observer_follows_a_process_without_pid_file(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        gateway_home.place.pid_file.unlink()
        finding = _look(gateway_home, _process(gateway.pid))

        assert isinstance(finding, Found)
        assert (finding.answering, finding.announced) == (True, False)


@pytest.mark.linux
@pytest.mark.macos
def test_observer_finds_a_stopped_process_without_pid_file_too(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        gateway_home.place.pid_file.unlink()
        gateway.send_signal(signal.SIGSTOP)
        finding = _look(gateway_home, _process(gateway.pid))

        assert isinstance(finding, Found)
        assert not finding.answering


def test_observer_follows_its_target_whatever_the_pid_file_says(
    gateway_home: GatewayHome,
) -> None:
    with gateway_home.started_by_hand() as gateway, sleeper() as stranger:
        gateway_home.write_pid_file(stranger.pid)
        target = Process(_process(gateway.pid).key, ours=True, watched=True)
        finding = _look(gateway_home, target)

        assert isinstance(finding, Found)
        assert finding.process == target
        assert (finding.answering, finding.announced) == (True, False)


@pytest.mark.linux
@pytest.mark.macos
def test_observer_tells_whether_a_process_left_its_pid_file(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        target = _process(gateway.pid)
        gateway.send_signal(signal.SIGKILL)
        gateway.wait()

    assert _look(gateway_home, target) == Gone(pid_file_left=True)
    gateway_home.place.pid_file.unlink()
    assert _look(gateway_home, target) == Gone(pid_file_left=False)


@pytest.mark.linux
@pytest.mark.macos
def test_observer_finds_the_successor_of_a_process_that_is_gone(gateway_home: GatewayHome) -> None:
    with sleeper() as process:
        target = Process(process.key)
        process.send_signal(signal.SIGKILL)
        process.wait()

    with gateway_home.started_by_hand() as successor:
        finding = _look(gateway_home, target)

        assert isinstance(finding, Found)
        assert finding.process == _process(successor.pid)


def test_observer_calls_a_reused_number_gone(gateway_home: GatewayHome) -> None:
    with sleeper() as process:
        target = Process(ProcessKey(process.pid, "of another process"))

        assert _look(gateway_home, target) == Gone(pid_file_left=False)


@pytest.mark.linux
@pytest.mark.macos
def test_observer_names_descendants_that_live(stand_in_home: GatewayHome) -> None:
    gone = ProcessKey(UNUSED_PID, "x")

    with tree_of_children() as tree:
        seen = _observer(stand_in_home).observe(None, (gone, *tree.offspring))

    assert seen.survivors == tuple(key.pid for key in tree.offspring)


def test_stamp_changes_with_the_config(stand_in_home: GatewayHome) -> None:
    observer = _observer(stand_in_home)
    before = observer.observe(None)
    again = observer.observe(None)
    stand_in_home.configure(default_model="other")
    after = observer.observe(None)

    assert before.config_stamp == again.config_stamp != after.config_stamp
    assert after.facts.default_model == "other"


# -- log level -------------------------------------------------------------------------------------


def test_level_is_that_of_the_config_the_gateway_was_started_with(
    gateway_home: GatewayHome,
) -> None:
    gateway_home.configure(log_level="error")
    observer = _observer(gateway_home)
    with gateway_home.started_by_hand():
        assert observer.observe(None).facts.log_level == "error"

        gateway_home.configure(log_level="info")
        assert observer.observe(None).facts.log_level == ""


def test_debug_flag_is_seen_on_a_gateway_that_somebody_started(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand("", "-d"):
        assert _observer(gateway_home).observe(None).facts.log_level == "debug"


def test_level_in_the_environment_of_a_gateway_is_seen(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand(log_level="INFO"):
        assert _observer(gateway_home).observe(None).facts.log_level == "info"


def test_our_setting_says_nothing_of_a_gateway_that_somebody_started(
    stand_in_home: GatewayHome,
) -> None:
    site = replace(stand_in_home.site(), settings=Settings(log_level="info"))
    with stand_in_home.started_by_hand():
        assert assemble(site).observer.observe(None).facts.log_level == "warn"


# -- forget ---------------------------------------------------------------------------------------


def test_forget_removes_the_pid_file_of_a_dead_process(stand_in_home: GatewayHome) -> None:
    stand_in_home.write_pid_file(UNUSED_PID)

    _observer(stand_in_home).forget(UNUSED_PID)

    assert stand_in_home.recorded_pid() is None


def test_forget_keeps_the_pid_file_of_another_number(stand_in_home: GatewayHome) -> None:
    stand_in_home.write_pid_file(UNUSED_PID)

    _observer(stand_in_home).forget(UNUSED_PID + 1)

    assert stand_in_home.recorded_pid() == UNUSED_PID


def test_forget_keeps_the_pid_file_of_a_gateway_that_runs(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        _observer(gateway_home).forget(gateway.pid)

        assert gateway_home.recorded_pid() == gateway.pid


@pytest.mark.linux
@pytest.mark.macos
def test_forget_keeps_the_pid_file_of_a_gateway_that_is_silent(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        gateway.send_signal(signal.SIGSTOP)
        _observer(gateway_home).forget(gateway.pid)

        assert gateway_home.recorded_pid() == gateway.pid


def test_forget_without_a_pid_file_does_nothing(stand_in_home: GatewayHome) -> None:
    _observer(stand_in_home).forget(UNUSED_PID)

    assert list(stand_in_home.place.home.iterdir()) == [stand_in_home.place.config]


def test_looking_touches_nothing_in_the_home(stand_in_home: GatewayHome) -> None:
    stand_in_home.write_pid_file(UNUSED_PID)
    before = {path: path.read_bytes() for path in stand_in_home.place.home.iterdir()}

    _look(stand_in_home)
    _look(stand_in_home, Process(ProcessKey(UNUSED_PID, "x")))

    assert {path: path.read_bytes() for path in stand_in_home.place.home.iterdir()} == before


# -- service managers -----------------------------------------------------------------------------


@pytest.mark.linux
def test_observer_knows_the_service_that_runs_the_gateway(
    gateway_home: GatewayHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gateway_home.started_by_hand() as gateway:
        proc = proc_folder(tmp_path / "proc", gateway.pid, "0::/system.slice/picoclaw.service\n")
        monkeypatch.setattr(service_manager, "PROC", proc)
        seen = _observer(gateway_home).observe(None)

    assert isinstance(seen.finding, Found)
    assert seen.finding.process.managed
    assert seen.facts.service is not None
    assert seen.facts.service.stop_command == "systemctl stop picoclaw.service"


@pytest.mark.linux
def test_observer_asks_for_no_service_of_a_gateway_of_ours(
    gateway_home: GatewayHome, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with gateway_home.started_by_hand() as gateway:
        proc = proc_folder(tmp_path / "proc", gateway.pid, "0::/system.slice/picoclaw.service\n")
        monkeypatch.setattr(service_manager, "PROC", proc)
        ours = Process(_process(gateway.pid).key, ours=True)
        assemble(gateway_home.site()).run_records.write_spawned(ours, PLAN)
        seen = _observer(gateway_home).observe(None)

    assert isinstance(seen.finding, Found)
    assert seen.finding.process == ours
    assert seen.facts.service is None


@pytest.mark.linux
def test_observer_finds_no_service_of_a_gateway_that_a_person_started(
    gateway_home: GatewayHome,
) -> None:
    with gateway_home.started_by_hand():
        seen = _observer(gateway_home).observe(None)

    assert isinstance(seen.finding, Found)
    assert not seen.finding.process.managed
    assert seen.facts.service is None
