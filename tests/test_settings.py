from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config import DEFAULT_LOG_LEVEL, normal_log_level
from picoclaw_tray.lifecycle.policy import OnQuit, Policy
from picoclaw_tray.presentation.text import render
from picoclaw_tray.settings import LOG_LEVELS, Settings, dump_settings, parse_settings
from picoclaw_tray.text import Text

PATH = "/c/settings.json"

lines = st.text(st.characters(exclude_categories=("Cc", "Cs")))
settings = st.builds(
    Settings,
    gateway=lines,
    host=lines,
    log_level=st.sampled_from(LOG_LEVELS),
    restart_after_crash=st.booleans(),
    restart_when_hung=st.booleans(),
    on_quit=st.sampled_from(OnQuit),
    log_lines=st.integers(100, 10_000_000),
    log_megabytes=st.integers(1, 4096),
    archive_megabytes=st.integers(0, 100_000),
    archive_days=st.integers(1, 36_500),
)
values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=4,
)
objects = st.dictionaries(st.sampled_from(Settings.__slots__) | st.text(), values)


def problem_of(raw) -> str:
    problem = parse_settings(raw, PATH)
    assert isinstance(problem, Text)
    return render(problem)


@given(settings)
def test_settings_survive_their_file(value):
    assert parse_settings(dump_settings(value), PATH) == value


@given(st.binary() | objects.map(lambda content: json.dumps(content).encode()))
def test_parse_settings_takes_anything_and_gives_what_a_program_can_be_started_with(raw):
    parsed = parse_settings(raw, PATH)

    if isinstance(parsed, Text):
        assert PATH in render(parsed)
    else:
        for value in (parsed.gateway, parsed.host, parsed.log_level):
            assert "\0" not in value
            value.encode()
        assert parsed.log_level.strip().lower() in (*LOG_LEVELS, "")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{}", Settings()),
        (b'{"host": "::1"}', Settings(host="::1")),
        (b'{"host": "::1", "from a newer tray": [1]}', Settings(host="::1")),
        (b'\xef\xbb\xbf{"host": "::1"}', Settings(host="::1")),
        ('{"gateway": "/opt/Bücher/picoclaw"}'.encode(), Settings("/opt/Bücher/picoclaw")),
        (b'{"log_level": "Info"}', Settings(log_level="Info")),
        (b'{"restart_after_crash": false}', Settings(restart_after_crash=False)),
        (b'{"restart_when_hung": true}', Settings(restart_when_hung=True)),
        (b'{"on_quit": "Leave"}', Settings(on_quit=OnQuit.LEAVE)),
        (
            b'{"log_lines": 5000, "archive_megabytes": 0}',
            Settings(log_lines=5000, archive_megabytes=0),
        ),
    ],
)
def test_parse_settings_keeps_what_it_knows(raw, expected):
    assert parse_settings(raw, PATH) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"", "The settings in {} are not valid JSON; the mistake is near line 1."),
        (b"host", "The settings in {} are not valid JSON; the mistake is near line 1."),
        (b'{\n"host": "::1"', "The settings in {} are not valid JSON; the mistake is near line 2."),
        (b'{"host": "\xff"}', "The settings in {} are not valid JSON."),
        (b"[" * 100_000, "The settings in {} are not valid JSON."),
        (
            b"[]",
            "The settings in {} must be a JSON object: names and values in curly brackets.",
        ),
        (
            b"null",
            "The settings in {} must be a JSON object: names and values in curly brackets.",
        ),
        *(
            (
                b'{"host": %b}' % value,
                "In the settings in {}, “host” must be a text of a single line, in quotes.",
            )
            for value in (b"1", b"null", b'["::1"]', b'"a\\u0000"', b'"a\\nb"', b'"\\ud800"')
        ),
        *(
            (
                b'{"host": "::1", "log_level": "%b"}' % value,
                (
                    "In the settings in {}, “log_level” must be empty or one of: "
                    "debug, info, warn, warning, error, fatal."
                ),
            )
            for value in (b"loud", b"trace", b" ", b"info,debug")
        ),
        *(
            (
                b'{"log_lines": %b}' % value,
                "In the settings in {}, “log_lines” must be a whole number from 100 to 10000000.",
            )
            for value in (b"true", b"99", b"1e6", b'"5000"', b"10000001")
        ),
        *(
            (
                b'{"restart_when_hung": %b}' % value,
                "In the settings in {}, “restart_when_hung” must be true or false, without quotes.",
            )
            for value in (b'"true"', b"1", b"null")
        ),
        *(
            (
                b'{"on_quit": "%b"}' % value,
                "In the settings in {}, “on_quit” must be one of: stop, leave, ask.",
            )
            for value in (b"", b"kill")
        ),
    ],
)
def test_parse_settings_refuses_the_whole_file_and_says_what_is_wrong(raw, expected):
    assert problem_of(raw) == expected.format(PATH)


def test_refusal_quotes_no_value():
    assert "hunter2" not in problem_of(b'{"log_level": "hunter2"}')


@pytest.mark.parametrize("level", LOG_LEVELS)
def test_log_levels_are_those_of_the_gateway(level):
    known = normal_log_level(level)

    assert level.startswith(known)
    assert normal_log_level("loud") == DEFAULT_LOG_LEVEL


def test_dump_settings_is_for_people_too():
    raw = dump_settings(Settings(host="::1"))

    assert raw.endswith(b"}\n")
    assert raw.decode().splitlines()[1].startswith("  ")
    assert json.loads(raw) == {
        "gateway": "",
        "host": "::1",
        "log_level": "",
        "restart_after_crash": True,
        "restart_when_hung": False,
        "log_lines": 100000,
        "log_megabytes": 64,
        "archive_megabytes": 64,
        "archive_days": 14,
        "on_quit": "stop",
    }


def test_settings_say_how_supervision_heals():
    settings = Settings(restart_after_crash=False, restart_when_hung=True)

    assert settings.applied_to(Policy(stop_grace=7.0)) == Policy(
        stop_grace=7.0, restart_after_crash=False, restart_when_hung=True
    )
    assert Settings().applied_to(Policy()) == Policy()


@pytest.mark.parametrize(("on_quit", "outlives"), [("stop", False), ("leave", True), ("ask", True)])
def test_gateway_is_to_outlive_the_tray_when_it_may_be_left(on_quit, outlives):
    assert OnQuit(on_quit).outlives is outlives
