from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.auth_file import stored_logins

TOKEN = {"access_token": "x"}


def logins(credentials) -> set[str]:
    return set(stored_logins(json.dumps({"credentials": credentials}).encode()))


def test_stored_logins_reads_the_example_of_the_contract():
    raw = (
        '{"credentials":{"openai":{"access_token":"…","refresh_token":"…",'
        '"expires_at":"2026-05-01T00:00:00Z","provider":"openai","auth_method":"oauth"}}}'
    )

    assert stored_logins(raw.encode()) == {"openai"}


@pytest.mark.parametrize(
    ("credential", "counts"),
    [
        ({"access_token": "x"}, True),
        ({"refresh_token": "x"}, True),
        ({"Access_Token": "x"}, True),
        ({"access_token": "x", "expires_at": "2001-01-01T00:00:00Z"}, True),
        ({"access_token": "x", "unknown": 5}, True),
        ({"access_token": " \t", "refresh_token": ""}, False),
        ({"access_token": None}, False),
        ({}, False),
        (None, False),
    ],
)
def test_stored_logins_counts_what_holds_a_token(credential, counts):
    assert logins({"openai": credential}) == ({"openai"} if counts else set())


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("google-antigravity", "antigravity"),
        ("antigravity", "antigravity"),
        (" OpenAI ", "openai"),
        ("anthropic", "anthropic"),
    ],
)
def test_stored_logins_gives_the_canonical_name(name, provider):
    assert logins({name: TOKEN}) == {provider}


@pytest.mark.parametrize(
    "bad",
    [
        "text",
        5,
        [],
        {"access_token": 5},
        {"email": []},
        {"expires_at": 5},
        {"expires_at": ""},
        {"expires_at": "2026-05-01"},
        {"expires_at": "2026-02-30T00:00:00Z"},
        {"expires_at": "2026-02-03T24:00:00Z"},
        {"expires_at": "2026-02-03T02:00:60Z"},
        {"expires_at": "2026-02-03t02:00:00z"},
    ],
)
def test_stored_logins_loses_all_of_them_by_one_bad_credential(bad):
    assert logins({"openai": TOKEN, "other": bad}) == set()


@pytest.mark.parametrize(
    "time",
    [
        "2026-05-01T00:00:00Z",
        "2026-05-01T2:00:00Z",
        "2026-05-01T23:59:59.123456789+05:30",
        "2026-05-01T00:00:00,5-08:00",
        "0000-02-29T00:00:00Z",
        None,
    ],
)
def test_stored_logins_takes_a_good_time(time):
    assert logins({"openai": TOKEN | {"expires_at": time}}) == {"openai"}


@pytest.mark.parametrize("raw", [None, b"", b"{", b"null", b"[]", b"{}", b'{"credentials":null}'])
def test_stored_logins_is_empty_without_a_good_file(raw):
    assert stored_logins(raw) == frozenset()


@given(st.binary() | st.binary().map(lambda tail: b'{"credentials":{"openai":' + tail))
def test_stored_logins_gives_names_for_any_bytes(raw):
    assert isinstance(stored_logins(raw), frozenset)
