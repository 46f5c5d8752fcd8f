"""Answers a shell that asks for lines (contract 10.2 and 10.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.logs.reading import Reading
from picoclaw_tray.remote import Answer, ExitCode, Request, Verb

if TYPE_CHECKING:
    from picoclaw_tray.desktop.gateway_log import GatewayLog
    from picoclaw_tray.remote import Payload

SLICE_BYTES: Final = 16 * 1024
"""So much is masked in one go: 4 ms. All 10,000 lines would halt the window for 250."""

LIMIT_MS: Final = 500
"""So long whoever asks waits for what a gateway without a pipe has written to its file."""


class LogAccess(QObject):
    """Reads on in the gateway's file first, which nobody does while the window is closed.

    Signals:
        answered(int, Answer): For this connection.
    """

    answered = Signal(int, Answer)

    def __init__(self, log: GatewayLog, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._log = log
        self._waiting: list[tuple[int, Request]] = []
        self._readings: list[tuple[int, Reading]] = []
        self._late = QTimer(self, singleShot=True, interval=LIMIT_MS)
        self._late.timeout.connect(self._answer_all)
        self._turn = QTimer(self, singleShot=True, interval=0)
        self._turn.timeout.connect(self._read_on)
        log.feed.caught_up.connect(self._answer_all)

    def on_asked(self, number: int, request: Request) -> None:
        """A connection asks."""
        if request.verb is Verb.CLEAR_LOGS:
            self._log.clear()
            self.answered.emit(number, Answer(ExitCode.DONE, self._cleared(), ("Cleared.",)))
            return
        self._waiting.append((number, request))
        self._late.start()
        self._log.feed.catch_up()

    @Slot()
    def _answer_all(self) -> None:
        self._late.stop()
        waiting, self._waiting = self._waiting, []
        store = self._log.store
        for number, request in waiting:
            numbers = store.numbers_since(request.offset, request.run_id)
            if request.every_run:
                numbers = iter(range(store.first, store.end))
            if request.before >= 0:
                numbers = (n for n in numbers if n < request.before)
            reading = Reading(store, numbers)
            self._readings.append((number, reading))
            self._turn.start()

    @Slot()
    def _read_on(self) -> None:
        number, reading = self._readings[0]
        if not reading.advance(SLICE_BYTES):
            del self._readings[0]
            self.answered.emit(number, Answer(ExitCode.DONE, _lines(reading)))
        if self._readings:
            self._turn.start()

    def _cleared(self) -> Payload:
        store = self._log.store
        return {"log_run_id": store.run_id, "log_total": store.total, "status": "cleared"}


def _lines(reading: Reading) -> Payload:
    """As many of the newest as fit; ``log_sources`` tells where each came from.

    ``log_first`` is what to ask for lines ``before``, if there are more.
    """
    return {
        "log_run_id": reading.run_id,
        "log_total": reading.total,
        "logs": list(reading.lines),
        "log_first": reading.first,
        "log_more": reading.has_more,
        "log_sources": [[place, source.value] for place, source in reading.sources],
    }
