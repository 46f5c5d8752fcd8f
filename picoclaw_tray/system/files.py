"""Reading with limits, writing without halves."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_CHUNK: Final = 256 * 1024
_READ_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
"""A pipe without writer must not hold us up; Windows must not translate line ends."""


def open_regular(path: Path) -> BinaryIO:
    """Opens a regular file for reading.

    Raises:
        OSError: There is no such file, it cannot be read, or it is a folder, device or pipe.
    """
    descriptor = os.open(path, _READ_FLAGS)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise IsADirectoryError(errno.EISDIR, "not a regular file", str(path))
        return os.fdopen(descriptor, "rb")
    except OSError:
        os.close(descriptor)
        raise


def size_of(path: Path) -> int:
    """Bytes of a file; 0 of one that is not there, or may not be asked about."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def read_bounded(path: Path, limit: int) -> bytes:
    """Reads a regular file of at most ``limit`` bytes; more of it is cut off.

    Raises:
        OSError: As for ``open_regular``.
    """
    with open_regular(path) as file:
        return file.read(limit)


def chunks_of(path: Path, begin: int) -> Iterator[bytes]:
    """Reads a regular file from a place on; ends where it cannot be read, or not any further."""
    try:
        with open_regular(path) as file:
            file.seek(begin)
            while chunk := file.read(_CHUNK):
                yield chunk
    except OSError:
        return


def is_in_the_way(path: Path) -> bool:
    """Whether a program that reads this file and then replaces it would fail, or wait for ever.

    A folder cannot be replaced by a file; a pipe or a device is read without end.
    """
    try:
        if stat.S_ISDIR(path.lstat().st_mode):
            return True
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISFIFO(mode) or stat.S_ISCHR(mode) or stat.S_ISBLK(mode)


def nearest_existing(path: Path) -> Path:
    """The path itself, or what is there of it; whether it is a folder is another question."""
    # os.path, not pathlib: it answers also when a folder on the way may not be entered.
    return next(part for part in (path, *path.parents) if os.path.lexists(part))


def make_private_folder(path: Path) -> None:
    """Makes a folder, and each that is missing above it, with mode 0700; a present one is kept.

    Raises:
        OSError: It could not be made, or something else has its name.
    """
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in (*reversed(missing), path):
        folder.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, content: bytes) -> None:
    """Replaces a file in one step; mode 0600, its folder made if it is missing.

    Raises:
        OSError: It could not be written; the old content is still there.
    """
    make_private_folder(path.parent)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)  # or a loss of power may leave the new name on an empty file
        Path(temporary).replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            Path(temporary).unlink()
        raise
