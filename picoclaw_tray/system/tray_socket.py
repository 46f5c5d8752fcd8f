"""Asks the running tray, with the standard library alone: ``status`` is to be quick."""

from __future__ import annotations

import queue
import socket
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from picoclaw_tray.remote import (
    MAX_ANSWER_BYTES,
    Answer,
    ProtocolError,
    Request,
    dump_request,
    parse_answer,
)
from picoclaw_tray.system.rendezvous import is_private, meeting_folders, socket_name, tray_pid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from picoclaw_tray.system.paths import GatewayPlace

BEGINNING_S: Final = 3.0
"""A tray that has its lock listens once its icon is shown."""

_AGAIN_S: Final = 0.05


class NoTray(Exception):  # noqa: N818 - it says what is the case
    """No tray runs."""


class NoAnswer(Exception):  # noqa: N818 - as above
    """A tray listens, but there was no answer in time, or none that makes sense."""


class NotListening(Exception):  # noqa: N818 - as above
    """A tray runs, and nobody can ask it."""


def ask(place: GatewayPlace, request: Request, *, limit_s: float) -> Answer:
    """The answer of the tray of this home.

    Args:
        place: The home.
        request: What it is asked.
        limit_s: For everything together.

    Raises:
        NoTray: There is none.
        NotListening: There is one, but no socket of it.
        NoAnswer: There is one that listens.
    """
    start = time.monotonic()
    patience = start + min(BEGINNING_S, limit_s)
    while True:
        try:
            line = _exchange(place, dump_request(request), start + limit_s)
        except NoTray:
            if tray_pid(place) is None:
                raise
            if time.monotonic() + _AGAIN_S > patience:
                raise NotListening from None
            time.sleep(_AGAIN_S)
            continue
        try:
            return parse_answer(line)
        except ProtocolError as error:
            raise NoAnswer(str(error)) from error


def wait_until_gone(place: GatewayPlace, pid: int, *, limit_s: float) -> bool:
    """Waits until that tray has given back its lock; false if it has not in time."""
    deadline = time.monotonic() + limit_s
    while tray_pid(place) == pid:
        if time.monotonic() > deadline:
            return False
        time.sleep(_AGAIN_S)
    return True


def _names(place: GatewayPlace) -> Iterator[str]:
    for folder in meeting_folders(place):
        name = socket_name(folder)
        # Somebody else's folder could hold a socket that pretends to be ours.
        if name is not None and (sys.platform == "win32" or is_private(folder)):
            yield name


if sys.platform == "win32":

    def _exchange(place: GatewayPlace, line: bytes, deadline: float) -> bytes:
        """A named pipe has no time-out, so a thread does it and may be left behind."""
        answers: queue.SimpleQueue[bytes | Exception] = queue.SimpleQueue()

        def exchange() -> None:
            for name in _names(place):
                try:
                    with Path(name).open("r+b", buffering=0) as pipe:
                        pipe.write(line)
                        answers.put(_read_line(pipe.read))
                        return
                except FileNotFoundError:
                    continue
                except OSError as error:
                    answers.put(NoAnswer(str(error)))
                    return
            answers.put(NoTray())

        threading.Thread(target=exchange, name="ask", daemon=True).start()
        try:
            answer = answers.get(timeout=max(0.0, deadline - time.monotonic()))
        except queue.Empty:
            raise NoAnswer("The tray did not answer in time.") from None
        if isinstance(answer, Exception):
            raise answer
        return answer

    def _read_line(read: Callable[[int], bytes | None]) -> bytes:
        received = b""
        while not received.endswith(b"\n") and len(received) < MAX_ANSWER_BYTES:
            piece = read(65536)
            if not piece:
                break
            received += piece
        return received

else:

    def _exchange(place: GatewayPlace, line: bytes, deadline: float) -> bytes:
        for name in _names(place):
            with socket.socket(socket.AF_UNIX) as connection:
                try:
                    if not _connect(connection, name, deadline):
                        continue
                    return _converse(connection, line, deadline)
                except TimeoutError as error:
                    raise NoAnswer("The tray did not answer in time.") from error
                except OSError as error:
                    raise NoAnswer("The tray ended without an answer.") from error
        raise NoTray

    def _connect(connection: socket.socket, name: str, deadline: float) -> bool:
        """False if nobody listens there."""
        while True:
            try:
                connection.settimeout(_left(deadline))
                connection.connect(name)
            except TimeoutError:
                raise
            except BlockingIOError:  # Linux: so many wait that there is no room for one more
                time.sleep(_AGAIN_S)
            except OSError:
                return False
            else:
                return True

    def _converse(connection: socket.socket, line: bytes, deadline: float) -> bytes:
        connection.settimeout(_left(deadline))
        connection.sendall(line)
        received = bytearray()
        while not received.endswith(b"\n") and len(received) < MAX_ANSWER_BYTES:
            connection.settimeout(_left(deadline))
            piece = connection.recv(65536)
            if not piece:
                raise NoAnswer("The tray ended without an answer.")
            received += piece
        return bytes(received)

    def _left(deadline: float) -> float:
        """The time that is left; raises TimeoutError if there is none."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left
