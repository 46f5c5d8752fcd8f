"""A root of its own for a bundle: its programs find in it what they brought along, and little more.

The system's part is made of the libraries that the loader looks for outside the folder, of the
loader itself, and of one name of a host. There is no shell, no other program, and no Python.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.skips import ONLY_ROOT

_LIBRARY = re.compile(r"^\s*(?:(\S+) => )?(/\S+) \(0x")
_ENTER = (
    'mount --rbind /proc "$0/proc"; mount --rbind /dev "$0/dev";'
    ' PATH=$PATH:/usr/sbin:/sbin; exec chroot "$0" "$@"'
)


def system_libraries(folder: Path) -> dict[str, Path]:
    """What a bundle's programs and libraries get from the system: names and places.

    The programs come without a library path; they set one for what they load.
    """
    programs = [path for path in folder.iterdir() if path.is_file()]
    libraries = [path for path in folder.rglob("*.so*") if path.is_file()]
    library_path = ":".join({str(path.parent) for path in libraries})
    lines = _ldd(programs) + _ldd(libraries, LD_LIBRARY_PATH=library_path)
    return {
        match[1] or match[2]: Path(match[2])
        for match in filter(None, map(_LIBRARY.match, lines))
        if not Path(match[2]).is_relative_to(folder)
    }


def _ldd(files: list[Path], **variables: str) -> list[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    answer = subprocess.run(
        ["ldd", *map(str, files)], env=environment, capture_output=True, text=True, check=False
    )
    return answer.stdout.splitlines()


class BareRoot:
    """The root, with the folder under `/opt`.

    Attributes:
        folder: Where it is, seen from outside.
        environment: All the variables that a program in it gets.
    """

    def __init__(self, folder: Path, programs: Path) -> None:
        """Make it; the files of `programs` are linked, not copied.

        Skips the test where neither root nor a namespace of our own lets us enter a root.
        """
        self.folder = folder
        self.environment = {
            "HOME": "/home",
            "LC_ALL": "C.UTF-8",
            "PATH": "/usr/bin:/bin",
            "QT_QPA_PLATFORM": "offscreen",
        }
        for name in ("dev", "etc", "home", "proc", "tmp"):
            (folder / name).mkdir(parents=True)
        (folder / "etc" / "hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
        for place in system_libraries(programs).values():
            copy = folder / place.relative_to("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(place, copy)
        home = folder / "opt" / programs.name
        shutil.copytree(programs, home, symlinks=True, copy_function=os.link)
        _require_entrance(folder)

    def entering(self, *command: str) -> list[str]:
        """What to start instead of a command; it becomes the command, so the PID is the same."""
        return [*_namespace(), "sh", "-ec", _ENTER, str(self.folder), *command]


def _namespace() -> tuple[str, ...]:
    return ("unshare", "--mount", *(() if os.geteuid() == 0 else ("--map-root-user",)))


def _require_entrance(folder: Path) -> None:
    command = [*_namespace(), "sh", "-ec", 'mount --rbind /proc "$0/proc"', str(folder)]
    trial = subprocess.run(command, capture_output=True, text=True, check=False)
    if trial.returncode:
        pytest.skip(f"{ONLY_ROOT}: {trial.stderr.strip()}")
