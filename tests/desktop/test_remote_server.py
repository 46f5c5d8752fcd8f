from __future__ import annotations

import json
import os
import resource
import socket
import stat
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QTimer

from picoclaw_tray.desktop.remote_server import MAX_CONNECTIONS, RemoteServer
from picoclaw_tray.remote import (
    MAX_LINE_BYTES,
    Answer,
    ExitCode,
    Request,
    Verb,
    dump_answer,
    dump_request,
    parse_answer,
)
from picoclaw_tray.system.rendezvous import MAX_SOCKET_BYTES
from tests.support.other_user import only_root, run_as_nobody

pytestmark = pytest.mark.linux

PATIENCE_S = 20.0
PATIENCE_MS = 20_000
LIMIT_MS = 300
"""For a request in these tests."""

STATUS = dump_request(Request(Verb.STATUS))
ANSWER = Answer(ExitCode.DONE, {"phase": "running"}, ("Running",))
_CONNECT = """
with socket.socket(socket.AF_UNIX) as connection:
    connection.settimeout(20)
    connection.connect(sys.argv[1])
    try:
        connection.sendall(sys.argv[2].encode())
        print(repr(connection.recv(65536)))
    except OSError:
        print(repr(b""))
"""


class TestListen:
    @pytest.mark.usefixtures("server")
    def test_socket_is_for_this_user_alone(self, path):
        mode = path.stat().st_mode

        assert stat.S_ISSOCK(mode)
        assert stat.S_IMODE(mode) == 0o700

    def test_nothing_is_left_when_it_listens_no_more(self, server, path):
        server.close()

        assert list(path.parent.iterdir()) == []

    def test_socket_of_a_crashed_tray_is_taken_over(self, path, make_server):
        with socket.socket(socket.AF_UNIX) as crashed:
            crashed.bind(str(path))

        server = make_server()

        assert server.listen(str(path))

    def test_file_in_the_way_is_taken_over(self, path, make_server):
        path.write_text("x")

        assert make_server().listen(str(path))

    def test_folder_in_the_way_is_said_in_the_log(self, path, make_server, caplog):
        path.mkdir()

        assert not make_server().listen(str(path))
        assert "cannot listen at" in caplog.text

    def test_longest_path_can_be_listened_at(self, answer_with, make_server, path, ask):
        long = path.parent / ("x" * (MAX_SOCKET_BYTES - len(os.fsencode(path.parent)) - 1))
        server = make_server()
        answer_with(server)

        assert server.listen(str(long))
        assert ask(STATUS, at=long) == ANSWER


class TestRequest:
    def test_request_is_answered(self, answer_with, server, ask):
        answering = answer_with(server)

        answer = ask(STATUS)

        assert answer == ANSWER
        assert answering.requests == [Request(Verb.STATUS)]

    @pytest.mark.usefixtures("answering")
    def test_request_may_come_in_pieces(self, ask):
        assert ask(*(bytes([byte]) for byte in STATUS)) == ANSWER

    def test_only_the_first_of_two_requests_counts(self, answering, ask):
        stop = dump_request(Request(Verb.STOP))

        assert ask(STATUS + stop) == ANSWER
        assert answering.requests == [Request(Verb.STATUS)]

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            (b"GET / HTTP/1.1\r\n", "not a line of JSON"),
            (b"\xff\0\xfe\x80\n", "not a line of JSON"),
            (b"\n", "not a line of JSON"),
            (b"[" * 60_000 + b"\n", "not a line of JSON"),
            (b"[1, 2]\n", "not a JSON object"),
            (b'{"verb": 7}\n', "does not know"),
            (b'{"verb": "stop", "force": "yes"}\n', "neither true nor false"),
        ],
    )
    def test_noise_is_told_that_it_is_noise(self, answering, ask, line, complaint):
        answer = ask(line)

        assert answer.exit_code is ExitCode.FAILED
        assert complaint in answer.lines[0]
        assert answering.requests == []

    def test_half_a_line_and_then_silence_is_answered_after_the_limit(self, answering, ask):
        answer = ask(STATUS[:-1])

        assert answer.lines == ("The request did not come in time.",)
        assert answering.requests == []

    @pytest.mark.usefixtures("answering")
    def test_silence_is_answered_after_the_limit(self, ask):
        assert ask().lines == ("The request did not come in time.",)

    def test_request_that_waits_long_for_its_answer_is_not_late(self, answer_with, server, ask):
        answer_with(server, after_ms=2 * LIMIT_MS)

        assert ask(STATUS) == ANSWER

    @pytest.mark.usefixtures("answering")
    def test_longest_line_is_read(self, ask):
        content = {"verb": "status", "more": ""}
        content["more"] = "x" * (MAX_LINE_BYTES - len(json.dumps(content)))

        assert ask(json.dumps(content).encode() + b"\n") == ANSWER

    @pytest.mark.usefixtures("answering")
    def test_line_without_end_is_refused_and_not_kept(self, ask):
        assert ask(b"x" * (MAX_LINE_BYTES + 1)).lines == ("The request is too long.",)

    @pytest.mark.usefixtures("answering")
    def test_megabytes_without_end_are_not_read(self, ask):
        answer = ask(b"x" * 8_000_000)

        assert answer is None or answer.lines == ("The request is too long.",)
        assert ask(STATUS) == ANSWER

    @only_root
    def test_another_user_gets_no_answer(self, answering, ask, path, in_thread, caplog):
        path.chmod(0o777)
        path.parent.chmod(0o711)
        knock = partial(run_as_nobody, directory=str(path.parent))

        said = in_thread(knock, _CONNECT, path.name, STATUS.decode())

        assert said == "b''"
        assert answering.requests == []
        assert "another user" in caplog.text
        assert ask(STATUS) == ANSWER


