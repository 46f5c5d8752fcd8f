"""What the errors of a config say, and what they never say."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config import ConfigSources, read_config
from picoclaw_tray.gateway.config_error import (
    CONFIG_FILE,
    SECURITY_FILE,
    ConfigError,
    ConfigErrorKind,
    placed,
    security_syntax_error,
    security_type_error,
    too_large,
    unknown_key,
    unreadable,
)
from picoclaw_tray.gateway.config_keys import CHANNEL_SETTINGS
from picoclaw_tray.gateway.config_schema import ITEM, Key, Kind, config_schema
from picoclaw_tray.gateway.config_value_error import channel_twice, invalid_host
from picoclaw_tray.gateway.release import NEWEST, release_of
from picoclaw_tray.gateway.secrets import SecretSources
from picoclaw_tray.presentation.text import render

RELEASES = (NEWEST, release_of("v0.2.7"))
CANARY = "sk-Canary7Example"


def error_of(document, release=NEWEST, **sources) -> ConfigError:
    raw = document if isinstance(document, bytes) else json.dumps(document).encode()
    error = read_config(ConfigSources(config=raw, **sources), release)
    assert isinstance(error, ConfigError), error
    return error


@pytest.mark.parametrize("file", [CONFIG_FILE, SECURITY_FILE])
def test_too_large_names_file_and_limit(file):
    error = too_large(131_072, file)

    assert (error.kind, error.file) == (ConfigErrorKind.UNREADABLE, file)
    assert error.reason == "larger than 128 KiB"
    assert render(error.explanation).startswith(f"PicoClaw's file {file} is larger than 128 KiB.")


@pytest.mark.parametrize("file", [CONFIG_FILE, SECURITY_FILE])
def test_unreadable_names_the_file(file):
    error = unreadable("permission denied", file)

    assert (error.kind, error.file, error.reason) == (
        ConfigErrorKind.UNREADABLE,
        file,
        "permission denied",
    )
    assert (".security.yml" in render(error.explanation)) == (file == SECURITY_FILE)


def test_unknown_key_names_the_first_five_and_the_place_of_the_first():
    error = unknown_key('{\n "b": 1, "a": 2}', ["a", "b", "c", "d", "e", "f", "g"])

    assert (error.line, error.column, error.field) == (2, 15, "a")
    assert error.reason.endswith(": a, b, c, d, e, f, g")
    assert "a, b, c, d, e and 2 more" in render(error.explanation)


def test_unknown_key_has_no_place_when_the_key_cannot_be_found():
    error = unknown_key('{"a.b": 1}', ["a.b"])

    assert (error.line, error.column) == (None, None)
    assert "line" not in render(error.explanation)


@pytest.mark.parametrize(
    ("field", "right"),
    [
        ("model_list[0].api_key", "api_keys"),
        ("agents.defaults.model", "agents.defaults.model_name"),
        ("channels", "channel_list"),
        ("providers", "model_list"),
    ],
)
def test_unknown_key_says_how_it_is_called_today(field, right):
    content = json.dumps(
        {"model_list": [{"api_key": 1}], "agents": {"defaults": {"model": 1}}}
        | {"channels": 1, "providers": 1}
    )

    assert f"write {right}." in render(unknown_key(content, [field]).explanation)


def test_placed_finds_the_key_of_a_value():
    document = b'{"version":3,\n"gateway":{"host":"a,,b"}}'

    error = error_of(document)

    assert (error.line, error.column, error.field) == (2, 19, "gateway.host")


@pytest.mark.parametrize(
    "error",
    [invalid_host().error, channel_twice("pico", ["a", "b"]).error, security_type_error(3)],
)
def test_placed_leaves_an_error_alone_that_has_no_place_in_the_config(error):
    assert placed(error, "{}") == error


@pytest.mark.parametrize("line", [3, None])
def test_security_syntax_error_names_the_line_if_it_is_known(line):
    error = security_syntax_error(line)

    assert error.line == line
    assert ("line 3" in render(error.explanation)) == (line == 3)


MODEL = {"model_name": "m", "model": "x"}


@pytest.mark.parametrize(
    ("parts", "field", "words"),
    [
        ({"model_list": [None]}, "model_list[0]", "null"),
        ({"model_list": [MODEL | {"model": "a b"}]}, "model_list[0].model", "spaces"),
        ({"model_list": [MODEL | {"model": "/a"}]}, "model_list[0].model", "begin"),
        ({"model_list": [MODEL | {"model": "a//b"}]}, "model_list[0].model", "//"),
        ({"model_list": [MODEL | {"tool_schema_transform": "x"}]},
         "model_list[0].tool_schema_transform", "simple"),
        ({"agents": {"defaults": {"turn_profile": {"enabled": True, "tools": {"mode": "x"}}}}},
         "agents.defaults.turn_profile.tools.mode", "custom"),
        ({"channel_list": {"pico": {"settings": {"streaming": {"throttle_seconds": -1}}}}},
         "channel_list.pico.settings.streaming.throttle_seconds", "negative"),
        ({"channel_list": {"foo": {}}}, "channel_list.foo", "foo"),
        ({"gateway": {"port": 0}}, "gateway.port", "65535"),
    ],
)  # fmt: skip
def test_error_names_the_key_the_place_and_what_to_do(parts, field, words):
    error = error_of({"version": 3} | parts)

    assert error.field == field
    assert error.line == 1
    assert words in render(error.explanation)


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("file://", "names none"),
        ("file://missing.txt", "missing.txt"),
        ("file://empty.txt", "empty.txt"),
        ("enc://AAAA", "PICOCLAW_KEY_PASSPHRASE"),
    ],
)
def test_error_explains_a_secret_that_cannot_be_had(secret, words):
    sources = SecretSources(files={"empty.txt": ""})

    error = error_of(
        {"version": 3, "model_list": [MODEL | {"api_keys": [secret]}]}, secrets=sources
    )

    assert error.kind is ConfigErrorKind.UNRESOLVED_SECRET
    assert error.field == "model_list[0].api_keys[0]"
    assert words in render(error.explanation)


def paths_of(key: Key, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    found = [path]
    for name, child in key.children.items():
        found += paths_of(child, (*path, "[]" if key.kind is Kind.LIST else name))
    return found


PLACES = [path for path in paths_of(config_schema()) if path] + [
    ("channel_list", line.split(".")[0], "settings", line.split()[0].split(".")[1])
    for line in CHANNEL_SETTINGS.split("\n")
    if line
]


def with_value(path: tuple[str, ...], value: object) -> object:
    for step in reversed(path):
        value = [value] if step == "[]" else {"a" if step == ITEM else step: value}
    return value


SHAPES = st.sampled_from(
    [CANARY, [CANARY], {"x": CANARY}, [[CANARY]], f"{CANARY},,", f"enc://{CANARY}", f"/{CANARY} "]
)


@given(st.sampled_from(PLACES), SHAPES, st.sampled_from(RELEASES))
def test_error_never_contains_a_value_of_the_config(path, shape, release):
    document = {"version": 3} | with_value(path, shape)  # type: ignore[operator]

    result = read_config(ConfigSources(config=json.dumps(document).encode()), release)

    if not (path[0] == "channel_list" and path[-1] == "type"):  # the type of a channel is quoted
        assert CANARY not in repr(result) or not isinstance(result, ConfigError)


@given(st.integers(0, 400), st.sampled_from(RELEASES))
def test_error_never_contains_a_value_of_a_file_that_is_cut_off(length, release):
    document = {"version": 3, "model_list": [MODEL | {"api_keys": [CANARY, 5]}], "gateway": CANARY}
    raw = json.dumps(document, indent=1).encode()[:length]

    result = read_config(ConfigSources(config=raw, security=raw[::-1]), release)

    assert CANARY not in repr(result)


@pytest.mark.parametrize(
    "security",
    [f"model_list: {{m: {{api_keys: {CANARY}}}}}", f"a: {CANARY}: [", f"'{CANARY}", CANARY,
     f"channel_list: {{irc: {{settings: {{nick: [{CANARY}]}}}}}}", f"- {CANARY}",
     f"model_list: {{m: {{api_keys: ['enc://{CANARY}']}}}}", f"a: *{CANARY}",
     f"a: !{CANARY}\n\tb: c"],
)  # fmt: skip
def test_error_never_contains_a_value_of_the_security_file(security):
    error = error_of({"version": 3, "model_list": [MODEL]}, security=security.encode())

    assert CANARY not in repr(error)


@pytest.mark.parametrize(
    "variable",
    [
        "PICOCLAW_GATEWAY_PORT",
        "PICOCLAW_GATEWAY_HOT_RELOAD",
        "PICOCLAW_AGENTS_DEFAULTS_TEMPERATURE",
    ],
)
def test_error_never_contains_the_value_of_a_variable(variable):
    error = error_of({"version": 3, "model_list": [MODEL]}, environ={variable: CANARY})

    assert variable in repr(error)
    assert CANARY not in repr(error)
