from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.loose_secrets import loose_secrets

FOUND = [
    ('{"api_keys":["a1\\"b","c d"],"other":"no","bot_token" : "t1"', ["a1\"b", "c d", "t1"]),
    ('{"api_keys": [\n  "a1",\n  "b2"\n], "x": "y"}', ["a1", "b2"]),
    ('{"Api_Key": "A\\u0062c", "password": "cut o', ["Abc", "cut o"]),
    ('{"password": "no\\xJSON"', ["no\\xJSON"]),
    ("m:\n  api_keys:\n    - a b\n    - \"c\"\n    - 'd'\n  x: y\n", ["a b", "c", "d"]),
    ("api_keys:\n- a1\n- b2\nx: y", ["a1", "b2"]),
    ("web: {brave: {api_keys: [k1, k2]}, x: y}", ["k1", "k2"]),
    ("client_secret: a:b c # a note\nencrypt_key: 'e'", ["a:b c", "e"]),
    ('{"x": {"env": {"GITHUB_TOKEN": "g"}}}', ["g"]),
    ('{"token": "file://x", "tokens": [{"a": "b"}], "secret": {"a": "b"}}', []),
    ("token:\nsecret:\n  x: y\npassword: *anchor\nmonkey: z\nsession_key: s\ntoken_url: u", []),
]  # fmt: skip


@pytest.mark.parametrize(("text", "secrets"), FOUND, ids=range(len(FOUND)))
def test_values_with_a_secret_name_are_found(text: str, secrets: list[str]):
    assert list(loose_secrets(text)) == secrets


@given(st.text(min_size=1), st.text(min_size=1))
def test_secrets_of_json_are_found_wherever_it_breaks_off_behind_them(one: str, other: str):
    text = json.dumps({"a": [{"token": f"x{one}", "api_keys": [f"x{other}"]}], "b": 1})
    behind = text.index('"b"')

    for end in range(behind, len(text)):
        assert list(loose_secrets(text[:end])) == [f"x{one}", f"x{other}"]


@given(
    st.lists(st.sampled_from(["token", "key", ":", '"', "'", "[", "-", "\n", "\\", ",", " ", "a"]))
)
def test_any_text_has_some_or_none(parts: list[str]):
    assert all(isinstance(secret, str) for secret in loose_secrets("".join(parts)))