class TestAnswer:
    def test_client_may_be_gone_before_its_answer(self, answer_with, server, path, qtbot, ask):
        with (
            qtbot.waitSignal(server.dropped, timeout=PATIENCE_MS) as dropped,
            qtbot.waitSignal(server.requested, timeout=PATIENCE_MS) as requested,
            connected(path) as connection,
        ):
            connection.sendall(STATUS)

        server.answer(requested.args[0], ANSWER)

        assert dropped.args == requested.args[:1]
        answer_with(server)
        assert ask(STATUS) == ANSWER

    def test_client_may_go_at_the_moment_of_its_answer(self, server, path, qtbot):
        with (
            qtbot.waitSignal(server.requested, timeout=PATIENCE_MS) as requested,
            ExitStack() as stack,
        ):
            connection = stack.enter_context(connected(path))
            connection.sendall(STATUS)
            stack.pop_all()
        connection.close()

        with qtbot.waitSignal(server.dropped, timeout=PATIENCE_MS):
            server.answer(requested.args[0], ANSWER)

    def test_answer_to_nobody_is_no_matter(self, server):
        server.answer(4711, ANSWER)

    def test_second_answer_is_not_said(self, answer_with, server, ask):
        answer_with(server, times=2)

        assert ask(STATUS) == ANSWER

    def test_large_answer_arrives_whole(self, answer_with, server, ask):
        large = Answer(ExitCode.DONE, {"text": "x" * 2_000_000})
        answer_with(server, large)

        assert ask(STATUS) == large

    def test_client_that_does_not_read_its_answer_is_not_kept_for_ever(
        self, answer_with, server, path, qtbot
    ):
        large = Answer(ExitCode.DONE, {"text": "x" * 2_000_000})
        answer_with(server, large)

        with (
            qtbot.waitSignal(server.dropped, timeout=PATIENCE_MS),
            ExitStack() as stack,
        ):
            connection = stack.enter_context(connected(path))
            connection.sendall(STATUS)
            stack.pop_all()

        connection.close()

    def test_who_waits_is_hung_up_on_when_the_server_closes(self, server, path, qtbot):
        with connected(path) as connection:
            with qtbot.waitSignal(server.requested, timeout=PATIENCE_MS):
                connection.sendall(STATUS)

            server.close()

            assert connection.recv(1) == b""


class TestMany:
    COUNT = 1200

    @pytest.fixture(autouse=True)
    def _may_open_them(self):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
        yield
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    @pytest.mark.usefixtures("answering")
    def test_thousand_silent_connections_keep_nobody_from_an_answer(
        self, server, path, in_thread, ask
    ):
        with ExitStack() as held, Heart() as heart:
            before = memory()

            in_thread(open_many, path, self.COUNT, held)
            answer = ask(STATUS)

            assert answer == ANSWER
            assert len(server._connections) <= MAX_CONNECTIONS
            assert memory() - before < 64 * 2**20
        assert heart.longest_s < 1.0

    @pytest.mark.usefixtures("answering")
    def test_descriptors_are_given_back(self, server, path, in_thread, ask, qtbot):
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208

        with ExitStack() as held:
            in_thread(open_many, path, self.COUNT, held)
        ask(STATUS)

        qtbot.waitUntil(lambda: len(server._connections) == 0, timeout=PATIENCE_MS)
        assert len(os.listdir("/proc/self/fd")) <= before + 2  # noqa: PTH208

    @pytest.mark.usefixtures("answering")
    def test_tray_without_descriptors_can_be_asked_again_when_it_has_some(
        self, server, path, ask, qtbot
    ):
        with ExitStack() as held, connected(path), socket.socket(socket.AF_UNIX) as late:
            qtbot.waitUntil(lambda: len(server._connections) == 1, timeout=PATIENCE_MS)
            with taking_all_descriptors(held):
                late.connect(str(path))
                qtbot.waitUntil(lambda: not server._server.isListening(), timeout=PATIENCE_MS)

        server.ensure()

        assert ask(STATUS) == ANSWER

    def test_many_who_wait_for_an_answer_keep_nobody_from_his(  # noqa: PLR0913, PLR0917
        self, answer_with, server, path, in_thread, ask, qtbot
    ):
        with ExitStack() as held:
            in_thread(open_many, path, 2 * MAX_CONNECTIONS, held, dump_request(Request(Verb.STOP)))
            qtbot.waitUntil(
                lambda: len(server._connections) == MAX_CONNECTIONS, timeout=PATIENCE_MS
            )
            answer_with(server)

            assert ask(STATUS) == ANSWER

    @pytest.mark.usefixtures("answering")
    def test_many_honest_clients_are_all_answered(self, path, in_thread):
        def ask_all():
            return [converse(path, (STATUS,)) for _ in range(200)]

        assert in_thread(ask_all) == [ANSWER] * 200


