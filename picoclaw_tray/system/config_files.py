"""Reads PicoClaw's files when they changed. They are read, never written."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from picoclaw_tray.gateway.config import ConfigSources, GatewayConfig, read_config
from picoclaw_tray.gateway.config_error import SECURITY_FILE, ConfigError, too_large, unreadable
from picoclaw_tray.gateway.launch import LOG_LEVEL_VARIABLE
from picoclaw_tray.gateway.release import NEWEST
from picoclaw_tray.gateway.secrets import SecretSources, secret_file_names
from picoclaw_tray.lifecycle.state import Place
from picoclaw_tray.system.files import read_bounded
from picoclaw_tray.system.paths import user_home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from picoclaw_tray.gateway.release import Release
    from picoclaw_tray.system.paths import GatewayPlace

LIMIT = 1024 * 1024
"""Bytes of ``config.json`` that are read; a real one has some ten thousand.

At its worst so much takes five seconds, once for each change: a model for each twenty bytes.
"""

SECURITY_LIMIT = 128 * 1024
"""Of ``.security.yml``, which is slower to read: two seconds."""

AUTH_LIMIT = 1024 * 1024
"""Of ``auth.json``."""

SECRET_LIMIT = 64 * 1024
"""Of a file that holds one secret."""

Stamp: TypeAlias = tuple[tuple[int, ...] | None, ...]


class ConfigFiles:
    """The config of one gateway with the environment the gateway will get; works in one lane."""

    def __init__(self, place: GatewayPlace, environ: Mapping[str, str]) -> None:
        self._place = place
        self._environ = environ
        self._security = place.config.with_name(SECURITY_FILE)
        self._auth = place.home / "auth.json"
        self._secret_files: tuple[Path, ...] = ()
        self._secret_stamps: Stamp = ()
        self._read_at: Stamp | None = None
        self._read_with: Mapping[str, str] | None = None
        self._sources: ConfigSources | ConfigError = ConfigSources()
        self._configs: dict[Release, GatewayConfig | ConfigError] = {}

    def stamp(self) -> Stamp:
        """Changes whenever one of the files does, or who may read it.

        The files are replaced by rename (contract 1.3), so the inode belongs to it. What secrets
        point to counts too, once the config has been read.
        """
        return (*self._main_stamps(), *map(_stamp_of, self._secret_files))

    def is_missing(self) -> bool:
        """Whether there is no config file at all; its defaults apply then."""
        return not self._place.config.exists()

    def place_of(self, error: ConfigError) -> Place | None:
        """Where to look at an error; nowhere if it comes from the environment."""
        if not error.file:
            return None
        path = self._security if error.file == SECURITY_FILE else self._place.config
        return Place(str(path), error.line)

    @property
    def is_log_level_forced(self) -> bool:
        """Whether the environment replaces the level that the file names."""
        return bool(self._environ.get(LOG_LEVEL_VARIABLE))

    def changed_at(self) -> float | None:
        """When ``config.json`` or ``.security.yml`` was written last, seconds since the epoch.

        ``auth.json`` does not count: a gateway renews its logins by itself.
        """
        stamps = filter(None, map(_stamp_of, (self._place.config, self._security)))
        return max((stamp[0] / 1e9 for stamp in stamps), default=None)

    def read(self, release: Release = NEWEST) -> GatewayConfig | ConfigError:
        """The config as it is now, as a gateway of this release reads it."""
        environ = dict(self._environ)  # it may follow settings, which change
        if environ != self._read_with or self.stamp() != self._read_at:
            self._configs = {}
            self._read_with = environ
            main_stamps = self._main_stamps()  # before: what changes meanwhile is read once more
            self._sources = self._gather()
            self._read_at = (*main_stamps, *self._secret_stamps)
        if isinstance(self._sources, ConfigError):
            return self._sources
        if release not in self._configs:
            self._configs[release] = read_config(self._sources, release)
        return self._configs[release]

    def _main_stamps(self) -> Stamp:
        files = (self._place.config, self._security, self._auth, self._key_file())
        return tuple(map(_stamp_of, files))

    def _gather(self) -> ConfigSources | ConfigError:
        try:
            config = _read(self._place.config, LIMIT + 1)
        except OSError as error:
            return unreadable(_why(error))
        try:
            security = _read(self._security, SECURITY_LIMIT + 1)
        except OSError as error:
            return unreadable(_why(error), SECURITY_FILE)
        if len(config or b"") > LIMIT:
            return too_large(LIMIT)
        if len(security or b"") > SECURITY_LIMIT:
            return too_large(SECURITY_LIMIT, SECURITY_FILE)
        try:
            auth = _read(self._auth, AUTH_LIMIT)
        except OSError:
            auth = None  # as good as no login
        environ = dict(self._environ)
        return ConfigSources(config, security, auth, environ, self._secrets(config, security))

    def _secrets(self, config: bytes | None, security: bytes | None) -> SecretSources:
        names = sorted(secret_file_names(config, security, self._environ))
        folder = self._place.config.parent
        self._secret_files = tuple(_below(folder, name) for name in names)
        self._secret_stamps = tuple(map(_stamp_of, self._secret_files))
        return SecretSources(
            files={name: _read_secret(folder, name) for name in names},
            has_passphrase=bool(self._environ.get("PICOCLAW_KEY_PASSPHRASE")),
            has_key_file=os.path.isfile(self._key_file()),  # noqa: PTH113 - never raises
        )

    def _key_file(self) -> Path:
        named = self._environ.get("PICOCLAW_SSH_KEY_PATH")
        if named is not None:
            return Path(named)
        return Path(user_home(self._environ), ".ssh", "picoclaw_ed25519.key")


def _read(path: Path, limit: int) -> bytes | None:
    """A file's content; None if it does not exist."""
    try:
        return read_bounded(path, limit)
    except FileNotFoundError:
        return None


def _read_secret(folder: Path, name: str) -> str | None:
    """As ``SecretSources.files`` wants it; a link may not lead out of the folder."""
    try:
        path = _below(folder, name).resolve(strict=True)
        if not path.is_relative_to(folder.resolve()):
            return ""
        return read_bounded(path, SECRET_LIMIT).decode("utf-8", "replace").strip()
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RuntimeError):  # a folder, a loop of links, a NUL in the name
        return ""


def _below(folder: Path, name: str) -> Path:
    """A name may begin with a slash and still be meant from the folder on."""
    return Path(os.path.normpath(f"{folder.resolve()}{os.sep}{name}"))


def _why(error: OSError) -> str:
    return error.strerror or type(error).__name__


def _stamp_of(path: Path) -> tuple[int, ...] | None:
    try:
        info = path.stat()
    except (OSError, ValueError):  # a NUL or half a character in a name
        return None
    return info.st_mtime_ns, info.st_ctime_ns, info.st_size, info.st_ino
