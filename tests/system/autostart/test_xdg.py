"""Desktop entries: as text, in a folder, and as GLib starts them."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from picoclaw_tray.presentation.autostart import LoginState
from picoclaw_tray.system.autostart.entry import AutostartError
from picoclaw_tray.system.autostart.xdg import (
    LAUNCHER_ENTRY,
    DesktopEntry,
    XdgAutostart,
    parse_entry,
    render_entry,
)
from tests.presentation.samples import said
from tests.support.waiting import wait_until
from tests.system.autostart.words import AWKWARD, commands

PATH = "/opt/picoclaw-tray"


def rendered(*command: str) -> str:
    return render_entry(command, title="PicoClaw tray", icon="/opt/app.svg")


class TestText:
    @pytest.mark.parametrize(
        ("word", "written"),
        [
            ("plain", "plain"),
            ("", '""'),
            ("two words", '"two words"'),
            ("it's", '"it\'s"'),
            ('"', r'"\\""'),
            ("$HOME", r'"\\$HOME"'),
            ("`id`", r'"\\`id\\`"'),
            ("a\\b", r'"a\\\\b"'),
            ("100%", "100%%"),
            ("~/x", '"~/x"'),
            ("a\tb", r'"a\tb"'),
            ("ü€", "ü€"),
        ],
    )
    def test_argument_is_quoted_as_the_specification_says(self, word, written):
        assert f"\nExec=/opt/picoclaw-tray {written}\n" in rendered(PATH, word)

    def test_entry_names_program_icon_and_title(self):
        lines = rendered("/opt/a\\b c=/picoclaw-tray", "run").splitlines()

        assert lines[0] == "[Desktop Entry]"
        assert set(lines[1:]) == {
            "Type=Application",
            "Name=PicoClaw tray",
            "Icon=/opt/app.svg",
            r'Exec="/opt/a\\\\b c=/picoclaw-tray" run',
            r"TryExec=/opt/a\\b c=/picoclaw-tray",
            "Terminal=false",
            "StartupNotify=false",
            "X-GNOME-Autostart-enabled=true",
        }

    @pytest.mark.parametrize("character", ["\n", "\r", "\0", "\x7f", "\udcff"])
    def test_character_that_the_format_cannot_hold_is_refused(self, character):
        with pytest.raises(AutostartError, match="character"):
            rendered(PATH, f"a{character}b")

    def test_program_with_a_percent_sign_is_started_by_env(self):
        lines = rendered("/50%/picoclaw-tray", "a=b").splitlines()

        assert "Exec=/usr/bin/env /50%%/picoclaw-tray a=b" in lines
        assert "TryExec=/50%/picoclaw-tray" in lines

    def test_program_that_env_would_take_for_a_variable_is_refused(self):
        with pytest.raises(AutostartError, match="character"):
            rendered("/50%=half/picoclaw-tray")

    @given(commands(PATH) | commands(f"/{AWKWARD}"))
    def test_entry_is_read_back_as_it_was_written(self, command):
        assert parse_entry(rendered(*command)) == DesktopEntry(command, condition=command[0])

    @pytest.mark.parametrize(
        ("line", "switched_off_by"),
        [
            ("Hidden=true", "Hidden=true"),
            ("Hidden = true ", "Hidden=true"),
            ("Hidden=1", "Hidden=true"),
            ("Hidden=false", ""),
            ("#Hidden=true", ""),
            ("[Desktop Action x]\nHidden=true", ""),
            ("X-GNOME-Autostart-enabled=false", "X-GNOME-Autostart-enabled=false"),
        ],
    )
    def test_switch_of_a_desktop_is_seen(self, line, switched_off_by):
        entry = parse_entry(rendered(PATH) + line)

        assert entry is not None
        assert entry.switched_off_by == switched_off_by

    @pytest.mark.parametrize("content", ["", "\n", "Exec=x", "[Other]\nExec=x", "\0\xff"])
    def test_what_is_no_entry_is_none(self, content):
        assert parse_entry(content) is None

    @pytest.mark.parametrize("line", ['"open', '/x "open', '"a\\', "", "   "])
    def test_exec_that_cannot_be_read_is_no_command(self, line):
        assert parse_entry(f"[Desktop Entry]\nExec={line}\n") == DesktopEntry(())

    def test_entry_of_the_launcher_is_no_riddle(self):
        assert parse_entry(
            "[Desktop Entry]\nType=Application\nExec='/opt/pico claw' -no-browser\n"
        ) == DesktopEntry(("'/opt/pico", "claw'", "-no-browser"))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "picoclaw-tray"
    path.touch(0o755)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "config" / "autostart"


@pytest.fixture
def path(folder: Path) -> Path:
    return folder / "picoclaw-tray.desktop"


@pytest.fixture
def entry(folder: Path, program: Path) -> XdgAutostart:
    command = (str(program), "run")
    return XdgAutostart(folder / "picoclaw-tray.desktop", command, title="PicoClaw tray", icon="x")


def state_of(entry: XdgAutostart) -> LoginState:
    return entry.status().state


class TestFolder:
    def test_entry_is_off_until_it_is_asked_for(self, entry, path):
        assert state_of(entry) is LoginState.OFF
        assert not path.parent.exists()

    def test_entry_is_on_once_it_is_enabled(self, entry, program):
        entry.enable()

        status = entry.status()
        assert status.state is LoginState.ON
        assert status.command == (str(program), "run")
        assert status.reason is None

    def test_entry_is_gone_once_it_is_disabled(self, entry, path):
        entry.enable()

        entry.disable()
        entry.disable()

        assert state_of(entry) is LoginState.OFF
        assert not path.exists()

    @pytest.mark.parametrize(
        ("old", "new"),
        [
            ("Terminal=false", "Hidden=true"),
            ("X-GNOME-Autostart-enabled=true", "X-GNOME-Autostart-enabled=false"),
        ],
    )
    def test_entry_that_a_desktop_has_switched_off_is_blocked_until_enabled(
        self, entry, path, old, new
    ):
        entry.enable()
        path.write_text(path.read_text().replace(old, new))

        blocked = entry.status()
        entry.enable()

        assert blocked.state is LoginState.BLOCKED
        assert new in said(blocked.reason)
        assert state_of(entry) is LoginState.ON

    def test_entry_of_another_program_is_stale_until_enabled(self, entry, path, tmp_path):
        other = tmp_path / "other"
        other.touch(0o755)
        path.parent.mkdir(parents=True)
        path.write_text(rendered(str(other), "run"))

        stale = entry.status()
        entry.enable()

        assert stale.state is LoginState.STALE
        assert stale.command == (str(other), "run")
        assert str(other) in said(stale.reason)
        assert state_of(entry) is LoginState.ON

    def test_entry_whose_program_is_gone_is_stale(self, entry, program):
        entry.enable()
        program.unlink()

        status = entry.status()

        assert status.state is LoginState.STALE
        assert said(status.reason) == f"The program “{program}” is gone."

    @pytest.mark.parametrize("content", [b"", b"nonsense", b"\xff\xfe", b"[Desktop Entry]\n"])
    def test_broken_entry_is_stale_until_enabled(self, entry, path, content):
        path.parent.mkdir(parents=True)
        path.write_bytes(content)

        stale = entry.status()
        entry.enable()

        assert stale.state is LoginState.STALE
        assert str(path) in said(stale.reason)
        assert state_of(entry) is LoginState.ON

    def test_entry_whose_condition_is_gone_is_stale_until_enabled(self, entry, path, tmp_path):
        entry.enable()
        content = path.read_text(encoding="utf-8")
        gone = f"TryExec={tmp_path / 'gone'}"
        path.write_text(re.sub("TryExec=.*", gone, content), encoding="utf-8")

        assert entry.status().state is LoginState.STALE
        assert str(tmp_path / "gone") in said(entry.status().reason)

        entry.enable()
        assert state_of(entry) is LoginState.ON

    def test_program_that_may_not_be_started_is_as_good_as_gone(self, entry, program):
        entry.enable()
        program.chmod(0o600)

        assert state_of(entry) is LoginState.STALE

    @pytest.mark.parametrize(
        ("line", "state"),
        [
            ("OnlyShowIn=GNOME;XFCE;", LoginState.BLOCKED),
            ("OnlyShowIn=GNOME;KDE;", LoginState.ON),
            ("NotShowIn=ubuntu;", LoginState.BLOCKED),
            ("NotShowIn=GNOME", LoginState.ON),
        ],
    )
    def test_entry_for_other_desktops_is_blocked(self, path, program, line, state):
        entry = XdgAutostart(
            path,
            (str(program),),
            title="x",
            icon="x",
            desktops=frozenset({"ubuntu", "KDE"}),
        )
        entry.enable()
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")

        assert state_of(entry) is state
        if state is LoginState.BLOCKED:
            assert line in said(entry.status().reason)

    def test_link_is_read_and_then_replaced(self, entry, path, tmp_path):
        entry.enable()
        target = path.rename(tmp_path / "kept.desktop")
        content = target.read_text()
        path.symlink_to(target)

        linked = state_of(entry)
        entry.enable()
        entry.disable()

        assert linked is LoginState.ON
        assert target.read_text() == content
        assert not path.is_symlink()

    def test_link_to_nowhere_is_off_and_can_be_enabled(self, entry, path, tmp_path):
        path.parent.mkdir(parents=True)
        path.symlink_to(tmp_path / "nowhere")

        before = state_of(entry)
        entry.enable()

        assert before is LoginState.OFF
        assert state_of(entry) is LoginState.ON

    @pytest.mark.parametrize("change", ["enable", "disable"])
    def test_folder_in_its_place_is_stale_and_cannot_be_changed(self, entry, path, change):
        path.mkdir(parents=True)

        with pytest.raises(AutostartError) as caught:
            getattr(entry, change)()

        assert str(path) in said(caught.value.sentence)
        assert state_of(entry) is LoginState.STALE

    def test_file_in_place_of_the_autostart_folder_is_said(self, entry, folder):
        folder.parent.mkdir(parents=True)
        folder.touch()

        with pytest.raises(AutostartError, match="could not be changed"):
            entry.enable()
        entry.disable()

        assert state_of(entry) is LoginState.OFF

    @pytest.mark.linux
    def test_folder_that_nobody_may_write_to_is_said(self, program):
        # Where root may not either.
        entry = XdgAutostart(
            Path("/proc/autostart/x.desktop"), (str(program),), title="x", icon="x"
        )

        with pytest.raises(AutostartError, match="/proc/autostart"):
            entry.enable()

        assert state_of(entry) is LoginState.OFF

    @pytest.mark.parametrize(
        ("content", "is_on"),
        [
            ("[Desktop Entry]\nExec=picoclaw-launcher\n", True),
            ("[Desktop Entry]\nExec=picoclaw-launcher\nHidden=true\n", False),
            ("nonsense", False),
        ],
    )
    @pytest.mark.parametrize("enabled", [True, False])
    def test_entry_of_the_launcher_is_seen_beside_ours(
        self, entry, folder, content, is_on, enabled
    ):
        folder.mkdir(parents=True)
        (folder / LAUNCHER_ENTRY).write_text(content)

        if enabled:
            entry.enable()

        assert entry.status().launcher is is_on


@pytest.mark.linux
class TestGLib:
    """What `gio launch` makes of an entry; it uses the parser of GNOME and its relatives."""

    @pytest.fixture
    def launch(self, tmp_path: Path):
        """Starts a program in this folder through an entry; what it was really given."""
        said = tmp_path / "said"

        def launch(arguments: tuple[str, ...], folder: str = AWKWARD) -> tuple[str, ...]:
            program = tmp_path / folder / "programme"
            program.parent.mkdir(exist_ok=True)
            # Renamed once it is complete.
            script = f'printf "%s\\0" "$0" "$@" > "{said}.new"; mv "{said}.new" "{said}"'
            program.write_text(f"#!/bin/sh\n{script}\n")
            program.chmod(0o755)
            path = tmp_path / "entry.desktop"
            content = render_entry((str(program), *arguments), title=AWKWARD, icon=AWKWARD)
            path.write_text(content, encoding="utf-8")
            subprocess.run(["gio", "launch", str(path)], check=True, capture_output=True)
            wait_until(said.exists, what="the program")
            received = said.read_bytes().decode().split("\0")[:-1]
            said.unlink()
            assert received[0] == str(program)
            return tuple(received[1:])

        return launch

    @pytest.mark.parametrize("folder", [AWKWARD, "plain", "a=b c", "100%"])
    def test_program_in_an_awkward_place_gets_awkward_arguments(self, launch, folder):
        arguments = ("run", "a=b", f"/{AWKWARD}", "", "%f", "%%", "tab\there", "\\", '"')

        assert launch(arguments, folder) == arguments

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(commands("x"))
    def test_program_gets_any_arguments(self, launch, command):
        assert launch(command) == command
