from __future__ import annotations

import os
import shutil
import socket
import threading
import time
from contextlib import ExitStack, suppress

import pytest

from picoclaw_tray.remote import (
    MAX_ANSWER_BYTES,
    Answer,
    ExitCode,
    Request,
    Verb,
    dump_answer,
    dump_request,
)
from picoclaw_tray.system.paths import GatewayPlace
from picoclaw_tray.system.rendezvous import (
    make_private,
    meeting_folders,
    socket_name,
)
from picoclaw_tray.system.tray_socket import NoAnswer, NotListening, NoTray, ask, wait_until_gone
from tests.support.other_user import NOBODY, only_root
from tests.support.tray_places import held_lock

pytestmark = pytest.mark.linux

STATUS = Request(Verb.STATUS)
ANSWER = Answer(ExitCode.DONE, {"phase": "running"}, ("Running",))
SHORT_S, LONG_S = 0.3, 20.0
SLACK_S = 2.0
"""More than a busy machine adds, less than the limits that must not be waited for."""


class TestAsk:
    def test_tray_is_asked_and_answers(self, serve, place):
        asked = serve(lambda connection: connection.sendall(dump_answer(ANSWER)))

        answer = ask(place, STATUS, limit_s=LONG_S)

        assert answer == ANSWER
        assert asked == [dump_request(STATUS)]

    def test_answer_may_come_in_pieces(self, serve, place):
        def in_pieces(connection):
            for byte in dump_answer(ANSWER):
                connection.sendall(bytes([byte]))

        serve(in_pieces)

        assert ask(place, STATUS, limit_s=LONG_S) == ANSWER

    def test_large_answer_arrives_whole(self, serve, place):
        large = Answer(ExitCode.DONE, {"lines": "x" * 2_000_000})
        serve(lambda connection: connection.sendall(dump_answer(large)))

        assert ask(place, STATUS, limit_s=LONG_S) == large

    def test_second_folder_is_asked_where_the_first_has_no_socket(self, serve, place):
        serve(lambda connection: connection.sendall(dump_answer(ANSWER)), number=1)

        assert ask(place, STATUS, limit_s=LONG_S) == ANSWER

    @pytest.mark.parametrize(
        "line",
        [
            b"\n",
            b"hello\n",
            b"\xff\0\xfe\n",
            b"[]\n",
            b'{"exit_code": 9}\n',
            b"[" * 100_000 + b"\n",
            b'{"exit_code": 0, "payload": {}, "lines": []}\nand more\n',
        ],
    )
    def test_answer_that_makes_no_sense_is_none(self, serve, place, line):
        serve(lambda connection: connection.sendall(line))

        with pytest.raises(NoAnswer):
            ask(place, STATUS, limit_s=LONG_S)

    def test_answer_without_end_is_cut_off(self, serve, place):
        def flood(connection):
            with suppress(OSError):
                while True:
                    connection.sendall(b"x" * 65536)

        serve(flood)

        with pytest.raises(NoAnswer):
            ask(place, STATUS, limit_s=LONG_S)
        assert MAX_ANSWER_BYTES < 16 * 1024 * 1024

    @pytest.mark.parametrize("half", [b"", dump_answer(ANSWER)[:-1]])
    def test_tray_that_hangs_up_has_not_answered(self, serve, place, half):
        serve(lambda connection: connection.sendall(half))

        with pytest.raises(NoAnswer, match="ended without an answer"):
            ask(place, STATUS, limit_s=LONG_S)


class TestLimit:
    @pytest.mark.parametrize("half", [b"", b'{"exit_code"'])
    def test_silent_tray_is_waited_for_no_longer_than_allowed(self, serve, place, half):
        serve(lambda connection: (connection.sendall(half), until_hung_up(connection)))

        with within(SHORT_S), pytest.raises(NoAnswer, match="in time"):
            ask(place, STATUS, limit_s=SHORT_S)

    def test_dripping_tray_does_not_get_more_time(self, serve, place):
        def drip(connection):
            with suppress(OSError):
                while True:
                    connection.sendall(b" ")

        serve(drip)

        with within(SHORT_S), pytest.raises(NoAnswer, match="in time"):
            ask(place, STATUS, limit_s=SHORT_S)

    def test_tray_that_accepts_nobody_is_a_tray_that_does_not_answer(self, place):
        with listening(place, backlog=0) as path, ExitStack() as others:
            fill(path, others)

            with within(SHORT_S), pytest.raises(NoAnswer, match="in time"):
                ask(place, STATUS, limit_s=SHORT_S)

    def test_place_in_the_queue_is_waited_for(self, place):
        with listening(place, backlog=0) as path, ExitStack() as others:
            fill(path, others)
            listener = others.enter_context(Listener(path))
            clearing = threading.Timer(SHORT_S, listener.accept_all)
            clearing.start()

            answer = ask(place, STATUS, limit_s=LONG_S)

            clearing.join()
            assert answer == ANSWER


