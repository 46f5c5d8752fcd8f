"""A very small HTTP server over sockets that listen already.

``http.server`` would do, but its import alone takes longer than the rest of the start.
"""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from picoclaw_tray.demo.endpoints import Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_REASONS = {
    200: "OK",
    401: "Unauthorized",
    404: "Not Found",
    405: "Method Not Allowed",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
_HEAD_LIMIT = 64 * 1024  # bytes
_IDLE_LIMIT_S = 5.0
_LINE_WORDS = 3


class Server:
    """Accepts in one thread and answers each connection in another; all of them daemons."""

    def __init__(
        self, listeners: Sequence[socket.socket], answer: Callable[[Request], Response]
    ) -> None:
        self._listeners = listeners
        self._answer = answer
        self._wake, self._woken = socket.socketpair()
        self._accepting = threading.Thread(target=self._accept, name="accept", daemon=True)

    def start(self) -> None:
        """Begins to answer, first those who have been waiting."""
        self._accepting.start()

    def hang(self) -> None:
        """Stops answering; connections still succeed, as with a program that got stuck."""
        self._wake.close()
        if self._accepting.ident is not None:
            self._accepting.join()

    def close(self) -> None:
        """Stops answering and refuses connections from now on."""
        self.hang()
        for listener in self._listeners:
            listener.close()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            selector.register(self._woken, selectors.EVENT_READ)
            for listener in self._listeners:
                listener.setblocking(False)
                selector.register(listener, selectors.EVENT_READ, data=listener)
            while True:
                for key, _ in selector.select():
                    if key.data is None:
                        return
                    self._serve_next(key.data)

    def _serve_next(self, listener: socket.socket) -> None:
        with suppress(OSError):  # the client may have gone before we came
            connection, _ = listener.accept()
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(_IDLE_LIMIT_S)
            request = _read_request(connection)
            if request is not None:
                connection.sendall(_render(self._answer(request), head=request.method == "HEAD"))


def _read_request(connection: socket.socket) -> Request | None:
    """Reads up to the empty line; a body, if any, is of no interest here."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(4096)
        if not piece or len(head) > _HEAD_LIMIT:
            return None
        head += piece
    first, *lines = head.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
    words = first.split(" ")
    if len(words) != _LINE_WORDS:
        return None
    headers = (line.partition(":") for line in lines)
    by_name = {name.strip().lower(): value.strip() for name, _, value in headers}
    return Request(words[0], words[1].partition("?")[0], by_name.get("authorization", ""))


def _render(response: Response, *, head: bool) -> bytes:
    body = response.body.encode()
    lines = (
        f"HTTP/1.1 {response.status} {_REASONS[response.status]}",
        f"Content-Type: {response.content_type}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + (b"" if head else body)
