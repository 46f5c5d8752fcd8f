"""Reading with limits, writing without halves."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path


def read_bounded(path: Path, limit: int) -> bytes:
    """Reads a regular file of at most ``limit`` bytes; more of it is cut off.

    Raises:
        OSError: There is no such file, it cannot be read, or it is a folder, device or pipe.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise IsADirectoryError(errno.EISDIR, "not a regular file", str(path))
        return file.read(limit)


def write_private(path: Path, content: bytes) -> None:
    """Replaces a file in one step; mode 0600, folders made with 0700.

    Raises:
        OSError: It could not be written; the old content is still there.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(temporary).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
