"""Those who look and prepare, put together for one gateway.

Importing this module imports psutil and requests, 24 MB and 150 ms: the watch lane does it, after
the icon is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.launch import gateway_environment
from picoclaw_tray.system.baselines import Baselines
from picoclaw_tray.system.config_files import ConfigFiles
from picoclaw_tray.system.diagnoser import Diagnoser
from picoclaw_tray.system.gateway_command import find_gateway
from picoclaw_tray.system.launch_site import start_options
from picoclaw_tray.system.observer import Observer
from picoclaw_tray.system.preflight import Preflight
from picoclaw_tray.system.preparer import Preparer
from picoclaw_tray.system.reloader import Reloader
from picoclaw_tray.system.run_record import RunRecords
from picoclaw_tray.system.traces import Traces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.lifecycle.state import Failure
    from picoclaw_tray.settings import Settings
    from picoclaw_tray.system.launch_site import LaunchSite, StartOptions


class StartEnvironment(Mapping[str, str]):
    """The environment of the next gateway: it follows the settings, which may change meanwhile."""

    def __init__(self, site: LaunchSite, options: StartOptions) -> None:
        self._place = site.place
        self._options = options
        self._settings: Settings | None = None
        self._environ: Mapping[str, str] = {}

    def __getitem__(self, name: str) -> str:
        """A variable.

        Raises:
            KeyError: It is not set.
        """
        return self._now()[name]

    def __iter__(self) -> Iterator[str]:
        """The names of all that are set."""
        return iter(self._now())

    def __len__(self) -> int:
        """How many are set."""
        return len(self._now())

    def _now(self) -> Mapping[str, str]:
        settings = self._options.settings
        if settings is not self._settings:
            self._environ = gateway_environment(
                self._options.environ,
                home=str(self._place.home),
                config=str(self._place.config),
                host=settings.host or None,
                log_level=settings.log_level or None,
            )
            self._settings = settings
        return self._environ


@dataclass(frozen=True, slots=True)
class Crew:
    """They work in the watch lane."""

    observer: Observer
    preparer: Preparer
    diagnoser: Diagnoser
    run_records: RunRecords
    config: ConfigFiles
    preflight: Preflight
    reloader: Reloader
    traces: Traces


def assemble(
    site: LaunchSite, options: StartOptions | None = None, *, silent_tray: int | None = None
) -> Crew:
    """The crew for one site.

    Args:
        site: Where it works.
        options: How it starts gateways; those of the site if none are given.
        silent_tray: As for ``RunRecords``.
    """
    place, command = site.place, site.command
    options = options or start_options(site)
    find_command: Callable[[], GatewayCommand | Failure]
    find_command = partial(_found, options) if command is None else partial(_given, command)
    environ = StartEnvironment(site, options)
    config = ConfigFiles(place, environ)
    traces = Traces(place)
    run_records = RunRecords(site.state_folder, silent_tray)
    baselines = Baselines(config, run_records)
    preflight = Preflight(place, config, find_command, environ)
    return Crew(
        Observer(place, config, run_records, baselines, preflight),
        Preparer(place, preflight, traces, run_records, options),
        Diagnoser(traces, options.errors, lambda: preflight.command.program),
        run_records,
        config,
        preflight,
        Reloader(place, config, baselines),
        traces,
    )


def _found(options: StartOptions) -> GatewayCommand | Failure:
    return find_gateway(options.settings.gateway, options.environ)


def _given(command: GatewayCommand) -> GatewayCommand:
    return command
