"""Starts a gateway on a config of ``config_cases`` and says what became of it."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.config import GatewayConfig
from picoclaw_tray.gateway.config_error import ConfigError, ConfigErrorKind
from picoclaw_tray.gateway.diagnosis import Evidence, diagnose
from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.health import DEFAULT_PORT
from picoclaw_tray.gateway.readiness import NotReady, Obstacle, probes_wanted, readiness
from picoclaw_tray.gateway.release import NEWEST
from picoclaw_tray.gateway.startup_error import find_startup_error
from picoclaw_tray.system import health_probe
from picoclaw_tray.system.config_files import ConfigFiles
from picoclaw_tray.system.model_prober import ModelProber
from picoclaw_tray.system.paths import GatewayPlace
from tests.support.config_cases import READY, ConfigCase
from tests.support.ports import free_port
from tests.support.programs import Program

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.gateway.release import Release

START_S = 15.0

_WORDS = {
    ConfigErrorKind.SYNTAX: "syntax error|detect config version|parse security config",
    ConfigErrorKind.TYPE: "type error|cannot unmarshal|failed to parse security config",
    ConfigErrorKind.UNKNOWN_KEY: "unknown field",
    ConfigErrorKind.UNSUPPORTED_VERSION: "unsupported config version",
    ConfigErrorKind.UNRESOLVED_SECRET: "credential",
    ConfigErrorKind.INVALID_VALUE: "invalid|required|unknown type|singleton|unsupported|must|custom"
    "|parse error on field|contains",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a gateway did.

    Attributes:
        started: It answered.
        failure_class: Of our diagnosis otherwise.
        error: Its own words.
    """

    started: bool
    failure_class: str = ""
    error: str = ""

    def __str__(self) -> str:
        if self.started:
            return "starts"
        return (
            f"ends: {self.failure_class}: {self.error.splitlines()[0][:110] if self.error else ''}"
        )

    def is_as(self, predicted: str | ConfigErrorKind | Obstacle) -> bool:
        """Whether the prediction has come true; of reasons 2, 5 and 6 nothing is expected."""
        match predicted:
            case ConfigErrorKind():
                if predicted is ConfigErrorKind.TYPE and self.failure_class == FailureClass.PANIC:
                    return True  # contract 5.2: it crashes on a null entry of model_list
                return not self.started and bool(re.search(_WORDS[predicted], self.error))
            case Obstacle.UNKNOWN_MODEL | Obstacle.NOT_FOR_CHAT:
                return self.failure_class == FailureClass.PROVIDER_ERROR
            case Obstacle():
                return True
            case _:
                return self.started


def predicted_of(
    case: ConfigCase, folder: Path, release: Release = NEWEST
) -> str | ConfigErrorKind | Obstacle:
    """What the tray would say of this case, with files that it reads itself."""
    place = _made(case, folder)
    environ = _environ(case, place)
    config = ConfigFiles(place, environ).read(release)
    if isinstance(config, ConfigError):
        return config.kind
    assert isinstance(config, GatewayConfig)
    prober = ModelProber()
    reachable = [
        probe
        for probe in probes_wanted(config, release)
        if prober.is_reachable(probe, fresh=True, path=environ["PATH"])
    ]
    verdict = readiness(config, release, reachable)
    return verdict.obstacle if isinstance(verdict, NotReady) else READY


def outcome_of(case: ConfigCase, folder: Path, binary: str) -> Outcome:
    """What the gateway makes of it; it is stopped again."""
    place = _made(case, folder)
    output = folder / "output.txt"
    command, environ = (binary, "gateway", "-E"), _environ(case, place)
    with Program(command, environment=environ, output_path=output) as program:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline and program.is_running:
            answer = health_probe.probe("127.0.0.1", _port(folder)).answer
            if answer is not None and answer.pid == program.pid:
                return Outcome(started=True)
            time.sleep(0.05)
    panics = _lines(place.panic_log)
    lines = _lines(output)
    diagnosis = diagnose(Evidence(exit_code=1, output_tail=lines, panic_tail=panics))
    found = find_startup_error(lines, panics)
    panic = next((line for line in (*panics, *lines) if line.startswith("panic: ")), "")
    return Outcome(False, diagnosis.failure_class, found.error if found else panic)


def _made(case: ConfigCase, folder: Path) -> GatewayPlace:
    """The home, made at the first call."""
    home = folder / "home"
    place = GatewayPlace(home, home / "config.json")
    if home.exists():
        return place
    home.mkdir()
    # Without a file no variable is read: it is the usual port then.
    port = DEFAULT_PORT if case.config is None else free_port()
    (folder / "port").write_text(str(port), encoding="utf-8")
    contents = {
        "config.json": case.config,
        ".security.yml": case.security,
        "auth.json": case.auth,
        **case.files,
    }
    for name, content in contents.items():
        if content is not None:
            filled = content.replace("{port}", str(port))
            (home / name).write_text(filled, encoding="utf-8")
    return place


def _port(folder: Path) -> int:
    return int((folder / "port").read_text(encoding="utf-8"))


def _environ(case: ConfigCase, place: GatewayPlace) -> dict[str, str]:
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(place.home),
        "PICOCLAW_HOME": str(place.home),
        "PICOCLAW_CONFIG": str(place.config),
        "NO_COLOR": "1",
    }
    return environ | case.environ


def _lines(path: Path) -> tuple[str, ...]:
    try:
        return tuple(path.read_text(encoding="utf-8", errors="replace").splitlines())
    except OSError:
        return ()
