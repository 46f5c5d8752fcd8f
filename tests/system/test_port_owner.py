from __future__ import annotations

import os
import socket
import sys

import psutil
import pytest

from picoclaw_tray.system.port_owner import PortOwner, owner_of
from tests.support.processes import signal_recorder

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
