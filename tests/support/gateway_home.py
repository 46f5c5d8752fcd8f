"""PicoClaw homes in temporary folders, for the stand-in and for a real gateway alike.

Nothing in such a home reaches out: its model lives below `.invalid`, and it has no channel.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.gateway.launch import LOG_LEVEL_VARIABLE
from picoclaw_tray.settings import Settings
from picoclaw_tray.system import health_probe
from picoclaw_tray.system.launch_site import LaunchSite
from picoclaw_tray.system.paths import GatewayPlace
from tests.support.ports import free_port
from tests.support.programs import DIES_WITH_THE_TESTS, Program
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

STAND_IN = (sys.executable, "-m", "picoclaw_tray.demo")


class GatewayHome:
    """One home, and the command that starts its gateway.

    Args:
        folder: Of which everything is a part: the home, our state, what is printed. May be there.
        command: Program and leading arguments.
        port: Where the gateway of a new home listens; none: a free one.
    """

    def __init__(self, folder: Path, command: tuple[str, ...], port: int | None = None) -> None:
        self.folder = folder
        self.command = GatewayCommand(command[0], command[1:])
        self.place = GatewayPlace(folder / "home", folder / "home" / "config.json")
        if self.place.config.exists():
            config = json.loads(self.place.config.read_text(encoding="utf-8"))
            self.port = int(config["gateway"]["port"])
        else:
            self.place.home.mkdir(parents=True)
            self.port = free_port() if port is None else port
            self.configure()

    def configure(self, *, default_model: str = "m", **gateway: object) -> None:
        """Write a config that a gateway starts with, unless told otherwise."""
        model = {
            "model_name": "m",
            "provider": "openai",
            "model": "m",
            "api_keys": ["no-secret"],
            "api_base": "http://model.invalid/v1",
        }
        config = {
            "version": 3,
            "agents": {"defaults": {"model_name": default_model}},
            "model_list": [model],
            "gateway": {"host": "localhost", "port": self.port} | gateway,
        }
        self.place.config.write_text(json.dumps(config), encoding="utf-8")

    def break_config(self) -> None:
        """Make it unreadable for everybody."""
        self.place.config.write_text('{"version": 3,', encoding="utf-8")

    def environment(self, switches: str = "") -> dict[str, str]:
        """What a person's shell would have; `switches` are the stand-in's."""
        return dict(os.environ) | {"PICOCLAW_DEMO": switches}

    def gateway_environment(self, switches: str = "") -> dict[str, str]:
        """The environment of a gateway of this home that no tray starts."""
        return self.environment(switches) | {
            "PICOCLAW_HOME": str(self.place.home),
            "PICOCLAW_CONFIG": str(self.place.config),
            "NO_COLOR": "1",
        }

    @property
    def gateway_words(self) -> tuple[str, ...]:
        """What starts a gateway."""
        return (self.command.program, *self.command.arguments, "gateway", "-E")

    def site(self, switches: str = "") -> LaunchSite:
        """This home as the tray sees it."""
        return LaunchSite(
            place=self.place,
            environ=self.environment(switches),
            settings=Settings(),
            settings_file=self.folder / "settings.json",
            settings_problem=None,
            state_folder=self.folder / "state",
            log_folder=self.folder / "log",
            command=self.command,
        )

    @contextmanager
    def started_by_hand(
        self, switches: str = "", *words: str, answers: bool = True, log_level: str = ""
    ) -> Iterator[Program]:
        """A gateway of this home that no tray started; waited for until it answers.

        Args:
            switches: The stand-in's.
            words: More arguments.
            answers: It will.
            log_level: What its environment fixes.
        """
        guard = DIES_WITH_THE_TESTS if sys.platform == "linux" else ()
        command = (*guard, *self.gateway_words, *words)
        environment = self.gateway_environment(switches)
        if log_level:
            environment[LOG_LEVEL_VARIABLE] = log_level
        output_path = self.folder / "by-hand.txt"
        with Program(command, environment=environment, output_path=output_path) as program:
            if answers:
                wait_until(lambda: self.answering_pid() == program.pid, what="a gateway by hand")
                wait_until(self.place.pid_file.exists, what="its PID file")
            try:
                yield program
            finally:
                _kill(program)

    def answering_pid(self) -> int | None:
        """The PID that `/health` says, if anybody answers."""
        answer = health_probe.probe("localhost", self.port).answer
        return answer.pid if answer else None

    def recorded_pid(self) -> int | None:
        """The PID in the PID file, if there is one."""
        try:
            return int(json.loads(self.place.pid_file.read_text(encoding="utf-8"))["pid"])
        except FileNotFoundError:
            return None

    def write_pid_file(self, pid: int) -> None:
        """Leave a PID file that names this process."""
        record = {"pid": pid, "token": "0" * 32, "version": "x", "port": self.port}
        content = json.dumps(record | {"host": "localhost"})
        self.place.pid_file.write_text(content, encoding="utf-8")


def _kill(program: Program) -> None:
    """A stopped one heeds no other signal; on Windows every signal is like this one."""
    program.send_signal(signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
