"""No test touches the home of whoever runs it: tried with a home that is only made for that."""

from __future__ import annotations

import os
import stat
import sys
import tempfile
from pathlib import Path

import platformdirs
import pytest

from tests.support.isolation import traces
from tests.support.source_tree import REPOSITORY

BUSY_TESTS = """
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import platformdirs
import pytest
from PySide6.QtCore import QSettings, QStandardPaths

Place = QStandardPaths.StandardLocation
PLACES = [Place.AppConfigLocation, Place.AppDataLocation, Place.CacheLocation, Place.HomeLocation]

WRITE = (
    "from pathlib import Path; Path.home().joinpath('child').touch();"
    "Path('~/.picoclaw').expanduser().mkdir()"
)


@pytest.fixture(scope="session")
def early():
    Path.home().joinpath("from-a-session-fixture").touch()


def write_everywhere():
    for name in list(os.environ):
        assert not name.startswith("PICOCLAW_")
    for folder in (
        platformdirs.user_config_path("tray"),
        platformdirs.user_data_path("tray"),
        platformdirs.user_log_path("tray"),
        platformdirs.user_runtime_path("tray"),
        platformdirs.user_state_path("tray"),
        *(Path(QStandardPaths.writableLocation(place)) for place in PLACES),
    ):
        folder.mkdir(parents=True, exist_ok=True)
        folder.joinpath("written").touch()
    QSettings("tray", "tray").setValue("key", "value")
    tempfile.mkdtemp()
    subprocess.run([sys.executable, "-c", WRITE], check=True)


def test_first(early):
    write_everywhere()


def test_second(early):
    write_everywhere()
"""

VARIABLES = (
    "APPDATA",
    "HOME",
    "LOCALAPPDATA",
    "TEMP",
    "TMP",
    "TMPDIR",
    "USERPROFILE",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "XDG_STATE_HOME",
)


def tree(folder: Path) -> dict[Path, tuple[int, int]]:
    return {path: (path.lstat().st_mtime_ns, path.lstat().st_size) for path in folder.rglob("*")}


@pytest.fixture
def somebodys_home(tmp_path) -> Path:
    home = tmp_path / "somebody"
    for folder in (".picoclaw", ".config/picoclaw-tray", ".local/state/picoclaw-tray"):
        (home / folder).mkdir(parents=True)
    (home / ".picoclaw" / "config.json").write_text("{}")
    (home / "tmp").mkdir()
    return home


@pytest.fixture
def run_as_somebody(somebodys_home, pytester, monkeypatch):
    """Runs tests in a process whose environment is all somebody's, with our plugin."""

    def run(source: str) -> pytest.RunResult:
        for name in VARIABLES:
            monkeypatch.delenv(name)
        for name in ("HOME", "USERPROFILE"):
            monkeypatch.setenv(name, str(somebodys_home))
        for name in ("TMPDIR", "TEMP", "TMP"):
            monkeypatch.setenv(name, str(somebodys_home / "tmp"))
        monkeypatch.setenv("PICOCLAW_HOME", str(somebodys_home / ".picoclaw"))
        monkeypatch.setenv("PICOCLAW_GATEWAY_PORT", "1")
        monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
        pytester.makeconftest('pytest_plugins = ["tests.support.isolation"]')
        pytester.makepyfile(source)
        command = (sys.executable, "-m", "pytest", "-p", "no:cacheprovider")
        return pytester.run(*command, f"--basetemp={pytester.path / 'base'}", timeout=50)

    return run


def test_busy_tests_leave_a_home_as_it_was(run_as_somebody, somebodys_home):
    before = tree(somebodys_home)

    result = run_as_somebody(BUSY_TESTS)

    result.assert_outcomes(passed=2)
    assert tree(somebodys_home).keys() == before.keys()
    changed = [path for path, facts in tree(somebodys_home).items() if facts != before[path]]
    assert changed in ([], [somebodys_home / "tmp"])  # made and removed: the short folder


@pytest.mark.parametrize("name", ["config.json", "../.config/autostart/picoclaw-tray.desktop"])
def test_run_fails_when_a_test_reaches_the_real_home(run_as_somebody, somebodys_home, name):
    path = somebodys_home / ".picoclaw" / name
    path.parent.mkdir(parents=True, exist_ok=True)

    result = run_as_somebody(f"""
        from pathlib import Path

        def test_reaches_out():
            Path({str(path)!r}).write_text("changed")
    """)

    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*The home of this machine's user was touched*", "*picoclaw*"])


def test_every_folder_variable_points_into_folders_of_the_test(own_machine, tmp_path):
    short = Path(os.environ["XDG_RUNTIME_DIR"]).parent

    folders = {name: Path(os.environ[name]) for name in VARIABLES}

    assert own_machine.is_relative_to(tmp_path)
    for folder in folders.values():
        assert folder.is_dir()
        assert folder.is_relative_to(own_machine) or folder.is_relative_to(short)
    assert Path.home() == own_machine
    assert Path(tempfile.gettempdir()).is_relative_to(short)


@pytest.mark.linux
def test_platform_folders_follow_the_variables(own_machine):
    assert platformdirs.user_config_path("x").is_relative_to(own_machine)
    assert platformdirs.user_state_path("x").is_relative_to(own_machine)
    assert stat.S_IMODE(platformdirs.user_runtime_path().stat().st_mode) == 0o700
    assert len(str(platformdirs.user_runtime_path() / ("x" * 40))) < 104


def test_no_variable_of_picoclaw_reaches_a_test():
    assert [name for name in os.environ if name.startswith("PICOCLAW_")] == []


def test_traces_ignore_what_a_tray_in_use_writes(tmp_path):
    log = tmp_path / ".local" / "state" / "picoclaw-tray" / "tray.log"
    log.parent.mkdir(parents=True)
    log.write_text("one line")
    before = traces({"HOME": str(tmp_path)})

    log.write_text("one line\nanother line")

    assert traces({"HOME": str(tmp_path)}) == before
