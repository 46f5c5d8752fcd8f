"""`make run` and `make test` know every system package that they need."""

from __future__ import annotations

import shutil
import stat
from typing import TYPE_CHECKING

import pytest

from tests.support.desktop import REQUIRED_PROGRAMS
from tests.tools import system_packages

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.linux


@pytest.fixture
def fake_program(tmp_path, monkeypatch):
    """Puts a program in front of all others; it prints what it is told, and its arguments."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=":")

    def make(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(stat.S_IRWXU)
        return path

    return make


@pytest.fixture(autouse=True)
def nothing_is_really_installed(fake_program):
    """Keeps a mistake in here from changing this machine."""
    for name in ("apt-get", "sudo"):
        fake_program(name, "exit 100")


@pytest.fixture
def lacks(fake_program):
    """Lets the loader miss libraries of Qt; returns the file that says so."""

    def lack(*libraries: str) -> Path:
        lines = "".join(f"echo '\t{name} => not found'\n" for name in libraries)
        return fake_program("ldd", lines)

    return lack


def test_nothing_is_missing_where_the_tests_run(capfd):
    assert system_packages.main(["test"]) == 0
    assert capfd.readouterr() == ("", "")


def test_every_program_of_the_desktop_is_known():
    assert set(REQUIRED_PROGRAMS) <= set(system_packages.TEST_PROGRAMS)


def test_missing_library_is_installed_as_root(lacks, fake_program, monkeypatch, tmp_path, capfd):
    said = tmp_path / "said"
    lack = lacks("libEGL.so.1", "libxcb-cursor.so.0")
    fake_program("apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {said}; echo true > {lack}')
    monkeypatch.setattr("os.geteuid", lambda: 0)

    assert system_packages.main(["run"]) == 0

    assert said.read_text().splitlines() == [
        "noninteractive -qq update",
        "noninteractive -qq install -y --no-install-recommends libegl1 libxcb-cursor0",
    ]
    assert "libegl1 libxcb-cursor0" in capfd.readouterr().out


def test_missing_library_is_installed_with_sudo_that_asks_nothing(
    lacks, fake_program, monkeypatch, tmp_path
):
    said = tmp_path / "said"
    lack = lacks("libEGL.so.1")
    fake_program("apt-get", f"echo true > {lack}")
    fake_program("sudo", f'echo "$*" >> {said}; shift; exec "$@"')
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert system_packages.main(["run"]) == 0
    assert said.read_text().splitlines()[0] == "-n true"
    assert said.read_text().splitlines()[-1].endswith("--no-install-recommends libegl1")


def test_one_command_is_printed_where_we_may_not_install(lacks, monkeypatch, capfd):
    lacks("libEGL.so.1", "libGL.so.1")
    monkeypatch.setattr("os.geteuid", lambda: 1000)

    assert system_packages.main(["run"]) == 1
    assert (
        "  sudo apt-get install -y --no-install-recommends libegl1 libgl1\n"
        in capfd.readouterr().out
    )


def test_failed_installation_says_what_to_type(lacks, monkeypatch, capfd):
    lacks("libEGL.so.1")
    monkeypatch.setattr("os.geteuid", lambda: 0)

    assert system_packages.main(["run"]) == 1
    assert "sudo apt-get install" in capfd.readouterr().out


def test_library_without_a_known_package_is_named(lacks, capfd):
    lacks("libunheard.so.9")

    assert system_packages.main(["run"]) == 1
    assert "libunheard.so.9" in capfd.readouterr().out


def test_missing_program_matters_to_the_tests_only(monkeypatch):
    monkeypatch.setitem(system_packages.TEST_PROGRAMS, "no-such-program", "no-such-package")

    assert system_packages.missing("test") == (["no-such-package"], [])
    assert system_packages.missing("bundle") == ([], [])
    assert system_packages.missing("run") == ([], [])
    assert shutil.which("no-such-program") is None


def test_missing_program_of_the_bundle_matters_to_the_tests_too(monkeypatch):
    monkeypatch.setitem(system_packages.BUNDLE_PROGRAMS, "no-such-program", "no-such-package")

    assert system_packages.missing("test") == (["no-such-package"], [])
    assert system_packages.missing("bundle") == (["no-such-package"], [])
    assert system_packages.missing("run") == ([], [])


def test_missing_library_of_python_matters_to_the_bundle(monkeypatch):
    facts = {"Py_ENABLE_SHARED": 1, "INSTSONAME": "libpython-of-nowhere.so.1"}
    monkeypatch.setattr("sysconfig.get_config_var", facts.get)

    ((package,), unknown) = system_packages.missing("bundle")

    assert (package[:11], unknown) == ("libpython3.", [])
    assert system_packages.missing("run") == ([], [])


def test_python_without_a_shared_library_lacks_none(monkeypatch):
    monkeypatch.setattr("sysconfig.get_config_var", {"Py_ENABLE_SHARED": 0}.get)

    assert not system_packages.lacks_shared_python()
