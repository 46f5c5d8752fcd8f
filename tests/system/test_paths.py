from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from picoclaw_tray.system.paths import (
    GatewayPlace,
    gateway_place,
    log_folder,
    settings_file,
    state_folder,
    user_home,
)

ALICE = os.path.abspath("/home/alice")  # noqa: PTH100 - with a drive on Windows
ENVIRON = {"HOME": ALICE, "USERPROFILE": ALICE}


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The working directory."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def place_of(home, config):
    return GatewayPlace(Path(home), Path(config))


def test_gateway_place_is_the_hidden_folder_at_home():
    home = Path(ALICE, ".picoclaw")

    assert gateway_place(ENVIRON) == place_of(home, home / "config.json")


def test_gateway_place_is_what_the_environment_names(tmp_path):
    home, config = tmp_path / "home", tmp_path / "other" / "my.json"
    environ = ENVIRON | {"PICOCLAW_HOME": str(home), "PICOCLAW_CONFIG": str(config)}

    assert gateway_place(environ) == place_of(home, config)


def test_gateway_place_is_what_the_flags_name_before_anything_else(tmp_path):
    home, config = tmp_path / "home", tmp_path / "my.json"
    environ = ENVIRON | {"PICOCLAW_HOME": "/a", "PICOCLAW_CONFIG": "/b/c.json"}

    assert gateway_place(environ, str(home), str(config)) == place_of(home, config)


def test_gateway_place_takes_each_flag_alone(tmp_path):
    home = tmp_path / "home"

    assert gateway_place(ENVIRON, home=str(home)) == place_of(home, home / "config.json")


def test_gateway_place_passes_over_empty_variables():
    environ = ENVIRON | {"PICOCLAW_HOME": "", "PICOCLAW_CONFIG": ""}

    assert gateway_place(environ) == gateway_place(ENVIRON)


@pytest.mark.parametrize("home", ["here", "./here/", "x/../here"])
def test_gateway_place_is_absolute(folder, home):
    place = gateway_place(ENVIRON | {"PICOCLAW_CONFIG": "c.json"}, home)

    assert place == place_of(folder / "here", folder / "c.json")


def test_gateway_place_without_a_home_is_the_working_directory(folder):
    assert gateway_place({}) == place_of(folder, folder / "config.json")


def test_gateway_place_expands_no_tilde(folder):
    assert gateway_place(ENVIRON, "~/claw").home == folder / "~" / "claw"


@pytest.mark.linux
@pytest.mark.macos
def test_gateway_place_follows_no_links(folder):
    (folder / "real").mkdir()
    (folder / "link").symlink_to("real")

    assert gateway_place(ENVIRON, "link").home == folder / "link"


def test_files_of_the_gateway_follow_its_home_and_not_its_config():
    place = place_of("/h", "/c/config.json")

    assert place.pid_file == Path("/h/.picoclaw.pid")
    assert place.log == Path("/h/logs/gateway.log")
    assert place.panic_log == Path("/h/logs/gateway_panic.log")


@pytest.mark.parametrize(
    ("platform", "home"), [("linux", "unix"), ("darwin", "unix"), ("win32", "windows")]
)
def test_user_home_is_the_variable_that_the_gateway_reads(monkeypatch, platform, home):
    monkeypatch.setattr(sys, "platform", platform)

    assert user_home({"HOME": "unix", "USERPROFILE": "windows"}) == home
    assert user_home({}) == ""


@pytest.mark.parametrize("folder_of", [state_folder, log_folder, settings_file])
def test_our_files_are_where_this_user_keeps_such_files(own_machine, folder_of):
    path = folder_of(gateway_place(os.environ))

    assert path.is_relative_to(own_machine)
    assert "picoclaw-tray" in path.parts
    assert not path.exists()


@pytest.mark.parametrize("folder_of", [state_folder, log_folder, settings_file])
def test_our_files_of_two_homes_are_apart(folder_of):
    first, second = (gateway_place({}, home) for home in ("/a/claw", "/b/claw"))

    assert folder_of(first) != folder_of(second)
    assert folder_of(first) == folder_of(gateway_place({}, "/a/claw", "/other.json"))


@pytest.mark.parametrize(
    ("home", "name"),
    [
        ("/home/alice/.picoclaw", "picoclaw"),
        ("/srv/My Claw!", "MyClaw"),
        ("/srv/Klaue-ä_1", "Klaue-_1"),
        ("/srv/🦞", "home"),
        ("/", "home"),
        ("/srv/" + "x" * 200, "x" * 20),
    ],
)
def test_our_folder_is_named_after_the_home_and_fits_everywhere(home, name):
    plain, _, digest = state_folder(gateway_place({}, home)).name.rpartition("-")

    assert plain == name
    assert len(digest) == 12


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize("folder_of", [state_folder, log_folder, settings_file])
def test_our_files_of_a_home_are_the_same_however_it_is_spelled(folder, folder_of):
    (folder / "claw").mkdir()
    (folder / "link").symlink_to("claw")
    (folder / "sub").mkdir()
    (folder / "sub" / "up").symlink_to("..")
    spellings = ["claw", "claw/", "./sub/../claw", "link", "link/", "sub/up/link", "sub/up/claw"]

    found = {folder_of(gateway_place({}, home)) for home in spellings}

    assert len(found) == 1
    assert found == {folder_of(gateway_place({}, str(folder / "claw")))}


@pytest.mark.linux
@pytest.mark.macos
def test_our_folder_of_a_home_has_the_same_name_before_there_is_one(folder):
    before = state_folder(gateway_place({}, "claw"))
    (folder / "claw").mkdir()

    assert state_folder(gateway_place({}, "claw")) == before


@pytest.mark.linux
@pytest.mark.macos
def test_our_folder_of_links_in_a_circle_has_a_name(folder):
    (folder / "loop").symlink_to("loop")

    assert state_folder(gateway_place({}, "loop")).name.startswith("loop-")


@pytest.mark.windows
def test_our_folder_is_the_same_however_the_home_is_spelled():
    first, second = (state_folder(gateway_place({}, home)) for home in (r"C:\Claw", "c:/claw"))

    assert first == second


@pytest.mark.linux
def test_our_folder_of_a_home_that_is_no_text_has_a_name():
    home = os.fsdecode(b"/srv/\xff")

    assert state_folder(gateway_place({}, home)).name.startswith("home-")
