from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config_document import (
    check,
    known_spelling,
    overridden,
    unknown_fields,
    with_defaults,
    with_secrets,
)
from picoclaw_tray.gateway.config_error import InvalidConfigError
from picoclaw_tray.gateway.config_schema import ITEM, Kind, config_schema, older_schema
from picoclaw_tray.gateway.go_json import WrongTypeError

SCHEMA = config_schema()


def plain(raw: str, path: str) -> str:
    return raw


def nested(path: str, value: object) -> object:
    for step in reversed(path.split(".")):
        value = [value] if step == "[]" else {step: value}
    return value


def at(document, path: str):
    for step in path.split("."):
        document = document[0] if step == "[]" else document[step]
    return document


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


@pytest.mark.parametrize(
    ("path", "value", "effective"),
    [
        ("gateway.port", None, 18790),
        ("gateway.log_level", None, "warn"),
        ("gateway.host", "a\ud800", "a\ufffd"),
        ("channel_list.a.allow_from", 5, ["5"]),
        ("channel_list.a.allow_from", "x", ["x"]),
        ("channel_list.a.allow_from", ["x", 12345678901, 2.0], ["x", "12345678901", "2"]),
        ("channel_list.a.allow_from", None, []),
        ("channel_list.a.enabled", None, False),
        ("model_list.[].api_keys", ["", None, "[NOT_HERE]", "k"], ["k"]),
        ("model_list.[].api_keys", "[NOT_HERE]", []),
        ("model_list.[].extra_body", None, {}),
        ("agents.list.[].model", "m", {"primary": "m", "fallbacks": []}),
        ("agents.list.[].model", None, {"primary": "", "fallbacks": []}),
        ("agents.list.[].model", {"primary": "p", "fallbacks": ["f"]},
         {"primary": "p", "fallbacks": ["f"]}),
        ("agents.list.[].model", {"fallbacks": None}, {"primary": "", "fallbacks": []}),
        ("model_list", None, []),
    ],
)  # fmt: skip
def test_with_defaults_fills_in_what_is_absent(path, value, effective):
    assert at(with_defaults(nested(path, value), SCHEMA), path) == effective


def test_with_defaults_makes_documents_of_the_same_meaning_equal():
    assert with_defaults({"gateway": {"port": 18790}, "unknown": 1}, SCHEMA) == with_defaults(
        {"tools": None}, SCHEMA
    )


def test_with_secrets_reads_them_where_they_stand():
    document = with_defaults(
        {
            "model_list": [{"api_keys": ["a"]}],
            "tools": {"web": {"gemini": {"api_key": "b"}}},
            "session": {"identity_links": {"x": ["y"]}},
        },
        SCHEMA,
    )

    effective = with_secrets(document, SCHEMA, lambda raw, _: raw.upper())

    assert at(effective, "model_list.[].api_keys") == ["A"]
    assert at(effective, "tools.web.gemini.api_key") == "B"
    assert at(effective, "session.identity_links.x") == ["y"]


@pytest.mark.parametrize(
    ("path", "variable", "text", "value"),
    [
        ("gateway.host", "PICOCLAW_GATEWAY_HOST", "h", "h"),
        ("gateway.port", "PICOCLAW_GATEWAY_PORT", "-5", -5),
        ("gateway.port", "PICOCLAW_GATEWAY_PORT", "", 18790),
        ("gateway.hot_reload", "PICOCLAW_GATEWAY_HOT_RELOAD", "T", True),
        ("tools.web.enabled", "PICOCLAW_TOOLS_WEB_ENABLED", "0", False),
        ("agents.defaults.temperature", "PICOCLAW_AGENTS_DEFAULTS_TEMPERATURE", ".5e1", 5.0),
        ("agents.defaults.temperature", "PICOCLAW_AGENTS_DEFAULTS_TEMPERATURE", "-Inf",
         float("-inf")),
        ("events.logging.include", "PICOCLAW_EVENTS_LOGGING_INCLUDE", "a,b", ["a", "b"]),
        ("tools.web.private_host_whitelist", "PICOCLAW_TOOLS_WEB_PRIVATE_HOST_WHITELIST", "a",
         ["a"]),
        ("tools.web.brave.api_keys", "PICOCLAW_TOOLS_WEB_BRAVE_API_KEYS", "a,b", ["A", "B"]),
        ("tools.web.gemini.api_key", "PICOCLAW_TOOLS_WEB_GEMINI_API_KEY", "a", "A"),
    ],
)  # fmt: skip
def test_overridden_takes_the_value_of_a_variable(path, variable, text, value):
    document = with_defaults({}, SCHEMA)

    effective = overridden(document, SCHEMA, {variable: text}, lambda raw, _: raw.upper())

    assert at(effective, path) == value


