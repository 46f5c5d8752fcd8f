"""Answers a shell that asks for the lines of the current run (contract 10.2 and 10.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from picoclaw_tray.remote import Answer, ExitCode, Request, Verb

if TYPE_CHECKING:
    from picoclaw_tray.desktop.gateway_log import GatewayLog
    from picoclaw_tray.remote import Payload

MOST_LINES: Final = 10_000
MOST_CHARS: Final = 2 * 1024 * 1024
"""An answer may have twice as much, and JSON writes some characters as six."""

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
        self._late = QTimer(self, singleShot=True, interval=LIMIT_MS)
        self._late.timeout.connect(self._answer_all)
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
        for number, request in waiting:
            self.answered.emit(number, Answer(ExitCode.DONE, self._lines(request)))

    def _cleared(self) -> Payload:
        store = self._log.store
        return {"log_run_id": store.run_id, "log_total": store.total, "status": "cleared"}

    def _lines(self, request: Request) -> Payload:
        """As many of the newest as fit; ``log_sources`` tells where each came from."""
        found = self._log.store.since(request.offset, request.run_id, MOST_LINES, MOST_CHARS)
        return {
            "log_run_id": found.run_id,
            "log_total": found.total,
            "logs": list(found.lines),
            "log_sources": [[place, source.value] for place, source in found.sources],
        }
