"""HTTP with one deadline for everything: connecting, headers that drip, bodies that never end.

Built on requests, which takes 20 MB and a tenth of a second to import: for the lanes only.
"""

from __future__ import annotations

import errno
import socket
import sys
import time
from typing import TYPE_CHECKING

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool
from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError

if sys.platform == "win32":
    from picoclaw_tray.system.windows_socket import take_no_for_an_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from _typeshed import WriteableBuffer

_HEADERS = {"Connection": "close", "Accept": "application/json", "Accept-Encoding": "identity"}


class PunctualSocket(socket.socket):
    """Gives each operation only the time that remains until a deadline (monotonic seconds).

    A limit for each operation is none for all: ``requests.get(timeout=1)`` took 6.4 s on a server
    that sent a byte now and then.
    """

    deadline = 0.0

    def hurry(self) -> None:
        """Limits the next operation; raises TimeoutError when the time is up."""
        remaining = self.deadline - time.monotonic()
        if remaining <= 0:
            raise TimeoutError("the deadline is over")
        self.settimeout(remaining)

    def recv_into(self, buffer: WriteableBuffer, nbytes: int = 0, flags: int = 0) -> int:
        """As in ``socket``; reading a response uses nothing else."""
        self.hurry()
        return super().recv_into(buffer, nbytes, flags)


def connect(address: str, port: int, deadline: float) -> PunctualSocket:
    """Connects to the first endpoint of an address that accepts.

    Only the look-up of a name cannot be given a limit.

    Raises:
        OSError: the error of the last endpoint; TimeoutError when the time is up.
        ValueError, OverflowError: address or port cannot be one.
    """
    problem = OSError(errno.EADDRNOTAVAIL, "no endpoint")
    endpoints = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)
    for family, kind, protocol, _, endpoint in endpoints:
        candidate = PunctualSocket(family, kind, protocol)
        candidate.deadline = deadline
        if sys.platform == "win32":
            take_no_for_an_answer(candidate)
        try:
            candidate.hurry()
            candidate.connect(endpoint)
            if candidate.getsockname() != candidate.getpeername():
                return candidate
            # Where nobody listens TCP can connect a port with itself.
            problem = ConnectionRefusedError(errno.ECONNREFUSED, "connected with itself")
        except OSError as error:
            problem = error
        candidate.close()
    raise problem


def get(connected: PunctualSocket, url: str, limit_bytes: int) -> tuple[int, bytes]:
    """Status and body, the latter cut at the limit; no redirect, no proxy, no second request.

    Raises:
        OSError: no answer, or none in time.
        ValueError: neither URL nor answer make sense.
    """
    return _exchange("GET", connected, url, limit_bytes, {})


def post(
    connected: PunctualSocket, url: str, limit_bytes: int, headers: Mapping[str, str]
) -> tuple[int, bytes]:
    """As ``get``, with an empty body and these headers."""
    return _exchange("POST", connected, url, limit_bytes, headers)


def _exchange(
    method: str,
    connected: PunctualSocket,
    url: str,
    limit_bytes: int,
    headers: Mapping[str, str],
) -> tuple[int, bytes]:
    with requests.Session() as session:
        session.trust_env = False
        session.mount("http://", _adapter(connected))
        try:
            with session.request(
                method, url, headers={**_HEADERS, **headers}, stream=True, allow_redirects=False
            ) as answer:
                return answer.status_code, answer.raw.read(limit_bytes, decode_content=False)
        except HTTPError as error:
            raise ConnectionError(str(error)) from error


def _adapter(connected: socket.socket) -> HTTPAdapter:
    """Lets requests use a connection that exists already."""

    class Connection(HTTPConnection):
        def connect(self) -> None:
            self.sock = connected

    class Pool(HTTPConnectionPool):
        ConnectionCls = Connection

    adapter = HTTPAdapter()
    adapter.poolmanager.pool_classes_by_scheme = {"http": Pool}
    return adapter
