"""Start at login: one protocol, one class for each platform, the text made by pure functions."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from picoclaw_tray.presentation.autostart import (
    login_payload,
    login_sentences,
    no_place,
    not_in_the_demo,
)
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system.autostart.entry import AutostartError, LoginEntry, Unsupported
from picoclaw_tray.system.own_command import own_command, this_installation
from picoclaw_tray.system.paths import default_home, home_name, user_home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from picoclaw_tray.presentation.autostart import LoginStatus
    from picoclaw_tray.system.paths import GatewayPlace
    from picoclaw_tray.text import Text

Action: TypeAlias = Literal["status", "enable", "disable"]

_PROGRAM, _TITLE = "picoclaw-tray", "PicoClaw tray"


@dataclass(frozen=True, slots=True)
class AutostartAnswer:
    """What the command line prints.

    Attributes:
        done: Whether what was asked for was done.
        payload: For ``--json`` (contract 10.6, with ``state`` and ``command``).
        sentences: For a person, one line each.
    """

    done: bool
    payload: dict[str, object]
    sentences: tuple[Text, ...]


def login_entry(place: GatewayPlace, environ: Mapping[str, str], *, demo: bool) -> LoginEntry:
    """The entry of this home on this system.

    Args:
        place: Whose tray is to start.
        environ: Of the tray.
        demo: Its home will be gone at the next login.
    """
    if demo:
        return Unsupported(not_in_the_demo())
    command = login_command(place, environ)
    name, title = _PROGRAM, _TITLE
    if place.home != default_home(environ):  # homes have an entry each
        name, title = f"{name}-{home_name(place)}", f"{title} ({place.home.name})"
    folder = Path(user_home(environ) or Path.home())
    if sys.platform == "win32":
        from picoclaw_tray.system.autostart.run_key import RunKey  # noqa: PLC0415
        from picoclaw_tray.system.autostart.user_registry import UserRegistry  # noqa: PLC0415

        return RunKey(UserRegistry(), name, command)
    elif sys.platform == "darwin":  # noqa: RET505 - mypy would find what follows unreachable
        from picoclaw_tray.system.autostart.launch_agent import LaunchAgent  # noqa: PLC0415

        return LaunchAgent(folder / "Library" / "LaunchAgents", name, command, os.getuid())
    elif sys.platform == "linux":
        from picoclaw_tray.system.autostart.xdg import XdgAutostart  # noqa: PLC0415

        chosen = environ.get("XDG_CONFIG_HOME", "")
        # A relative path is to be passed over (XDG Base Directory Specification).
        configs = Path(chosen) if Path(chosen).is_absolute() else folder / ".config"
        return XdgAutostart(
            configs / "autostart" / f"{name}.desktop",
            command,
            title=title,
            icon=_icon(),
            desktops=frozenset(filter(None, environ.get("XDG_CURRENT_DESKTOP", "").split(":"))),
        )
    else:
        return Unsupported(no_place())


def login_command(place: GatewayPlace, environ: Mapping[str, str]) -> tuple[str, ...]:
    """What starts this home's tray in a session that has just begun: it knows no variables."""
    command = [*own_command(this_installation()), "run"]
    if place.home != default_home(environ):
        command += ["--home", str(place.home)]
    if place.config != place.home / "config.json":
        command += ["--config", str(place.config)]
    return tuple(command)


def changed(entry: LoginEntry, action: Action) -> LoginStatus:
    """Does what was asked for, and asks the system how it is now; a failure is its ``problem``."""
    try:
        match action:
            case "enable":
                entry.enable()
            case "disable":
                entry.disable()
            case "status":
                pass
    except AutostartError as error:
        return replace(entry.status(), problem=error.sentence)
    return entry.status()


def autostart_answer(
    action: Action, place: GatewayPlace, environ: Mapping[str, str], *, demo: bool
) -> AutostartAnswer:
    """The verb ``autostart`` of the command line."""
    status = changed(login_entry(place, environ, demo=demo), action)
    sentences = login_sentences(status, by_variable=bool(environ.get("PICOCLAW_BINARY")))
    message = " ".join(map(render, sentences))
    payload = login_payload(status, platform=sys.platform, message=message)
    return AutostartAnswer(status.problem is None, payload, sentences)


def _icon() -> str:
    """The path of our picture; where it has none, the name that packages install it by."""
    picture = resources.files("picoclaw_tray.resources").joinpath("icons", "app.svg")
    return str(picture) if isinstance(picture, Path) else _PROGRAM
