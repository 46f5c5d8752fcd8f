from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.settings import Settings, dump_settings, parse_settings

settings = st.builds(Settings, gateway=st.text(), host=st.text(), log_level=st.text())


@given(settings)
def test_settings_survive_their_file(value):
    assert parse_settings(dump_settings(value)) == value


@given(st.binary())
def test_parse_settings_takes_any_bytes(raw):
    assert isinstance(parse_settings(raw), Settings | None)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"{}", Settings()),
        (b'{"host": "::1"}', Settings(host="::1")),
        (b'{"host": "::1", "from a newer tray": [1]}', Settings(host="::1")),
        (b'\xef\xbb\xbf{"host": "::1"}', Settings(host="::1")),
        ('{"gateway": "/opt/Bücher/picoclaw"}'.encode(), Settings("/opt/Bücher/picoclaw")),
    ],
)
def test_parse_settings_keeps_what_it_knows(raw, expected):
    assert parse_settings(raw) == expected


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"host",
        b"[]",
        b"null",
        b'{"host": 1}',
        b'{"host": null}',
        b'{"host": "::1", "log_level": ["info"]}',
        b'{"host": "::1"',
        b'{"host": "\xff"}',
        b"[" * 100_000,
    ],
)
def test_parse_settings_refuses_the_whole_file_when_a_part_is_broken(raw):
    assert parse_settings(raw) is None


def test_dump_settings_is_for_people_too():
    raw = dump_settings(Settings(host="::1"))

    assert raw.endswith(b"}\n")
    assert raw.decode().splitlines()[1].startswith("  ")
    assert json.loads(raw) == {"gateway": "", "host": "::1", "log_level": ""}
