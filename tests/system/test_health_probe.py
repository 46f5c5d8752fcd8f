from __future__ import annotations

import errno
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.health import HealthAnswer
from picoclaw_tray.system import punctual_http
from picoclaw_tray.system.health_probe import Probe, is_port_taken, probe
from tests.support.hostile_servers import (
    HOSTILE,
    PID,
    Peer,
    answering,
    healthy,
    http,
    never_answer,
    serving,
)
from tests.support.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIMIT_S = 0.5


def test_probe_reads_the_answer_of_a_gateway():
    with serving(answering(healthy())) as server:
        result = probe("127.0.0.1", server.port)

    assert result == Probe(True, HealthAnswer("ok", PID, 1.5), address="127.0.0.1")


@pytest.mark.parametrize("serve", HOSTILE.values(), ids=HOSTILE)
def test_probe_ends_in_time_whatever_the_server_does(serve):
    with serving(serve) as server:
        start = time.monotonic()
        result = probe("127.0.0.1", server.port, limit_s=LIMIT_S)
        took_s = time.monotonic() - start

    assert result == Probe(listening=True, answer=None)
    assert took_s < 2 * LIMIT_S


def test_probe_takes_an_answer_that_drips_but_is_complete_in_time():
    def serve(peer: Peer) -> None:
        peer.read_request()
        peer.send(healthy()[:-3])
        peer.drip(healthy()[-3:])

    with serving(serve) as server:
        assert probe("127.0.0.1", server.port, limit_s=10).answer is not None


def test_probe_follows_no_redirect():
    with serving(answering(healthy())) as target:
        location = f"Location: http://127.0.0.1:{target.port}/health"
        with serving(answering(http(b"", location, status="302 Found"))) as server:
            result = probe("127.0.0.1", server.port)

        assert result == Probe(listening=True, answer=None)
        assert target.visits == 0


def test_probe_uses_no_proxy(monkeypatch):
    with serving(answering(healthy(1))) as proxy, serving(answering(healthy())) as server:
        for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        monkeypatch.delenv("no_proxy", raising=False)

        result = probe("127.0.0.1", server.port)

        assert proxy.visits == 0
    assert result.answer is not None
    assert result.answer.pid == PID


def test_probe_sends_no_credentials_and_keeps_no_connection(monkeypatch, tmp_path):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login alice password secret\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    requests = []

    def serve(peer: Peer) -> None:
        requests.append(peer.read_request())
        peer.send(healthy())

    with serving(serve) as server:
        probe("127.0.0.1", server.port)

    (request,) = requests
    assert request.startswith(b"GET /health HTTP/1.1\r\n")
    assert b"Connection: close\r\n" in request
    assert b"Authorization" not in request


def test_probe_says_that_nobody_listens():
    assert probe("localhost", free_port()) == Probe(listening=False, answer=None)


@pytest.mark.parametrize("port", [0, -1, 65_536, 10**20])
def test_probe_of_an_impossible_port_finds_nobody(port):
    assert probe("127.0.0.1", port) == Probe(listening=False, answer=None)


@pytest.mark.parametrize(
    "host", ["a..b", "x" * 100, "host with spaces", "256.1.1.1", "\0", "ü" * 80]
)
def test_probe_of_an_impossible_host_finds_nobody(host):
    assert probe(host, 80, limit_s=LIMIT_S) == Probe(listening=False, answer=None)


@contextmanager
def threads_started() -> Iterator[list[str]]:
    """The names of the threads that begin meanwhile."""
    names: list[str] = []

    def note(*_: object) -> None:
        names.append(threading.current_thread().name)
        sys.setprofile(None)

    threading.setprofile(note)
    try:
        yield names
    finally:
        threading.setprofile(None)


def has_ipv6_loopback() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(
    not has_ipv6_loopback(), reason="other operating system: needs one with IPv6"
)


def both_loopbacks(
    stack: ExitStack, first: Callable[[Peer], None], second: Callable[[Peer], None]
) -> int:
    """One server on 127.0.0.1 and one on ::1, with the same port."""
    port = stack.enter_context(serving(first)).port
    stack.enter_context(serving(second, address="::1", port=port))
    return port


@needs_ipv6
@pytest.mark.parametrize("wrong", [healthy(1), http(b"<html>")], ids=["gateway", "HTML"])
def test_probe_prefers_the_wanted_pid_on_the_other_loopback(wrong):
    with ExitStack() as stack:
        port = both_loopbacks(stack, answering(wrong), answering(healthy()))

        answer = probe("localhost", port, pid_wanted=PID).answer

    assert answer is not None
    assert answer.pid == PID


