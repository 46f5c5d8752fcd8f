from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.gateway.version import VersionInfo
from picoclaw_tray.system import gateway_version
from picoclaw_tray.system.gateway_version import FAILURE_LASTS_S, GatewayVersions
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.processes import is_alive
from tests.support.gateway_home import STAND_IN
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

RUNS_SCRIPTS = [pytest.mark.linux, pytest.mark.macos]  # Windows knows no "#!"


class Clock:
    """Goes on only when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def versions(clock, monkeypatch) -> GatewayVersions:
    """What is tried here is not how fast a busy machine starts Python."""
    monkeypatch.setattr(gateway_version, "LIMIT_S", 30)
    return GatewayVersions(clock)


class Script:
    """A gateway program that counts how often it is run."""

    def __init__(self, folder: Path) -> None:
        self.command = GatewayCommand(str(folder / "picoclaw"))
        self._path = folder / "picoclaw"
        self._runs = folder / "runs"

    def write(self, code: str) -> None:
        """As an update does it: another file takes the name."""
        lines = [f"#!{sys.executable} -S", f"open({str(self._runs)!r}, 'a').write('x')", code]
        new = self._path.with_suffix(".new")
        new.write_text("\n".join(lines), encoding="utf-8")
        new.chmod(0o755)
        new.replace(self._path)

    def forbid(self) -> None:
        """Nobody may run it any more."""
        self._path.chmod(0o644)

    @property
    def runs(self) -> int:
        return self._runs.stat().st_size if self._runs.exists() else 0


@pytest.fixture
def script(tmp_path) -> Script:
    return Script(tmp_path)


def test_version_of_the_gateway_is_one(versions, gateway_command):
    command = GatewayCommand(gateway_command[0], gateway_command[1:])

    info = versions.version_of(command, os.environ)

    assert info is not None
    assert info.version
    assert info.go


def test_version_is_asked_for_with_the_environment_of_the_gateway(versions):
    command = GatewayCommand(STAND_IN[0], STAND_IN[1:])
    environ = dict(os.environ) | {"PICOCLAW_DEMO": "version=0.2.5"}

    info = versions.version_of(command, environ)

    assert info == VersionInfo("0.2.5", go="none, this is Python")


class TestScript:
    pytestmark = RUNS_SCRIPTS

    def test_it_is_asked_for_a_plain_version_and_has_no_input(self, versions, script):
        script.write(
            "import os, sys\n"
            "assert sys.argv[1:] == ['version'] and os.environ['NO_COLOR'] == '1'\n"
            "assert os.environ['COLOUR'] == 'green' and sys.stdin.read() == ''\n"
            "print('picoclaw 0.2.9')"
        )

        info = versions.version_of(script.command, {"COLOUR": "green"})

        assert info == VersionInfo("0.2.9")

    def test_it_may_say_its_version_on_standard_error(self, versions, script):
        script.write("import sys; print('picoclaw 0.2.9', file=sys.stderr)")

        assert versions.version_of(script.command, {}) == VersionInfo("0.2.9")

    def test_it_is_asked_once_for_each_file(self, versions, script, clock):
        script.write("print('picoclaw 0.2.8')")
        first = versions.version_of(script.command, {})
        clock.now += 10 * FAILURE_LASTS_S
        again = versions.version_of(script.command, {})
        runs = script.runs
        script.write("print('picoclaw 0.2.9')")
        updated = versions.version_of(script.command, {})

        assert first == again == VersionInfo("0.2.8")
        assert runs == 1
        assert updated == VersionInfo("0.2.9")
        assert script.runs == 2

    def test_it_is_asked_once_for_each_arguments(self, versions, script):
        script.write("import sys; print('picoclaw', sys.argv[1])")
        commands = [GatewayCommand(script.command.program, (word,)) for word in ("1.0", "2.0")]

        infos = [versions.version_of(command, {}) for command in (*commands, *commands)]

        assert infos == [VersionInfo("1.0"), VersionInfo("2.0")] * 2
        assert script.runs == 2

    def test_it_is_asked_as_soon_as_it_is_there(self, versions, script):
        before = versions.version_of(script.command, {})
        script.write("print('picoclaw 0.2.9')")

        assert before is None
        assert versions.version_of(script.command, {}) == VersionInfo("0.2.9")

    def test_failure_is_forgotten_after_a_while(self, versions, script, clock):
        script.write("raise SystemExit(1)")
        runs = []
        for seconds in (0, FAILURE_LASTS_S - 1, 1, 0):
            clock.now += seconds
            assert versions.version_of(script.command, {}) is None
            runs.append(script.runs)

        assert runs == [1, 1, 2, 2]

    def test_failure_is_forgotten_with_the_file(self, versions, script):
        script.write("raise SystemExit(1)")
        before = versions.version_of(script.command, {})
        script.write("print('picoclaw 0.2.9')")

        assert before is None
        assert versions.version_of(script.command, {}) == VersionInfo("0.2.9")

    @pytest.mark.parametrize(
        "code",
        [
            "print('picoclaw 0.2.9'); raise SystemExit(1)",
            "import os; print('picoclaw 0.2.9', flush=True); os.kill(os.getpid(), 9)",
            "print('picoclaw Status')",
            "",
            "import sys; sys.stdout.buffer.write(bytes(range(256)) * 100)",
        ],
    )
    def test_version_is_unknown_when_it_fails_or_says_something_else(self, versions, script, code):
        script.write(code)

        assert versions.version_of(script.command, {}) is None
        assert script.runs == 1

    def test_a_flood_is_read_to_its_end_but_not_kept(self, versions, script):
        script.write("for _ in range(300): print('x' * 100_000)\nprint('picoclaw 0.2.9')")

        assert versions.version_of(script.command, {}) is None

    def test_the_beginning_of_a_flood_counts(self, versions, script):
        script.write("print('picoclaw 0.2.9')\nfor _ in range(300): print('x' * 100_000)")

        assert versions.version_of(script.command, {}) == VersionInfo("0.2.9")

    def test_an_endless_flood_is_ended(self, versions, script, monkeypatch):
        monkeypatch.setattr(gateway_version, "LIMIT_S", 1)
        script.write("while True: print('picoclaw 0.2.9')")

        assert versions.version_of(script.command, {}) is None

    def test_a_hanging_one_is_ended_with_its_children(
        self, versions, script, tmp_path, monkeypatch
    ):
        monkeypatch.setattr(gateway_version, "LIMIT_S", 3)
        note = tmp_path / "pid"
        script.write(
            "import os, pathlib, time\n"
            "print('picoclaw 0.2.9', flush=True)\n"
            "child = os.fork()\n"
            f"if child: pathlib.Path({str(note)!r}).write_text(str(child))\n"
            "time.sleep(300)"
        )

        start = time.monotonic()
        info = versions.version_of(script.command, {})
        took_s = time.monotonic() - start
        child = key_of(int(note.read_text()))

        assert info is None
        assert took_s < 30
        wait_until(lambda: child is None or not is_alive(child), what="the end of the child")

    def test_version_is_unknown_when_it_may_not_be_run(self, versions, script):
        script.write("print('picoclaw 0.2.9')")
        script.forbid()

        assert versions.version_of(script.command, {}) is None

    def test_version_is_unknown_when_it_is_no_program(self, versions, script, tmp_path):
        (tmp_path / "picoclaw").write_bytes(b"\x7fnothing")
        (tmp_path / "picoclaw").chmod(0o755)

        assert versions.version_of(script.command, {}) is None


@pytest.mark.parametrize("name", ["missing", "a\0b", ".", "x" * 10_000])
def test_version_is_unknown_when_there_is_no_program(versions, tmp_path, name):
    command = GatewayCommand(str(tmp_path / name))

    assert versions.version_of(command, {}) is None


def test_version_is_unknown_when_the_environment_is_impossible(versions):
    command = GatewayCommand(STAND_IN[0], STAND_IN[1:])

    assert versions.version_of(command, {"a\0b": ""}) is None
