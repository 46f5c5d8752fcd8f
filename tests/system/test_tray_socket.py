"""Asking a tray that may not be there, not answer, or talk nonsense."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.remote import MAX_ANSWER_BYTES, Answer, ExitCode, Request, Verb, dump_answer
from picoclaw_tray.system.paths import GatewayPlace
from picoclaw_tray.system.peer import is_our_user
from picoclaw_tray.system.rendezvous import (
    LOCK_NAME,
    SOCKET_NAME,
    make_private,
    meeting_folders,
    socket_name,
)
from picoclaw_tray.system.tray_socket import NoAnswer, NoTray, ask, wait_until_gone

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.linux

STATUS = Request(Verb.STATUS)
DONE = Answer(ExitCode.DONE, {"status": "ok"}, ("Done.",))
LIMIT_S = 0.5


@pytest.fixture
def place(tmp_path: Path) -> GatewayPlace:
    return GatewayPlace(tmp_path / "home", tmp_path / "home" / "config.json")


@pytest.fixture
def folder(place: GatewayPlace) -> Iterator[Path]:
    """Where a tray of this home would listen: the folders of a test have long names."""
    folders = meeting_folders(place)
    found = next(folder for folder in folders if socket_name(folder))
    assert make_private(found)
    yield found
    shutil.rmtree(found)


@contextmanager
def listening(folder: Path, serve: Callable[[socket.socket], None]) -> Iterator[list[bytes]]:
    """Somebody at the socket of this home; what was asked."""
    asked: list[bytes] = []
    name = str(folder / SOCKET_NAME)
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(name)
        server.listen()

        def take() -> None:
            with contextlib.suppress(OSError):
                connection, _ = server.accept()
                with connection:
                    asked.append(connection.recv(65536))
                    serve(connection)

        thread = threading.Thread(target=take)
        thread.start()
        try:
            yield asked
        finally:
            server.shutdown(socket.SHUT_RDWR)
            thread.join()


def drip(connection: socket.socket) -> None:
    for byte in dump_answer(DONE):
        connection.sendall(bytes([byte]))
        time.sleep(0.1)


def never_end(connection: socket.socket) -> None:
    for _ in range(MAX_ANSWER_BYTES // 65536 + 2):
        connection.sendall(b"x" * 65536)


def stay_silent(connection: socket.socket) -> None:
    connection.recv(1)


def test_tray_answers(place, folder):
    with listening(folder, lambda connection: connection.sendall(dump_answer(DONE))) as asked:
        answer = ask(place, STATUS, limit_s=LIMIT_S)

    assert answer == DONE
    assert asked == [b'{"verb": "status"}\n']


@pytest.mark.parametrize(
    "serve",
    [
        stay_silent,
        drip,
        never_end,
        lambda connection: connection.shutdown(socket.SHUT_RDWR),
        lambda connection: connection.sendall(b"HTTP/1.1 400\n"),
        lambda connection: connection.sendall(b'{"exit_code": 0}\n'),
    ],
    ids=["silent", "drips", "endless", "hangs up", "another program", "half an answer"],
)
def test_nonsense_is_no_answer_and_costs_no_time(serve, place, folder):
    with listening(folder, serve):
        began = time.monotonic()
        with pytest.raises(NoAnswer):
            ask(place, STATUS, limit_s=LIMIT_S)
        took_s = time.monotonic() - began

    assert took_s < 4 * LIMIT_S


def test_nobody_is_no_tray(place):
    with pytest.raises(NoTray):
        ask(place, STATUS, limit_s=LIMIT_S)


def test_socket_that_was_left_behind_is_no_tray(place, folder):
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(str(folder / SOCKET_NAME))

    with pytest.raises(NoTray):
        ask(place, STATUS, limit_s=LIMIT_S)


def test_folder_that_others_may_enter_is_not_trusted(place, folder):
    with listening(folder, stay_silent) as asked:
        folder.chmod(0o755)
        with pytest.raises(NoTray):
            ask(place, STATUS, limit_s=LIMIT_S)

    assert asked == []


def test_tray_that_is_coming_up_is_waited_for(place, folder):
    lock = folder / LOCK_NAME
    lock.write_text(f"{os.getpid()}\n", encoding="utf-8")
    later = threading.Timer(0.2, lock.unlink)
    later.start()

    began = time.monotonic()
    with pytest.raises(NoTray):
        ask(place, STATUS, limit_s=20.0)
    took_s = time.monotonic() - began
    later.join()

    assert 0.2 <= took_s < 3.0


@pytest.mark.parametrize("pid", ["2147483646", "-1", "0", str(2**80)])
def test_lock_of_nobody_is_not_waited_for(pid, place, folder):
    (folder / LOCK_NAME).write_text(f"{pid}\n", encoding="utf-8")

    began = time.monotonic()
    with pytest.raises(NoTray):
        ask(place, STATUS, limit_s=20.0)

    assert time.monotonic() - began < 2.0


def test_end_of_a_tray_is_the_end_of_its_lock(place, folder):
    lock = folder / LOCK_NAME
    lock.write_text("4711\n", encoding="utf-8")
    still_there = wait_until_gone(place, 4711, limit_s=0.1)
    lock.write_text("4712\n", encoding="utf-8")

    assert not still_there
    assert wait_until_gone(place, 4711, limit_s=0.1)


def test_both_ends_of_a_pair_are_ours():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        assert is_our_user(ours.fileno())
        assert is_our_user(theirs.fileno())


def test_what_is_no_socket_is_not_ours():
    assert not is_our_user(2**20)