@needs_ipv6
def test_probe_does_not_wait_for_the_other_loopback_when_the_wanted_pid_answers():
    with ExitStack() as stack:
        port = both_loopbacks(stack, never_answer, answering(healthy()))

        start = time.monotonic()
        answer = probe("localhost", port, limit_s=20, pid_wanted=PID).answer
        took_s = time.monotonic() - start

    assert answer is not None
    assert took_s < 10


@needs_ipv6
def test_probe_asks_alone_and_itself_where_the_wanted_pid_is_known_to_answer():
    with ExitStack() as stack:
        first = stack.enter_context(serving(never_answer))
        second = stack.enter_context(serving(answering(healthy()), address="::1", port=first.port))

        with threads_started() as started:
            result = probe("localhost", first.port, pid_wanted=PID, known_at="::1")

        assert (first.visits, second.visits) == (0, 1)

    assert result.address == "::1"
    assert "probe" not in started


@needs_ipv6
@pytest.mark.parametrize("now", [healthy(1), http(b"<html>")], ids=["gateway", "HTML"])
def test_probe_asks_elsewhere_when_the_wanted_pid_has_moved(now):
    with ExitStack() as stack:
        port = both_loopbacks(stack, answering(now), answering(healthy()))

        result = probe("localhost", port, pid_wanted=PID, known_at="127.0.0.1")

    assert result.address == "::1"


def test_probe_ends_in_time_when_a_known_address_is_silent():
    with serving(never_answer) as server:
        start = time.monotonic()
        result = probe(
            "localhost", server.port, limit_s=LIMIT_S, pid_wanted=PID, known_at="127.0.0.1"
        )
        took_s = time.monotonic() - start

    assert result == Probe(listening=True, answer=None)
    assert took_s < 2 * LIMIT_S


def test_probe_asks_no_known_address_that_is_not_of_this_host():
    with serving(answering(healthy())) as server:
        result = probe("127.0.0.1", server.port, pid_wanted=PID, known_at="192.0.2.1")

    assert result.address == "127.0.0.1"


def test_probe_returns_another_gateway_when_the_wanted_one_does_not_answer():
    with serving(answering(healthy(1))) as server:
        answer = probe("127.0.0.1", server.port, pid_wanted=PID).answer

    assert answer == HealthAnswer("ok", 1, 1.5)


@needs_ipv6
def test_probe_asks_the_likeliest_address_first_when_no_pid_is_wanted():
    with ExitStack() as stack:
        port = both_loopbacks(stack, answering(healthy(4)), answering(healthy(6)))

        likely, other = probe("localhost", port).answer, probe("::1", port).answer

    assert likely is not None
    assert other is not None
    assert (likely.pid, other.pid) == (4, 6)


@needs_ipv6
def test_is_port_taken_for_localhost_only_when_both_loopbacks_are():
    with ExitStack() as stack:
        port = stack.enter_context(serving(never_answer)).port
        only_one = is_port_taken("localhost", port)
        stack.enter_context(serving(never_answer, address="::1", port=port))
        both = is_port_taken("localhost", port)

    assert (only_one, both) == (False, True)


@needs_ipv6
def test_is_port_taken_for_one_address_asks_only_there():
    with serving(never_answer) as server:
        assert is_port_taken("127.0.0.1", server.port)
        assert is_port_taken("0.0.0.0", server.port)
        assert not is_port_taken("::1", server.port)


def test_is_port_taken_leaves_out_what_this_machine_does_not_have(monkeypatch):
    connect = socket.socket.connect

    def without_ipv6(self: socket.socket, endpoint: tuple[str, int]) -> None:
        if self.family is socket.AF_INET6:
            raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
        connect(self, endpoint)

    monkeypatch.setattr(socket.socket, "connect", without_ipv6, raising=False)
    with serving(never_answer) as server:
        assert is_port_taken("localhost", server.port)


@pytest.mark.linux
@pytest.mark.macos
def test_is_port_taken_by_somebody_who_does_not_even_accept():
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as stack:
        port = listener.getsockname()[1]
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))

        assert is_port_taken("127.0.0.1", port, limit_s=LIMIT_S)


@pytest.mark.parametrize("port", [-1, 65_536])
def test_is_port_taken_denies_an_impossible_port(port):
    assert not is_port_taken("localhost", port)


def test_is_port_taken_denies_a_free_port():
    assert not is_port_taken("localhost", free_port())


def test_only_the_probe_loads_requests():
    code = "import sys, picoclaw_tray.system.processes; print(*sys.modules)"

    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "requests" not in modules


def test_port_is_not_taken_at_an_address_of_another_machine(monkeypatch):
    def too_late(*_args: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(punctual_http, "connect", too_late)

    assert not is_port_taken("192.0.2.1", 18790)
    assert is_port_taken("127.0.0.1", 18790) == (sys.platform != "win32")
