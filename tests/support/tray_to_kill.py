"""A tray that is killed, and the gateway that it leaves behind.

Run as a program it supervises a gateway and prints its PID. Its arguments are the folder of a
`GatewayHome` and the gateway's command.
"""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from picoclaw_tray.desktop.controller import GatewayController
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import Running, State
from picoclaw_tray.logs.beginnings import LogTail
from picoclaw_tray.logs.redaction import Redactor
from picoclaw_tray.system.crew import assemble
from picoclaw_tray.system.process_key import key_of
from tests.support.gateway_home import GatewayHome

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def left_by_a_killed_tray(home: GatewayHome) -> Iterator[int]:
    """The PID of a gateway whose tray was killed; it ends with the block if it still runs."""
    command = (home.command.program, *home.command.arguments)
    tray = subprocess.Popen(
        (sys.executable, "-m", "tests.support.tray_to_kill", str(home.folder), *command),
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    with tray:
        assert tray.stdout is not None
        pid = int(tray.stdout.readline())
        key = key_of(pid)
        tray.kill()
    try:
        yield pid
    finally:
        if key_of(pid) == key:
            os.kill(pid, signal.SIGKILL)


def main() -> None:
    """Runs until it is killed."""
    folder, *command = sys.argv[1:]
    home = GatewayHome(Path(folder), tuple(command))
    crew = functools.cache(lambda: assemble(home.site()))
    application = QCoreApplication([])
    controller = GatewayController(crew, Policy(), no_output, application)
    controller.state_changed.connect(say)
    controller.start()
    application.exec()


def no_output() -> LogTail:
    return LogTail((), 0, Redactor())


def say(state: State) -> None:
    """Prints the PID once the gateway has answered: its run record was written before."""
    if isinstance(state.phase, Running):
        sys.stdout.write(f"{state.phase.process.key.pid}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
