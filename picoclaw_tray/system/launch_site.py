"""Where this tray works: which gateway, with what settings, in which folders of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.settings import Settings, parse_settings
from picoclaw_tray.system.files import read_bounded
from picoclaw_tray.system.paths import gateway_place, log_folder, settings_file, state_folder
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.system.demo_home import DemoHome
    from picoclaw_tray.system.paths import GatewayPlace

SETTINGS_LIMIT = 256 * 1024
"""Bytes; ours have some hundred."""

ERRORS_FILE = "gateway-errors.txt"
"""In our state folder: what the last gateway without a pipe wrote before its panic log was open."""

_NO_FILE = QT_TRANSLATE_NOOP(
    "Settings", "{path} is a folder, a pipe or a device. The settings belong in a file."
)
_UNREADABLE = QT_TRANSLATE_NOOP("Settings", "The settings in {path} cannot be read ({why}).")
_TOO_LARGE = QT_TRANSLATE_NOOP(
    "Settings", "The settings file {path} is larger than {limit} KiB, too large to be one."
)


@dataclass(frozen=True, slots=True)
class LaunchSite:
    """All of it.

    Attributes:
        environ: The environment that gateways are started with, before what they are told.
        settings: Of this home; the defaults if there is no file, or a broken one.
        settings_file: Where they are, or would be.
        settings_problem: Why the settings file was passed over, in a sentence; none if it was not.
        state_folder: Our state for this home.
        log_folder: Our own log.
        command: The gateway to start instead of the one that is found; only the demo has it.
        demo: The throw-away home, to be removed at the end.
    """

    place: GatewayPlace
    environ: Mapping[str, str]
    settings: Settings
    settings_file: Path
    settings_problem: Text | None
    state_folder: Path
    log_folder: Path
    command: GatewayCommand | None = None
    demo: DemoHome | None = None


@dataclass(slots=True)
class StartOptions:
    """How this tray starts gateways; the GUI thread changes it, the watch lane reads it.

    Attributes:
        environ: The tray's own environment.
        errors: The file for the standard error of a gateway without a pipe.
        debug: With the gateway's debug log.
    """

    settings: Settings
    environ: Mapping[str, str]
    errors: Path
    debug: bool = False


def start_options(site: LaunchSite, *, debug: bool = False) -> StartOptions:
    """Those that a tray begins with."""
    return StartOptions(site.settings, site.environ, site.state_folder / ERRORS_FILE, debug)


class SiteError(Exception):
    """There is no place to work in; the text says why."""


def prepare_site(environ: Mapping[str, str], *, home: str, config: str, demo: bool) -> LaunchSite:
    """The site that flags and environment name; with ``demo`` one that leaves no traces.

    Raises:
        SiteError: A relative path was named in a working directory that is gone, or there is no
            room for the demo's folder.
    """
    try:
        return _site(environ, home=home, config=config, demo=demo)
    except OSError as error:
        raise SiteError(str(error)) from error


def _site(environ: Mapping[str, str], *, home: str, config: str, demo: bool) -> LaunchSite:
    if demo:
        from picoclaw_tray.system.demo_home import (  # noqa: PLC0415 - the icon need not wait for it
            DemoHome,
            demo_command,
        )

        throw_away = DemoHome()
        folder = throw_away.folder
        return LaunchSite(
            place=throw_away.place,
            environ=throw_away.environment(environ),
            settings=Settings(),
            settings_file=folder / "settings.json",
            settings_problem=None,
            state_folder=folder / "state",
            log_folder=folder / "log",
            command=demo_command(),
            demo=throw_away,
        )
    return site_of(gateway_place(environ, home, config), environ)


def site_of(place: GatewayPlace, environ: Mapping[str, str]) -> LaunchSite:
    """The site of a home that is there to stay."""
    settings, problem = _read_settings(settings_file(place))
    return LaunchSite(
        place=place,
        environ=environ,
        settings=settings,
        settings_file=settings_file(place),
        settings_problem=problem,
        state_folder=state_folder(place),
        log_folder=log_folder(place),
    )


def _read_settings(path: Path) -> tuple[Settings, Text | None]:
    try:
        raw = read_bounded(path, SETTINGS_LIMIT + 1)
    except FileNotFoundError:
        return Settings(), None
    except IsADirectoryError:
        return Settings(), text(_NO_FILE, path=str(path))
    except OSError as error:
        why = error.strerror or type(error).__name__
        return Settings(), text(_UNREADABLE, path=str(path), why=why)
    if len(raw) > SETTINGS_LIMIT:
        return Settings(), text(_TOO_LARGE, path=str(path), limit=SETTINGS_LIMIT // 1024)
    settings = parse_settings(raw, str(path))
    return (Settings(), settings) if isinstance(settings, Text) else (settings, None)
