"""What is answered to which request (contract 3.2 to 3.4); no sockets here."""

from __future__ import annotations

import enum
import json
import os
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.demo.uptime import render_duration

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.demo.switches import Switches


@dataclass(frozen=True, slots=True)
class Request:
    """Method and path as sent, without a query; ``authorization`` is empty if absent."""

    method: str
    path: str
    authorization: str


@dataclass(frozen=True, slots=True)
class Response:
    """A status code and a body."""

    status: int
    body: str
    content_type: str = "application/json"


class Reload(enum.Enum):
    """Where a reload stands."""

    NOT_CONFIGURED = "reload not configured"
    IDLE = ""
    QUEUED = "reload already queued"
    RUNNING = "reload already in progress"


class Endpoints:
    """Answers from any thread."""

    def __init__(self, *, token: str, switches: Switches, on_reload: Callable[[], None]) -> None:
        self._token = token
        self._switches = switches
        self._on_reload = on_reload
        self._created_ns = 0
        self._ready = False
        self._reload = Reload.NOT_CONFIGURED
        self._lock = threading.Lock()

    def answer(self, request: Request) -> Response:
        """The response to one request."""
        match request.path:
            case "/health":
                return self._health()
            case "/ready":
                return self._readiness()
            case "/reload":
                return self._ask_reload(request)
            case _:
                return Response(404, "404 page not found\n", "text/plain; charset=utf-8")

    def start_clock(self) -> None:
        """From here on the uptime counts: HTTP is about to be served."""
        self._created_ns = time.monotonic_ns()

    def set_ready(self) -> None:
        """All services run."""
        self._ready = not self._switches.not_ready

    def set_reload(self, reload: Reload) -> None:
        """Says how far a reload is; the first call makes reloads possible."""
        with self._lock:
            self._reload = reload

    def _health(self) -> Response:
        body: dict[str, str | int] = {"status": "ok", "uptime": self._uptime()}
        if not self._switches.no_pid_file:
            foreign = self._switches.foreign_pid
            body["pid"] = os.getpid() if foreign is None else foreign or os.getpid() + 1
        return _json(200, body)

    def _readiness(self) -> Response:
        if self._ready:
            return _json(200, {"status": "ready", "uptime": self._uptime()})
        return _json(503, {"status": "not ready", "uptime": ""})

    def _ask_reload(self, request: Request) -> Response:
        if request.method != "POST":
            return _json(405, {"error": "method not allowed, use POST"})
        open_to_all = self._switches.no_pid_file
        if not open_to_all and request.authorization != f"Bearer {self._token}":
            return _json(401, {"error": "unauthorized"})
        with self._lock:
            if self._reload is not Reload.IDLE:
                status = 503 if self._reload is Reload.NOT_CONFIGURED else 500
                return _json(status, {"error": self._reload.value})
            self._reload = Reload.QUEUED
        self._on_reload()
        return _json(200, {"status": "reload triggered"})

    def _uptime(self) -> str:
        return render_duration(time.monotonic_ns() - self._created_ns)


def _json(status: int, body: dict[str, str | int] | dict[str, str]) -> Response:
    return Response(status, json.dumps(body, separators=(",", ":"), ensure_ascii=False) + "\n")
