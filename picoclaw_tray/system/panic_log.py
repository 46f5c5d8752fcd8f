"""What the gateway wrote to its panic log since a start (contract 4.6)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from picoclaw_tray.system.files import open_regular

if TYPE_CHECKING:
    from pathlib import Path

LIMIT = 64 * 1024
"""The last bytes that are read; the file itself grows for ever."""


class PanicLog:
    """Remembers how large the file was; works in one lane."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._size = 0

    def mark(self) -> None:
        """From here on what is written counts as new."""
        try:
            self._size = self._path.stat().st_size
        except OSError:
            self._size = 0

    def news(self) -> tuple[bytes, ...]:
        """The last lines written since the mark; all of a file that was cut meanwhile."""
        try:
            with open_regular(self._path) as file:
                size = file.seek(0, os.SEEK_END)
                start = self._size if size >= self._size else 0
                file.seek(max(start, size - LIMIT))
                return tuple(file.read(LIMIT).splitlines())
        except OSError:
            return ()