class TestNoise:
    @settings(
        max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
    )
    @given(
        st.lists(
            st.one_of(
                st.binary(max_size=200),
                st.sampled_from([b"\n", b"{", b'{"verb": "status"}', STATUS, b"x" * 70_000]),
            ),
            max_size=6,
        ),
        st.booleans(),
    )
    @pytest.mark.usefixtures("answering")
    def test_any_bytes_in_any_pieces_get_an_answer_or_are_hung_up_on(
        self, in_thread, path, pieces, end
    ):
        answer = in_thread(converse, path, (*pieces, *([b"\n"] if end else [])), half_close=True)

        assert answer is None or isinstance(answer, Answer)


class Answering:
    """Answers every request."""

    def __init__(self, server, answer=ANSWER, *, after_ms=0, times=1):
        self.requests = []
        self._server, self._answer = server, answer
        self._after_ms, self._times = after_ms, times

    def on_requested(self, number, request):
        self.requests.append(request)
        if self._after_ms:
            QTimer.singleShot(self._after_ms, lambda: self._server.answer(number, self._answer))
            return
        for _ in range(self._times):
            self._server.answer(number, self._answer)


class Heart:
    """How long the event loop of this thread ever stood still."""

    def __enter__(self):
        self.longest_s = 0.0
        self._last = time.monotonic()
        self._timer = QTimer(interval=10)
        self._timer.timeout.connect(self._beat)
        self._timer.start()
        return self

    def __exit__(self, *_):
        self._timer.stop()

    def _beat(self):
        now = time.monotonic()
        self.longest_s = max(self.longest_s, now - self._last)
        self._last = now


@contextmanager
def taking_all_descriptors(held):
    """Leaves this process none within the block."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
    try:
        with suppress(OSError):
            while True:
                held.enter_context(open(os.devnull))  # noqa: PTH123, SIM115
        yield
    finally:
        held.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def memory():
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def connected(path):
    """A connection; waits where the queue is full."""
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(None)
    try:
        connection.connect(str(path))
    except OSError:
        connection.close()
        raise
    connection.settimeout(PATIENCE_S)
    return connection


def open_many(path, count, held, first=b""):
    for _ in range(count):
        connection = held.enter_context(connected(path))
        with suppress(OSError):
            connection.sendall(first)


def converse(path, pieces, *, half_close=False):
    """The answer to these pieces; None where there is none."""
    received = b""
    with connected(path) as connection, suppress(ConnectionError):
        with suppress(BrokenPipeError):  # the answer may have been said already
            for piece in pieces:
                connection.sendall(piece)
            if half_close:
                connection.shutdown(socket.SHUT_WR)
        while piece := connection.recv(65536):
            received += piece
    if not received:
        return None
    assert received.endswith(b"\n")
    assert dump_answer(parse_answer(received)) == received
    return parse_answer(received)


@pytest.fixture
def path():
    folder = Path(os.environ["TMPDIR"]) / "meet"
    folder.mkdir(mode=0o700)
    return folder / "tray.socket"


@pytest.fixture
def make_server(qapp):
    servers = []

    def make():
        servers.append(RemoteServer(line_limit_ms=LIMIT_MS))
        return servers[-1]

    yield make
    for server in servers:
        server.close()
        server.deleteLater()


@pytest.fixture
def server(make_server, path):
    """One that listens, and answers nobody."""
    server = make_server()
    assert server.listen(str(path))
    return server


@pytest.fixture
def answering(server, answer_with):
    return answer_with(server)


@pytest.fixture
def answer_with():
    """Has every request to a server answered."""
    kept = []

    def connect(server, *arguments, **options):
        kept.append(Answering(server, *arguments, **options))
        server.requested.connect(kept[-1].on_requested)
        return kept[-1]

    return connect


@pytest.fixture
def in_thread(qtbot):
    """Calls a function in a thread of its own, while the event loop runs here."""

    def call(function, *arguments, **options):
        results: list[object] = []
        failures: list[BaseException] = []

        def work():
            try:
                results.append(function(*arguments, **options))
            except BaseException as error:  # noqa: BLE001 - is raised where it belongs
                failures.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        qtbot.waitUntil(lambda: not thread.is_alive(), timeout=PATIENCE_MS)
        if failures:
            raise failures[0]
        return results[0]

    return call


@pytest.fixture
def ask(in_thread, path):
    """The answer to what is sent in these pieces."""
    return lambda *pieces, at=path: in_thread(converse, at, pieces)
