"""Grants the wishes that come from a shell, and answers when it is clear what became of them."""

from __future__ import annotations

import logging
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray import __version__
from picoclaw_tray.presentation.machine import TrayIdentity, status_payload
from picoclaw_tray.presentation.outcome import outcome, refusal, taken_on
from picoclaw_tray.presentation.report import report
from picoclaw_tray.presentation.situation import Situation
from picoclaw_tray.presentation.tray import Wish
from picoclaw_tray.remote import Answer, ExitCode, Request, Verb, View

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger(__name__)

_WISHES: Mapping[Verb, tuple[Wish, Wish]] = {
    Verb.START: (Wish.START, Wish.START_ANYWAY),
    Verb.RESTART: (Wish.RESTART, Wish.RESTART_ANYWAY),
    Verb.STOP: (Wish.STOP, Wish.FORCE_STOP),
    Verb.RELOAD: (Wish.RELOAD, Wish.RELOAD),
}
"""As it is, and with the flag that belongs to the verb."""


@dataclass(frozen=True, slots=True)
class _Pending:
    """A wish without an outcome, and the situation in which it was made."""

    request: Request
    asked: Situation


class RemoteControl(QObject):
    """Judges each step of the situation for everybody who waits.

    Signals:
        wished(Wish): As from the menu.
        quit_wished(bool): The tray is to end; whether a gateway that can outlive it is left.
        view_wished(View): Something is to be shown.
        log_asked(int, Request): This connection asks for lines, or wants them forgotten.
        answered(int, Answer): For this connection.
    """

    wished = Signal(Wish)
    quit_wished = Signal(bool)
    view_wished = Signal(View)
    log_asked = Signal(int, Request)
    answered = Signal(int, Answer)

    def __init__(self, situation: Situation, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._situation = situation
        self._pending: dict[int, _Pending] = {}

    @Slot(int, Request)
    def on_requested(self, number: int, request: Request) -> None:
        """Somebody asks."""
        log.info("from a shell: %s", request.verb.value)
        refused = refusal(request, self._situation)
        if refused is not None:
            self.answered.emit(number, refused)
            return
        match request.verb:
            case Verb.STATUS:
                self.answered.emit(number, self._status())
            case Verb.LOGS | Verb.CLEAR_LOGS:
                self.log_asked.emit(number, request)
            case Verb.SHOW:
                self.view_wished.emit(request.view)
                self.answered.emit(number, Answer(ExitCode.DONE, {"status": "ok"}))
            case _:
                self._grant(number, request)

    @Slot(Situation)
    def on_situation(self, situation: Situation) -> None:
        """A step further."""
        before, self._situation = self._situation, situation
        for number, pending in list(self._pending.items()):
            self._judge(number, pending, before)

    @Slot(int)
    def on_dropped(self, number: int) -> None:
        """Nobody waits any more; what was wished is done all the same."""
        self._pending.pop(number, None)

    def _grant(self, number: int, request: Request) -> None:
        pending = self._pending[number] = _Pending(request, self._situation)
        if request.verb is Verb.QUIT:
            as_set = self._situation.leaves_on_quit
            self.quit_wished.emit(as_set if request.leave is None else request.leave)
        else:
            flag = request.force if request.verb is Verb.STOP else request.anyway
            self.wished.emit(_WISHES[request.verb][flag])
        if number not in self._pending:
            return  # the wish was granted, or failed, at once
        self._judge(number, pending, self._situation)
        if not request.wait and number in self._pending:
            del self._pending[number]
            self.answered.emit(number, taken_on(self._situation))

    def _judge(self, number: int, pending: _Pending, before: Situation) -> None:
        answer = outcome(pending.request, pending.asked, before, self._situation)
        if answer is not None:
            del self._pending[number]
            self.answered.emit(number, answer)

    def _status(self) -> Answer:
        now, tray = time.monotonic(), TrayIdentity(os.getpid(), __version__)
        payload = status_payload(self._situation, now, tray)
        return Answer(ExitCode.DONE, payload, report(self._situation, now, from_tray=True))
