"""Puts a changed config in force while the gateway runs (contract 3.4, 4.8)."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from picoclaw_tray.demo.config import check_config, check_model, load_config
from picoclaw_tray.demo.document import ConfigError
from picoclaw_tray.demo.output import print_out

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from picoclaw_tray.demo.config import Config
    from picoclaw_tray.demo.journal import Journal
    from picoclaw_tray.demo.surroundings import Surroundings


class ConfigWatch:
    """An act for the agenda: notices a changed config file, and lets it settle."""

    INTERVAL_S: ClassVar[float] = 2.0
    SETTLE_S: ClassVar[float] = 0.5

    def __init__(self, path: Path, on_changed: Callable[[], None]) -> None:
        self._path = path
        self._on_changed = on_changed
        self._applied = self._settling = self._stamp()

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


def reload_config(around: Surroundings, journal: Journal, *, manual: bool) -> Config | None:
    """Reads the config again and says how that went; None if the old one stays in force."""
    kind = "manual reload" if manual else "hot reload"
    if not manual:
        journal.write("info", "gateway", "🔄 Config file changed, reloading...")
    try:
        config = load_config(around.config_path, around.environ)
    except ConfigError as error:
        journal.write("error", "gateway", f"Error loading config for {kind}: {error}")
        return None
    try:
        check_config(config)
        check_model(config, allow_empty=around.invocation.allow_empty)
    except ConfigError as error:
        journal.write("error", "gateway", f"{kind.capitalize()} failed: {error}")
        return None
    journal.write("info", "gateway", "  Stopping all services...")
    _print_restarted(config)
    journal.write("info", "gateway", f"{kind.capitalize()} completed successfully")
    return config


def _print_restarted(config: Config) -> None:
    """These lines come at any log level."""
    print_out("  ✓ Cron service restarted\n  ✓ Heartbeat service restarted\n")
    print_out("  ✓ Channels restarted.\n")
    if not config.channels:
        print_out("  ⚠ Warning: No channels enabled\n")
