"""Where this tray works: which gateway, with what settings, in which folders of ours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.settings import Settings, parse_settings
from picoclaw_tray.system.demo_home import COMMAND, DemoHome
from picoclaw_tray.system.files import read_bounded
from picoclaw_tray.system.paths import gateway_place, log_folder, settings_file, state_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.system.paths import GatewayPlace

SETTINGS_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class LaunchSite:
    """All of it.

    Attributes:
        environ: The environment that gateways are started with, before what they are told.
        settings: Of this home; the defaults if there is no file, or a broken one.
        settings_problem: Why the settings file was passed over; empty if it was not.
        state_folder: Our state for this home.
        log_folder: Our own log.
        command: The gateway to start instead of the one that is found; only the demo has it.
        demo: The throw-away home, to be removed at the end.
    """

    place: GatewayPlace
    environ: Mapping[str, str]
    settings: Settings
    settings_problem: str
    state_folder: Path
    log_folder: Path
    command: GatewayCommand | None = None
    demo: DemoHome | None = None


def prepare_site(environ: Mapping[str, str], *, home: str, config: str, demo: bool) -> LaunchSite:
    """The site that flags and environment name; with ``demo`` one that leaves no traces."""
    if demo:
        throw_away = DemoHome()
        folder = throw_away.folder
        return LaunchSite(
            throw_away.place,
            throw_away.environment(environ),
            Settings(),
            "",
            folder / "state",
            folder / "log",
            COMMAND,
            throw_away,
        )
    place = gateway_place(environ, home, config)
    settings, problem = _read_settings(settings_file(place))
    return LaunchSite(place, environ, settings, problem, state_folder(place), log_folder(place))


def _read_settings(path: Path) -> tuple[Settings, str]:
    try:
        raw = read_bounded(path, SETTINGS_LIMIT)
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"{path}: {error.strerror}"
    settings = parse_settings(raw)
    if settings is None:
        return Settings(), f"{path} is not a settings file; the defaults are used"
    return settings, ""