class TestNoTray:
    def test_there_is_none_where_nothing_is(self, place):
        with within(0), pytest.raises(NoTray):
            ask(place, STATUS, limit_s=LONG_S)

    def test_socket_of_a_crashed_tray_is_none(self, place):
        with listening(place):
            pass

        with within(0), pytest.raises(NoTray):
            ask(place, STATUS, limit_s=LONG_S)

    def test_file_instead_of_a_socket_is_none(self, place):
        folder = meeting_folders(place)[-1]
        make_private(folder)
        (folder / "tray.socket").write_text("x")

        with within(0), pytest.raises(NoTray):
            ask(place, STATUS, limit_s=LONG_S)

    @pytest.mark.parametrize("content", [b"", b"garbage\n", b"-1\n", b"0\n", b"9" * 4000, b"\xff"])
    def test_lock_of_nobody_is_not_waited_for(self, lock, place, content):
        lock(content)

        with within(0), pytest.raises(NoTray):
            ask(place, STATUS, limit_s=LONG_S)

    def test_lock_that_a_crashed_tray_left_is_not_waited_for(self, place):
        with held_lock(meeting_folders(place)[0], b"1\n"):  # whose PID is a stranger's by now
            pass

        with within(0), pytest.raises(NoTray):
            ask(place, STATUS, limit_s=LONG_S)

    def test_tray_that_has_its_lock_already_is_waited_for(self, lock, serve, place):
        lock(b"%d\n" % os.getpid())
        begin = threading.Timer(
            SHORT_S, serve, [lambda connection: connection.sendall(dump_answer(ANSWER))]
        )
        begin.start()

        answer = ask(place, STATUS, limit_s=LONG_S)

        begin.join()
        assert answer == ANSWER

    def test_tray_that_does_not_listen_is_not_waited_for_longer_than_allowed(self, lock, place):
        lock(b"%d\n" % os.getpid())

        with within(SHORT_S), pytest.raises(NotListening):
            ask(place, STATUS, limit_s=SHORT_S)

    def test_socket_in_a_folder_that_others_may_enter_is_not_trusted(self, serve, place):
        asked = serve(lambda connection: connection.sendall(dump_answer(ANSWER)))
        meeting_folders(place)[-1].chmod(0o755)

        with pytest.raises(NoTray):
            ask(place, STATUS, limit_s=LONG_S)
        assert asked == []

    @only_root
    def test_socket_in_a_folder_of_another_user_is_not_trusted(self, serve, place):
        asked = serve(lambda connection: connection.sendall(dump_answer(ANSWER)))
        os.chown(meeting_folders(place)[-1], NOBODY, NOBODY)

        with pytest.raises(NoTray):
            ask(place, STATUS, limit_s=LONG_S)
        assert asked == []


class TestWaitUntilGone:
    def test_tray_is_gone_when_its_lock_is(self, lock, place):
        path = lock(b"12\n")
        ending = threading.Timer(SHORT_S, path.unlink)
        ending.start()

        assert wait_until_gone(place, 12, limit_s=LONG_S)

        ending.join()
        assert not path.exists()

    def test_successor_is_another_tray(self, lock, place):
        lock(b"13\n")

        assert wait_until_gone(place, 12, limit_s=LONG_S)

    def test_tray_that_stays_is_waited_for_no_longer_than_allowed(self, lock, place):
        lock(b"12\n")

        with within(SHORT_S):
            assert not wait_until_gone(place, 12, limit_s=SHORT_S)


class within:  # noqa: N801 - reads as a word of the language
    """Fails if the block takes much longer than so many seconds."""

    def __init__(self, limit_s):
        self._limit_s = limit_s

    def __enter__(self):
        self._start = time.monotonic()

    def __exit__(self, *_):
        assert time.monotonic() - self._start < self._limit_s + SLACK_S


class Listener:
    """Answers everybody who waits in the queue of a listening socket, and who comes later."""

    def __init__(self, listening):
        self._listening = listening

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def accept_all(self):
        self._listening.settimeout(SLACK_S)
        with suppress(TimeoutError):
            while True:
                connection, _ = self._listening.accept()
                with connection, suppress(OSError):
                    connection.settimeout(SHORT_S)
                    if connection.recv(65536):
                        connection.sendall(dump_answer(ANSWER))
                        return


class listening:  # noqa: N801 - as above
    """A listening socket of the home's tray; its file stays when it has ended."""

    def __init__(self, place, *, number=-1, backlog=16):
        folder = meeting_folders(place)[number]
        assert make_private(folder)
        self._name = socket_name(folder) or ""
        self._backlog = backlog
        self._socket = socket.socket(socket.AF_UNIX)

    def __enter__(self):
        self._socket.bind(self._name)
        self._socket.listen(self._backlog)
        return self._socket

    def __exit__(self, *_):
        self._socket.close()


def fill(listening, others):
    """Takes all places in its queue."""
    while True:
        connection = others.enter_context(socket.socket(socket.AF_UNIX))
        connection.setblocking(False)
        try:
            connection.connect(listening.getsockname())
        except BlockingIOError:
            return


def until_hung_up(connection):
    with suppress(OSError):
        connection.recv(1)


@pytest.fixture
def place(tmp_path):
    return GatewayPlace(tmp_path / "home", tmp_path / "home" / "config.json")


@pytest.fixture
def lock(place):
    """Holds a lock with this content, whose path it returns."""
    with ExitStack() as locks:
        yield lambda content: locks.enter_context(held_lock(meeting_folders(place)[0], content))


@pytest.fixture(autouse=True)
def _nothing_is_left(place):
    """The last of the folders is outside of what a test has for itself."""
    yield
    for folder in meeting_folders(place)[1:]:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def serve(place):
    """Has a tray answer one connection as it is told; returns what it was asked."""
    with ExitStack() as stack:

        def begin(answer, number=-1):
            asked = []
            listener = stack.enter_context(listening(place, number=number))
            listener.settimeout(LONG_S)

            def serve_one():
                with suppress(OSError):
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        connection.settimeout(LONG_S)
                        if request := connection.recv(65536):
                            asked.append(request)
                        answer(connection)

            thread = threading.Thread(target=serve_one)
            stack.callback(thread.join)
            stack.callback(wake, listener)
            thread.start()
            return asked

        yield begin


def wake(listener):
    """Has a server that nobody asked come to its end."""
    with suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(listener.getsockname())
