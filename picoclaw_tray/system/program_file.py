"""Why a program could not be run, as far as its file tells."""

from __future__ import annotations

import os
import platform
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.program_file import (
    HEAD_BYTES,
    Binary,
    Script,
    is_made_for,
    program_kind,
    this_computer,
)
from picoclaw_tray.presentation import obstacles
from picoclaw_tray.system.files import read_bounded

if TYPE_CHECKING:
    from picoclaw_tray.text import Text


def explained(path: str, words: str) -> tuple[FailureClass, Text, Text]:
    """Class, reason and next step for a program that the system did not run.

    The system's own words do not tell a missing program from a missing interpreter, and come in
    the language of Windows.

    Args:
        path: Of the program.
        words: The system's, for where nothing better is known.
    """
    if not os.path.exists(path):  # noqa: PTH110 - never raises
        return FailureClass.BINARY_MISSING, *obstacles.binary_not_there(path)
    return FailureClass.NOT_RUNNABLE, *_not_runnable(path, words)


def _not_runnable(path: str, words: str) -> tuple[Text, Text]:
    here = this_computer(sys.platform, platform.machine())
    try:
        head = read_bounded(Path(path), HEAD_BYTES)
    except OSError:  # it may be run and not read
        return obstacles.binary_cannot_run(path, words)
    match program_kind(head):
        case None:
            return obstacles.binary_no_program(path) if head else obstacles.binary_empty(path)
        case Script(interpreter=interpreter) if not os.path.exists(interpreter):  # noqa: PTH110
            return obstacles.binary_without_interpreter(path, interpreter)
        case Binary() as binary if not is_made_for(binary, here):
            made_for, ours = (f"{kind.system} {kind.machine}".strip() for kind in (binary, here))
            return obstacles.binary_for_another_computer(path, made_for, ours)
        case Binary(loader=loader) if loader and not os.path.exists(loader):  # noqa: PTH110
            return obstacles.binary_without_loader(path, loader)
        case _:
            return obstacles.binary_cannot_run(path, words)
