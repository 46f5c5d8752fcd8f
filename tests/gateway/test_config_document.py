from __future__ import annotations

import pytest

from picoclaw_tray.gateway.config_document import (
    check,
    known_spelling,
    unknown_fields,
)
from picoclaw_tray.gateway.config_schema import older_schema
from picoclaw_tray.gateway.go_json import WrongTypeError
from tests.gateway.documents import SCHEMA, nested, plain


def test_unknown_fields_are_sorted_and_found_everywhere():
    document = {
        "zz": 1,
        "": {"not": "looked into"},
        "gateway": {"x y": 1, "host": "h"},
        "model_list": [{"api_key": "k"}, {"model": "m"}, {"q": {}}],
        "hooks": {"builtins": {"b": {"c": 1}}},
        "channel_list": {"pico": {"foo": 1}},
        "agents": {
            "defaults": {"model": "x"},
            "list": [{"model": {"primary": "a", "x": 1}, "subagents": {"model": {"y": 1}}}],
        },
        "tools": {"skills": {"registries": [{"name": "a", "param": {}}]}},
        "tray": None,
    }

    assert unknown_fields(document, SCHEMA) == [
        "",
        "agents.defaults.model",
        "agents.list[0].model.x",
        "agents.list[0].subagents.model.y",
        "channel_list.pico.foo",
        "gateway.x y",
        "hooks.builtins.b.c",
        "model_list[0].api_key",
        "model_list[2].q",
        "tools.skills.registries[0].param",
        "tray",
        "zz",
    ]


@pytest.mark.parametrize(
    "document",
    [
        nested("channel_list.pico.settings", {"free": 1}),
        nested("model_list.[].extra_body", {"free": {"deep": 1}}),
        nested("model_list.[].custom_headers", {"X-Free": "1"}),
        nested("hooks.builtins.any.config", {"free": 1}),
        nested("tools.skills.registries", {"any": {"free": 1}}),
        nested("tools.mcp.servers.any.env", {"FREE": "1"}),
        nested("session.identity_links.any", ["x"]),
        nested("gateway", [{"of": "the wrong type"}]),
        nested("agents.list", [None, {"model": None}]),
        {"gateway": None},
    ],
)
def test_unknown_fields_accepts_free_form_places(document):
    assert unknown_fields(document, SCHEMA) == []


def test_known_spelling_ignores_case_and_drops_what_is_not_known():
    document = {
        "Gateway": {"PORT": 1},
        "gateway": {"host": "h"},
        "Model_List": [{"MODEL": "m", "Streaming": True}, None, 5],
        "channel_list": {"Pico": {"Enabled": True, "settings": {"TOKEN": "t"}}},
        "events": 5,
        "unknown": 1,
        "tools": "x",
    }

    assert known_spelling(document, older_schema()) == {
        "gateway": {"port": 1, "host": "h"},
        "model_list": [{"model": "m"}, None, 5],
        "channel_list": {"Pico": {"enabled": True, "settings": {"TOKEN": "t"}}},
        "tools": "x",
    }


@pytest.mark.parametrize(
    ("path", "value", "field", "expected", "found"),
    [
        ("gateway", 5, "gateway", "object", "number"),
        ("gateway.port", "1", "gateway.port", "int", "string"),
        ("gateway.port", 1.5, "gateway.port", "int", "number"),
        ("gateway.port", True, "gateway.port", "int", "bool"),
        ("gateway.hot_reload", 1, "gateway.hot_reload", "bool", "number"),
        ("gateway.host", [], "gateway.host", "string", "array"),
        ("agents.defaults.temperature", "x", "agents.defaults.temperature", "number", "string"),
        ("agents.defaults.temperature", float("inf"), "agents.defaults.temperature", "number",
         "number"),
        ("agents.list", {}, "agents.list", "array", "object"),
        ("agents.list.[]", 5, "agents.list[0]", "object", "number"),
        ("agents.list.[].model", 5, "agents.list[0].model", "string", "number"),
        ("agents.list.[].model.primary", 5, "agents.list[0].model.primary", "string", "number"),
        ("agents.list.[].model.fallbacks", "x", "agents.list[0].model.fallbacks", "array",
         "string"),
        ("agents.list.[].model.fallbacks.[]", 5, "agents.list[0].model.fallbacks[0]", "string",
         "number"),
        ("session.dimensions.[]", 5, "session.dimensions[0]", "string", "number"),
        ("session.identity_links.a", "x", "session.identity_links.a", "array", "string"),
        ("channel_list.a.allow_from", True, "channel_list.a.allow_from", "array", "bool"),
        ("channel_list.a.typing", True, "channel_list.a.typing", "object", "bool"),
        ("model_list.[].api_keys", "k", "model_list[0].api_keys", "array", "string"),
        ("model_list.[].api_keys.[]", 5, "model_list[0].api_keys[0]", "string", "number"),
        ("model_list.[].custom_headers.a", 1, "model_list[0].custom_headers.a", "string",
         "number"),
        ("model_list.[].extra_body", [], "model_list[0].extra_body", "object", "array"),
        ("tools.web.gemini.api_key", ["k"], "tools.web.gemini.api_key", "string", "array"),
        ("tools.skills.registries", "x", "tools.skills.registries", "array", "string"),
        ("tools.skills.registries.a", 5, "tools.skills.registries.a", "object", "number"),
        ("tools.skills.registries.[].name", 5, "tools.skills.registries[0].name", "string",
         "number"),
    ],
)  # fmt: skip
def test_check_names_the_first_value_of_another_type(path, value, field, expected, found):
    with pytest.raises(WrongTypeError) as caught:
        check(nested(path, value), SCHEMA, plain)

    error = caught.value
    assert (error.path, error.expected, error.found) == (field, expected, found)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("gateway", None),
        ("gateway.port", None),
        ("agents.defaults.temperature", 1),
        ("agents.list.[].model", "m"),
        ("agents.list.[].model", {}),
        ("channel_list.a.allow_from", ["a", 1, True, None]),
        ("channel_list.a.allow_from", 5),
        ("model_list.[]", None),
        ("model_list.[].api_keys", "[NOT_HERE]"),
        ("model_list.[].api_keys", [None, "k"]),
        ("model_list.[].extra_body.a", [1]),
        ("tools.skills.registries", []),
        ("tools.skills.registries", [None]),
        ("unknown.key", 5),
    ],
)
def test_check_accepts_what_the_decoder_accepts(path, value):
    check(nested(path, value), SCHEMA, plain)


def test_check_reads_every_secret_with_its_path():
    seen = []

    def read(raw: str, path: str) -> str:
        seen.append((raw, path))
        return raw

    document = {
        "model_list": [{"api_keys": ["a", None, "b"]}],
        "tools": {
            "web": {"gemini": {"api_key": "c"}, "kagi": {"api_keys": None}},
            "skills": {"registries": {"r": {"auth_token": "d"}}, "github": {"token": None}},
        },
    }

    check(document, SCHEMA, read)

    assert seen == [
        ("a", "model_list[0].api_keys[0]"),
        ("b", "model_list[0].api_keys[2]"),
        ("c", "tools.web.gemini.api_key"),
        ("d", "tools.skills.registries.r.auth_token"),
    ]
