"""Launch agents: as text, and in a folder beside a launchd that only answers."""

from __future__ import annotations

import plistlib
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from picoclaw_tray.presentation.autostart import LoginState
from picoclaw_tray.system.autostart.entry import AutostartError
from picoclaw_tray.system.autostart.launch_agent import (
    LAUNCHER_LABEL,
    LaunchAgent,
    disabled_labels,
    parse_agent,
    render_agent,
)
from picoclaw_tray.system.windows_console import Completed
from tests.presentation.samples import said
from tests.system.autostart.words import AWKWARD, commands

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LABEL = "picoclaw-tray"

BEFORE_MACOS_13 = """
disabled services = {
	"com.apple.ManagedClientAgent.enrollagent" => false
	"picoclaw-tray" => true
	"com.example.\\"quoted\\"" => true
}
"""
SINCE_MACOS_13 = """
	disabled services = {
		"com.apple.ManagedClientAgent.enrollagent" => enabled
		"picoclaw-tray" => disabled
	}
	login item associations = {
	}
"""


class TestText:
    @given(commands(f"/Applications/{AWKWARD}/picoclaw-tray"))
    def test_agent_is_read_back_as_it_was_written(self, command):
        assert parse_agent(render_agent(LABEL, command)) == (command, False)

    def test_agent_starts_at_login_once_and_is_not_throttled(self):
        agent = plistlib.loads(render_agent(LABEL, ("/opt/x", "run")))

        assert agent == {
            "Label": LABEL,
            "ProgramArguments": ["/opt/x", "run"],
            "RunAtLoad": True,
            "ProcessType": "Interactive",
        }

    @pytest.mark.parametrize("character", ["\x01", "\x1b", "\udcff"])
    def test_character_that_xml_cannot_hold_is_refused(self, character):
        with pytest.raises(AutostartError, match="character"):
            render_agent(LABEL, (f"/opt/{character}",))

    @pytest.mark.parametrize(
        "content", [b"", b"<plist", b"bplist00", plistlib.dumps(["a"]), b"\xff\xfe"]
    )
    def test_what_is_no_agent_is_none(self, content):
        assert parse_agent(content) is None

    @pytest.mark.parametrize("words", ["/opt/x", [1], [], None])
    def test_agent_without_usable_arguments_has_no_command(self, words):
        content = {"Disabled": True} if words is None else {"ProgramArguments": words}

        assert parse_agent(plistlib.dumps(content)) == ((), words is None)

    @pytest.mark.parametrize("output", [BEFORE_MACOS_13, SINCE_MACOS_13])
    def test_disabled_label_is_found_in_both_formats(self, output):
        assert LABEL in disabled_labels(output)
        assert "com.apple.ManagedClientAgent.enrollagent" not in disabled_labels(output)

    @pytest.mark.parametrize("output", ["", "Could not find domain", '"picoclaw-tray" => enabled'])
    def test_nothing_else_is_disabled(self, output):
        assert disabled_labels(output) == frozenset()


class Launchd:
    """Answers as launchctl does, and remembers what it was told."""

    def __init__(self) -> None:
        self.disabled: set[str] = set()
        self.told: list[tuple[str, ...]] = []
        self.obeys = True

    def __call__(self, words: Sequence[str]) -> Completed:
        match words:
            case ["print-disabled", "gui/501"]:
                lines = "".join(f'\t"{label}" => disabled\n' for label in self.disabled)
                return Completed(0, f"disabled services = {{\n{lines}}}\n".encode())
            case ["enable", target] if self.obeys:
                self.told.append(tuple(words))
                self.disabled.discard(target.removeprefix("gui/501/"))
                return Completed(0)
            case _:
                return Completed(5, b"Operation not permitted\n")


@pytest.fixture
def launchd() -> Launchd:
    return Launchd()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "LaunchAgents"


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "picoclaw-tray.plist"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "picoclaw-tray"
    path.touch(0o755)
    return path


@pytest.fixture
def agent(folder: Path, program: Path, launchd: Launchd) -> LaunchAgent:
    return LaunchAgent(folder, LABEL, (str(program), "run"), 501, launchd)


class TestFolder:
    def test_agent_is_on_once_it_is_enabled_and_launchd_is_not_told(self, agent, launchd, program):
        before = agent.status()
        agent.enable()
        after = agent.status()

        assert before.state is LoginState.OFF
        assert after.state is LoginState.ON
        assert after.command == (str(program), "run")
        assert launchd.told == []

    def test_agent_is_gone_once_it_is_disabled(self, agent, launchd, path):
        agent.enable()

        agent.disable()
        agent.disable()

        assert agent.status().state is LoginState.OFF
        assert not path.exists()
        assert launchd.told == []

    def test_label_that_launchd_has_disabled_is_blocked_until_enabled(self, agent, launchd):
        agent.enable()
        launchd.disabled.add(LABEL)

        blocked = agent.status()
        agent.enable()

        assert blocked.state is LoginState.BLOCKED
        assert "launchctl print-disabled gui/501" in said(blocked.reason)
        assert launchd.told == [("enable", "gui/501/picoclaw-tray")]
        assert agent.status().state is LoginState.ON

    def test_launchd_that_refuses_is_said(self, agent, launchd):
        launchd.disabled.add(LABEL)
        launchd.obeys = False

        with pytest.raises(AutostartError, match="Operation not permitted"):
            agent.enable()

        assert agent.status().state is LoginState.BLOCKED

    def test_agent_that_says_itself_that_it_is_disabled_is_blocked(self, agent, path):
        agent.enable()
        path.write_bytes(plistlib.dumps({**plistlib.loads(path.read_bytes()), "Disabled": True}))

        assert agent.status().state is LoginState.BLOCKED

    def test_agent_of_another_program_is_stale(self, agent, path, tmp_path):
        other = tmp_path / "other"
        other.touch(0o755)
        path.parent.mkdir()
        path.write_bytes(render_agent(LABEL, (str(other),)))

        assert agent.status().state is LoginState.STALE

    def test_broken_agent_is_stale_until_enabled(self, agent, path):
        path.parent.mkdir()
        path.write_bytes(b"nonsense")

        stale = agent.status()
        agent.enable()

        assert stale.state is LoginState.STALE
        assert agent.status().state is LoginState.ON

    @pytest.mark.parametrize("change", ["enable", "disable"])
    def test_folder_in_its_place_is_stale_and_cannot_be_changed(self, agent, path, change):
        path.mkdir(parents=True)

        with pytest.raises(AutostartError, match="could not be changed"):
            getattr(agent, change)()

        assert agent.status().state is LoginState.STALE

    def test_file_in_place_of_the_folder_is_off(self, agent, folder):
        folder.touch()

        agent.disable()

        assert agent.status().state is LoginState.OFF

    def test_agent_of_the_launcher_is_seen_unless_it_is_disabled(self, agent, launchd, folder):
        agent.enable()
        before = agent.status().launcher
        path = folder / f"{LAUNCHER_LABEL}.plist"
        path.write_bytes(render_agent(LAUNCHER_LABEL, ("/opt/picoclaw-launcher",)))

        beside = agent.status().launcher
        launchd.disabled.add(LAUNCHER_LABEL)

        assert not before
        assert beside
        assert not agent.status().launcher
