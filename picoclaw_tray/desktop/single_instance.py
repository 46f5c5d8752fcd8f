"""One tray for each user and home: a lock decides, which no process can hold beyond its end."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QLockFile

from picoclaw_tray.system.rendezvous import LOCK_NAME, make_private, one_at_a_time, tray_pid

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from picoclaw_tray.system.paths import GatewayPlace

log = logging.getLogger(__name__)

PATIENCE_S = 5.0
"""A tray that comes up or goes away may hold the lock and not answer."""

_AGAIN_S = 0.1


@dataclass(frozen=True, slots=True)
class Claim:
    """What came of the wish to be the one.

    Attributes:
        folder: Where the lock is; none if there is no place for one.
        lock: To be kept; none if there is no place, or another tray has it.
        other: The PID of the other tray.
        shown: The other tray has shown its window.
    """

    folder: Path | None = None
    lock: QLockFile | None = None
    other: int | None = None
    shown: bool = False

    @property
    def is_taken(self) -> bool:
        """Another tray looks after this home."""
        return self.lock is None and self.folder is not None

    def release(self) -> None:
        """Lets the next one in."""
        if self.lock is not None:
            self.lock.unlock()


def claim(
    place: GatewayPlace,
    folders: Iterable[Path],
    show: Callable[[], bool],
    *,
    patience_s: float = PATIENCE_S,
) -> Claim:
    """Takes the lock, or has the other tray show its window. May wait: for before the event loop.

    The lock of a tray that crashed is taken over, also where its PID is somebody else's by now:
    Qt removes it only if the system's own lock on the file is free.

    Args:
        place: Whose tray.
        folders: Where the lock may be, the best first.
        show: Asks the other tray; whether it did.
        patience_s: How long to try if there is neither a lock nor an answer.
    """
    candidates = tuple(folders)
    deadline = time.monotonic() + patience_s
    while True:
        # Anew each time: a tray that goes away takes an empty folder with it.
        usable = next((folder for folder in candidates if make_private(folder)), None)
        if usable is None:
            return Claim()
        lock = QLockFile(str(usable / LOCK_NAME))
        lock.setStaleLockTime(0)
        if _take(lock, usable):
            return Claim(usable, lock)
        if lock.error() is not QLockFile.LockError.LockFailedError:
            log.warning("no lock in %s: %s", usable, lock.error())
            return Claim()
        if show():
            return Claim(usable, other=tray_pid(place), shown=True)
        if time.monotonic() > deadline:
            return Claim(usable, other=tray_pid(place))
        time.sleep(_AGAIN_S)


def _take(lock: QLockFile, folder: Path) -> bool:
    """Takes it, also from a tray that crashed; alone, since Qt takes a new one for stale, too."""
    with one_at_a_time(folder):
        if lock.tryLock(0):
            return True
        failed = lock.error() is QLockFile.LockError.LockFailedError
        return failed and lock.removeStaleLockFile() and lock.tryLock(0)
