"""What is different in the bundle, the folder into which PyInstaller froze this program.

Knows what its boot loader does to our surroundings, and where the programs of the bundle lie.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if sys.platform == "win32":
    import ctypes

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_BOOT_LOADER_PREFIXES = ("_PYI_", "_MEIPASS")
_LIBRARY_PATHS = ("LD_LIBRARY_PATH", "LIBPATH")
"""The boot loader keeps what a person had in them under the same name with ``_ORIG``."""


def is_frozen() -> bool:
    """Whether this is a program of the bundle."""
    return bool(getattr(sys, "frozen", False))


def own_folder() -> Path:
    """Where the program lies that a person started; not where an interpreter does."""
    program = sys.executable if is_frozen() else sys.argv[0]
    return Path(program).absolute().parent


def neighbour(name: str) -> Path:
    """Where the program of that name is, or would be, in our own folder; without ``.exe``."""
    return own_folder() / (f"{name}.exe" if sys.platform == "win32" else name)


def leave_bundle(environ: MutableMapping[str, str]) -> None:
    """Takes the bundle out of what our children inherit; does nothing when not frozen.

    A gateway that looked for its libraries in our bundle would find ours instead of the system's,
    and so would every program that it starts. For ourselves the variables have done their work:
    the system's loader read them when we were started. What a person had in them stays.

    Args:
        environ: ``os.environ``, before anybody has copied it.
    """
    if not is_frozen():
        return
    bundle: str = sys._MEIPASS  # type: ignore[attr-defined]  # noqa: SLF001 - the documented name
    for name in list(environ):
        if name.startswith(_BOOT_LOADER_PREFIXES):
            del environ[name]
        else:
            _take_out(bundle, environ, name)
    for name in _LIBRARY_PATHS:
        original = environ.pop(f"{name}_ORIG", None)
        if original is not None:
            environ[name] = original
    _leave_library_folder(bundle)


def _take_out(bundle: str, environ: MutableMapping[str, str], name: str) -> None:
    """Takes the bundle's files and folders out of a list of some; a list of them alone goes."""
    entries = environ[name].split(os.pathsep)
    kept = [entry for entry in entries if not Path(entry).is_relative_to(bundle)]
    if not kept:
        del environ[name]
    elif kept != entries:
        environ[name] = os.pathsep.join(kept)


def _leave_library_folder(bundle: str) -> None:
    """Finds our libraries by another way than one which children inherit."""
    if sys.platform == "win32":
        os.add_dll_directory(bundle)
        ctypes.windll.kernel32.SetDllDirectoryW(None)
