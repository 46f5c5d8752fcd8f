from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.go_json import (
    WrongTypeError,
    decode_json,
    merged_pairs,
    parse_object,
    take,
    type_name,
)


def test_decode_json_replaces_invalid_utf8_as_the_gateway_does():
    assert decode_json(b'"a\xffb"') == "a�b"


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"NaN", b"[Infinity]", b"\xef\xbb\xbf{}", b'{"a":1,}', b"// x\n{}", b"[" * 100_000],
)
def test_decode_json_raises_value_error_when_not_json(raw):
    with pytest.raises(ValueError, match=r"."):
        decode_json(raw)


def test_decode_json_takes_a_number_of_any_length():
    assert decode_json(b"9" * 5000) == float("inf")


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"9223372036854775807", 9223372036854775807),
        (b"-9223372036854775808", -9223372036854775808),
        (b"9223372036854775808", 9223372036854775808.0),
        (b"99999999999999999999", 1e20),
    ],
)
def test_decode_json_takes_for_an_integer_only_what_fits_into_64_bits(raw, value):
    decoded = decode_json(raw)

    assert (decoded, type(decoded)) == (value, type(value))


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b'{"a":{"b":1},"a":{"c":2}}', {"a": {"b": 1, "c": 2}}),
        (b'{"a":{"b":{"c":1}},"a":{"b":{"d":2},"c":3}}', {"a": {"b": {"c": 1, "d": 2}, "c": 3}}),
        (b'{"a":{"b":1},"a":null}', {"a": {"b": 1}}),
        (b'{"a":1,"a":null}', {"a": 1}),
        (b'{"a":[1],"a":null}', {"a": None}),
        (b'{"a":null,"a":null}', {"a": None}),
        (b'{"a":1,"a":{"b":2}}', {"a": {"b": 2}}),
        (b'{"a":[1],"a":[2]}', {"a": [2]}),
    ],
)
def test_decode_json_merges_objects_whose_key_comes_twice(raw, value):
    assert decode_json(raw) == value


def test_merged_pairs_leaves_the_given_objects_alone():
    first = {"b": 1}

    assert merged_pairs([("a", first), ("a", {"c": 2})]) == {"a": {"b": 1, "c": 2}}
    assert first == {"b": 1}


def test_merged_pairs_keeps_what_null_comes_after():
    assert merged_pairs([("a", 1), ("a", None), ("b", [1]), ("b", None)]) == {"a": 1, "b": None}


@given(st.binary())
def test_decode_json_gives_a_value_or_a_value_error_for_any_bytes(raw):
    with contextlib.suppress(ValueError):
        decode_json(raw)


@pytest.mark.parametrize("raw", [b"[]", b"null", b"1", b"", b"{", b'{"long":1}'])
def test_parse_object_is_none_when_not_a_short_object(raw):
    assert parse_object(raw, limit=9) is None


def test_parse_object_reads_an_object_up_to_the_limit():
    assert parse_object(b'{"a":"b"}', limit=9) == {"a": "b"}


@pytest.mark.parametrize("document", [{}, {"a": None}, {"a": {}}, {"a": {"b": None}}])
def test_take_gives_the_default_when_absent_or_null(document):
    assert take(document, "a.b", int, 7) == 7


def test_take_walks_down_to_the_value():
    assert take({"a": {"b": {"c": True}}}, "a.b.c", bool, False) is True


@pytest.mark.parametrize(
    ("document", "kind", "message"),
    [
        ({"a": {"b": "1"}}, int, 'field "a.b": expected int but got string'),
        ({"a": {"b": True}}, int, 'field "a.b": expected int but got bool'),
        ({"a": {"b": 1.0}}, int, 'field "a.b": expected int but got number'),
        ({"a": {"b": 1}}, bool, 'field "a.b": expected bool but got number'),
        ({"a": {"b": []}}, str, 'field "a.b": expected string but got array'),
        ({"a": {"b": {}}}, list, 'field "a.b": expected array but got object'),
        ({"a": 1}, str, 'field "a": expected object but got number'),
    ],
)
def test_take_names_the_field_when_the_type_is_wrong(document, kind, message):
    with pytest.raises(WrongTypeError) as caught:
        take(document, "a.b", kind, kind())

    assert str(caught.value) == message


def test_take_replaces_what_cannot_be_encoded():
    document = json.loads(r'{"a": "x\ud800y", "b": "\ud83e\udd9e"}')

    assert take(document, "a", str, "") == "x�y"
    assert take(document, "b", str, "") == "🦞"


def test_type_name_knows_null():
    assert type_name(None) == "null"


def test_decode_json_takes_no_longer_for_a_key_that_comes_often():
    """With copies this would take minutes, which is what the limit of each test is for."""
    many = ",".join(f'"a":{{"b":{{"{number}":1}}}}' for number in range(100_000))

    decoded = decode_json(f"{{{many}}}".encode())

    assert isinstance(decoded, dict)
    assert len(decoded["a"]["b"]) == 100_000
