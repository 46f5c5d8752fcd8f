"""The two other halves of a reload: what starts it by itself, and what it prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from picoclaw_tray.demo.output import print_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from picoclaw_tray.demo.config import Config


class ConfigWatch:
    """An act for the agenda: notices a changed config file, and lets it settle (contract 3.4)."""

    INTERVAL_S: ClassVar[float] = 2.0
    SETTLE_S: ClassVar[float] = 0.5

    def __init__(self, path: Path, on_changed: Callable[[], None]) -> None:
        self._path = path
        self._on_changed = on_changed
        self._applied = self._stamp()
        self._settling = self._applied

    def __call__(self) -> float:
        """Looks once; returns the seconds until the next look."""
        stamp = self._stamp()
        if stamp == self._applied:
            return self.INTERVAL_S
        if stamp != self._settling:
            self._settling = stamp
            return self.SETTLE_S
        self._applied = stamp
        self._on_changed()
        return self.INTERVAL_S

    def _stamp(self) -> tuple[int, int]:
        try:
            status = self._path.stat()
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size


def print_reloaded(config: Config) -> None:
    """The lines of a reload that worked; they come at any log level (contract 4.8)."""
    print_out("  ✓ Cron service restarted\n  ✓ Heartbeat service restarted\n")
    print_out("  ✓ Channels restarted.\n")
    if not config.channels:
        print_out("  ⚠ Warning: No channels enabled\n")
