"""Finds out whether a gateway can be started, and with what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.config_error import ConfigError
from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.launch import gateway_arguments, gateway_environment
from picoclaw_tray.gateway.readiness import NotReady, readiness
from picoclaw_tray.lifecycle.messages import LaunchPlan
from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.presentation import obstacles
from picoclaw_tray.system import processes
from picoclaw_tray.system.paths import user_home

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.lifecycle.state import Process
    from picoclaw_tray.settings import Settings
    from picoclaw_tray.system.config_files import ConfigFiles
    from picoclaw_tray.system.panic_log import PanicLog
    from picoclaw_tray.system.paths import GatewayPlace


@dataclass(frozen=True, slots=True)
class StartOptions:
    """How this tray starts gateways. ``environ`` is its own environment."""

    settings: Settings
    environ: Mapping[str, str]
    debug: bool = False


class Preparer:
    """Answers ``Prepare``; works in one lane."""

    def __init__(
        self,
        place: GatewayPlace,
        config: ConfigFiles,
        panic_log: PanicLog,
        find_command: Callable[[], GatewayCommand | Failure],
        options: StartOptions,
    ) -> None:
        self._place = place
        self._config = config
        self._panic_log = panic_log
        self._find_command = find_command
        self._options = options

    def prepare(self, *, anyway: bool, replacing: Process | None) -> LaunchPlan | Failure:
        """The plan of a start, or why there can be none now.

        Args:
            anyway: Pass over what readiness alone objects to; the program is less strict.
            replacing: The gateway that will be gone by then.
        """
        command = self._find_command()
        if isinstance(command, Failure):
            return command
        refusal = self._objection(anyway=anyway) or self._in_the_way(command, replacing)
        if refusal is not None:
            return refusal
        self._panic_log.mark()
        settings, environ = self._options.settings, self._options.environ
        return LaunchPlan(
            program=command.program,
            arguments=(*command.arguments, *gateway_arguments(debug=self._options.debug)),
            environment=gateway_environment(
                environ,
                home=str(self._place.home),
                config=str(self._place.config),
                host=settings.host or None,
                log_level=settings.log_level or None,
            ),
            directory=user_home(environ) or str(self._place.home),
        )

    def _objection(self, *, anyway: bool) -> Failure | None:
        """What config and readiness say."""
        config = self._config.read()
        if isinstance(config, ConfigError):
            return Failure(
                FailureClass.CONFIG_UNREADABLE,
                config.explanation,
                detail=config.reason,
                next_step=obstacles.config_file(str(self._place.config)),
                curable=False,
            )
        verdict = readiness(config)
        if not isinstance(verdict, NotReady) or (anyway and verdict.passable):
            return None
        reason, next_step = verdict.explanation, obstacles.config_file(str(self._place.config))
        if self._config.is_missing():
            reason, next_step = obstacles.no_config(str(self._place.config))
        return Failure(
            FailureClass.NOT_READY,
            reason,
            detail=verdict.reason,
            next_step=next_step,
            curable=verdict.cures_itself,
            passable=verdict.passable,
        )

    def _in_the_way(self, command: GatewayCommand, replacing: Process | None) -> Failure | None:
        """A gateway of this home that was not found by looking: it does not answer."""
        others = tuple(
            facts.pid
            for facts in processes.gateways_of_home(str(self._place.home), command)
            if replacing is None or facts.pid != replacing.key.pid
        )
        if not others:
            return None
        reason, next_step = obstacles.still_there(others)
        return Failure(FailureClass.ALREADY_RUNNING, reason, next_step=next_step)
