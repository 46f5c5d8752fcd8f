"""What stands where a tray is met, without the tray."""

from __future__ import annotations

import shutil
import sys
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from picoclaw_tray.system.rendezvous import (
    LOCK_NAME,
    SOCKET_NAME,
    make_private,
    meeting_folders,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from picoclaw_tray.system.paths import GatewayPlace


@contextmanager
def held_lock(folder: Path, content: bytes) -> Iterator[Path]:
    """Writes the lock and holds it as Qt does; it stays behind as that of a crashed tray."""
    assert sys.platform != "win32"
    import fcntl  # noqa: PLC0415 - not there on Windows

    assert make_private(folder)
    path = folder / LOCK_NAME
    with path.open("wb", 0) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        lock.write(content)
        yield path


def put_in_the_way(folder: Path) -> None:
    """A folder that is not empty where the socket belongs: nobody can take that away."""
    assert make_private(folder)
    (folder / SOCKET_NAME / "x").mkdir(parents=True)


@contextmanager
def sockets_in_the_way(place: GatewayPlace) -> Iterator[None]:
    """Wherever a tray of this home could listen."""
    with ExitStack() as later:
        for folder in meeting_folders(place):
            put_in_the_way(folder)
            later.callback(shutil.rmtree, folder / SOCKET_NAME)
        yield
