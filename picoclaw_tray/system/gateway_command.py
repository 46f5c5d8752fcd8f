"""Finds the gateway executable (contract 1.5)."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.launch import BINARY_VARIABLE, binary_name, install_places
from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.presentation import obstacles
from picoclaw_tray.system.frozen import own_folder
from picoclaw_tray.system.paths import user_home

if TYPE_CHECKING:
    from collections.abc import Mapping

    from picoclaw_tray.text import Text


def find_gateway(
    chosen: str, environ: Mapping[str, str], beside: Path | None = None
) -> GatewayCommand | Failure:
    """The command that starts the gateway, or why there is none.

    In this order: the user's choice, ``PICOCLAW_BINARY``, beside our own executable, the search
    path, the known install places. A choice that does not work is an error, also in the variable:
    the launcher passes over it in silence, and starts something else (contract 1.5).

    Args:
        chosen: The user's choice; may be empty.
        environ: Of the tray.
        beside: The folder of our own executable; none: to be found out.
    """
    if chosen:
        return _checked(chosen)
    named = environ.get(BINARY_VARIABLE, "")
    if named:
        return _checked(named)
    name = binary_name(sys.platform)
    neighbour = str((beside or own_folder()) / name)
    if _is_program(neighbour):
        return GatewayCommand(neighbour)
    found = shutil.which(name, path=environ.get("PATH", ""))
    if found is not None:
        return GatewayCommand(str(Path(found).absolute()))
    for place in install_places(sys.platform, environ, user_home(environ)):
        if _is_program(place):
            return GatewayCommand(place)
    return _failure(FailureClass.BINARY_MISSING, obstacles.no_binary())


def _is_program(path: str) -> bool:
    # os.path, not pathlib: it answers also when a folder on the way may not be entered.
    return os.path.isfile(path) and os.access(path, os.X_OK)  # noqa: PTH113


def _checked(path: str) -> GatewayCommand | Failure:
    # os.path, not pathlib: it answers also when a folder on the way may not be entered.
    if not os.path.exists(path):  # noqa: PTH110
        return _failure(FailureClass.BINARY_MISSING, obstacles.binary_not_there(path))
    if not os.path.isfile(path):  # noqa: PTH113
        return _failure(FailureClass.NOT_RUNNABLE, obstacles.binary_not_a_file(path))
    if not os.access(path, os.X_OK):
        return _failure(FailureClass.NOT_RUNNABLE, obstacles.binary_not_executable(path))
    return GatewayCommand(str(Path(path).absolute()))


def _failure(failure_class: FailureClass, sentences: tuple[Text, Text]) -> Failure:
    reason, next_step = sentences
    return Failure(failure_class, reason, next_step=next_step, curable=False)
