from __future__ import annotations

import os

import pytest

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
        "",
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
    assert site_of(home).settings_problem == ""
    assert site_of(home.with_name("other")).settings == Settings()


@pytest.mark.parametrize("content", [b"", b"{", b'{"host": 1}', b" " * SETTINGS_LIMIT + b"{}"])
def test_site_has_the_defaults_when_its_settings_are_broken(home, content):
    path = write_settings(home, content)

    site = site_of(home)

    assert site.settings == Settings()
    assert site.settings_problem == f"{path} is not a JSON object of texts"


def test_site_says_why_its_settings_cannot_be_read(home):
    path = settings_file(gateway_place({}, str(home)))
    path.mkdir(parents=True)

    site = site_of(home)

    assert site.settings == Settings()
    assert site.settings_problem.startswith(f"{path} cannot be read")


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
    assert (site.settings, site.settings_problem) == (Settings(), "")
    assert site.command == demo_command()
