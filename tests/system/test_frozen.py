from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.system.demo_home import DemoHome, demo_command
from picoclaw_tray.system.frozen import is_frozen, leave_bundle, neighbour, own_folder

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".exe" if sys.platform == "win32" else ""


@pytest.fixture
def programs(tmp_path) -> Path:
    folder = tmp_path / "picoclaw-tray"
    folder.mkdir()
    return folder


@pytest.fixture
def bundle(programs, monkeypatch) -> Path:
    """Lets this process be the bundle's; its libraries are in the folder that is returned."""
    libraries = programs / "_internal"
    libraries.mkdir()
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "_MEIPASS", str(libraries), raising=False)
    monkeypatch.setattr(sys, "executable", str(programs / f"picoclaw-tray{SUFFIX}"))
    return libraries


def listed(*folders: object) -> str:
    return os.pathsep.join(map(str, folders))


def left(environ: dict[str, str]) -> dict[str, str]:
    leave_bundle(environ)
    return environ


def test_source_is_not_frozen():
    assert not is_frozen()


def test_source_leaves_the_environment_alone():
    environ = {"_PYI_SPLASH_IPC": "1", "LD_LIBRARY_PATH_ORIG": "/opt/lib"}

    assert left(dict(environ)) == environ


def test_source_has_the_folder_of_the_program_that_was_started(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "argv", [str(tmp_path / "bin" / "picoclaw-tray")])

    assert own_folder() == tmp_path / "bin"


def test_bundle_has_the_folder_of_its_programs(bundle, programs, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/usr/bin/picoclaw-tray"])  # a link

    assert is_frozen()
    assert own_folder() == programs


def test_neighbour_is_in_the_folder_of_the_programs(bundle, programs):
    assert neighbour("picoclaw-trayctl") == programs / f"picoclaw-trayctl{SUFFIX}"


def test_variables_of_the_boot_loader_go(bundle):
    environ = {"_PYI_ARCHIVE_FILE": "/b/x", "_PYI_PARENT_PROCESS_LEVEL": "0", "_MEIPASS2": "/b"}

    assert left(environ) == {}


def test_library_path_of_the_boot_loader_goes(bundle):
    assert left({"LD_LIBRARY_PATH": str(bundle)}) == {}


@pytest.mark.parametrize("own", ["/opt/lib", ""])
def test_library_path_of_the_person_comes_back(own, bundle):
    environ = {"LD_LIBRARY_PATH": listed(bundle, own), "LD_LIBRARY_PATH_ORIG": own}

    assert left(environ) == {"LD_LIBRARY_PATH": own}


@pytest.mark.parametrize("name", ["DYLD_LIBRARY_PATH", "PATH", "PYTHONPATH", "QT_PLUGIN_PATH"])
def test_folders_of_the_bundle_go_out_of_any_list(name, bundle):
    environ = {name: listed("/opt/a", bundle, bundle / "PySide6", "/opt/b")}

    assert left(environ) == {name: listed("/opt/a", "/opt/b")}


@pytest.mark.parametrize("name", ["PYTHONHOME", "PYTHONPATH", "SSL_CERT_FILE"])
def test_variable_goes_that_names_nothing_but_the_bundle(name, bundle):
    assert left({name: str(bundle / "x")}) == {}


def test_what_the_person_set_stays(bundle, programs):
    environ = {
        "EMPTY": "",
        "ODD_LIST": listed("", "/opt/a", ""),
        "PICOCLAW_BINARY": str(programs / "picoclaw"),
        "PYTHONHOME": "/opt/python",
        "PYTHONPATH": listed("/opt/a", f"{bundle}-of-another"),
    }

    assert left(dict(environ)) == environ


def test_demo_of_a_bundle_is_the_program_beside(bundle, programs):
    assert demo_command().words == (str(programs / f"picoclaw-demo-gateway{SUFFIX}"),)


def test_demo_of_a_bundle_says_nothing_about_a_virtual_environment(bundle):
    demo = DemoHome()
    environ = demo.environment({})
    demo.remove()

    assert sorted(environ) == ["PICOCLAW_DEMO", "PICOCLAW_LOG_LEVEL"]
