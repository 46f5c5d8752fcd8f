"""The tray as a program of its own, as the system and its own log show it."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.gateway_home import GatewayHome
    from tests.support.programs import Program

PATIENCE_S = 20.0
"""For what takes a second, on a machine that does other things too."""

# Without a screen no window can be raised; and one test takes the screen away.
_COMPLAINT = re.compile(
    r"ERROR|CRITICAL|WARNING \w+ qt: (?!.*(does not support raise|The X11 connection broke))"
)


class TrayProgram:
    """A running tray."""

    def __init__(self, program: Program, environment: Mapping[str, str]) -> None:
        self.program = program
        self._folders = [Path(environment[name]) for name in ("XDG_STATE_HOME", "TMPDIR")]

    @property
    def log_path(self) -> Path:
        """Its own log, once there is one; in the demo it is in the throw-away folder."""
        return wait_until(self._find_log, PATIENCE_S, what="the tray's own log")

    @property
    def log(self) -> str:
        """Everything in its own log so far."""
        path = self._find_log()
        return path.read_text(encoding="utf-8") if path else ""

    @property
    def complaints(self) -> list[str]:
        """What its own log should never hold: uncaught exceptions, and warnings of Qt."""
        return [line for line in self.log.splitlines() if _COMPLAINT.search(line)]

    @property
    def notices(self) -> list[str]:
        """What it has shown as notifications so far."""
        return [
            line.partition("notice: ")[2] for line in self.log.splitlines() if "notice: " in line
        ]

    def wait_for(self, words: str, *, times: int = 1) -> None:
        """Wait until the log says so, or has said so this many times."""
        what = f"{words!r} in the log, {times} times"
        try:
            wait_until(lambda: self.log.count(words) >= times, PATIENCE_S, what=what)
        except AssertionError as error:
            error.add_note(f"{self.log}\n{self.program.output}")
            raise

    def gateway(self, *, run: int = 1) -> psutil.Process:
        """The gateway that is its child, once the first one runs, or the second, …"""
        self.wait_for("starting -> running", times=run)
        alive = [child for child in psutil.Process(self.program.pid).children() if is_alive(child)]
        (child,) = alive
        return child

    def end(self, number: int) -> int:
        """Send a signal that ends it, and return the exit status."""
        self.program.send_signal(number)
        return self.program.wait(PATIENCE_S)

    def _find_log(self) -> Path | None:
        found = (path for folder in self._folders for path in folder.rglob("tray.log"))
        return next(found, None)


def variables_of(home: GatewayHome) -> dict[str, str]:
    """What makes a tray look after this home, with this home's gateway.

    PicoClaw is one file; where the gateway under test is a longer command, a script stands for it.
    """
    program, words = Path(home.command.program), home.command.words
    if home.command.arguments:
        program = home.folder / "picoclaw"
        program.write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n', encoding="utf-8")
        program.chmod(0o755)
    return {"PICOCLAW_HOME": str(home.place.home), "PICOCLAW_BINARY": str(program)}


def is_alive(process: psutil.Process) -> bool:
    """Whether it still runs; a zombie does not."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def processes_at(user_home: Path) -> list[psutil.Process]:
    """The processes that have this home of a user, but not the tests themselves."""
    return [process for process in psutil.process_iter() if _is_at(process, user_home)]


def _is_at(process: psutil.Process, user_home: Path) -> bool:
    try:
        return process.pid != os.getpid() and process.environ().get("HOME") == str(user_home)
    except psutil.Error:
        return False
