"""Finds out whether a gateway can be started, and with what."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.fingerprint import fingerprint
from picoclaw_tray.gateway.launch import gateway_arguments, gateway_environment
from picoclaw_tray.lifecycle.messages import LaunchPlan
from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.presentation import obstacles
from picoclaw_tray.system import processes
from picoclaw_tray.system.files import write_private
from picoclaw_tray.system.paths import user_home

if TYPE_CHECKING:
    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.lifecycle.state import Process
    from picoclaw_tray.system.launch_site import StartOptions
    from picoclaw_tray.system.paths import GatewayPlace
    from picoclaw_tray.system.preflight import Checked, Preflight
    from picoclaw_tray.system.run_record import RunRecords
    from picoclaw_tray.system.traces import Traces


log = logging.getLogger(__name__)


class Preparer:
    """Answers ``Prepare``; works in one lane."""

    def __init__(
        self,
        place: GatewayPlace,
        preflight: Preflight,
        traces: Traces,
        run_records: RunRecords,
        options: StartOptions,
    ) -> None:
        self._place = place
        self._preflight = preflight
        self._traces = traces
        self._run_records = run_records
        self._options = options

    def prepare(
        self, *, anyway: bool, replacing: Process | None, fresh: bool
    ) -> LaunchPlan | Failure:
        """The plan of a start, or why there can be none now.

        Args:
            anyway: Pass over what readiness alone objects to; the program is less strict.
            replacing: The gateway that will be gone by then.
            fresh: As in ``Preflight.check``.
        """
        checked = self._preflight.check(fresh=fresh)
        objection, command = checked.objection, checked.command
        if objection is not None and not (anyway and objection.passable):
            return objection
        assert command is not None, "nothing passable is said without a program"
        in_the_way = self._in_the_way(command, replacing)
        if in_the_way is not None:
            return in_the_way
        self._traces.mark_start()
        return self._plan(command, checked)

    def _plan(self, command: GatewayCommand, checked: Checked) -> LaunchPlan:
        settings, environ = self._options.settings, self._options.environ
        config = checked.config
        assert config is not None, "nothing passable is said without a config"
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
            outlives=settings.on_quit.outlives,
            errors=self._errors_file() if settings.on_quit.outlives else "",
            run=self._run_records.next_run(),
            version=checked.version,
            default_model=config.default_model or "",
            log_level="debug" if self._options.debug else config.log_level,
            fingerprint=fingerprint(config, checked.release, self._run_records.fingerprint_key()),
        )

    def _errors_file(self) -> str:
        """Emptied; none if it cannot be written, which is no reason not to start."""
        errors = self._options.errors
        try:
            write_private(errors, b"")
        except OSError as error:
            log.warning("no file for the standard error of the gateway: %s", error)
            return ""
        return str(errors)

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
