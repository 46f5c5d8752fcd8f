"""Gives every test a machine of its own: no test sees or touches the home it runs in.

The session has such a machine too, for fixtures that live longer than one test.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_FOREIGN = ("DBUS_SESSION_BUS_ADDRESS", "DISPLAY", "LANGUAGE", "WAYLAND_DISPLAY", "XAUTHORITY")
_PICOCLAW_FILES = (".security.yml", "auth.json", "config.json", "launcher-config.json")
_REAL_HOME = Path.home()
_BEFORE = pytest.StashKey[dict[str, object]]()
_TOUCHED = pytest.StashKey[list[str]]()


def environment_of(home: Path, short: Path) -> dict[str, str]:
    """The variables that make `home` the user's home on each of the three systems.

    Args:
        home: Where everything goes that a program keeps.
        short: Where sockets and temporary files go; their paths must stay below 104 bytes.
    """
    folders = {
        "HOME": home,
        "USERPROFILE": home,
        "APPDATA": home / "AppData" / "Roaming",
        "LOCALAPPDATA": home / "AppData" / "Local",
        # platformdirs asks Windows itself, unless this is there.
        "WIN_PD_OVERRIDE_LOCAL_APPDATA": home / "AppData" / "Local",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_RUNTIME_DIR": short / "run",
        "TMPDIR": short / "tmp",
        "TEMP": short / "tmp",
        "TMP": short / "tmp",
    }
    return {name: str(path) for name, path in folders.items()} | {"LC_ALL": "C.UTF-8"}


def move_into(home: Path, short: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make `home` and `short`, and make them this process's until `monkeypatch` is undone."""
    for name in list(os.environ):
        if name.startswith("PICOCLAW_") or name in _FOREIGN:
            monkeypatch.delenv(name)
    for name, value in environment_of(home, short).items():
        monkeypatch.setenv(name, value)
        if name != "LC_ALL":
            Path(value).mkdir(mode=0o700, parents=True, exist_ok=True)
    # Without it a tray would find the machine's, hear of its shutdown, and delay it.
    monkeypatch.setenv("DBUS_SYSTEM_BUS_ADDRESS", f"unix:path={short / 'run' / 'no-bus'}")
    monkeypatch.setattr(tempfile, "tempdir", None)  # it remembers the folder it used first


@pytest.fixture(scope="session", autouse=True)
def _machine_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("session") / "home"
    short = Path(tempfile.mkdtemp(prefix="pct-"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        move_into(home, short / "0", monkeypatch)
        yield short
    shutil.rmtree(short, ignore_errors=True)


@pytest.fixture(autouse=True)
def own_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, _machine_of_the_session: Path
) -> Path:
    """The home folder of this test; it is empty but for the folders that variables name."""
    home = tmp_path / "own-machine"
    short = Path(tempfile.mkdtemp(dir=_machine_of_the_session))
    move_into(home, short, monkeypatch)
    return home


def traces(environment: Mapping[str, str]) -> dict[str, object]:
    """What the tray could have left or changed in the home that `environment` names.

    Everything named after the tray, by its path: a tray in use may write to its own files
    meanwhile. PicoClaw's settings by time and size: nobody but a person writes to those.
    """
    home = Path(environment.get("HOME") or environment.get("USERPROFILE") or Path.home())
    picoclaw_home = Path(environment.get("PICOCLAW_HOME") or home / ".picoclaw")
    named = [
        Path(environment[name])
        for name in environment_of(home, home)
        if name.startswith("XDG_") or name.endswith("APPDATA")
        if environment.get(name)
    ]
    usual = (".config", ".config/autostart", ".local/share", ".local/state", ".cache")
    library = ("Application Support", "Caches", "LaunchAgents", "Logs", "Preferences")
    found: dict[str, object] = {}
    for folder in {
        *named,
        home,
        *(home / name for name in usual),
        *(home / "Library" / name for name in library),
    }:
        for path in folder.glob("*picoclaw?tray*"):
            found |= dict.fromkeys(map(str, (path, *path.rglob("*"))))
    for path in (picoclaw_home, *(picoclaw_home / name for name in _PICOCLAW_FILES)):
        if path.is_file():
            found[str(path)] = (path.stat().st_mtime_ns, path.stat().st_size)
        elif path.exists():
            found[str(path)] = None
    return found


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")  # of xdist


def pytest_configure(config: pytest.Config) -> None:
    """Look at the real home before any test runs."""
    if not _is_worker(config):
        config.stash[_BEFORE] = traces(os.environ)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Look again, and fail the run when something is different."""
    if _is_worker(session.config):
        return
    before, after = session.config.stash[_BEFORE], traces(os.environ)
    touched = [path for path in before | after if before.get(path, 0) != after.get(path, 0)]
    session.config.stash[_TOUCHED] = sorted(touched)
    if touched:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Name what is different in the real home."""
    if touched := config.stash.get(_TOUCHED, []):
        terminalreporter.section("The home of this machine's user was touched", red=True)
        for path in touched:
            terminalreporter.write_line(path)


@pytest.fixture(scope="session")
def real_home() -> Path:
    """The home of whoever runs the tests, as it was when they began. Look, do not touch."""
    return _REAL_HOME
