from __future__ import annotations

import os
import shlex
import socket
import sys
import time

import psutil
import pytest

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.gateway.health import HealthAnswer
from picoclaw_tray.presentation.port_holder import PortHolder
from picoclaw_tray.system import port_owner
from picoclaw_tray.system.port_owner import PortOwner, holder_of, owner_of
from tests.support.processes import signal_recorder, sleeper

COMMAND = GatewayCommand("/opt/picoclaw")
GATEWAY = ("/opt/picoclaw", "gateway", "-E")
RENAMED = ("/opt/custom-claw", "gateway", "-E")
UNUSED_PID = 2**22 + 1

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="other operating system")


def refuse(kind: str) -> None:
    raise psutil.AccessDenied


def test_owner_of_names_the_process_that_listens(tmp_path):
    with signal_recorder(tmp_path, port=0) as recorder:
        owner = owner_of(recorder.port)
        name = psutil.Process(recorder.pid).name()

    assert owner == PortOwner(recorder.pid, name, is_our_users=True)


def test_owner_of_works_where_only_single_processes_may_be_asked(tmp_path, monkeypatch):
    monkeypatch.setattr(psutil, "net_connections", refuse)
    with signal_recorder(tmp_path, port=0) as recorder:
        owner = owner_of(recorder.port)

    assert owner is not None
    assert owner.pid == recorder.pid


def test_owner_of_a_free_port_is_nobody():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    assert owner_of(port) is None


def test_owner_of_is_not_who_is_only_connected_to_the_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            ours = client.getsockname()[1]

            assert owner_of(ours) is None


def test_owner_of_prefers_the_loopback(tmp_path):
    with (
        signal_recorder(tmp_path, port=0) as recorder,
        socket.create_server(("127.0.0.2", recorder.port)),
    ):
        owner = owner_of(recorder.port)

    assert owner is not None
    assert owner.pid == recorder.pid != os.getpid()


def test_owner_of_prefers_the_process_that_is_asked_for(tmp_path):
    with (
        signal_recorder(tmp_path, port=0) as recorder,
        socket.create_server(("127.0.0.2", recorder.port)),
    ):
        owner = owner_of(recorder.port, preferred=os.getpid())

    assert owner is not None
    assert owner.pid == os.getpid()


def answer(pid: int | None) -> HealthAnswer:
    return HealthAnswer("ok", pid, 1.0)


def hide_listeners(monkeypatch: pytest.MonkeyPatch) -> None:
    """What belongs to another user, Linux does not tell."""
    monkeypatch.setattr(port_owner, "_listeners", lambda: iter(()))


@pytest.mark.parametrize("says_so", [True, False])
def test_holder_is_a_gateway_by_its_command_line(tmp_path, says_so):
    home = tmp_path / "home"
    home.mkdir()
    environment = {"PICOCLAW_HOME": str(home)}
    with signal_recorder(tmp_path, GATEWAY, environment=environment, port=0) as theirs:
        record = f'{{"pid": {theirs.pid}, "version": "0.2.9"}}'
        (home / ".picoclaw.pid").write_text(record, encoding="ascii")
        holder = holder_of(theirs.port, answer(theirs.pid) if says_so else None, COMMAND)
        process = psutil.Process(theirs.pid)
        expected = PortHolder(
            theirs.pid,
            process.name(),
            True,
            os.path.realpath(home),
            process.exe(),
            "0.2.9",
            command=shlex.join(process.cmdline()),
            user=process.username(),
            started=time.strftime("%Y-%m-%d %H:%M", time.localtime(process.create_time())),
        )

    assert holder == expected


def test_holder_that_has_ended_meanwhile_is_told_as_far_as_it_was_seen(tmp_path):
    assert port_owner._circumstances(UNUSED_PID) == ("", "")


def test_secrets_in_the_command_line_of_a_holder_are_masked(tmp_path):
    with signal_recorder(
        tmp_path, ("x", "y", "--token=sk-abcdefghijklmnopqrstuv"), port=0
    ) as theirs:
        holder = holder_of(theirs.port, None, COMMAND)

    assert holder.command
    assert "abcdefghijklmnopqrstuv" not in holder.command


def test_holder_has_no_version_that_another_process_recorded(tmp_path):
    environment = {"PICOCLAW_HOME": str(tmp_path)}
    (tmp_path / ".picoclaw.pid").write_text('{"pid": 1, "version": "0.2.9"}', encoding="ascii")
    with signal_recorder(tmp_path, GATEWAY, environment=environment, port=0) as theirs:
        holder = holder_of(theirs.port, None, COMMAND)

    assert (holder.home, holder.version) == (os.path.realpath(tmp_path), "")


def test_holder_of_which_nothing_tells_the_home_has_none(tmp_path):
    with signal_recorder(tmp_path, GATEWAY, environment={}, port=0) as theirs:
        holder = holder_of(theirs.port, answer(theirs.pid), COMMAND)

    assert (holder.pid, holder.gateway, holder.home) == (theirs.pid, True, None)


@pytest.mark.parametrize("says_so", [True, False])
def test_holder_under_an_unknown_name_is_a_gateway_if_it_says_so_too(tmp_path, says_so):
    environment = {"PICOCLAW_HOME": str(tmp_path)}
    with signal_recorder(tmp_path, RENAMED, environment=environment, port=0) as theirs:
        holder = holder_of(theirs.port, answer(theirs.pid) if says_so else None, COMMAND)

    assert holder.gateway is says_so


@pytest.mark.parametrize("pid", [1, UNUSED_PID, 2**80])
def test_holder_that_passes_on_what_a_gateway_says_is_none(tmp_path, pid):
    with signal_recorder(tmp_path, port=0) as proxy:
        holder = holder_of(proxy.port, answer(pid), COMMAND)

    assert (holder.pid, holder.gateway, holder.home) == (proxy.pid, False, None)
    assert holder.answers_like_one


def test_holder_that_does_not_show_is_the_process_that_answers_if_it_looks_like_a_gateway(
    tmp_path, monkeypatch
):
    hide_listeners(monkeypatch)
    with sleeper(GATEWAY, folder=tmp_path, environment={"PICOCLAW_HOME": "/x"}) as theirs:
        holder = holder_of(18790, answer(theirs.pid), COMMAND)

    assert (holder.pid, holder.gateway, holder.home) == (theirs.pid, True, "/x")


@pytest.mark.parametrize("pid", [os.getpid(), UNUSED_PID, 2**80], ids=["other", "nobody", "odd"])
def test_holder_that_does_not_show_has_no_number_that_proves_nothing(monkeypatch, pid):
    hide_listeners(monkeypatch)

    assert holder_of(18790, answer(pid), COMMAND) == PortHolder(gateway=True)


def test_holder_that_does_not_show_and_does_not_answer_is_unknown(monkeypatch):
    hide_listeners(monkeypatch)

    assert holder_of(18790, None, COMMAND) == PortHolder()
    assert holder_of(18790, answer(None), COMMAND) == PortHolder()
