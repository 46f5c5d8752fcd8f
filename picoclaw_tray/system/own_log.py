"""The tray's own log: rotated files that only the user can read, secrets masked.

Nothing here assumes that standard output or standard error exists: a GUI program may have neither.
"""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import sys
import threading
from typing import TYPE_CHECKING

from picoclaw_tray.logs.redaction import mask

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


class _Masked(logging.Formatter):
    """Masks the finished line, so that no argument and no traceback escapes."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class _PrivateFile(logging.handlers.RotatingFileHandler):
    """A rotating file with mode 0600; a full disk loses lines, nothing else."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
        descriptor = os.open(self.baseFilename, flags, 0o600)
        return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Swallows it: there may be no standard error to complain to."""


class OwnLog:
    """The log of this process, from ``open`` to ``close``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._handler: _PrivateFile | None = None
        self._faults: TextIOWrapper | None = None

    def open(self, *, debug: bool = False) -> bool:
        """Starts logging and catches what nobody else catches; false if the folder is unusable."""
        logging.raiseExceptions = False
        root = logging.getLogger()
        root.setLevel(logging.DEBUG if debug else logging.INFO)
        sys.excepthook = _log_uncaught
        threading.excepthook = _log_uncaught_in_thread
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._handler = _PrivateFile(
                self.folder / LOG_NAME, maxBytes=MAX_BYTES, backupCount=OLD_FILES
            )
            self._open_faults()
        except OSError:
            root.addHandler(logging.NullHandler())
            return False
        line = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
        self._handler.setFormatter(_Masked(line))
        root.addHandler(self._handler)
        return True

    def close(self) -> None:
        """Gives the hooks and files back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        if self._faults is not None:
            faulthandler.disable()
            self._faults.close()
        if self._handler is not None:
            logging.getLogger().removeHandler(self._handler)
            self._handler.close()

    def _open_faults(self) -> None:
        """A file of its own: the fault handler keeps the descriptor, which rotation would close."""
        path = self.folder / FAULTS_NAME
        too_large = path.exists() and path.stat().st_size > MAX_BYTES
        flags = os.O_WRONLY | os.O_CREAT | (os.O_TRUNC if too_large else os.O_APPEND)
        self._faults = os.fdopen(os.open(path, flags, 0o600), "a", encoding="utf-8")
        faulthandler.enable(self._faults)


def _log_uncaught(
    kind: type[BaseException], error: BaseException, traceback: TracebackType | None
) -> None:
    """Also called for exceptions in Qt slots; the event loop goes on."""
    log.critical("uncaught exception", exc_info=(kind, error, traceback))


def _log_uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is not None:
        _log_uncaught(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)
