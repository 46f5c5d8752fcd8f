"""The command that starts this installation, for every way to install it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import picoclaw_tray
from picoclaw_tray.system.own_command import Installation, own_command, this_installation
from tests.support.source_tree import REPOSITORY, tracked_files

if TYPE_CHECKING:
    from pathlib import Path

VENV = "/home/alice/venv"
PIPX = "/home/alice/.local/share/pipx/venvs/picoclaw-tray"
CHECKOUT = "/home/alice/src/picoclaw-tray/picoclaw_tray"


def installation(  # noqa: PLR0913 - as many as an installation has
    executable: str,
    prefix: str,
    package: str,
    *,
    scripts: str = "/nowhere",
    platform: str = "linux",
    frozen: bool = False,
) -> Installation:
    return Installation(platform, frozen, executable, prefix, scripts, package)


@pytest.mark.parametrize(
    ("installed", "files", "command"),
    [
        pytest.param(
            installation(f"{VENV}/bin/python", VENV, f"{VENV}/lib/python3.11/site-packages/p"),
            [f"{VENV}/bin/picoclaw-tray"],
            (f"{VENV}/bin/picoclaw-tray",),
            id="virtual environment",
        ),
        pytest.param(
            installation(f"{PIPX}/bin/python", PIPX, f"{PIPX}/lib/python3.11/site-packages/p"),
            [f"{PIPX}/bin/picoclaw-tray", "/home/alice/.local/bin/picoclaw-tray"],
            (f"{PIPX}/bin/picoclaw-tray",),
            id="pipx",
        ),
        pytest.param(
            installation(
                "/usr/bin/python3",
                "/usr",
                "/usr/local/lib/python3.11/dist-packages/p",
                scripts="/usr/local/bin",
            ),
            ["/usr/local/bin/picoclaw-tray"],
            ("/usr/local/bin/picoclaw-tray",),
            id="scripts elsewhere",
        ),
        pytest.param(
            installation(f"{VENV}/bin/python", VENV, CHECKOUT),
            [f"{VENV}/bin/picoclaw-tray"],
            (f"{VENV}/bin/python", CHECKOUT),
            id="checkout, installed to be edited",
        ),
        pytest.param(
            installation("/usr/bin/python3", "/usr", CHECKOUT),
            [],
            ("/usr/bin/python3", CHECKOUT),
            id="checkout, not installed",
        ),
        pytest.param(
            installation(
                "/usr/bin/python3", "/usr", "/home/alice/.local/lib/python3.11/site-packages/p"
            ),
            ["/usr/bin/picoclaw-tray"],
            ("/usr/bin/python3", "/home/alice/.local/lib/python3.11/site-packages/p"),
            id="installed for one user, beside another one for all",
        ),
        pytest.param(
            installation(f"{VENV}/bin/python", VENV, f"{VENV}/lib/python3.11/site-packages/p"),
            [],
            (f"{VENV}/bin/python", f"{VENV}/lib/python3.11/site-packages/p"),
            id="no program",
        ),
        pytest.param(
            installation("/opt/pct/picoclaw-trayctl", "/opt/pct", "/opt/pct/p", frozen=True),
            ["/opt/pct/picoclaw-tray"],
            ("/opt/pct/picoclaw-tray",),
            id="frozen",
        ),
        pytest.param(
            installation("/opt/pct/other", "/opt/pct", "/opt/pct/p", frozen=True),
            [],
            ("/opt/pct/other",),
            id="frozen, alone",
        ),
        pytest.param(
            installation(
                r"C:\venv\Scripts\python.exe",
                r"C:\venv",
                r"c:\VENV\Lib\site-packages\p",
                platform="win32",
            ),
            [r"C:\venv\Scripts\picoclaw-tray.exe"],
            (r"C:\venv\Scripts\picoclaw-tray.exe",),
            id="virtual environment on Windows",
        ),
        pytest.param(
            installation(
                r"C:\Python\python.exe",
                r"C:\Python",
                r"C:\Python\Lib\site-packages\p",
                scripts=r"C:\Python\Scripts",
                platform="win32",
            ),
            [r"C:\Python\Scripts\picoclaw-tray.exe"],
            (r"C:\Python\Scripts\picoclaw-tray.exe",),
            id="installed for all on Windows",
        ),
        pytest.param(
            installation(
                r"C:\Python\python.exe", r"C:\Python", r"D:\src\picoclaw_tray", platform="win32"
            ),
            [r"C:\Python\pythonw.exe"],
            (r"C:\Python\pythonw.exe", r"D:\src\picoclaw_tray"),
            id="checkout on Windows",
        ),
        pytest.param(
            installation(
                r"C:\pct\picoclaw-trayctl.exe",
                r"C:\pct",
                r"C:\pct\p",
                platform="win32",
                frozen=True,
            ),
            [r"C:\pct\picoclaw-tray.exe"],
            (r"C:\pct\picoclaw-tray.exe",),
            id="frozen on Windows",
        ),
        pytest.param(
            installation(
                "/Applications/X.app/Contents/MacOS/picoclaw-tray",
                "/Applications/X.app/Contents",
                "/Applications/X.app/Contents/p",
                platform="darwin",
                frozen=True,
            ),
            ["/Applications/X.app/Contents/MacOS/picoclaw-tray"],
            ("/Applications/X.app/Contents/MacOS/picoclaw-tray",),
            id="application bundle",
        ),
    ],
)
def test_command_starts_what_is_installed(installed, files, command):
    assert own_command(installed, files.__contains__) == command


def test_this_installation_is_the_package_that_runs():
    installed = this_installation()

    assert installed.executable == sys.executable
    assert f"{installed.package}/__init__.py".replace("\\", "/") == (
        picoclaw_tray.__file__.replace("\\", "/")
    )
    assert not installed.frozen


def test_command_really_starts_from_anywhere(tmp_path):
    command = own_command(this_installation())

    answer = subprocess.run(
        [*command, "version"], cwd=tmp_path, capture_output=True, text=True, check=True
    )

    assert picoclaw_tray.__version__ in answer.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of the sources that nobody has installed, in an awkward place."""
    root = tmp_path / "an odd 100% place"
    for path in tracked_files():
        copy = root / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    return root


def test_checkout_that_is_not_installed_starts_and_finds_its_pictures(checkout, tmp_path):
    code = (
        "import runpy, sys\n"
        "sys.argv = [sys.argv[1], 'version']\n"
        "try:\n"
        "    runpy.run_path(sys.argv[0], run_name='__main__')\n"
        "except SystemExit as end:\n"
        "    assert end.code == 0\n"
        "import picoclaw_tray, picoclaw_tray.resources as r\n"
        "print(picoclaw_tray.__path__[0], list(r.__path__)[0], sep='\\n')\n"
    )

    answer = subprocess.run(
        # Isolated, and without what the environment of the tests has installed.
        [sys.executable, "-I", "-S", "-c", code, str(checkout / "picoclaw_tray")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )

    assert answer.stdout.splitlines()[-2:] == [
        str(checkout / "picoclaw_tray"),
        str(checkout / "resources"),
    ]
