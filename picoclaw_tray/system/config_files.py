"""Reads PicoClaw's files when they changed. They are read, never written."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from picoclaw_tray.gateway.config import GatewayConfig, read_config
from picoclaw_tray.gateway.config_error import ConfigError, unreadable
from picoclaw_tray.system.files import read_bounded

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from picoclaw_tray.system.paths import GatewayPlace

LIMIT = 16 * 1024 * 1024
"""Bytes of a config file that are read; a real one has some ten thousand."""

Stamp: TypeAlias = tuple[tuple[int, ...] | None, ...]


class ConfigFiles:
    """The config of one gateway with the environment the gateway will get; works in one lane."""

    def __init__(self, place: GatewayPlace, environ: Mapping[str, str]) -> None:
        self._place = place
        self._environ = environ
        self._read_at: Stamp | None = None
        self._config: GatewayConfig | ConfigError | None = None

    def stamp(self) -> Stamp:
        """Changes whenever one of the files does, or who may read it.

        The files are replaced by rename (contract 1.3), so the inode belongs to it.
        """
        names = (
            self._place.config,
            self._place.config.with_name(".security.yml"),
            self._place.home / "auth.json",
        )
        return tuple(_stamp_of(path) for path in names)

    def is_missing(self) -> bool:
        """Whether there is no config file at all; its defaults apply then."""
        return not self._place.config.exists()

    def read(self) -> GatewayConfig | ConfigError:
        """The config as it is now."""
        stamp = self.stamp()
        if self._config is None or stamp != self._read_at:
            self._config, self._read_at = self._load(), stamp
        return self._config

    def _load(self) -> GatewayConfig | ConfigError:
        try:
            raw = read_bounded(self._place.config, LIMIT)
        except FileNotFoundError:
            return read_config(None, self._environ)
        except OSError as error:
            return unreadable(error.strerror or type(error).__name__)
        return read_config(raw, self._environ)


def _stamp_of(path: Path) -> tuple[int, ...] | None:
    try:
        info = path.stat()
    except OSError:
        return None
    return info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino
