"""Asks whether a local model is there, within 800 ms for each question (contract 6.3).

For a lane only: it waits, and ``punctual_http`` imports requests. No key is ever logged.
"""

from __future__ import annotations

import queue
import shutil
import ssl
import string
import threading
import time
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from typing import TYPE_CHECKING, Final, cast
from urllib.parse import quote, urljoin, urlsplit

from requests.utils import DEFAULT_CA_BUNDLE_PATH

from picoclaw_tray.gateway.model_probe import ModelProbe, ProbeKind, lists_model
from picoclaw_tray.gateway.probe_cache import ProbeCache
from picoclaw_tray.system import punctual_http
from picoclaw_tray.system.punctual_http import PunctualSocket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from urllib.parse import SplitResult

    from _typeshed import WriteableBuffer

LIMIT_S: Final = 0.8
PATIENCE_S: Final = 1.0
"""Longer than the limit, so that the answer can arrive; a name may take longer to look up."""

MAX_BYTES: Final = 1024 * 1024
MAX_REDIRECTS: Final = 10

_PIECE_BYTES: Final = 64 * 1024
_PORTS: Final = {"http": 80, "https": 443}
_REDIRECTS: Final = {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
    HTTPStatus.TEMPORARY_REDIRECT,
    HTTPStatus.PERMANENT_REDIRECT,
}
_UNREACHABLE = (OSError, HTTPException, ValueError, OverflowError)
"""Refused, too late, no such name; no HTTP; no URL, no header; a port above 65535."""


class ModelProber:
    """Asks, and remembers the answers for a while; for one thread."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        """Creates one that knows nothing yet.

        Args:
            now: monotonic seconds, for how long an answer is remembered.
        """
        self._now = now
        self._cache = ProbeCache()

    def is_reachable(self, probe: ModelProbe, *, fresh: bool, path: str) -> bool:
        """Whether the model is there; False whatever goes wrong.

        Args:
            probe: what to ask.
            fresh: ask even if the last answer is still remembered.
            path: where programs are looked for, as in the variable ``PATH``.
        """
        match probe.kind:
            case ProbeKind.ALWAYS:
                return True
            case ProbeKind.NEVER:
                return False
            case ProbeKind.PROGRAM:  # quick, so not remembered
                return _is_program(probe.program, path)
            case _:
                return self._is_there(probe, fresh=fresh)

    def _is_there(self, probe: ModelProbe, *, fresh: bool) -> bool:
        known = None if fresh else self._cache.known(probe.cache_key, self._now())
        if known is not None:
            return known
        reachable = _ask_in_time(probe)
        self._cache.note(probe.cache_key, reachable, self._now())
        return reachable


class _PunctualTls(ssl.SSLSocket, PunctualSocket):
    """A punctual socket that encrypts; made by an ``SSLContext``, then given its deadline."""

    def recv_into(self, buffer: WriteableBuffer, nbytes: int | None = None, flags: int = 0) -> int:
        self.hurry()
        return super().recv_into(buffer, nbytes, flags)


def _is_program(name: str, path: str) -> bool:
    found = shutil.which(name, path=path)
    # As upstream's search does, leave out what a relative entry of the path finds.
    return found is not None and Path(found).is_absolute()


def _ask_in_time(probe: ModelProbe) -> bool:
    """Asks in a thread; one that is late is left to itself: it can only be looking up a name."""
    answers: queue.SimpleQueue[bool] = queue.SimpleQueue()
    deadline = time.monotonic() + LIMIT_S

    def answer() -> None:
        answers.put(_ask(probe, deadline))

    threading.Thread(target=answer, name="model probe", daemon=True).start()
    try:
        return answers.get(timeout=PATIENCE_S)
    except queue.Empty:
        return False


def _ask(probe: ModelProbe, deadline: float) -> bool:
    try:
        if probe.kind is ProbeKind.CONNECT:
            punctual_http.connect(probe.host, probe.port, deadline).close()
            return True
        body = _fetch(probe.url, probe.authorization, deadline)
    except _UNREACHABLE:
        return False
    return lists_model(probe.kind, body, probe.model_id)


def _fetch(address: str, authorization: str, deadline: float) -> bytes:
    """The body at an address or where it leads; empty if there is none.

    Redirects lead to http only, from https to https as well. Only the first server gets the key.

    Raises:
        OSError, HTTPException, ValueError, OverflowError: no answer.
    """
    start = url = urlsplit(address)
    for _ in range(1 + MAX_REDIRECTS):
        is_start = (url.scheme, url.netloc) == (start.scheme, start.netloc)
        with _answer(url, authorization if is_start else "", deadline) as response:
            if response.status == HTTPStatus.OK:
                return _body(response)
            location = response.getheader("Location", "")
            if response.status not in _REDIRECTS or not location:
                return b""
        url = urlsplit(urljoin(url.geturl(), location))
        if url.scheme not in {"http", start.scheme} or not url.hostname:
            return b""
    return b""


@contextmanager
def _answer(url: SplitResult, authorization: str, deadline: float) -> Iterator[HTTPResponse]:
    headers: dict[str, str | bytes] = {"Connection": "close", "Accept": "application/json"}
    if authorization:
        headers["Authorization"] = authorization.encode()
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    connection = HTTPConnection(url.netloc.rpartition("@")[2])
    with _connected(url, deadline) as connection.sock:
        connection.request("GET", quote(target, safe=string.punctuation), headers=headers)
        with connection.getresponse() as response:
            yield response


def _connected(url: SplitResult, deadline: float) -> PunctualSocket:
    host = url.hostname or ""
    port = _PORTS[url.scheme] if url.port is None else url.port
    connected = punctual_http.connect(host, port, deadline)
    if url.scheme == "http":
        return connected
    with connected:  # the encrypted socket takes over the connection
        encrypted = _tls().wrap_socket(connected, server_hostname=host)
    punctual = cast("_PunctualTls", encrypted)
    punctual.deadline = deadline
    return punctual


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    # Python for macOS comes without any certificates of its own.
    context.load_verify_locations(DEFAULT_CA_BUNDLE_PATH)
    context.sslsocket_class = _PunctualTls
    return context


def _body(response: HTTPResponse) -> bytes:
    """What comes in time, up to the limit: the first JSON value may be complete before the rest."""
    body = b""
    with suppress(OSError, HTTPException):
        while piece := response.read1(min(_PIECE_BYTES, MAX_BYTES - len(body))):
            body += piece
    return body
