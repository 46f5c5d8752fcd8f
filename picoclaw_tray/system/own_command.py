"""The command that starts this very installation of the tray, from any folder.

Not looked up on the search path: another version may be there, or none at a login.
"""

from __future__ import annotations

import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath, PureWindowsPath
from typing import TYPE_CHECKING, TypeAlias

import picoclaw_tray
from picoclaw_tray.system.frozen import is_frozen

if TYPE_CHECKING:
    from collections.abc import Callable

    Exists: TypeAlias = Callable[[str], bool]

PROGRAM = "picoclaw-tray"


@dataclass(frozen=True, slots=True)
class Installation:
    """How we are installed.

    Attributes:
        platform: As in ``sys.platform``.
        frozen: Whether we are a program of our own, without a Python beside it.
        executable: Which program runs; of a virtual environment its own, links not followed.
        prefix: Where that Python has its packages.
        scripts: Where it puts the programs of packages; empty if frozen.
        package: The folder of our package.
    """

    platform: str
    frozen: bool
    executable: str
    prefix: str
    scripts: str
    package: str


def this_installation() -> Installation:
    """Ours."""
    return Installation(
        platform=sys.platform,
        frozen=is_frozen(),
        executable=sys.executable,
        prefix=sys.prefix,
        scripts="" if is_frozen() else sysconfig.get_path("scripts"),
        package=str(Path(picoclaw_tray.__file__).absolute().parent),
    )


def own_command(
    installation: Installation, exists: Exists = lambda path: Path(path).is_file()
) -> tuple[str, ...]:
    """The words that start the tray, without a verb.

    A package in its Python's own folders has a program that came with it, also in a virtual
    environment and with pipx. Of a checkout, installed to be edited or not at all, the folder of
    the package is named: Python runs its ``__main__``.
    """
    windows = installation.platform == "win32"
    flavour: type[PurePath] = PureWindowsPath if windows else PurePosixPath
    executable = flavour(installation.executable)
    program = f"{PROGRAM}.exe" if windows else PROGRAM
    if installation.frozen:
        beside = str(executable.with_name(program))
        return (beside if exists(beside) else str(executable),)
    if flavour(installation.package).is_relative_to(flavour(installation.prefix)):
        for folder in (executable.parent, flavour(installation.scripts)):
            if exists(str(folder / program)):
                return (str(folder / program),)
    without_console = str(executable.with_name("pythonw.exe"))
    python = without_console if windows and exists(without_console) else str(executable)
    return (python, installation.package)
