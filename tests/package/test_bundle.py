"""The bundle: built as `make bundle` does, and run where there is no Python."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pytest

import picoclaw_tray
from picoclaw_tray.desktop.icons import Icons
from picoclaw_tray.presentation.icon import IconName
from tests.end_to_end.panel_tray import PanelTray
from tests.end_to_end.tray_program import TrayProgram, processes_at, variables_of
from tests.support.bare_root import BareRoot, system_libraries
from tests.support.desktop import Desktop
from tests.support.gateway_home import STAND_IN, GatewayHome
from tests.support.programs import Program
from tests.support.source_tree import REPOSITORY

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

# One worker builds it for all of them.
pytestmark = [
    pytest.mark.linux,
    pytest.mark.timeout(300),
    pytest.mark.xdist_group("bundle"),
]

PROGRAMS = {"picoclaw-demo-gateway", "picoclaw-tray", "picoclaw-trayctl"}
OF_THE_SYSTEM = {
    *("libc.so.6", "libdl.so.2", "libm.so.6", "libpthread.so.0", "libresolv.so.2", "librt.so.1"),
    *("libutil.so.1", "libanl.so.1"),
    "libz.so.1",
    *("libEGL.so.1", "libGL.so.1", "libGLX.so.0", "libGLdispatch.so.0"),
    *("libwayland-client.so.0", "libwayland-cursor.so.0", "libwayland-egl.so.1", "libxcb.so.1"),
}
"""The C library, what comes with the drivers of a screen, and what the boot loader unpacks with."""

SHELL_VARIABLES = {"OLDPWD", "PWD", "SHLVL", "_"}
"""Set by the script that stands for PicoClaw."""


@pytest.fixture(scope="session")
def bundle(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("bundle")
    spec = REPOSITORY / "packaging" / "picoclaw-tray.spec"
    options = ("--distpath", str(folder), "--workpath", str(folder / "work"))
    command = [sys.executable, "-m", "PyInstaller", "--log-level", "ERROR", *options, str(spec)]
    environment = {**os.environ, "PYINSTALLER_CONFIG_DIR": str(folder / "cache")}
    subprocess.run(command, env=environment, check=True)
    shutil.rmtree(folder / "work")
    return folder / "picoclaw-tray"


@pytest.fixture(scope="session")
def bare_root(bundle) -> BareRoot:
    return BareRoot(bundle.with_name("root"), bundle)


@pytest.fixture
def own_bundle(bundle, tmp_path) -> Path:
    """A bundle into which a test may put something."""
    return shutil.copytree(bundle, tmp_path / "picoclaw-tray", symlinks=True, copy_function=os.link)


@pytest.fixture
def home(tmp_path) -> GatewayHome:
    return GatewayHome(tmp_path / "gateway", STAND_IN)


def without_python(environment: dict[str, str] | os._Environ[str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environment.items()
        if not name.startswith("PYTHON") and name != "LD_LIBRARY_PATH"
    }


class StartTray(Protocol):
    """Starts a tray without a screen; what it gets besides is all the tests have."""

    def __call__(self, *command: object, **variables: str) -> TrayProgram: ...


@pytest.fixture
def start_tray(own_machine, tmp_path, bystander) -> Iterator[StartTray]:
    trays: list[TrayProgram] = []

    def start(*command: object, **variables: str) -> TrayProgram:
        environment = without_python(os.environ) | {"QT_QPA_PLATFORM": "offscreen"} | variables
        program = Program(
            [str(word) for word in command],
            environment=environment,
            output_path=tmp_path / "tray.txt",
        )
        trays.append(TrayProgram(program, environment))
        return trays[-1]

    yield start
    for tray in trays:
        tray.program.end()
    assert processes_at(own_machine) == []
    assert [line for tray in trays for line in tray.complaints] == []


@pytest.fixture
def bare_tray(bare_root, tmp_path) -> Iterator[TrayProgram]:
    """The demo in a root without Python."""
    seen_from_outside = {
        "XDG_STATE_HOME": str(bare_root.folder / "home"),
        "TMPDIR": str(bare_root.folder / "tmp"),
    }
    with Program(
        bare_root.entering("/opt/picoclaw-tray/picoclaw-tray", "run", "--demo"),
        environment=bare_root.environment,
        output_path=tmp_path / "tray.txt",
    ) as program:
        yield TrayProgram(program, seen_from_outside)


def answer_of(*command: object, environment: Mapping[str, str] = os.environ) -> str:
    words = [str(word) for word in command]
    done = subprocess.run(
        words, env=without_python(dict(environment)), capture_output=True, text=True, check=True
    )
    return done.stdout


class TestFolder:
    def test_bundle_is_three_programs_and_one_folder(self, bundle):
        assert {path.name for path in bundle.iterdir()} == {*PROGRAMS, "_internal"}

    def test_bundle_has_every_picture(self, bundle):
        wanted = {path.name for path in (REPOSITORY / "resources" / "icons").iterdir()}

        there = {path.name for path in bundle.rglob("*.svg")}

        assert there == wanted
        assert not list(bundle.rglob("*.png"))

    def test_bundle_has_the_certificates_that_https_asks_for(self, bundle):
        (certificates,) = bundle.rglob("cacert.pem")

        assert "BEGIN CERTIFICATE" in certificates.read_text(encoding="utf-8")

    def test_no_link_leads_nowhere(self, bundle):
        assert [path for path in bundle.rglob("*") if not path.exists()] == []

    def test_bundle_takes_from_the_system_only_what_every_desktop_has(self, bundle):
        names = {name for name in system_libraries(bundle) if "/" not in name}

        assert names - OF_THE_SYSTEM == set()


class TestProgram:
    @pytest.mark.parametrize("program", ["picoclaw-tray", "picoclaw-trayctl"])
    def test_program_says_its_version(self, bundle, program):
        assert answer_of(bundle / program, "version") == (
            f"picoclaw-tray {picoclaw_tray.__version__}\n"
        )

    @pytest.mark.parametrize("program", ["picoclaw-tray", "picoclaw-trayctl"])
    def test_program_explains_itself_by_its_name(self, bundle, program):
        assert answer_of(bundle / program, "--help").startswith(f"usage: {program} ")

    def test_demo_gateway_says_its_version(self, bundle):
        assert "picoclaw" in answer_of(bundle / "picoclaw-demo-gateway", "version")


class TestWithoutPython:
    def test_root_has_no_python_but_the_bundle_s(self, bare_root):
        found = [
            path
            for path in bare_root.folder.rglob("*python*")
            if not path.is_relative_to(bare_root.folder / "opt" / "picoclaw-tray" / "_internal")
            and not path.is_relative_to(bare_root.folder / "proc")
        ]

        assert found == []

    def test_program_says_its_version(self, bare_root):
        command = bare_root.entering("/opt/picoclaw-tray/picoclaw-trayctl", "version")

        done = subprocess.run(
            command, env=bare_root.environment, capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stderr) == (0, "")
        assert picoclaw_tray.__version__ in done.stdout

    def test_demo_runs_until_it_is_told_to_end(self, bare_tray, bare_root):
        command = bare_tray.gateway().cmdline()

        status = bare_tray.end(signal.SIGTERM)

        assert command == ["/opt/picoclaw-tray/picoclaw-demo-gateway", "gateway", "-E"]
        assert status == 0
        assert list((bare_root.folder / "tmp").iterdir()) == []


class TestGateway:
    """What the gateway that a bundle starts gets from it, and which one that is."""

    @pytest.mark.parametrize(
        "own",
        [
            {},
            {
                "LD_LIBRARY_PATH": "/opt/own/lib",
                "PYTHONPATH": "/opt/own/python",
                "QT_PLUGIN_PATH": "/opt/own/plugins",
            },
        ],
        ids=["nothing of its own", "paths of its own"],
    )
    def test_gateway_inherits_the_person_s_environment_and_nothing_else(
        self, bundle, start_tray, home, own
    ):
        given = without_python(os.environ) | {"QT_QPA_PLATFORM": "offscreen"}
        given |= variables_of(home) | own

        tray = start_tray(bundle / "picoclaw-tray", **given)

        inherited = tray.gateway().environ()
        told = {"PICOCLAW_CONFIG": str(home.place.config), "NO_COLOR": "1"}
        assert {name: inherited[name] for name in inherited.keys() - SHELL_VARIABLES} == {
            name: (given | told)[name] for name in (given | told).keys() - SHELL_VARIABLES
        }

    def test_gateway_has_no_file_of_the_bundle_open_or_mapped(self, bundle, start_tray, home):
        tray = start_tray(bundle / "picoclaw-tray", **variables_of(home))

        gateway = tray.gateway()

        places = [place.path for place in gateway.memory_maps()]
        places += [file.path for file in gateway.open_files()]
        assert places
        assert [place for place in places if place.startswith(str(bundle))] == []

    def test_gateway_beside_the_programs_is_found(self, own_bundle, start_tray, home):
        beside = own_bundle / "picoclaw"
        words = " ".join(STAND_IN)
        beside.write_text(f'#!/bin/sh\nBESIDE=1 exec {words} "$@"\n', encoding="utf-8")
        beside.chmod(0o755)

        tray = start_tray(own_bundle / "picoclaw-tray", PICOCLAW_HOME=str(home.place.home))

        assert tray.gateway().environ()["BESIDE"] == "1"

    def test_demo_is_found_by_a_tray_that_a_link_starts(self, bundle, start_tray, tmp_path):
        link = tmp_path / "picoclaw-tray"
        link.symlink_to(bundle / "picoclaw-tray")

        tray = start_tray(link, "--demo")

        assert tray.gateway().exe() == str(bundle / "picoclaw-demo-gateway")


class TestVerbs:
    def test_login_entry_is_the_command_that_starts_the_bundle(self, bundle, start_tray, home):
        ctl = bundle / "picoclaw-trayctl"
        place = ("--home", str(home.place.home), "--json")
        enabled = json.loads(answer_of(ctl, "autostart", "enable", *place))
        chosen = variables_of(home)
        chosen.pop("PICOCLAW_HOME")

        tray = start_tray(*enabled["command"], **chosen)
        gateway = tray.gateway()
        status = json.loads(answer_of(ctl, "status", *place))
        quit_ = json.loads(answer_of(ctl, "quit", *place))

        assert enabled["command"][0] == str(bundle / "picoclaw-tray")
        assert (status["phase"], status["pid"]) == ("running", gateway.pid)
        assert status["tray"]["pid"] == tray.program.pid
        assert quit_ == {"status": "ok", "gateway": "stopped"}


@pytest.mark.desktop
def test_what_the_bundle_wrote_for_a_login_shows_its_icon_on_a_panel(bundle, home, tmp_path, qapp):
    ctl, place = bundle / "picoclaw-trayctl", ("--home", str(home.place.home))
    with Desktop(tmp_path / "desktop") as desktop:
        desktop.start_panel()
        answer_of(ctl, "autostart", "enable", *place, environment=desktop.environment)
        (entry,) = Path(desktop.environment["XDG_CONFIG_HOME"], "autostart").iterdir()

        program = variables_of(home)["PICOCLAW_BINARY"]
        desktop.start(
            ["gio", "launch", entry], name="gio", environment={"PICOCLAW_BINARY": program}
        )

        PanelTray(desktop, Icons()).wait_for("Running", IconName.OK)
        answer_of(ctl, "quit", *place, environment=desktop.environment)


@pytest.mark.desktop
def test_bundle_shows_its_icon_on_a_panel(bundle, tmp_path, qapp):
    with Desktop(tmp_path / "desktop") as desktop:
        desktop.start_panel()
        desktop.start([bundle / "picoclaw-tray", "run", "--demo"], name="tray")

        PanelTray(desktop, Icons()).wait_for("Running", IconName.OK)
