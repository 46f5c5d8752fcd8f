"""Where the tray of one home is met: its lock and its socket, for this user alone.

The place is our state folder of that home. Where that cannot be written, or is too long for a
socket, it is a folder for temporary files; a demo, which is to leave no traces, has nothing else.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from picoclaw_tray.system.files import open_regular, read_bounded
from picoclaw_tray.system.paths import home_name, state_folder

if sys.platform != "win32":
    import fcntl

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from picoclaw_tray.system.paths import GatewayPlace

LOCK_NAME: Final = "tray.lock"
SOCKET_NAME: Final = "tray.socket"

MAX_SOCKET_BYTES: Final = 100
"""Of a path: ``sun_path`` has 104 bytes on macOS and 108 on Linux, and Qt adds some of its own."""

_LOCK_LIMIT: Final = 4096
_MAX_PID: Final = 2**31 - 1
_MOMENT_S: Final = 1.0
_AGAIN_S: Final = 0.01


def meeting_folders(place: GatewayPlace, *, throw_away: bool = False) -> tuple[Path, ...]:
    """The folders where lock and socket may be, the best first; they need not exist.

    Args:
        place: The home that the tray looks after.
        throw_away: The home is a demo's.
    """
    own = () if throw_away else (state_folder(place),)
    name = f"picoclaw-tray-{_user()}-{home_name(place)[-12:]}"
    folders = [*own, Path(tempfile.gettempdir()) / name]
    if sys.platform != "win32":
        folders.append(Path("/tmp") / name)
    return tuple(dict.fromkeys(folders))


def make_private(folder: Path) -> bool:
    """Makes a folder that only this user can enter; false if there can be none."""
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if _is_ours(folder) and not is_private(folder):
            folder.chmod(0o700)
    return is_private(folder) and os.access(folder, os.R_OK | os.W_OK | os.X_OK)


@contextlib.contextmanager
def one_at_a_time(folder: Path) -> Iterator[None]:
    """Keeps other processes out of the block, if they ask; not longer than a moment.

    Windows needs none of this: there a file in use cannot be removed.
    """
    if sys.platform == "win32":
        yield
    else:
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            deadline = time.monotonic() + _MOMENT_S
            while not _flock(descriptor) and time.monotonic() < deadline:
                time.sleep(_AGAIN_S)
            yield
        finally:
            os.close(descriptor)


def is_private(folder: Path) -> bool:
    """Whether it is a folder of ours that nobody else can enter; no link to one."""
    if sys.platform == "win32":
        return _is_ours(folder)  # folders of a user are private there
    else:  # noqa: RET505 - mypy for Windows would find what follows unreachable
        try:
            return _is_ours(folder) and not folder.lstat().st_mode & 0o077
        except OSError:
            return False


def socket_name(folder: Path) -> str | None:
    """The name to listen at or to connect to; None if it would be too long."""
    if sys.platform == "win32":
        digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        return rf"\\.\pipe\picoclaw-tray-{digest}"
    else:  # noqa: RET505 - as above
        name = str(folder / SOCKET_NAME)
        return name if len(os.fsencode(name)) <= MAX_SOCKET_BYTES else None


def usable_sockets(folders: Iterable[Path]) -> Iterator[str]:
    """The names to listen at, the best first; a folder is made when its name is asked for."""
    for folder in folders:
        name = socket_name(folder)
        if name is not None and make_private(folder):
            yield name


def remove_empty(folders: Iterable[Path]) -> None:
    """Takes away those that nothing is left in; the state folder is mostly not among them."""
    for folder in folders:
        with contextlib.suppress(OSError):
            folder.rmdir()


def tray_pid(place: GatewayPlace) -> int | None:
    """The PID of this home's tray; None where nobody holds the lock.

    A lock that a crashed tray left behind names a PID too, which may be a stranger's by now.
    """
    for folder in filter(is_private, meeting_folders(place)):
        lock = folder / LOCK_NAME
        with contextlib.suppress(OSError, ValueError):
            pid = int(read_bounded(lock, _LOCK_LIMIT).partition(b"\n")[0])
            # In this order: Qt locks the file before it writes the PID, and a look in between
            # would keep it from locking.
            if 0 < pid <= _MAX_PID and _is_held(lock):
                return pid
    return None


if sys.platform == "win32":

    def _is_held(lock: Path) -> bool:
        """Qt shares its lock file with readers alone; who cannot write beside it finds out."""
        try:
            with lock.open("r+b"):
                return False
        except FileNotFoundError:
            return False
        except OSError:
            return True

else:

    def _is_held(lock: Path) -> bool:
        """Qt holds an ``flock``; where the file system has none, a lock is taken for held."""
        with open_regular(lock) as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
            return False


if sys.platform != "win32":

    def _flock(descriptor: int) -> bool:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False


def _is_ours(folder: Path) -> bool:
    """Whether it is a folder, no link to one, and this user's."""
    try:
        found = folder.lstat()
    except (OSError, ValueError):
        return False
    if not stat.S_ISDIR(found.st_mode):
        return False
    if sys.platform == "win32":
        return True
    else:  # noqa: RET505 - as above
        return found.st_uid == os.getuid()


def _user() -> str:
    if sys.platform == "win32":
        return "user"  # the folder for temporary files is the user's own
    else:  # noqa: RET505 - as above
        return str(os.getuid())
