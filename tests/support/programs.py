"""Programs that a test starts: their output in a file, their end by PID."""

from __future__ import annotations

import os
import re
import subprocess
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

DIES_WITH_THE_TESTS = ("setpriv", "--pdeathsig", "KILL")
"""Put before a command (Linux): its process does not outlive tests that were killed."""


class Program:
    """A process that belongs to a test; as a context manager it ends with the block.

    Standard output and standard error go to one file, so that nothing can block on a full pipe.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environment: Mapping[str, str],
        output_path: Path,
    ) -> None:
        self.name = output_path.stem
        self._output_path = output_path
        self._process = self._started(command, dict(environment))

    def _started(
        self, command: Sequence[str], environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        with self._output_path.open("wb") as output:
            return subprocess.Popen(
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    @property
    def pid(self) -> int:
        """The process id; of nobody else until `wait` or `end` has returned."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """The exit status, negative for a signal, or None while the program runs."""
        return self._process.poll()

    @property
    def is_running(self) -> bool:
        """Whether the program has not ended yet."""
        return self.exit_status is None

    @property
    def output(self) -> str:
        """Everything printed so far."""
        return self._output_path.read_text(encoding="utf-8", errors="replace")

    def printed(self, pattern: str) -> str | None:
        """The first piece of the output that matches; `^` and `$` mean each line's ends."""
        match = re.search(pattern, self.output, re.MULTILINE)
        return match[0] if match else None

    def send_signal(self, number: int) -> None:
        """Send a signal, unless the program has ended."""
        self._process.send_signal(number)

    def wait(self, timeout_s: float = 10) -> int:
        """Wait for the program to end by itself and return its exit status."""
        try:
            return self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            message = f"{self.name} (PID {self.pid}) still runs after {timeout_s:g} s:\n"
            raise AssertionError(message + self.output) from None

    def end(self, grace_s: float = 3) -> None:
        """Terminate the program; kill it when it is still there after `grace_s` seconds."""
        self._process.terminate()
        try:
            self._process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


class TerminalProgram(Program):
    """A program in a terminal of its own (Linux), which a test can close; nobody reads there."""

    _terminal: int

    def close_terminal(self) -> None:
        """What closing its window does: the program hears SIGHUP, and can print no more."""
        os.close(self._terminal)
        self._terminal = -1

    def end(self, grace_s: float = 3) -> None:
        """As for every program; then its terminal is of no use."""
        super().end(grace_s)
        if self._terminal >= 0:
            self.close_terminal()

    def _started(
        self, command: Sequence[str], environment: dict[str, str]
    ) -> subprocess.Popen[bytes]:
        self._output_path.touch()
        self._terminal, other_end = os.openpty()
        try:
            return subprocess.Popen(
                ["setsid", "--ctty", *command],
                env=environment,
                stdin=other_end,
                stdout=other_end,
                stderr=other_end,
            )
        finally:
            os.close(other_end)
