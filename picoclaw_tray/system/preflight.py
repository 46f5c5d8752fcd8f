"""What a start would be like now: program, release, config, model. Starts nothing."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.gateway import release as releases
from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.gateway.config_error import ConfigError
from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.launch import binary_name, onboard_command
from picoclaw_tray.gateway.readiness import NotReady, Obstacle, probes_wanted, readiness
from picoclaw_tray.lifecycle.state import Failure, Place
from picoclaw_tray.presentation import obstacles
from picoclaw_tray.presentation.situation import Outlook
from picoclaw_tray.system.files import is_in_the_way, nearest_existing
from picoclaw_tray.system.gateway_version import GatewayVersions
from picoclaw_tray.system.model_prober import ModelProber
from picoclaw_tray.system.paths import user_home

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    from picoclaw_tray.gateway.config import GatewayConfig
    from picoclaw_tray.gateway.model_probe import ModelProbe
    from picoclaw_tray.gateway.release import Release
    from picoclaw_tray.system.config_files import ConfigFiles
    from picoclaw_tray.system.paths import GatewayPlace
    from picoclaw_tray.text import Text

    FindCommand: TypeAlias = Callable[[], GatewayCommand | Failure]

PROBING_LIMIT_S = 4.0
"""For all models that share the default model's name, while a person waits for the answer."""

QUICK_LIMIT_S = 1.0
"""For them if nobody waits: a start that is wished meanwhile has to wait for this."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found.

    Attributes:
        command: What would be started; none if there is no program.
        version: Of that program; empty if it does not tell.
        release: What it can do.
        config: As it would read it; none if it could not.
        objection: Why it should not be started.
        remark: What a person should know all the same.
    """

    command: GatewayCommand | None
    version: str
    release: Release
    config: GatewayConfig | None
    objection: Failure | None
    remark: Text | None = None

    @property
    def outlook(self) -> Outlook:
        """What a person is shown before a start."""
        model = self.config.default_model if self.config else None
        program = self.command.program if self.command else ""
        return Outlook(self.version, model or "", self.objection, self.remark, program)


class Preflight:
    """Checks everything that can be known before a start; works in one lane."""

    def __init__(
        self,
        place: GatewayPlace,
        config: ConfigFiles,
        find_command: FindCommand,
        environ: Mapping[str, str],
    ) -> None:
        """Checks nothing yet; ``environ`` is what the gateway will be started with."""
        self._place = place
        self._config = config
        self._find_command = find_command
        self._environ = environ
        self._versions = GatewayVersions()
        self._models = ModelProber()
        self._release = releases.NEWEST
        found = find_command()
        unknown = GatewayCommand(binary_name(sys.platform))
        self._command = unknown if isinstance(found, Failure) else found

    @property
    def command(self) -> GatewayCommand:
        """The gateway command of the last check; the bare name as long as none was found."""
        return self._command

    @property
    def release(self) -> Release:
        """Of the program that would be started, as far as the last check could tell."""
        return self._release

    def check(self, *, fresh: bool) -> Checked:
        """Takes some milliseconds; a few seconds where the program or a local model is slow.

        Args:
            fresh: Ask a local model now, instead of believing what it said a moment ago.
        """
        command = self._find_command()
        if isinstance(command, Failure):
            return Checked(None, "", releases.NEWEST, None, command)
        self._command = command
        info = self._versions.version_of(command, self._environ)
        version = info.version if info else ""
        release = self._release = releases.release_of(version)
        complaint = releases.objection(version)
        if complaint is not None and not release.allows_empty:
            failure = Failure(FailureClass.NOT_RUNNABLE, complaint, curable=False)
            return Checked(command, version, release, None, failure)
        obstructed = self._obstructed()
        if obstructed is not None:
            failure = Failure(FailureClass.NOT_READY, obstructed[0], next_step=obstructed[1])
            return Checked(command, version, release, None, failure)
        config = self._config.read(release)
        if isinstance(config, ConfigError):
            return Checked(command, version, release, None, self._broken(config))
        verdict = readiness(config, release, self._reachable(config, release, fresh=fresh))
        if isinstance(verdict, NotReady):
            failure = self._not_ready(verdict)
            return Checked(command, version, release, config, failure, complaint)
        if info is None:
            complaint = obstacles.not_like_picoclaw(command.program)
        return Checked(command, version, release, config, None, complaint or verdict.remark)

    def _reachable(
        self, config: GatewayConfig, release: Release, *, fresh: bool
    ) -> frozenset[ModelProbe]:
        """Of the models to be asked, those that are there. Later ones may find no time any more."""
        deadline = time.monotonic() + (PROBING_LIMIT_S if fresh else QUICK_LIMIT_S)
        path = self._environ.get("PATH", "")
        return frozenset(
            probe
            for probe in probes_wanted(config, release)
            if time.monotonic() < deadline
            and self._models.is_reachable(probe, fresh=fresh, path=path)
        )

    def _obstructed(self) -> tuple[Text, Text] | None:
        """A gateway ends at once if it cannot write its PID file (contract 4.6)."""
        home, pid_file = self._place.home, self._place.pid_file
        there = nearest_existing(home)
        if not os.path.isdir(there):  # noqa: PTH112 - it never raises
            return obstacles.home_in_the_way(str(there), str(home))
        if not os.access(there, os.W_OK | os.X_OK):
            return obstacles.home_read_only(str(there), str(home))
        if is_in_the_way(pid_file):
            return obstacles.pid_file_in_the_way(str(pid_file))
        return None

    def _broken(self, error: ConfigError) -> Failure:
        place = self._config.place_of(error)
        return Failure(
            FailureClass.CONFIG_UNREADABLE,
            error.explanation,
            detail=error.reason,
            next_step=obstacles.config_file(place) if place else None,
            place=place,
            curable=False,
        )

    def _not_ready(self, verdict: NotReady) -> Failure:
        file = str(self._place.config)
        place: Place | None = Place(file)
        reason, next_step = verdict.explanation, obstacles.config_file(Place(file))
        command = ""
        if verdict.obstacle is Obstacle.NO_DEFAULT_MODEL and self._config.is_missing():
            command = onboard_command(self._environ, user_home(self._environ))
            reason, next_step = obstacles.no_config(file, command)
            place = None
        return Failure(
            FailureClass.NOT_READY,
            reason,
            detail=verdict.reason,
            next_step=next_step,
            place=place,
            command=command,
            curable=verdict.cures_itself,
            passable=verdict.passable,
        )
