"""How a gateway is started: arguments, environment, and where things are (contract 1.1 to 1.5)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HOME_VARIABLE = "PICOCLAW_HOME"
CONFIG_VARIABLE = "PICOCLAW_CONFIG"
BINARY_VARIABLE = "PICOCLAW_BINARY"
HOST_VARIABLE = "PICOCLAW_GATEWAY_HOST"
LOG_LEVEL_VARIABLE = "PICOCLAW_LOG_LEVEL"


def gateway_arguments(*, debug: bool) -> tuple[str, ...]:
    """What follows the gateway command; ``-E`` lets it start without a default model."""
    return ("gateway", "-E", "-d") if debug else ("gateway", "-E")


def gateway_environment(
    base: Mapping[str, str], *, home: str, config: str, host: str | None, log_level: str | None
) -> dict[str, str]:
    """The environment of a gateway: the tray's own, and what it must know.

    Args:
        base: the environment of the tray.
        home: absolute PicoClaw home.
        config: absolute path of the config file.
        host: bind host list that replaces ``gateway.host``; None leaves it alone.
        log_level: replaces ``gateway.log_level``; None leaves it alone.
    """
    environ = {**base, HOME_VARIABLE: home, CONFIG_VARIABLE: config, "NO_COLOR": "1"}
    if host is not None:
        environ[HOST_VARIABLE] = host
    if log_level is not None:
        environ[LOG_LEVEL_VARIABLE] = log_level
    return environ


def home_directory(environ: Mapping[str, str], user_home: str) -> str:
    """The PicoClaw home, verbatim as the gateway takes it; ``.`` if nothing tells it.

    Args:
        environ: of the process whose home is asked for.
        user_home: ``HOME`` of that process, ``USERPROFILE`` on Windows; may be empty.
    """
    return environ.get(HOME_VARIABLE) or (join(user_home, ".picoclaw") if user_home else ".")


def config_path(environ: Mapping[str, str], home: str) -> str:
    """The path of the config file, verbatim as the gateway takes it."""
    return environ.get(CONFIG_VARIABLE) or join(home, "config.json")


def onboard_command(environ: Mapping[str, str], user_home: str) -> str:
    """What to run in a terminal to get a config where this gateway looks for one (contract 4.4).

    Args:
        environ: that the gateway would be started with.
        user_home: may be empty; with a drive letter the command is one for PowerShell.
    """
    home = home_directory(environ, user_home)
    named = {}
    if home != home_directory({}, user_home):
        named[HOME_VARIABLE] = home
    if config_path(environ, home) != join(home, "config.json"):
        named[CONFIG_VARIABLE] = config_path(environ, home)
    if "\\" in home:
        doubled = {name: value.replace("'", "''") for name, value in named.items()}
        settings = [f"$env:{name}='{value}'; " for name, value in doubled.items()]
    else:
        settings = [f"{name}={_quoted(value)} " for name, value in named.items()]
    return "".join((*settings, "picoclaw onboard"))


def _quoted(value: str) -> str:
    """A word for a shell; ``shlex`` would bring half of the library into this room."""
    if re.fullmatch(r"[\w@%+=:,./-]+", value, re.ASCII):
        return value
    return "'" + value.replace("'", "'\\''") + "'"


def binary_name(platform: str) -> str:
    """The name to look for on the search path; ``platform`` as in ``sys.platform``."""
    return "picoclaw.exe" if platform == "win32" else "picoclaw"


def install_places(platform: str, environ: Mapping[str, str], user_home: str) -> tuple[str, ...]:
    """Where installers put the executable, to be tried after the search path (contract 1.5).

    Args:
        platform: as in ``sys.platform``.
        environ: of the tray; names the program folders of Windows.
        user_home: may be empty.
    """
    match platform:
        case "win32":
            folders = [environ.get("PROGRAMFILES", ""), environ.get("LOCALAPPDATA", "")]
            tails = [("PicoClaw",), ("Programs", "PicoClaw")]
        case "darwin":
            folders = ["/Applications", user_home, user_home]
            bundle = ("PicoClaw.app", "Contents", "MacOS")
            tails = [bundle, ("Applications", *bundle), (".local", "bin")]
        case _:
            folders = ["/usr/bin", user_home]
            tails = [(), (".local", "bin")]
    name = binary_name(platform)
    places = zip(folders, tails, strict=True)
    return tuple(join(folder, *tail, name) for folder, tail in places if folder)


def join(folder: str, *names: str) -> str:
    """Joins a path with the separator that ``folder`` itself uses."""
    windows = "\\" in folder and not folder.startswith("/")
    separator = "\\" if windows else "/"
    return separator.join((folder.rstrip("/\\") if windows else folder.rstrip("/"), *names))
