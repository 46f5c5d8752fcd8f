"""Which entry a home has on this system, and what the command line is told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from picoclaw_tray.presentation.autostart import LoginState
from picoclaw_tray.system.autostart import autostart_answer, login_command, login_entry
from picoclaw_tray.system.autostart.entry import AutostartError
from picoclaw_tray.system.own_command import own_command, this_installation
from picoclaw_tray.system.paths import GatewayPlace, gateway_place, home_name
from tests.presentation.samples import said


@pytest.fixture
def environ() -> dict[str, str]:
    return dict(os.environ)


def words_of(place: GatewayPlace, environ: dict[str, str]) -> list[str]:
    """What follows the program."""
    return list(login_command(place, environ)[len(own_command(this_installation())) :])


class TestCommand:
    def test_default_home_needs_no_words(self, environ):
        assert words_of(gateway_place(environ), environ) == ["run"]

    def test_default_home_needs_no_words_whatever_the_terminal_says(self, environ):
        environ["PICOCLAW_HOME"] = str(gateway_place(environ).home)

        assert words_of(gateway_place(environ), environ) == ["run"]

    def test_home_of_a_variable_is_named(self, environ, tmp_path):
        environ["PICOCLAW_HOME"] = str(tmp_path)

        assert words_of(gateway_place(environ), environ) == ["run", "--home", str(tmp_path)]

    def test_home_and_config_of_flags_are_named(self, environ, tmp_path):
        config = tmp_path / "other.json"
        place = gateway_place(environ, home=str(tmp_path), config=str(config))

        assert words_of(place, environ) == [
            *("run", "--home", str(tmp_path)),
            *("--config", str(config)),
        ]

    def test_other_config_of_the_default_home_is_named(self, environ, tmp_path):
        environ["PICOCLAW_CONFIG"] = str(tmp_path / "other.json")

        words = words_of(gateway_place(environ), environ)

        assert words == ["run", "--config", str(tmp_path / "other.json")]


@pytest.mark.linux
class TestLinux:
    def enabled(self, place: GatewayPlace, environ: dict[str, str]) -> list[str]:
        """Enables it, and lists what is new below the user's home."""
        root = Path(environ["HOME"])
        before = set(root.rglob("*"))
        login_entry(place, environ, demo=False).enable()
        new = set(root.rglob("*")) - before
        return sorted(str(path.relative_to(root)) for path in new if path.is_file())

    def test_default_home_has_the_plain_name(self, environ):
        assert self.enabled(gateway_place(environ), environ) == [
            ".config/autostart/picoclaw-tray.desktop"
        ]

    def test_homes_have_an_entry_each(self, environ, tmp_path):
        place = gateway_place(environ, home=str(tmp_path))
        entry = login_entry(gateway_place(environ), environ, demo=False)

        names = self.enabled(place, environ)

        assert names == [f".config/autostart/picoclaw-tray-{home_name(place)}.desktop"]
        assert entry.status().state is LoginState.OFF

    def test_another_config_makes_the_entry_stale_until_it_is_enabled(self, environ, tmp_path):
        login_entry(gateway_place(environ), environ, demo=False).enable()
        other = gateway_place(environ, config=str(tmp_path / "other.json"))
        entry = login_entry(other, environ, demo=False)

        before = entry.status().state
        entry.enable()

        assert before is LoginState.STALE
        assert entry.status().state is LoginState.ON

    def test_folder_of_the_session_is_used(self, environ):
        environ["XDG_CONFIG_HOME"] = f"{environ['HOME']}/elsewhere"

        names = self.enabled(gateway_place(environ), environ)

        assert names == ["elsewhere/autostart/picoclaw-tray.desktop"]

    @pytest.mark.parametrize("value", ["", "relative"])
    def test_folder_that_is_no_absolute_path_is_passed_over(self, environ, value):
        environ["XDG_CONFIG_HOME"] = value

        names = self.enabled(gateway_place(environ), environ)

        assert names == [".config/autostart/picoclaw-tray.desktop"]

    def test_entry_has_a_picture(self, environ):
        (name,) = self.enabled(gateway_place(environ), environ)

        lines = Path(environ["HOME"], name).read_text().splitlines()

        (icon,) = (line.removeprefix("Icon=") for line in lines if line.startswith("Icon="))
        assert Path(icon).is_file()


class TestDemo:
    def test_demo_cannot_be_changed(self, environ):
        entry = login_entry(gateway_place(environ), environ, demo=True)

        for change in (entry.enable, entry.disable):
            with pytest.raises(AutostartError, match="The demo cannot"):
                change()

    @pytest.mark.parametrize(
        ("action", "done"), [("status", True), ("enable", False), ("disable", False)]
    )
    def test_demo_says_why(self, environ, action, done):
        answer = autostart_answer(action, gateway_place(environ), environ, demo=True)

        assert answer.done is done
        assert answer.payload["state"] == "unsupported"
        assert answer.payload["supported"] is False
        (sentence,) = answer.sentences
        assert said(sentence) == answer.payload["message"]


@pytest.mark.linux
class TestAnswer:
    def test_answer_follows_the_changes(self, environ):
        place = gateway_place(environ)

        answers = [
            autostart_answer(action, place, environ, demo=False)
            for action in ("status", "enable", "status", "disable")
        ]

        assert [answer.done for answer in answers] == [True] * 4
        assert [answer.payload["enabled"] for answer in answers] == [False, True, True, False]
        assert answers[1].payload == {
            "enabled": True,
            "supported": True,
            "platform": "linux",
            "message": "The tray starts at your next login.",
            "state": "on",
            "command": list(login_command(place, environ)),
        }

    def test_failed_change_is_not_done_and_says_why(self, environ):
        Path(environ["XDG_CONFIG_HOME"], "autostart").touch()

        answer = autostart_answer("enable", gateway_place(environ), environ, demo=False)

        assert not answer.done
        assert answer.payload["enabled"] is False
        assert "could not be changed" in said(answer.sentences[0])

    def test_answer_needs_neither_qt_nor_psutil_nor_requests(self):
        code = (
            "import json, os, sys\n"
            "from picoclaw_tray.system.autostart import autostart_answer\n"
            "from picoclaw_tray.system.paths import gateway_place\n"
            "place = gateway_place(os.environ)\n"
            "autostart_answer('enable', place, os.environ, demo=False)\n"
            "print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))\n"
        )

        answer = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

        assert not {"PySide6", "psutil", "requests"} & set(json.loads(answer.stdout))
