from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config_document import (
    check,
    unknown_fields,
)
from picoclaw_tray.gateway.config_error import InvalidConfigError
from picoclaw_tray.gateway.config_schema import older_schema
from picoclaw_tray.gateway.effective_config import overridden, with_defaults, with_secrets
from picoclaw_tray.gateway.go_json import WrongTypeError
from tests.gateway.documents import SCHEMA, at, documents_of, nested, plain


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
