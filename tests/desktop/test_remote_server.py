"""The socket of the tray, and whoever may connect to it."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import stat
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QObject, Slot

from picoclaw_tray.desktop.remote_server import MAX_CONNECTIONS, RemoteServer
from picoclaw_tray.remote import (
    MAX_LINE_BYTES,
    Answer,
    ExitCode,
    Request,
    Verb,
    dump_request,
    parse_answer,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.linux

STATUS = dump_request(Request(Verb.STATUS))
PATIENCE_S = 10.0
LIMIT_MS = 300
DONE = Answer(ExitCode.DONE, {"status": "ok"}, ("Done.",))


class Tray(QObject):
    """Answers every request at once, and remembers them."""

    def __init__(self, server: RemoteServer) -> None:
        super().__init__(server)
        self.server = server
        self.asked: list[Request] = []
        self.dropped: list[int] = []
        self.answers = True
        server.requested.connect(self._on_requested)
        server.dropped.connect(self._on_dropped)

    @Slot(int, Request)
    def _on_requested(self, number: int, request: Request) -> None:
        self.asked.append(request)
        if self.answers:
            self.server.answer(number, DONE)

    @Slot(int)
    def _on_dropped(self, number: int) -> None:
        self.dropped.append(number)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(tmp_path / "tray.socket")


@pytest.fixture
def tray(qapp: object, path: str) -> Iterator[Tray]:
    server = RemoteServer(line_limit_ms=LIMIT_MS)
    assert server.listen(path)
    yield Tray(server)
    server.close()
    server.deleteLater()


def open_descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))  # noqa: PTH208


class Client(threading.Thread):
    """Says something, piece by piece, and reads to the end."""

    def __init__(self, path: str, *pieces: bytes, hold: bool = True) -> None:
        super().__init__(daemon=True)
        self._path, self._pieces, self._hold = path, pieces, hold
        self.heard = b""
        self.start()

    def run(self) -> None:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE_S)
            connection.connect(self._path)
            with contextlib.suppress(OSError):
                for piece in self._pieces:
                    connection.sendall(piece)
            if self._hold:
                with contextlib.suppress(OSError):
                    while piece := connection.recv(65536):
                        self.heard += piece


def heard_by(qtbot: QtBot, client: Client) -> bytes:
    qtbot.waitUntil(lambda: not client.is_alive(), timeout=int(PATIENCE_S * 1000))
    return client.heard


def complaint_to(qtbot: QtBot, client: Client) -> str:
    answer = parse_answer(heard_by(qtbot, client))
    assert answer.exit_code is ExitCode.FAILED
    return str(answer.payload["message"])


def test_request_gets_its_answer(qtbot: QtBot, tray: Tray, path: str) -> None:
    heard = heard_by(qtbot, Client(path, STATUS))

    assert parse_answer(heard) == DONE
    assert tray.asked == [Request(Verb.STATUS)]


def test_request_may_come_in_pieces(qtbot: QtBot, tray: Tray, path: str) -> None:
    heard = heard_by(qtbot, Client(path, *(bytes([byte]) for byte in STATUS)))

    assert parse_answer(heard) == DONE


def test_of_several_requests_the_first_counts(qtbot: QtBot, tray: Tray, path: str) -> None:
    heard_by(qtbot, Client(path, STATUS + dump_request(Request(Verb.QUIT))))

    assert tray.asked == [Request(Verb.STATUS)]


def test_socket_is_for_its_user_alone(tray: Tray, path: str) -> None:
    assert stat.S_IMODE(os.stat(path).st_mode) & 0o077 == 0  # noqa: PTH116


def test_socket_of_a_crashed_tray_is_taken_over(qtbot: QtBot, qapp: object, path: str) -> None:
    with socket.socket(socket.AF_UNIX) as left:
        left.bind(path)
    server = RemoteServer()

    listens = server.listen(path)
    Tray(server)
    heard = heard_by(qtbot, Client(path, STATUS))
    server.close()

    assert listens
    assert parse_answer(heard) == DONE


@pytest.mark.parametrize(
    ("noise", "says"),
    [
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "not a line of JSON"),
        (b"\x00\xff\xfe\n", "not a line of JSON"),
        (b"[1, 2]\n", "not a JSON object"),
        (b'{"verb": 7}\n', "does not know"),
        (b'{"verb": "stop", "force": "yes"}\n', "neither true nor false"),
        (b"\n", "not a line of JSON"),
    ],
    ids=repr,
)
def test_noise_is_answered_with_a_sentence(
    noise: bytes, says: str, qtbot: QtBot, tray: Tray, path: str
) -> None:
    assert says in complaint_to(qtbot, Client(path, noise))
    assert tray.asked == []


def test_half_a_line_has_its_time(qtbot: QtBot, tray: Tray, path: str) -> None:
    assert "in time" in complaint_to(qtbot, Client(path, STATUS[:5]))


def test_megabytes_without_an_end_are_refused(qtbot: QtBot, tray: Tray, path: str) -> None:
    client = Client(path, *([b"x" * 65536] * 64))

    heard = heard_by(qtbot, client)

    # Who is still talking may not hear the answer any more.
    assert heard == b"" or "too long" in parse_answer(heard).lines[0]
    assert parse_answer(heard_by(qtbot, Client(path, STATUS))) == DONE


def test_longest_request_is_just_short_enough(qtbot: QtBot, tray: Tray, path: str) -> None:
    line = json.dumps({"verb": "status", "more": ""}).encode()
    padded = line.replace(b'""', b'"%s"' % (b"x" * (MAX_LINE_BYTES - len(line))))

    assert parse_answer(heard_by(qtbot, Client(path, padded + b"\n"))) == DONE


def test_client_that_goes_before_its_answer_is_forgotten(
    qtbot: QtBot, tray: Tray, path: str
) -> None:
    tray.answers = False

    Client(path, STATUS, hold=False)
    qtbot.waitUntil(lambda: tray.dropped == [1])
    tray.server.answer(1, DONE)

    assert tray.asked == [Request(Verb.STATUS)]


def test_thousands_of_silent_connections_keep_nobody_out(
    qtbot: QtBot, tray: Tray, path: str
) -> None:
    before = open_descriptors()
    crowd = subprocess.Popen(
        [sys.executable, "-c", CROWD, path], stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )
    assert crowd.stdout is not None
    os.set_blocking(crowd.stdout.fileno(), False)
    qtbot.waitUntil(lambda: bool(crowd.stdout and crowd.stdout.read()), timeout=30_000)

    asked_at = time.monotonic()
    heard = heard_by(qtbot, Client(path, STATUS))
    took_s = time.monotonic() - asked_at
    kept = open_descriptors() - before
    crowd.kill()
    crowd.communicate()

    assert parse_answer(heard) == DONE
    assert kept <= MAX_CONNECTIONS + 10
    assert took_s < PATIENCE_S / 2


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another user")
def test_other_user_is_refused_even_where_he_could_connect(
    qtbot: QtBot, tray: Tray, path: str, tmp_path: Path
) -> None:
    os.chmod(path, 0o777)  # noqa: PTH101
    for folder in (tmp_path, *tmp_path.parents):
        with contextlib.suppress(PermissionError):
            folder.chmod(folder.stat().st_mode | 0o011)

    other = subprocess.Popen(
        [sys.executable, "-I", "-c", ASK, path, STATUS.decode()],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    qtbot.waitUntil(lambda: other.poll() is not None, timeout=int(PATIENCE_S * 1000))
    heard, complaint = other.communicate()

    assert (heard, complaint) == (b"heard b''\n", b"")
    assert tray.asked == []


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.binary(max_size=200) | st.just(b"\n") | st.just(STATUS), max_size=6))
def test_anything_gets_an_answer_or_is_hung_up_on(
    qtbot: QtBot, tray: Tray, path: str, pieces: list[bytes]
) -> None:
    heard = heard_by(qtbot, Client(path, *pieces, b"\n"))

    assert isinstance(parse_answer(heard), Answer)


CROWD = """
import contextlib, resource, socket, sys
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(most, 4096), most))
crowd = []
for number in range(2000):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(5)
    with contextlib.suppress(OSError):
        connection.connect(sys.argv[1])
        connection.sendall(b'{"verb"')
    crowd.append(connection)
print("here", flush=True)
sys.stdin.read()
"""

ASK = """
import os, socket, sys
os.setgroups([])
os.setuid(65534)
with socket.socket(socket.AF_UNIX) as connection:
    connection.settimeout(5)
    connection.connect(sys.argv[1])
    heard = b""
    try:
        connection.sendall(sys.argv[2].encode())
        heard = connection.recv(1000)
    except OSError:
        pass
    print("heard", heard)
"""
