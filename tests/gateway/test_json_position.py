from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.json_position import line_and_column, place_of, position_of

DOCUMENT = """{
  "gateway" : { "port":"18790" },
  "model_list": [
    {"model_name": "a", "port": [ ]},
    {"model_name": 12, "model": {"x": -1.5e3}}, null
  ],
  "empty": {},
  "port": true, "port": false
}"""


@pytest.mark.parametrize(
    ("path", "position"),
    [
        ("", (1, 1)),
        ("gateway", (2, 15)),
        ("gateway.port", (2, 30)),
        ("model_list", (3, 17)),
        ("model_list[0].model_name", (4, 22)),
        ("model_list[0].port", (4, 33)),
        ("model_list[1].model_name", (5, 21)),
        ("model_list[1].model.x", (5, 44)),
        ("model_list[2]", (5, 52)),
        ("empty", (7, 12)),
        ("port", (8, 29)),
    ],
)
def test_position_of_points_at_the_end_of_a_value_and_the_start_of_a_container(path, position):
    assert position_of(DOCUMENT, path) == position


def test_position_of_follows_the_vector_of_the_contract():
    assert position_of('{"version":3,"gateway":{"port":"18790"}}', "gateway.port") == (1, 38)


@pytest.mark.parametrize(
    ("path", "position"),
    [("gateway.host", (2, 15)), ("gateway.port.number", (2, 30)), ("model_list[9]", (3, 17))],
)
def test_position_of_names_the_last_value_found_when_the_path_ends_early(path, position):
    assert position_of(DOCUMENT, path) == position


def test_position_of_stays_outside_when_nested_too_deeply():
    assert position_of("[" * 100_000 + "]" * 100_000, "[0]") == (1, 1)


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("gateway.port", (2, 24)),
        ("model_list", (3, 17)),
        ("model_list[1].model.x", (5, 39)),
        ("gateway.host", None),
        ("model_list[9]", None),
        ("gateway.port.number", None),
    ],
)
def test_place_of_points_at_the_start_of_a_value_that_stands_there(path, place):
    assert place_of(DOCUMENT, path) == place


def test_place_of_stays_outside_when_nested_too_deeply():
    assert place_of("[" * 100_000 + "]" * 100_000, "[0]") == (1, 1)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES, VALUES, st.sampled_from([None, 1, "\t"]))
def test_position_of_finds_a_value_between_any_others(before, value, indent):
    text = json.dumps({"before": before, "a": {"b": [before, value]}, "after": 1}, indent=indent)

    line, column = position_of(text, "a.b[1]")

    at = text.split("\n")[line - 1][column - 1]
    assert at == (json.dumps(value)[0] if isinstance(value, list | dict) else json.dumps(value)[-1])


@pytest.mark.parametrize(
    ("offset", "position"), [(0, (1, 1)), (2, (1, 3)), (3, (2, 1)), (4, (3, 1)), (5, (3, 2))]
)
def test_line_and_column_count_from_one(offset, position):
    assert line_and_column("ab\n\nc", offset) == position
