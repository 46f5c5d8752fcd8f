"""The wheel: built as a user's would be, installed where nothing of this checkout is, and started.

What it depends on is not downloaded once more: the new environment reads the site-packages of the
one that runs the tests.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import picoclaw_tray
from tests.end_to_end.tray_program import processes_at
from tests.support.programs import Program
from tests.support.source_tree import PACKAGE, REPOSITORY, tracked_files
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

# One worker builds and installs it for all of them.
pytestmark = [pytest.mark.xdist_group("wheel"), pytest.mark.timeout(180)]

SCRIPTS = "Scripts" if sys.platform == "win32" else "bin"


def own_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


@pytest.fixture(scope="session")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    sources = folder / "sources"
    for path in tracked_files():
        copy = sources / path.relative_to(REPOSITORY)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, copy)
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation"]
    subprocess.run([*command, "--outdir", str(folder), str(sources)], check=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="session")
def installed(wheel, tmp_path_factory) -> Path:
    """The folder of the programs that the wheel brought into a fresh environment."""
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    python = folder / SCRIPTS / Path(sys.executable).name
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install"]
    subprocess.run([*pip, "--quiet", "--no-deps", "--no-index", str(wheel)], check=True)
    (package,) = folder.rglob("picoclaw_tray")
    # A line of a .pth file is a folder to look in, last; the .pth files in there are not read,
    # and so the editable installation is not seen.
    dependencies = sysconfig.get_path("purelib")
    (package.parent / "dependencies.pth").write_text(f"{dependencies}\n", encoding="utf-8")
    return folder / SCRIPTS


@pytest.fixture
def ask(installed, tmp_path):
    """Runs one of the installed programs somewhere else and waits for its end."""

    def ask(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(installed / program), *arguments],
            cwd=tmp_path,
            env=own_environment(),
            capture_output=True,
            text=True,
            check=False,
        )

    return ask


def names_in(wheel: Path) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_wheel_holds_every_module_and_icon(wheel):
    modules = {
        path.relative_to(REPOSITORY).as_posix()
        for path in tracked_files()
        if path.is_relative_to(PACKAGE)
    }
    icons = {
        f"picoclaw_tray/resources/icons/{p.name}" for p in REPOSITORY.glob("resources/icons/*.svg")
    }

    assert icons
    assert modules - names_in(wheel) == set()
    assert icons - names_in(wheel) == set()


def test_wheel_holds_nothing_else(wheel):
    parts = {name.split("/")[0] for name in names_in(wheel)}
    foreign = [name for name in names_in(wheel) if "screenshots" in name or "test" in name]

    assert parts == {"picoclaw_tray", f"picoclaw_tray-{picoclaw_tray.__version__}.dist-info"}
    assert foreign == []


def test_wheel_declares_its_programs(wheel):
    (name,) = (name for name in names_in(wheel) if name.endswith("entry_points.txt"))

    declared = zipfile.ZipFile(wheel).read(name).decode().split()

    assert declared == [
        *("[console_scripts]", "picoclaw-demo-gateway", "=", "picoclaw_tray.demo.__main__:main"),
        *("picoclaw-trayctl", "=", "picoclaw_tray.cli:main"),
        *("[gui_scripts]", "picoclaw-tray", "=", "picoclaw_tray.cli:main"),
    ]


def test_installed_program_is_not_the_checkout(ask, installed):
    answer = ask("python", "-c", "import picoclaw_tray; print(picoclaw_tray.__file__)")

    assert Path(answer.stdout.strip()).is_relative_to(installed.parent)


@pytest.mark.parametrize(
    "command", [("picoclaw-tray",), ("picoclaw-trayctl",), ("python", "-m", "picoclaw_tray")]
)
def test_installed_program_says_its_version(ask, command):
    answer = ask(*command, "version")

    assert answer.returncode == 0
    assert picoclaw_tray.__version__ in answer.stdout


def test_login_would_start_the_installed_program(ask, installed):
    code = """if True:
        from picoclaw_tray.system.own_command import own_command, this_installation
        print(*own_command(this_installation()), sep="\\n")
    """

    answer = ask("python", "-c", code)

    (program,) = map(Path, answer.stdout.splitlines())
    assert (program.parent, program.stem) == (installed, "picoclaw-tray")


@pytest.mark.linux
@pytest.mark.parametrize("kind", ["environment", "pipx", "checkout"])
def test_what_was_written_for_a_login_starts_this_installation(
    kind, installed, wheel, own_machine, tmp_path
):
    """As pipx has it, a link leads to the environment's program.

    The checkout is one that nobody has installed, with the Python of the tests.
    """
    link, checkout = tmp_path / "picoclaw-trayctl", wheel.parent / "sources" / "picoclaw_tray"
    link.symlink_to(installed / link.name)
    asking, program = {
        "environment": ([installed / link.name], installed / "picoclaw-tray"),
        "pipx": ([link], installed / "picoclaw-tray"),
        "checkout": ([sys.executable, checkout], checkout),
    }[kind]
    environment = own_environment() | {"QT_QPA_PLATFORM": "offscreen", "PICOCLAW_BINARY": "/none"}
    subprocess.run([*asking, "autostart", "enable"], cwd=tmp_path, env=environment, check=True)
    (entry,) = Path(os.environ["XDG_CONFIG_HOME"], "autostart").iterdir()

    subprocess.run(["gio", "launch", entry], cwd=tmp_path, env=environment, check=True)

    try:
        state = Path(os.environ["XDG_STATE_HOME"])
        (log,) = wait_until(lambda: list(state.rglob("tray.log")), 30, what="the tray's own log")
        wait_until(lambda: "locating -> " in log.read_text(), 30, what="a tray that looks")
        (tray,) = processes_at(own_machine)
        assert str(program) in tray.cmdline()
    finally:
        for process in processes_at(own_machine):
            process.kill()


def test_trayctl_explains_itself_without_a_verb(ask):
    answer = ask("picoclaw-trayctl")

    assert answer.returncode == 2
    assert "picoclaw-trayctl" in answer.stdout + answer.stderr


def test_installed_demo_gateway_says_its_version(ask):
    answer = ask("picoclaw-demo-gateway", "version")

    assert answer.returncode == 0
    assert "picoclaw" in answer.stdout


@pytest.fixture
def tray(installed, tmp_path) -> Iterator[Program]:
    """The installed tray, run on the demo gateway without a screen."""
    with Program(
        [str(installed / "picoclaw-tray"), "run", "--demo"],
        environment=own_environment() | {"QT_QPA_PLATFORM": "offscreen"},
        output_path=tmp_path / "tray.log",
    ) as running:
        yield running


def healthy_demo_gateway() -> bool:
    """Whether a gateway in a home made for the demo answers that it is well."""
    for pid_file in Path(os.environ["TMPDIR"]).rglob(".picoclaw.pid"):
        try:
            address = f"http://127.0.0.1:{json.loads(pid_file.read_bytes())['port']}/health"
            with urllib.request.urlopen(address, timeout=2) as answer:
                return answer.status == 200
        except (OSError, ValueError):
            return False
    return False


@pytest.mark.skipif(
    sys.platform == "win32", reason="other operating system: Windows has no SIGTERM"
)
def test_installed_tray_runs_the_demo_until_it_is_told_to_end(tray):
    wait_until(healthy_demo_gateway, 30, what="a healthy gateway")

    tray.send_signal(signal.SIGTERM)

    assert tray.wait(20) == 0
    assert list(Path(os.environ["TMPDIR"]).iterdir()) == []