@pytest.mark.parametrize(
    ("variable", "text", "field"),
    [
        ("PICOCLAW_GATEWAY_PORT", "x", '"Port" of type "int"'),
        ("PICOCLAW_GATEWAY_PORT", "2147483648", '"Port" of type "int"'),
        ("PICOCLAW_GATEWAY_PORT", "0x10", '"Port" of type "int"'),
        ("PICOCLAW_GATEWAY_HOT_RELOAD", " ", '"HotReload" of type "bool"'),
        ("PICOCLAW_TOOLS_SPAWN_ENABLED", "on", '"Enabled" of type "bool"'),
        ("PICOCLAW_AGENTS_DEFAULTS_TEMPERATURE", " 1", '"Temperature" of type "float64"'),
        ("PICOCLAW_AGENTS_DEFAULTS_TEMPERATURE", "1e999", '"Temperature" of type "float64"'),
        ("PICOCLAW_AGENTS_DEFAULTS_CONTEXT_MANAGER_CONFIG", '{"a":1}', '"ContextManagerConfig"'),
    ],
)
def test_overridden_names_the_variable_that_cannot_be_read(variable, text, field):
    with pytest.raises(InvalidConfigError) as caught:
        overridden(with_defaults({}, SCHEMA), SCHEMA, {variable: text}, plain)

    assert caught.value.error.reason.startswith(f"env: parse error on field {field}")


def test_overridden_leaves_alone_what_an_older_release_does_not_know():
    document = with_defaults({}, SCHEMA)

    effective = overridden(
        document, older_schema(), {"PICOCLAW_EVENTS_LOGGING_ENABLED": "x"}, plain
    )

    assert effective == document


LEAVES = st.none() | st.booleans() | st.integers(-9, 9) | st.floats() | st.text(max_size=3)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2)
    ),
    max_leaves=4,
)


def documents_of(key) -> st.SearchStrategy[object]:
    """Mostly of the right shape, so that the walk gets far."""
    inner: st.SearchStrategy[object]
    match key.kind:
        case Kind.OBJECT:
            fields = {name: documents_of(child) for name, child in key.children.items()}
            inner = st.fixed_dictionaries({}, optional=fields)
        case Kind.MAP:
            inner = st.dictionaries(
                st.sampled_from(["a", "pico"]), documents_of(key.children[ITEM])
            )
        case Kind.LIST:
            inner = st.lists(documents_of(key.children[ITEM]), max_size=2)
        case _:
            return ANYTHING
    return inner | ANYTHING


@given(st.data(), st.sampled_from(sorted(SCHEMA.children)))
def test_steps_take_any_document_that_passed_the_check(data, section):
    document = {section: data.draw(documents_of(SCHEMA.children[section]))}
    unknown_fields(document, SCHEMA)
    try:
        check(document, SCHEMA, plain)
    except WrongTypeError:
        return

    effective = with_defaults(document, SCHEMA)
    assert with_defaults(effective, SCHEMA) == effective or "nan" in repr(effective)
    with_secrets(effective, SCHEMA, plain)
