"""Runs short programs: no console window, no input, a deadline. The one module with subprocess.

On Windows a console program that a GUI program starts opens a window of its own unless it is told
not to, and without a standard input it may fail. Only the gateway is started elsewhere, by Qt.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import IO, TYPE_CHECKING

import picoclaw_tray
from picoclaw_tray.system.frozen import is_frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MAX_OUTPUT_BYTES = 64 * 1024
CTRL_C_VERB = "send-ctrl-c"

_NO_WINDOW = 0
if sys.platform == "win32":
    _NO_WINDOW = subprocess.CREATE_NO_WINDOW

_PIECE_BYTES = 8 * 1024
_REAPING_S = 1.0


@dataclass(frozen=True, slots=True)
class Completed:
    """What became of a program.

    Attributes:
        code: exit status, on Unix negative for a signal; None if it was not started or did not
            end in time.
        output: standard output and standard error, cut at the limit.
        timed_out: it was killed.
        problem: the system's words when it could not be started; empty otherwise.
    """

    code: int | None
    output: bytes = b""
    timed_out: bool = False
    problem: str = ""


class CtrlC(IntEnum):
    """Exit status of the hidden verb that sends a Ctrl+C; others are accidents."""

    SENT = 0
    NO_SUCH_PROCESS = 10
    NO_CONSOLE = 11
    NO_PERMISSION = 12
    SHARED_CONSOLE = 13
    """Somebody outside the gateway's tree would get it too: nothing was sent."""


def run(
    argv: Sequence[str],
    *,
    limit_s: float,
    environment: Mapping[str, str] | None = None,
    directory: str | None = None,
    output_limit: int = MAX_OUTPUT_BYTES,
) -> Completed:
    """Runs a program to its end. Waits: never to be called in the GUI thread.

    Args:
        argv: program and arguments; no shell sees them.
        limit_s: then it is killed, on Unix with everything in its session.
        environment: the whole of it; None: our own.
        directory: working directory; None: our own.
        output_limit: bytes that are kept; the rest is read and forgotten.
    """
    deadline = time.monotonic() + limit_s
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            cwd=directory,
            creationflags=_NO_WINDOW,
            start_new_session=True,
        )
    except (OSError, ValueError, IndexError) as error:  # such as a NUL in an argument
        return Completed(code=None, problem=str(error))
    output = bytearray()
    arguments = (process.stdout, output, output_limit)
    reader = threading.Thread(target=_drain, args=arguments, name="output", daemon=True)
    reader.start()
    timed_out = not _ended_by(process, deadline)
    if timed_out:
        _kill(process)
    # Whoever inherited the pipe may hold it open for longer: its reader is left to itself then.
    reader.join(_REAPING_S if timed_out else max(0.0, deadline - time.monotonic()))
    code = None if timed_out else process.returncode
    return Completed(code, bytes(output), timed_out)


def ctrl_c_command(pid: int) -> tuple[str, ...]:
    """Our own program with the hidden verb; to be run in ``program_directory()``."""
    words = (CTRL_C_VERB, str(pid))
    if is_frozen():
        return (sys.executable, *words)
    return (sys.executable, "-m", picoclaw_tray.__name__, *words)


def program_directory() -> str:
    """Where Python finds our package, installed or not."""
    return str(Path(picoclaw_tray.__file__).parent.parent)


def leave_console() -> None:
    """Leaves the console of a terminal that started us; belongs before anything is started.

    Only without a console of ours does Qt give the gateway a hidden one of its own.
    """
    if sys.platform == "win32":
        ctypes.windll.kernel32.FreeConsole()
        sys.stdout = sys.stderr = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115


def _drain(pipe: IO[bytes], output: bytearray, limit: int) -> None:
    """Reads to the end, so that the program never blocks; keeps the beginning."""
    with pipe:
        while piece := os.read(pipe.fileno(), _PIECE_BYTES):
            output += piece[: limit - len(output)]


def _ended_by(process: subprocess.Popen[bytes], deadline: float) -> bool:
    try:
        process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return False
    return True


def _kill(process: subprocess.Popen[bytes]) -> None:
    if sys.platform != "win32":
        with suppress(OSError):  # macOS, when nobody but a zombie is left
            os.killpg(process.pid, signal.SIGKILL)  # not reaped yet: the number is still its own
    process.kill()
    _ended_by(process, time.monotonic() + _REAPING_S)
