"""The tray's own log: rotated files that only the user can read, secrets masked.

Nothing here assumes that standard output or standard error exists: a GUI program may have neither.
"""

from __future__ import annotations

import contextlib
import faulthandler
import logging
import logging.handlers
import os
import stat
import sys
import threading
from typing import TYPE_CHECKING, Literal

from picoclaw_tray.logs.redaction import Redactor
from picoclaw_tray.system.files import make_private_folder

if TYPE_CHECKING:
    from io import TextIOWrapper
    from pathlib import Path
    from types import TracebackType

log = logging.getLogger(__name__)

MAX_BYTES = 1_000_000
OLD_FILES = 2
"""Besides the current one: three files in all."""

LOG_NAME = "tray.log"
FAULTS_NAME = "faults.log"

_LINE = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"


class _Masked(logging.Formatter):
    """Masks the finished line, so that no argument and no traceback escapes."""

    redactor = Redactor()

    def format(self, record: logging.LogRecord) -> str:
        return self.redactor.mask(super().format(record))


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file with mode 0600; a full disk loses lines, nothing else."""

    def _open(self) -> TextIOWrapper:
        return _open_private(self.baseFilename, "a")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Swallows it: there may be no standard error to complain to."""

    def close(self) -> None:
        """Closes the file, also when its last lines no longer fit on the disk."""
        with contextlib.suppress(OSError):
            super().close()


class OwnLog:
    """The log of this process, from ``open`` to ``close``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._formatter = _Masked(_LINE)
        self._undo = contextlib.ExitStack()

    def open(self, *, debug: bool = False) -> bool:
        """Starts logging and catches what nobody else catches; false if the folder is unusable."""
        self._take_hooks()
        handler = self._handler()
        root = logging.getLogger()
        self._undo.callback(root.setLevel, root.level)
        root.setLevel(logging.DEBUG if debug else logging.INFO)
        added = handler or logging.NullHandler()  # without any, logging turns to standard error
        root.addHandler(added)
        self._undo.callback(root.removeHandler, added)
        return handler is not None

    def hide(self, secret: str) -> None:
        """From now on this is masked too, whatever it looks like."""
        self._formatter.redactor = self._formatter.redactor.knowing(secret)

    def close(self) -> None:
        """Gives hooks and files back; again does nothing."""
        self._undo.close()

    def _take_hooks(self) -> None:
        """What nobody catches goes into the log; Qt slots end here too, and the loop goes on."""
        self._undo.callback(setattr, sys, "excepthook", sys.excepthook)
        self._undo.callback(setattr, sys, "unraisablehook", sys.unraisablehook)
        self._undo.callback(setattr, threading, "excepthook", threading.excepthook)
        sys.excepthook = _log_uncaught
        sys.unraisablehook = _log_unraisable
        threading.excepthook = _log_uncaught_in_thread

    def _handler(self) -> logging.Handler | None:
        try:
            make_private_folder(self.folder)
            handler = _PrivateFile(
                self.folder / LOG_NAME, maxBytes=MAX_BYTES, backupCount=OLD_FILES
            )
        except OSError:
            return None
        handler.setFormatter(self._formatter)
        self._undo.callback(handler.close)
        with contextlib.suppress(OSError):
            self._open_faults()
        return handler

    def _open_faults(self) -> None:
        """A file of its own: the fault handler keeps the descriptor, which rotation would close."""
        path = self.folder / FAULTS_NAME
        too_large = path.exists() and path.stat().st_size > MAX_BYTES
        file = self._undo.enter_context(_open_private(str(path), "w" if too_large else "a"))
        faulthandler.enable(file)
        self._undo.callback(faulthandler.disable)


def _open_private(path: str, mode: Literal["a", "w"]) -> TextIOWrapper:
    return open(path, mode, encoding="utf-8", errors="backslashreplace", opener=_private)


def _private(path: str, flags: int) -> int:
    """Only the user can read it, also if it was there and others could."""
    descriptor = os.open(path, flags, 0o600)
    with contextlib.suppress(OSError):  # somebody else's
        if sys.platform != "win32" and stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, 0o600)
    return descriptor


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None
) -> None:
    if error is not None:
        log.critical("uncaught exception", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if not issubclass(arguments.exc_type, SystemExit):  # that only ends the thread
        _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)


def _log_unraisable(arguments: sys.UnraisableHookArgs) -> None:
    """In a finalizer, for example."""
    _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
