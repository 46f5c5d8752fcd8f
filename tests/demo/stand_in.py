"""Drives a real stand-in process: its home, its words, its output, its HTTP answers."""

from __future__ import annotations

import http.client
import json
import os
import select
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.support.ports import free_port
from tests.support.waiting import wait_until

LAST_STARTED_LINE = "Press Ctrl+C to stop"
_PATIENCE_S = 20.0


@dataclass(frozen=True)
class Answer:
    status: int
    body: str
    content_type: str

    @property
    def json(self) -> dict[str, object]:
        return dict(json.loads(self.body))


class Home:
    """A PicoClaw home in a temporary folder, with a config for a free port."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.port = free_port()
        self.config_path = path / "config.json"
        self.pid_file = path / ".picoclaw.pid"
        path.mkdir(exist_ok=True)
        self.configure()

    def configure(self, *, channels: tuple[str, ...] = (), **gateway: object) -> None:
        config = {
            "version": 3,
            "agents": {"defaults": {"model_name": "m"}},
            "model_list": [{"model_name": "m", "provider": "ollama", "model": "llama3"}],
            "gateway": {"port": self.port} | gateway,
            "channel_list": {name: {"enabled": True} for name in channels},
        }
        self.config_path.write_text(json.dumps(config))

    def record(self) -> dict[str, object]:
        return dict(json.loads(self.pid_file.read_text()))

    def panic_log(self) -> str:
        return (self.path / "logs/gateway_panic.log").read_text()

    def log_entries(self) -> list[dict[str, object]]:
        lines = (self.path / "logs/gateway.log").read_text().splitlines()
        return [json.loads(line) for line in lines]


class StandIn:
    """One process; as a context manager it is killed with the block, if it still runs."""

    def __init__(self, home: Home, words: tuple[str, ...], environment: dict[str, str]) -> None:
        self.home = home
        self._unread = b""
        self._stderr_path = home.path / "stderr"
        with self._stderr_path.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "picoclaw_tray.demo", *words],
                env={
                    "PATH": os.environ["PATH"],
                    "HOME": str(home.path),
                    "PICOCLAW_HOME": str(home.path),
                    "NO_COLOR": "1",
                }
                | environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )
        assert self._process.stdout is not None
        self._stdout = self._process.stdout

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._stdout.close()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def stderr(self) -> str:
        return self._stderr_path.read_text()

    @property
    def is_running(self) -> bool:
        return self._process.poll() is None

    def signal(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    def end(self) -> int:
        """Waits for the end and returns the exit status, negative for a signal."""
        return self._process.wait(_PATIENCE_S)

    def stop(self) -> int:
        self.signal(signal.SIGTERM)
        return self.end()

    def close_stdout(self) -> None:
        self._stdout.close()

    def read_line(self) -> str:
        """The next line, without its end; fails at end of file."""
        deadline = time.monotonic() + _PATIENCE_S
        while b"\n" not in self._unread:
            assert select.select([self._stdout], [], [], deadline - time.monotonic())[0], "no line"
            piece = os.read(self._stdout.fileno(), 1 << 20)
            assert piece, f"ended with {self._unread!r}"
            self._unread += piece
        line, _, self._unread = self._unread.partition(b"\n")
        return line.decode()

    def read_to(self, text: str) -> list[str]:
        """All lines up to the first that contains the text."""
        lines = [self.read_line()]
        while text not in lines[-1]:
            lines.append(self.read_line())
        return lines

    def read_rest(self) -> list[str]:
        """All lines up to the end of the process."""
        rest, _ = self._process.communicate(timeout=_PATIENCE_S)
        text, self._unread = self._unread + rest, b""
        return text.decode().splitlines()

    def wait_started(self) -> list[str]:
        """Returns once signals are handled, with the lines up to there."""
        lines = self.read_to(LAST_STARTED_LINE)
        wait_until(self._heeds_signals, what="signal handlers")
        return lines

    def ask(
        self,
        path: str = "/health",
        *,
        method: str = "GET",
        host: str = "127.0.0.1",
        token: str | None = None,
        timeout_s: float = 10,
    ) -> Answer:
        connection = http.client.HTTPConnection(host, self.home.port, timeout=timeout_s)
        try:
            headers = {} if token is None else {"Authorization": f"Bearer {token}"}
            connection.request(method, path, headers=headers)
            response = connection.getresponse()
            body = response.read().decode()
            return Answer(response.status, body, response.headers["Content-Type"])
        finally:
            connection.close()

    def _heeds_signals(self) -> bool:
        """Whether none of the two kills any more; where the system does not tell: yes."""
        try:
            status = Path(f"/proc/{self.pid}/status").read_text()
        except FileNotFoundError:
            return True
        masks = dict(line.split(":\t") for line in status.splitlines() if line.startswith("Sig"))
        heeded = int(masks["SigCgt"], 16) | int(masks["SigIgn"], 16)
        wanted = 1 << (signal.SIGTERM - 1) | 1 << (signal.SIGINT - 1)
        return heeded & wanted == wanted
