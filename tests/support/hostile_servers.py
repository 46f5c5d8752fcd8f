"""Servers on a loopback that do whatever a server may do to somebody who asks."""

from __future__ import annotations

import json
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

DRIP_S = 0.05
PID = 4711


def http(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """A response with its length."""
    head = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(head).encode() + body


def healthy(pid: int = PID) -> bytes:
    """What a gateway says (contract 3.2)."""
    return http(json.dumps({"status": "ok", "uptime": "1.5s", "pid": pid}).encode() + b"\n")


class Peer:
    """The server's side of one connection; what it does ends when the test does."""

    def __init__(self, connection: socket.socket, over: threading.Event) -> None:
        self._connection = connection
        self._over = over

    def read_request(self) -> bytes:
        """Everything up to the empty line."""
        request = b""
        while b"\r\n\r\n" not in request and (piece := self._connection.recv(4096)):
            request += piece
        return request

    def send(self, data: bytes) -> None:
        """Sends all of it."""
        self._connection.sendall(data)

    def drip(self, data: bytes) -> None:
        """Sends one byte now and then."""
        for byte in data:
            if self._over.wait(DRIP_S):
                return
            self._connection.sendall(bytes([byte]))

    def stay(self) -> None:
        """Says nothing more, and does not hang up."""
        self._over.wait()


class Server:
    """Lets each connection be served by one function, in a thread of its own."""

    def __init__(self, address: str, port: int, serve: Callable[[Peer], None]) -> None:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._listener = socket.create_server((address, port), family=family)
        self._serve = serve
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept)
        self._acceptor.start()
        self.visits = 0

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def close(self) -> None:
        self._over.set()
        with suppress(OSError):  # where this does not end an accept, closing does
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in (self._acceptor, *self._threads):
            thread.join()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.visits += 1
            thread = threading.Thread(target=self._converse, args=(connection,))
            self._threads.append(thread)
            thread.start()

    def _converse(self, connection: socket.socket) -> None:
        with connection:
            try:
                self._serve(Peer(connection, self._over))
            except OSError:
                return  # the other side hung up


@contextmanager
def serving(
    serve: Callable[[Peer], None], *, address: str = "127.0.0.1", port: int = 0
) -> Iterator[Server]:
    server = Server(address, port, serve)
    try:
        yield server
    finally:
        server.close()


@contextmanager
def serving_both_loopbacks(serve: Callable[[Peer], None], port: int) -> Iterator[None]:
    """The same server at ``127.0.0.1`` and at ``::1``, where this machine has that."""
    with ExitStack() as stack:
        stack.enter_context(serving(serve, port=port))
        with suppress(OSError):
            stack.enter_context(serving(serve, address="::1", port=port))
        yield


def answering(response: bytes) -> Callable[[Peer], None]:
    def serve(peer: Peer) -> None:
        peer.read_request()
        peer.send(response)

    return serve


def drip_header(peer: Peer) -> None:
    peer.drip(b"HTTP/1.1 200 OK\r\n" + b"X-Slow: yes\r\n" * 1000)


def drip_body(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n")
    peer.drip(b" " * 10_000)


def drip_chunks(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    peer.drip(b"1\r\n \r\n" * 1000)


def never_answer(peer: Peer) -> None:
    peer.stay()


def endless_body(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        peer.send(b" " * 65_536)


def endless_headers(peer: Peer) -> None:
    peer.read_request()
    peer.send(b"HTTP/1.1 200 OK\r\n")
    while True:
        peer.send(b"X-More: yes\r\n" * 1000)


def continue_for_ever(peer: Peer) -> None:
    while True:
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def one_byte(peer: Peer) -> None:
    peer.send(b"H")
    peer.stay()


HOSTILE: dict[str, Callable[[Peer], None]] = {
    "one byte": one_byte,
    "redirect": answering(http(b"", "Location: http://127.0.0.1:1/", status="302 Found")),
    "drips header": drip_header,
    "drips body": drip_body,
    "drips chunks": drip_chunks,
    "never answers": never_answer,
    "endless body": endless_body,
    "endless headers": endless_headers,
    "continues for ever": continue_for_ever,
    "10 MB": answering(http(b'{"status":"ok","pad":"' + b"x" * 10_000_000 + b'"}')),
    "HTML": answering(http(b"<html>ok</html>", "Content-Type: text/html")),
    "closes at once": lambda _: None,
    "not HTTP": answering(b"220 mail.example ESMTP\r\n"),
    "cut short": answering(healthy()[:-5]),
    "gzip that is none": answering(http(b"\x1f\x8b rubbish", "Content-Encoding: gzip")),
    "status 503": answering(http(b'{"status":"ok"}', status="503 Service Unavailable")),
    "bad length": answering(b"HTTP/1.1 200 OK\r\nContent-Length: 5, 6\r\n\r\n{}"),
    "bad chunks": answering(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}"),
}
