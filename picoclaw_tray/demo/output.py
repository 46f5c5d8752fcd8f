"""Standard output and standard error of the stand-in.

Only the main thread writes to stdout, because it alone may die from SIGPIPE as a Go program does.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path
    from typing import NoReturn

_STDOUT = 1
_STDERR = 2
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0)


def prepare_streams() -> None:
    """Fills missing standard streams, so that no file of ours becomes "stdout" by accident."""
    for fd in (0, _STDOUT, _STDERR):
        try:
            os.fstat(fd)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest free number: this one
    if sys.platform == "win32":
        import msvcrt  # noqa: PLC0415

        msvcrt.setmode(_STDOUT, os.O_BINARY)
        msvcrt.setmode(_STDERR, os.O_BINARY)


def print_out(text: str) -> None:
    """Writes progress lines to stdout, unbuffered; an error other than a gone reader is ignored."""
    with suppress(OSError):
        write_out(text)


def write_out(text: str) -> None:
    """Writes to stdout. Without a reader this ends the process (contract 4.7).

    Raises:
        OSError: Another write error, for example a full disk; on Windows also a gone reader.
    """
    try:
        write_all(_STDOUT, text.encode("utf-8", "replace"))
    except BrokenPipeError:
        if sys.platform == "win32":
            raise
        die_by(signal.SIGPIPE)


def print_err(text: str) -> None:
    """Writes to stderr, which is ``gateway_panic.log`` once the gateway starts."""
    with suppress(OSError):
        write_all(_STDERR, text.encode("utf-8", "replace"))


def redirect_stderr(path: Path) -> None:
    """From now on file descriptor 2 *is* that file, also for tracebacks (contract 4.6)."""
    fd = open_for_appending(path, 0o600)
    os.dup2(fd, _STDERR)
    os.close(fd)


def open_for_appending(path: Path, mode: int) -> int:
    """A file descriptor; on Windows too a line ends as it does in Go."""
    return os.open(path, _APPEND, mode)


def write_all(fd: int, data: bytes) -> None:
    """Writes everything; a signal may cut a write to a pipe short."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(fd, rest) :]


def die_by(number: signal.Signals) -> NoReturn:
    """Ends the process by a signal, without any clean-up."""
    with suppress(OSError, ValueError):  # SIGKILL and SIGSTOP have no disposition
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    os._exit(128 + number)
