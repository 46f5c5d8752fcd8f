from __future__ import annotations

import os
import socket

import pytest

from picoclaw_tray.system.peer import is_our_user
from tests.support.other_user import only_root, run_as_nobody

pytestmark = pytest.mark.linux

_CONNECT = """
with socket.socket(socket.AF_UNIX) as connection:
    connection.connect("\\0" + sys.argv[1])
"""


def test_our_own_user_is_ours():
    one, other = socket.socketpair()
    with one, other:
        assert is_our_user(one.fileno())


def test_descriptor_stays_open_and_useful():
    one, other = socket.socketpair()
    with one, other:
        is_our_user(one.fileno())

        other.sendall(b"x")

        assert one.recv(1) == b"x"


@only_root
def test_another_user_is_not_ours():
    name = f"picoclaw-tray-tests-{os.getpid()}"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(f"\0{name}")  # abstract: no folder has to be open to others
        listening.listen()

        run_as_nobody(_CONNECT, name)

        connection, _ = listening.accept()
        with connection:
            assert not is_our_user(connection.fileno())


def test_peer_that_has_gone_was_ours_all_the_same():
    one, other = socket.socketpair()
    with one:
        other.close()

        assert is_our_user(one.fileno())


def test_what_is_no_socket_is_nobody_of_ours(tmp_path):
    with (tmp_path / "file").open("wb") as file:
        assert not is_our_user(file.fileno())


def test_closed_descriptor_is_nobody_of_ours():
    assert not is_our_user(-1)
