"""Where things are: PicoClaw's files, and our own folders."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from picoclaw_tray.gateway.launch import config_path, home_directory
from picoclaw_tray.gateway.pid_file import PID_FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

APP_NAME = "picoclaw-tray"


@dataclass(frozen=True, slots=True)
class GatewayPlace:
    """The home and the config file of one gateway; both absolute. The files may not exist."""

    home: Path
    config: Path

    @property
    def pid_file(self) -> Path:
        """The PID file; follows the home, never the config (contract 1.2)."""
        return self.home / PID_FILE_NAME

    @property
    def log(self) -> Path:
        """One JSON object a line, appended for ever by the gateway (contract 4.9)."""
        return self.home / "logs" / "gateway.log"

    @property
    def panic_log(self) -> Path:
        """What the gateway writes to its standard error, and panics (contract 4.6)."""
        return self.home / "logs" / "gateway_panic.log"


def user_home(environ: Mapping[str, str]) -> str:
    """The user's home as PicoClaw sees it: only the variable (contract 1.1); may be empty."""
    return environ.get("USERPROFILE" if sys.platform == "win32" else "HOME", "")


def gateway_place(environ: Mapping[str, str], home: str = "", config: str = "") -> GatewayPlace:
    """The place that flags and environment name; flags win, relative paths are made absolute."""
    directory = os.path.abspath(home or home_directory(environ, user_home(environ)))  # noqa: PTH100
    file = os.path.abspath(config or config_path(environ, directory))  # noqa: PTH100
    # abspath, not resolve: the gateway opens these very names, and links are the user's business.
    return GatewayPlace(Path(directory), Path(file))


def default_home(environ: Mapping[str, str]) -> Path:
    """The home of a tray that is told none, by flag or by variable."""
    return Path(os.path.abspath(home_directory({}, user_home(environ))))  # noqa: PTH100


def state_folder(place: GatewayPlace) -> Path:
    """Our state for one home: run record and keys. Made by whoever writes into it."""
    return platformdirs.user_state_path(APP_NAME, appauthor=False) / home_name(place)


def log_folder(place: GatewayPlace) -> Path:
    """Our own log files for one home."""
    return platformdirs.user_log_path(APP_NAME, appauthor=False) / home_name(place)


def settings_file(place: GatewayPlace) -> Path:
    """Our settings for one home."""
    folder = platformdirs.user_config_path(APP_NAME, appauthor=False)
    return folder / home_name(place) / "settings.json"


def home_name(place: GatewayPlace) -> str:
    """A short folder name for one home: its own last part, and what tells it from its like.

    All spellings of a home have the same name, also those that lead there through a link.
    """
    real = os.path.normcase(os.path.realpath(place.home))  # normcase: C:\Claw is c:/claw
    digest = hashlib.sha256(os.fsencode(real)).hexdigest()[:12]
    plain = "".join(c for c in Path(real).name if c.isascii() and (c.isalnum() or c in "-_"))
    return f"{plain[:20] or 'home'}-{digest}"
