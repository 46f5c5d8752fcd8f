from __future__ import annotations

import os

import pytest

from picoclaw_tray.presentation.text import render
from picoclaw_tray.settings import Settings, dump_settings
from picoclaw_tray.system.demo_home import demo_command
from picoclaw_tray.system.launch_site import SETTINGS_LIMIT, LaunchSite, prepare_site
from picoclaw_tray.system.paths import gateway_place, log_folder, settings_file, state_folder


@pytest.fixture
def home(tmp_path):
    return tmp_path / "claw"


def site_of(home) -> LaunchSite:
    return prepare_site(os.environ, home=str(home), config="", demo=False)


def write_settings(home, content: bytes):
    path = settings_file(gateway_place({}, str(home)))
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    return path


def test_site_is_the_place_that_flags_name_and_our_folders_for_it(home):
    site = site_of(home)

    place = gateway_place({}, str(home))
    assert site == LaunchSite(
        place,
        os.environ,
        Settings(),
        settings_file(place),
        None,
        state_folder(place),
        log_folder(place),
    )


def test_site_takes_the_config_that_a_flag_names(home, tmp_path):
    config = tmp_path / "my.json"

    site = prepare_site(os.environ, home=str(home), config=str(config), demo=False)

    assert site.place.config == config


def test_site_makes_nothing(home, own_machine):
    before = set(own_machine.rglob("*"))

    site_of(home)

    assert set(own_machine.rglob("*")) == before
    assert not home.exists()


def test_site_has_the_settings_of_its_home(home):
    settings = Settings(host="::1", log_level="info")
    write_settings(home, dump_settings(settings))

    assert site_of(home).settings == settings
    assert site_of(home).settings_problem is None
    assert site_of(home.with_name("other")).settings == Settings()


def problem_of(site: LaunchSite) -> str:
    assert site.settings == Settings()
    assert site.settings_problem is not None
    return render(site.settings_problem)


def test_site_has_the_defaults_when_its_settings_are_broken(home):
    path = write_settings(home, b'{"host": "::1", "log_level": 1}')

    assert problem_of(site_of(home)).startswith(f"In the settings in {path}, “log_level” must be")
    assert path.read_bytes() == b'{"host": "::1", "log_level": 1}'


@pytest.mark.parametrize("size", [SETTINGS_LIMIT + 1, 10 * 1024 * 1024])
def test_site_reads_no_settings_that_are_too_large(home, size):
    path = write_settings(home, b"{}".ljust(size))

    assert problem_of(site_of(home)) == (
        f"The settings file {path} is larger than 256 KiB, too large to be one."
    )


def test_site_reads_the_largest_settings(home):
    write_settings(home, b'{"host": "::1"}'.ljust(SETTINGS_LIMIT))

    assert site_of(home).settings == Settings(host="::1")


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo, lambda path: path.symlink_to("/dev/zero")])
def test_site_says_that_its_settings_are_no_file(home, make):
    path = write_settings(home, b"")
    path.unlink()
    make(path)

    assert problem_of(site_of(home)) == (
        f"{path} is a folder, a pipe or a device. The settings belong in a file."
    )


@pytest.mark.linux
@pytest.mark.macos
def test_site_says_why_its_settings_cannot_be_read(home):
    path = write_settings(home, b"")
    path.unlink()
    path.symlink_to(path.name)

    assert problem_of(site_of(home)).startswith(f"The settings in {path} cannot be read (")


def test_demo_site_leaves_no_traces(own_machine):
    before = set(own_machine.rglob("*"))

    site = prepare_site(os.environ, home="", config="", demo=True)
    assert site.demo is not None
    folders = (site.place.home, site.state_folder, site.log_folder)
    inside = [folder.is_relative_to(site.demo.folder) for folder in folders]
    site.demo.remove()

    assert all(inside)
    assert not site.place.home.exists()
    assert set(own_machine.rglob("*")) == before


def test_demo_site_is_not_that_of_flags_and_environment(home):
    environ = {"PICOCLAW_HOME": str(home), "PICOCLAW_GATEWAY_HOST": "*", "PATH": "/bin"}
    write_settings(home, dump_settings(Settings(host="*")))

    site = prepare_site(environ, home=str(home), config=str(home / "c.json"), demo=True)
    assert site.demo is not None
    site.demo.remove()

    assert site.place == site.demo.place
    assert not site.place.home.is_relative_to(home)
    assert "PICOCLAW_GATEWAY_HOST" not in site.environ
    assert (site.settings, site.settings_problem) == (Settings(), None)
    assert site.command == demo_command()
