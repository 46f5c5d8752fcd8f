"""Where this tray works: which gateway, with what settings, in which folders of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.settings import Settings, parse_settings
from picoclaw_tray.system.files import read_bounded
from picoclaw_tray.system.paths import gateway_place, log_folder, settings_file, state_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.system.demo_home import DemoHome
    from picoclaw_tray.system.paths import GatewayPlace

SETTINGS_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class LaunchSite:
    """All of it.

    Attributes:
        environ: The environment that gateways are started with, before what they are told.
        settings: Of this home; the defaults if there is no file, or a broken one.
        settings_file: Where they are, or would be.
        settings_problem: Why the settings file was passed over; empty if it was not.
        state_folder: Our state for this home.
        log_folder: Our own log.
        command: The gateway to start instead of the one that is found; only the demo has it.
        demo: The throw-away home, to be removed at the end.
    """

    place: GatewayPlace
    environ: Mapping[str, str]
    settings: Settings
    settings_file: Path
    settings_problem: str
    state_folder: Path
    log_folder: Path
    command: GatewayCommand | None = None
    demo: DemoHome | None = None


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
            settings_problem="",
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


def _read_settings(path: Path) -> tuple[Settings, str]:
    try:
        raw = read_bounded(path, SETTINGS_LIMIT)
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"{path} cannot be read ({error.strerror})"
    settings = parse_settings(raw)
    if settings is None:
        return Settings(), f"{path} is not a JSON object of texts"
    return settings, ""
