"""Gateways as others start them: in a terminal, by a launcher, by the Flutter UI. Linux."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from picoclaw_tray.system.process_key import key_of
from tests.support.programs import DIES_WITH_THE_TESTS
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.gateway_home import GatewayHome

# Each starts the next one, the last one the gateway, whose output it reads.
_STARTER = """
import subprocess, sys
_, interpreter, names, *command = sys.argv
name, _, others = names.partition(" ")
if name:
    words = (name, __file__, interpreter, others, *command)
    program = subprocess.Popen(words, executable=interpreter)
    program.wait()
else:
    gateway = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    print(gateway.pid, flush=True)
    for line in gateway.stdout:
        pass
"""


class Started:
    """A gateway and the first program that led to it.

    Attributes:
        pid: The gateway's.
        starter: The first program's.
    """

    def __init__(self, home: GatewayHome, starter: subprocess.Popen[str], pid: int) -> None:
        self._starter = starter
        self._key = key_of(pid)
        self.pid = pid
        self.starter = starter.pid
        wait_until(lambda: home.answering_pid() == pid, what="the gateway")
        wait_until(home.place.pid_file.exists, what="its PID file")

    def lose_starter(self) -> None:
        """Kill the first program; the gateway lives on until it prints something."""
        self._starter.kill()
        self._starter.wait()

    def end(self) -> None:
        """End both."""
        if key_of(self.pid) == self._key:
            os.kill(self.pid, signal.SIGKILL)
        self._starter.kill()


@contextmanager
def started_by(home: GatewayHome, *names: str) -> Iterator[Started]:
    """A gateway that programs with these names started, the first one the others."""
    script, interpreter = home.folder / "starter.py", os.path.realpath(sys.executable)
    script.write_text(_STARTER, encoding="utf-8")
    name, *others = names
    words = (name, str(script), interpreter, " ".join(others), *home.gateway_words)
    with _started(home, words, executable=interpreter) as started:
        yield started


@contextmanager
def started_in_terminal(home: GatewayHome, *, nohup: bool = False) -> Iterator[tuple[Started, str]]:
    """A gateway that a shell in a terminal started, and the terminal's name."""
    ours, theirs = pty.openpty()
    name = os.ttyname(theirs).removeprefix("/dev/")
    ignoring = ("nohup",) if nohup else DIES_WITH_THE_TESTS
    script = '"$@" >"$0" 2>&1 </dev/null & echo $!; read -r line'
    words = ("sh", "-c", script, str(home.folder / "terminal.txt"), *ignoring, *home.gateway_words)
    try:
        with _started(home, ("setsid", "--ctty", *words), stdin=theirs) as started:
            yield started, name
    finally:
        os.close(theirs)
        os.close(ours)


@contextmanager
def _started(
    home: GatewayHome,
    words: tuple[str, ...],
    *,
    executable: str | None = None,
    stdin: int = subprocess.DEVNULL,
) -> Iterator[Started]:
    """What the words start, and the gateway whose PID they print."""
    with subprocess.Popen(
        words,
        executable=executable,
        env=home.gateway_environment(),
        stdin=stdin,
        stdout=subprocess.PIPE,
        text=True,
    ) as starter:
        assert starter.stdout is not None
        pid = int(starter.stdout.readline())
        started = Started(home, starter, pid)
        try:
            yield started
        finally:
            started.end()
