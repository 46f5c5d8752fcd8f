"""Asks a gateway how it is, and whether its port is free; within one second in all.

For the watch lane only: it imports requests.
"""

from __future__ import annotations

import errno
import queue
import socket
import sys
import threading
import time
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, TypeVar

from picoclaw_tray.gateway.health import (
    MAX_HEALTH_BYTES,
    HealthAnswer,
    blocking_addresses,
    health_url,
    is_literal,
    parse_health,
    probe_addresses,
)
from picoclaw_tray.system import punctual_http

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_T = TypeVar("_T")

_NOT_HERE = {errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EHOSTUNREACH, errno.ENETUNREACH}
_UNREACHABLE = (OSError, ValueError, OverflowError)
"""Refused, too late, no such name; a name that cannot be one (UnicodeError); a port above 65535."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What one probe found.

    Attributes:
        listening: somebody accepted a TCP connection at one of the addresses. A gateway does
            before its HTTP services run (contract 3.7).
        answer: a gateway's, if possible the wanted one's.
        address: where it came from; empty if there is none.
    """

    listening: bool
    answer: HealthAnswer | None
    address: str = ""


class _Port(Enum):
    """A port at one address."""

    TAKEN = "taken"
    FREE = "free"
    NOT_HERE = "this machine has no such address"


def probe(
    host: str,
    port: int,
    *,
    limit_s: float = 1.0,
    pid_wanted: int | None = None,
    known_at: str = "",
) -> Probe:
    """Asks all addresses of a probe host at the same time.

    Args:
        host: as in ``gateway.health.probe_host``.
        port: any number.
        limit_s: for everything together, the look-up of a name included.
        pid_wanted: an answer with this PID goes before all others, and nobody else is waited for.
        known_at: the address where this PID answered last. It is asked first, by this thread alone:
            threads for all addresses wake each other so often that an idle tray is none.
    """
    start = time.monotonic()
    addresses = probe_addresses(host)
    found: dict[str, Probe] = {}
    if pid_wanted is not None and known_at in addresses and is_literal(known_at):
        found[known_at] = ask(known_at, port, start + 0.9 * limit_s)
        if _answers(found[known_at], pid_wanted):
            return found[known_at]
    others = tuple(address for address in addresses if address not in found)
    remaining_s = start + limit_s - time.monotonic()
    for address, result in _each(others, lambda at, by: ask(at, port, by), remaining_s):
        if _answers(result, pid_wanted):
            return result
        found[address] = result
    in_order = [found[address] for address in addresses if address in found]
    answering = next((result for result in in_order if result.answer), None)
    listening = any(result.listening for result in in_order)
    return answering or Probe(listening, answer=None)


def _answers(result: Probe, pid: int | None) -> bool:
    return pid is not None and result.answer is not None and result.answer.pid == pid


def is_port_taken(bind: str, port: int, *, limit_s: float = 1.0) -> bool:
    """Whether a gateway bound to ``bind`` could not open its port now.

    Each address that it could do with has to be taken. One that this machine does not have, such
    as ``::1`` without IPv6, does not count.
    """
    looks = _each(blocking_addresses(bind), lambda at, by: _look(at, port, by), limit_s)
    found = {look for _, look in looks}
    return _Port.TAKEN in found and _Port.FREE not in found


def _each(
    addresses: tuple[str, ...], question: Callable[[str, float], _T], limit_s: float
) -> Iterator[tuple[str, _T]]:
    """Asks about all addresses at once and yields the answers as they come, within the limit.

    A thread that is late is left to itself: it can only be looking up a name.
    """
    start = time.monotonic()
    answers: queue.SimpleQueue[tuple[str, _T]] = queue.SimpleQueue()

    def answer(address: str) -> None:
        # The questions end a little earlier than we do, so that "nothing came" can arrive.
        answers.put((address, question(address, start + 0.9 * limit_s)))

    for address in addresses:
        threading.Thread(target=answer, args=(address,), name="probe", daemon=True).start()
    for _ in addresses:
        try:
            yield answers.get(timeout=max(0.0, start + limit_s - time.monotonic()))
        except queue.Empty:
            return


def ask(address: str, port: int, deadline: float) -> Probe:
    """Asks at one address; ``deadline`` is in monotonic seconds."""
    try:
        connected = punctual_http.connect(address, port, deadline)
    except _UNREACHABLE:
        return Probe(listening=False, answer=None)
    with connected:
        try:
            url = health_url(address, port)
            status, body = punctual_http.get(connected, url, MAX_HEALTH_BYTES + 1)
        except (OSError, ValueError):
            return Probe(listening=True, answer=None)
    answer = parse_health(status, body)
    return Probe(listening=True, answer=answer, address=address if answer else "")


def _look(address: str, port: int, deadline: float) -> _Port:
    try:
        punctual_http.connect(address, port, deadline).close()
    except TimeoutError:
        if not _is_here(address):
            return _Port.NOT_HERE
        # Its queue of connections is full; Windows refuses then, in two seconds.
        return _Port.FREE if sys.platform == "win32" else _Port.TAKEN
    except OSError as error:
        return _Port.NOT_HERE if error.errno in _NOT_HERE else _Port.FREE
    except _UNREACHABLE:
        return _Port.FREE
    return _Port.TAKEN


def _is_here(address: str) -> bool:
    """Whether this machine has the address; sends nothing."""
    try:
        for family, kind, _, _, place in socket.getaddrinfo(address, 0, type=socket.SOCK_STREAM):
            with socket.socket(family, kind) as tried:
                tried.bind(place)
    except OSError as error:
        return error.errno not in _NOT_HERE
    return True
