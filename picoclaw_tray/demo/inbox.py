"""Wakes the main thread: for signals, and for what other threads want of it."""

from __future__ import annotations

import enum
import select
import signal
import socket
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import FrameType


class Order(enum.Enum):
    """What the main thread can be asked to do."""

    STOP = enum.auto()
    RELOAD = enum.auto()
    HOT_RELOAD = enum.auto()


class Inbox:
    """A queue over a socket. A signal that another thread gets would not end any other wait."""

    def __init__(self) -> None:
        self._orders: deque[Order] = deque()
        self._receiver, self._sender = socket.socketpair()
        self._receiver.setblocking(False)
        self._sender.setblocking(False)

    def put(self, order: Order) -> None:
        """Adds an order; from any thread and from signal handlers."""
        self._orders.append(order)
        with suppress(BlockingIOError):  # full: it will wake anyway
            self._sender.send(b"\0")

    def get(self, timeout_s: float | None) -> Order | None:
        """The oldest order; None when there was none in time, or for no reason at all."""
        if not self._orders and select.select([self._receiver], [], [], timeout_s)[0]:
            self._receiver.recv(4096)
        return self._orders.popleft() if self._orders else None

    def stop_on(self, signals: Iterable[signal.Signals]) -> None:
        """From now on these signals, unless they are ignored, are orders to stop."""
        signal.set_wakeup_fd(self._sender.fileno(), warn_on_full_buffer=False)
        for number in signals:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._on_signal)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.put(Order.STOP)
