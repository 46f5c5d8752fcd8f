"""A throw-away home for the stand-in gateway: a free port, a ready config, gone afterwards."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.system.frozen import is_frozen, neighbour
from picoclaw_tray.system.paths import GatewayPlace

if TYPE_CHECKING:
    from collections.abc import Mapping


_PREFIX, _HOME = "picoclaw-demo-", "home"


def is_demo(place: GatewayPlace) -> bool:
    """Whether this home is a demo's, which is soon gone."""
    return place.home.name == _HOME and place.home.parent.name.startswith(_PREFIX)


def _interpreter() -> str:
    """The Python that is the gateway itself and can hear a Ctrl+C.

    On Windows the one in a virtual environment only starts the real one, as a child with another
    PID; and ``pythonw.exe`` has no console.
    """
    if sys.platform == "win32":
        real = Path(getattr(sys, "_base_executable", sys.executable))  # as multiprocessing does
        return str(real.with_name("python.exe") if real.name.lower() == "pythonw.exe" else real)
    else:  # noqa: RET505 - mypy for Windows would find what follows unreachable
        return sys.executable


VIRTUAL_ENVIRONMENT_VARIABLE = "__PYVENV_LAUNCHER__"
"""Tells the real Python of Windows which one was called, and so what is installed."""
SWITCHES_VARIABLE = "PICOCLAW_DEMO"
SWITCHES = "chatter=3"
"""Something to read in the log window, unless the user chose other switches."""


def demo_command() -> GatewayCommand:
    """The command that starts the stand-in; from source a program of it may not be installed."""
    if is_frozen():
        return GatewayCommand(str(neighbour("picoclaw-demo-gateway")))
    return GatewayCommand(_interpreter(), ("-m", "picoclaw_tray.demo"))


class DemoHome:
    """Made at once, removed by ``remove``."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self.place = GatewayPlace(self.folder / _HOME, self.folder / _HOME / "config.json")
        self.place.home.mkdir()
        self.place.config.write_text(json.dumps(_config(_free_port()), indent=2), encoding="utf-8")

    def environment(self, base: Mapping[str, str]) -> dict[str, str]:
        """The user's environment without what is meant for the real PicoClaw."""
        environ = {name: value for name, value in base.items() if not name.startswith("PICOCLAW_")}
        environ[SWITCHES_VARIABLE] = base.get(SWITCHES_VARIABLE, SWITCHES)
        environ["PICOCLAW_LOG_LEVEL"] = "info"
        if sys.platform == "win32" and not is_frozen():
            environ[VIRTUAL_ENVIRONMENT_VARIABLE] = sys.executable
        return environ

    def remove(self) -> None:
        """Removes the folder and all in it; what cannot be removed stays behind silently."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _config(port: int) -> dict[str, object]:
    model = {"model_name": "demo", "provider": "openai", "model": "demo", "api_keys": ["demo"]}
    return {
        "version": 3,
        "agents": {"defaults": {"model_name": "demo"}},
        "model_list": [model],
        "gateway": {"host": "localhost", "port": port},
    }


def _free_port() -> int:
    """A port that is free on the loopback now; the system does not soon give it out again."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
