from __future__ import annotations

import pytest

from picoclaw_tray.gateway.launch import (
    binary_name,
    config_path,
    gateway_arguments,
    gateway_environment,
    home_directory,
    install_places,
    join,
    onboard_command,
)


def test_gateway_arguments_allow_an_empty_default_model():
    assert gateway_arguments(debug=False) == ("gateway", "-E")
    assert gateway_arguments(debug=True) == ("gateway", "-E", "-d")


def environment(base, host=None, log_level=None):
    return gateway_environment(
        base, home="/h", config="/c/config.json", host=host, log_level=log_level
    )


def test_gateway_environment_adds_home_config_and_no_color():
    base = {"PATH": "/usr/bin", "SECRET": "x", "PICOCLAW_HOME": "/elsewhere"}

    environ = environment(base)

    assert environ == {
        "PATH": "/usr/bin",
        "SECRET": "x",
        "PICOCLAW_HOME": "/h",
        "PICOCLAW_CONFIG": "/c/config.json",
        "NO_COLOR": "1",
    }
    assert base["PICOCLAW_HOME"] == "/elsewhere"


def test_gateway_environment_replaces_host_and_level_only_when_given():
    base = {"PICOCLAW_GATEWAY_HOST": "*", "PICOCLAW_LOG_LEVEL": "error"}

    untouched, replaced = environment(base), environment(base, host="::1", log_level="info")

    assert (untouched["PICOCLAW_GATEWAY_HOST"], untouched["PICOCLAW_LOG_LEVEL"]) == ("*", "error")
    assert (replaced["PICOCLAW_GATEWAY_HOST"], replaced["PICOCLAW_LOG_LEVEL"]) == ("::1", "info")


@pytest.mark.parametrize(
    ("environ", "user_home", "home"),
    [
        ({"PICOCLAW_HOME": "~/claw/"}, "/home/alice", "~/claw/"),
        ({"PICOCLAW_HOME": ""}, "/home/alice", "/home/alice/.picoclaw"),
        ({}, "/home/alice/", "/home/alice/.picoclaw"),
        ({}, "/", "/.picoclaw"),
        ({}, r"C:\Users\alice", r"C:\Users\alice\.picoclaw"),
        ({}, "", "."),
    ],
)
def test_home_directory_is_verbatim_or_below_the_user_home(environ, user_home, home):
    assert home_directory(environ, user_home) == home


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({"PICOCLAW_CONFIG": "other.json"}, "other.json"),
        ({"PICOCLAW_CONFIG": ""}, "/h/config.json"),
        ({}, "/h/config.json"),
    ],
)
def test_config_path_is_verbatim_or_in_the_home(environ, path):
    assert config_path(environ, "/h") == path


@pytest.mark.parametrize(
    ("folder", "joined"),
    [("/a", "/a/b/c"), (r"C:\a", r"C:\a\b\c"), ("C:\\", r"C:\b\c"), ("C:/a", "C:/a/b/c"),
     ("/odd\\name", "/odd\\name/b/c")],
)  # fmt: skip
def test_join_uses_the_separator_of_the_folder(folder, joined):
    assert join(folder, "b", "c") == joined


@pytest.mark.parametrize(
    ("platform", "environ", "user_home", "places"),
    [
        ("linux", {}, "/home/alice", ("/usr/bin/picoclaw", "/home/alice/.local/bin/picoclaw")),
        ("linux", {}, "", ("/usr/bin/picoclaw",)),
        (
            "darwin",
            {},
            "/Users/alice",
            (
                "/Applications/PicoClaw.app/Contents/MacOS/picoclaw",
                "/Users/alice/Applications/PicoClaw.app/Contents/MacOS/picoclaw",
                "/Users/alice/.local/bin/picoclaw",
            ),
        ),
        (
            "win32",
            {"PROGRAMFILES": r"C:\Program Files", "LOCALAPPDATA": r"C:\Users\a\AppData\Local"},
            r"C:\Users\a",
            (
                r"C:\Program Files\PicoClaw\picoclaw.exe",
                r"C:\Users\a\AppData\Local\Programs\PicoClaw\picoclaw.exe",
            ),
        ),
        ("win32", {}, "", ()),
    ],
)
def test_install_places_are_those_of_the_platform(platform, environ, user_home, places):
    assert install_places(platform, environ, user_home) == places


def test_binary_name_has_its_suffix_on_windows():
    assert (binary_name("linux"), binary_name("win32")) == ("picoclaw", "picoclaw.exe")


@pytest.mark.parametrize(
    ("environ", "user_home", "command"),
    [
        ({}, "/home/a", "picoclaw onboard"),
        ({"PICOCLAW_HOME": "/home/a/.picoclaw"}, "/home/a", "picoclaw onboard"),
        ({"PICOCLAW_HOME": "/srv/x y"}, "/home/a", "PICOCLAW_HOME='/srv/x y' picoclaw onboard"),
        (
            {"PICOCLAW_HOME": "/srv/x", "PICOCLAW_CONFIG": "/etc/c.json"},
            "/home/a",
            "PICOCLAW_HOME=/srv/x PICOCLAW_CONFIG=/etc/c.json picoclaw onboard",
        ),
        (
            {"PICOCLAW_HOME": r"D:\Al's claw"},
            r"C:\Users\al",
            r"$env:PICOCLAW_HOME='D:\Al''s claw'; picoclaw onboard",
        ),
    ],
)
def test_onboard_command_names_a_home_that_is_not_the_usual_one(environ, user_home, command):
    assert onboard_command(environ, user_home) == command
