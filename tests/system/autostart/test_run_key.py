"""The Run key: command lines, Task Manager's switch, and both in a registry that is a table."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.presentation.autostart import LoginState
from picoclaw_tray.system.autostart.entry import AutostartError
from picoclaw_tray.system.autostart.run_key import (
    APPROVED,
    APPROVED_PATH,
    LAUNCHER_VALUE,
    LONGEST_COMMAND,
    RUN_PATH,
    RunKey,
    command_line,
    is_approved,
    run_value,
    split_command_line,
)
from tests.presentation.samples import said
from tests.system.autostart.words import commands

PROGRAM = r"C:\Program Files\picoclaw-tray.exe"
SWITCHED_OFF = b"\x03\0\0\0" + b"\x12" * 8


class TestText:
    @pytest.mark.parametrize(
        ("word", "written"),
        [
            ("plain", "plain"),
            ("", '""'),
            (r"C:\picoclaw", r"C:\picoclaw"),
            (r"C:\two words", r'"C:\two words"'),
            ("C:\\two words\\", r'"C:\two words\\"'),
            ('a"b', r'"a\"b"'),
            ('a\\"b', r'"a\\\"b"'),
            ("%TEMP%", "%TEMP%"),
        ],
    )
    def test_word_is_quoted_as_the_c_run_time_wants_it(self, word, written):
        assert command_line((PROGRAM, word)) == rf'"{PROGRAM}" {written}'

    @given(commands(PROGRAM).filter(lambda words: "\t" not in "".join(words)))
    def test_words_are_read_back_as_they_were_written(self, command):
        assert split_command_line(command_line(command)) == command

    @given(commands(PROGRAM))
    def test_words_that_another_writer_put_together_are_read(self, command):
        assert split_command_line(subprocess.list2cmdline(command)) == command

    @pytest.mark.parametrize(
        ("line", "words"),
        [
            ("", ()),
            ("  ", ()),
            ("a", ("a",)),
            (r'"C:\a b\c.exe" -x', (r"C:\a b\c.exe", "-x")),
            (r'C:\a\"b c" d', (r"C:\a\b c", "d")),
            (r'x a\\\"b c\\d "e f\\" g', ("x", r"a\"b", r"c\\d", "e f\\", "g")),
            ('x a"b c"d', ("x", "ab cd")),
            ('x ""', ("x", "")),
            ('x "open', ("x", "open")),
            ('"open', ("open",)),
        ],
    )
    def test_line_is_taken_apart_as_the_c_run_time_does(self, line, words):
        assert split_command_line(line) == words

    @given(st.text())
    def test_any_line_can_be_taken_apart(self, line):
        split_command_line(line)

    def test_longest_command_is_written_and_a_longer_one_refused(self):
        longest = "x" * (LONGEST_COMMAND - 2)

        assert len(run_value(("p", longest))) == LONGEST_COMMAND
        with pytest.raises(AutostartError, match="260 characters"):
            run_value(("p", longest + "x"))

    def test_line_end_is_refused(self):
        with pytest.raises(AutostartError, match="character"):
            run_value((PROGRAM, "a\nb"))

    @pytest.mark.parametrize(
        ("value", "approved"),
        [
            (None, True),
            (b"", True),
            ("text", True),
            (APPROVED, True),
            (b"\x06" + bytes(11), True),
            (SWITCHED_OFF, False),
            (b"\x07", False),
        ],
    )
    def test_first_byte_tells_what_task_manager_has_switched_off(self, value, approved):
        assert is_approved(value) is approved


class Table:
    """A registry in memory."""

    def __init__(self) -> None:
        self.values: dict[tuple[str, str], str | bytes] = {}
        self.refuses = False

    def read(self, path: str, name: str) -> str | bytes | None:
        self._refuse()
        return self.values.get((path, name))

    def write(self, path: str, name: str, value: str | bytes) -> None:
        self._refuse()
        self.values[path, name] = value

    def delete(self, path: str, name: str) -> None:
        self._refuse()
        self.values.pop((path, name), None)

    def _refuse(self) -> None:
        if self.refuses:
            raise PermissionError(13, "Access is denied")


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def program(tmp_path) -> str:
    path = tmp_path / "picoclaw-tray.exe"
    path.touch(0o755)
    return str(path)


@pytest.fixture
def key(table: Table, program: str) -> RunKey:
    return RunKey(table, "picoclaw-tray", (program, "run"))


class TestRegistry:
    def test_value_is_on_once_it_is_enabled_and_gone_once_it_is_disabled(self, key, table, program):
        before = key.status()
        key.enable()
        enabled = key.status()
        key.disable()

        assert before.state is LoginState.OFF
        assert enabled.state is LoginState.ON
        assert enabled.command == (program, "run")
        assert key.status().state is LoginState.OFF
        assert table.values == {}

    def test_switch_of_task_manager_is_seen_and_repaired(self, key, table):
        key.enable()
        table.values[APPROVED_PATH, "picoclaw-tray"] = SWITCHED_OFF

        blocked = key.status()
        key.enable()

        assert blocked.state is LoginState.BLOCKED
        assert "StartupApproved" in said(blocked.reason)
        assert table.values[APPROVED_PATH, "picoclaw-tray"] == APPROVED
        assert key.status().state is LoginState.ON

    def test_switch_that_is_on_is_left_alone(self, key, table):
        table.values[APPROVED_PATH, "picoclaw-tray"] = b"\x06" + bytes(11)

        key.enable()

        assert table.values[APPROVED_PATH, "picoclaw-tray"] == b"\x06" + bytes(11)

    def test_switch_does_not_outlive_the_value(self, key, table):
        key.enable()
        table.values[APPROVED_PATH, "picoclaw-tray"] = SWITCHED_OFF

        key.disable()

        assert table.values == {}

    @pytest.mark.parametrize("value", [b"\0", "", "C:\\gone.exe", "\0"])
    def test_other_value_is_stale_until_enabled(self, key, table, value):
        table.values[RUN_PATH, "picoclaw-tray"] = value

        stale = key.status()
        key.enable()

        assert stale.state is LoginState.STALE
        assert key.status().state is LoginState.ON

    def test_registry_that_refuses_is_said(self, key, table):
        table.refuses = True

        status = key.status()

        assert status.state is LoginState.STALE
        assert "cannot be read" in said(status.reason)
        for change in (key.enable, key.disable):
            with pytest.raises(AutostartError, match="Access is denied"):
                change()

    def test_value_of_the_launcher_is_seen_unless_it_is_switched_off(self, key, table):
        table.values[RUN_PATH, LAUNCHER_VALUE] = '"C:\\\\picoclaw-launcher.exe" "-no-browser"'

        beside = key.status().launcher
        table.values[APPROVED_PATH, LAUNCHER_VALUE] = SWITCHED_OFF

        assert beside
        assert not key.status().launcher
