"""The socket of the tray: takes one request from each connection and brings it its answer.

Whoever connects is this user; what he sends may be anything all the same.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot
from PySide6.QtNetwork import QLocalServer, QLocalSocket

from picoclaw_tray.remote import (
    MAX_LINE_BYTES,
    Answer,
    ProtocolError,
    Request,
    dump_answer,
    error_answer,
    parse_request,
)
from picoclaw_tray.system.peer import is_our_user

if TYPE_CHECKING:
    from collections.abc import Iterator

log = logging.getLogger(__name__)

MAX_CONNECTIONS = 64
LINE_LIMIT_MS = 5000
"""For a whole request, from the connection on; and for taking the answer."""


class Connection(QObject):
    """One connection, from its request to its answer.

    Signals:
        requested(Request): The line is complete and makes sense.
        ended(): Nobody is at the other end any more.
    """

    requested = Signal(Request)
    ended = Signal()

    def __init__(self, socket: QLocalSocket, number: int, limit_ms: int, parent: QObject) -> None:
        super().__init__(parent)
        self.number = number
        self.is_waiting_for_line = True
        self._socket = socket
        self._line = b""
        socket.setParent(self)
        socket.setReadBufferSize(MAX_LINE_BYTES + 1)  # the rest waits in the sender
        socket.readyRead.connect(self._on_ready_read)
        socket.disconnected.connect(self.ended)
        self._limit = QTimer(self, singleShot=True, interval=limit_ms)
        self._limit.timeout.connect(self._on_late)
        self._limit.start()

    def begin(self) -> None:
        """Reads what has come already."""
        self._on_ready_read()

    def answer(self, answer: Answer) -> None:
        """Says it, and hangs up."""
        self.is_waiting_for_line = False
        if not self._socket.isOpen():
            return  # he is gone, which is about to be told
        self._limit.start()  # for who does not read it
        self._socket.write(dump_answer(answer))
        self._socket.flush()  # the tray may end before the event loop comes to it
        self._socket.disconnectFromServer()

    def drop(self) -> None:
        """Hangs up without a word."""
        self._socket.abort()

    @Slot()
    def _on_ready_read(self) -> None:
        if not self.is_waiting_for_line:
            return
        self._line += bytes(self._socket.read(MAX_LINE_BYTES + 1 - len(self._line)).data())
        line, end, _ = self._line.partition(b"\n")
        if end:
            self.is_waiting_for_line = False
            self._limit.stop()
            self._take(line)
        elif len(self._line) > MAX_LINE_BYTES:
            self.answer(error_answer("The request is too long."))

    def _take(self, line: bytes) -> None:
        try:
            request = parse_request(line)
        except ProtocolError as error:
            self.answer(error_answer(str(error)))
        else:
            self.requested.emit(request)

    @Slot()
    def _on_late(self) -> None:
        if self.is_waiting_for_line:
            self.answer(error_answer("The request did not come in time."))
        else:
            self.drop()


class RemoteServer(QObject):
    """Listens.

    Signals:
        requested(int, Request): Connection and request; ``answer`` is to follow some time.
        dropped(int): The connection is gone; its answer interests nobody any more.
    """

    requested = Signal(int, Request)
    dropped = Signal(int)

    def __init__(
        self, parent: QObject | None = None, *, line_limit_ms: int = LINE_LIMIT_MS
    ) -> None:
        super().__init__(parent)
        self._line_limit_ms = line_limit_ms
        self._server = QLocalServer(self)
        self._server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        self._server.newConnection.connect(self._on_new_connection)
        self._connections: dict[int, Connection] = {}
        self._count = 0
        self._name = ""

    def listen(self, name: str) -> bool:
        """Listens there. Belongs after the lock: what is left of a crashed tray is removed."""
        QLocalServer.removeServer(name)
        if self._server.listen(name):
            self._name = name
            return True
        log.warning("cannot listen at %s: %s", name, self._server.errorString())
        return False

    @Slot(int, Answer)
    def answer(self, number: int, answer: Answer) -> None:
        """Brings a connection its answer, if it is still there."""
        connection = self._connections.get(number)
        if connection is not None:
            connection.answer(answer)

    def close(self) -> None:
        """Listens no more."""
        self._name = ""
        self._server.close()
        for connection in list(self._connections.values()):
            connection.drop()

    @Slot()
    def ensure(self) -> None:
        """Listens again where Qt does no more; to be called now and then.

        It stops for ever, without a signal, if a connection cannot be accepted, as where the
        process has no descriptor left.
        """
        if self._name and not self._server.isListening() and self._server.listen(self._name):
            log.warning("listening again: for a while there was no accepting a connection")

    @Slot()
    def _on_new_connection(self) -> None:
        for socket in self._arrivals():
            if not is_our_user(socket.socketDescriptor()):
                log.warning("refused a connection of another user")
                socket.abort()
                socket.deleteLater()
                continue
            self._make_room()
            self._count += 1
            connection = Connection(socket, self._count, self._line_limit_ms, self)
            self._connections[connection.number] = connection
            connection.requested.connect(self._on_requested)
            connection.ended.connect(self._on_ended)
            connection.begin()

    def _arrivals(self) -> Iterator[QLocalSocket]:
        while (socket := self._server.nextPendingConnection()) is not None:
            yield socket

    def _make_room(self) -> None:
        """Who has not asked yet goes first, the oldest before the others."""
        if len(self._connections) < MAX_CONNECTIONS:
            return
        in_order = self._connections.values()
        silent = (connection for connection in in_order if connection.is_waiting_for_line)
        doomed = next(silent, None) or next(iter(in_order))
        doomed.drop()

    @Slot(Request)
    def _on_requested(self, request: Request) -> None:
        connection = self.sender()
        assert isinstance(connection, Connection)
        self.requested.emit(connection.number, request)

    @Slot()
    def _on_ended(self) -> None:
        connection = self.sender()
        assert isinstance(connection, Connection)
        if self._connections.pop(connection.number, None) is not None:
            self.dropped.emit(connection.number)
            connection.deleteLater()
