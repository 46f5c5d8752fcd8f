from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config import GatewayConfig, normal_log_level, read_config
from picoclaw_tray.gateway.config_error import ConfigError, ConfigErrorKind, unreadable

READY = b"""{"version":3,
 "agents":{"defaults":{"model_name":" gpt-5.4 "}},
 "model_list":[{"model_name":"gpt-5.4","provider":"openai","model":"gpt-5.4",
                "api_keys":["sk-example"],"enabled":true}],
 "gateway":{"host":"LocalHost, [::1]","port":18795,"log_level":"INFO","hot_reload":true}}"""


def config_of(document, **environ) -> GatewayConfig:
    config = read_config(json.dumps({"version": 3} | document).encode(), environ)
    assert isinstance(config, GatewayConfig), config
    return config


def error_of(raw: bytes, **environ) -> ConfigError:
    error = read_config(raw, environ)
    assert isinstance(error, ConfigError), error
    return error


def test_read_config_reads_what_a_supervisor_needs():
    assert read_config(READY, {}) == GatewayConfig(
        version=3,
        host="localhost,::1",
        port=18795,
        log_level="info",
        hot_reload=True,
        default_model="gpt-5.4",
        model_names=("gpt-5.4",),
    )


ENVIRON = {
    "PICOCLAW_GATEWAY_HOST": "*",
    "PICOCLAW_GATEWAY_PORT": "19000",
    "PICOCLAW_GATEWAY_HOT_RELOAD": "T",
    "PICOCLAW_LOG_LEVEL": "debug",
    "PICOCLAW_AGENTS_DEFAULTS_MODEL_NAME": "other",
}


@pytest.mark.parametrize("raw", [None, b"{}", b"null", b'{"a":   1}'])
def test_read_config_gives_defaults_and_ignores_the_environment_when_there_is_no_file(raw):
    assert read_config(raw, ENVIRON) == GatewayConfig(
        3, "localhost", 18790, "warn", hot_reload=False, default_model="", model_names=None
    )


def test_read_config_lets_the_environment_win():
    config = read_config(READY, ENVIRON)

    assert config == GatewayConfig(3, "*", 19000, "debug", True, "other", ("gpt-5.4",))


def test_read_config_takes_an_empty_variable_as_not_set():
    assert read_config(READY, dict.fromkeys(ENVIRON, "")) == read_config(READY, {})


def test_read_config_lets_good_variables_hide_bad_values():
    config = config_of(
        {"gateway": {"host": "a,,b", "port": 0}},
        PICOCLAW_GATEWAY_HOST="127.0.0.1",
        PICOCLAW_GATEWAY_PORT="+18791",
    )

    assert (config.host, config.port) == ("127.0.0.1", 18791)


@pytest.mark.parametrize(
    ("section", "names"),
    [
        ({}, None),
        ({"model_list": None}, ()),
        ({"model_list": []}, ()),
        (
            {"model_list": [{"model_name": "a", "model": "x"}, {"model_name": "a", "model": "y"}]},
            ("a", "a"),
        ),
    ],
)
def test_read_config_tells_an_absent_model_list_from_an_empty_one(section, names):
    assert config_of(section).model_names == names


def test_read_config_keeps_defaults_for_null_sections():
    assert config_of({"gateway": None, "agents": {"defaults": None}}) == GatewayConfig()


@pytest.mark.parametrize("version", [0, 1, 2, None])
def test_read_config_reads_only_the_address_of_an_old_schema(version):
    raw = READY.replace(b'"version":3', b'"version":' + json.dumps(version).encode())

    config = read_config(raw, {})

    assert isinstance(config, GatewayConfig)
    assert config.is_old_schema
    assert (config.version, config.host, config.port) == (version or 0, "localhost,::1", 18795)
    assert (config.default_model, config.model_names) == (None, None)


@pytest.mark.parametrize("gateway", [b'{"port":"1"}', b'{"host":"a,,b"}'])
def test_read_config_predicts_no_error_of_an_old_schema(gateway):
    config = read_config(b'{"version":2,"gateway":' + gateway + b"}", {})

    assert config == GatewayConfig(version=2, default_model=None)


def test_gateway_config_of_the_current_version_is_no_old_schema():
    assert not GatewayConfig().is_old_schema


@pytest.mark.parametrize(
    ("raw", "kind", "reason"),
    [
        (
            b"",
            ConfigErrorKind.SYNTAX,
            "config.json syntax error at line 1, column 1: unexpected end of JSON input",
        ),
        (
            b'{"version":3,"gateway":{"port":"18790"}}',
            ConfigErrorKind.TYPE,
            (
                "config.json type error at line 1, column 38 "
                'for field "gateway.port": expected int but got string'
            ),
        ),
        (
            b'{"version":9,"gateway":{}}',
            ConfigErrorKind.UNSUPPORTED_VERSION,
            "unsupported config version: 9",
        ),
        (
            b'{"version":3,"gateway":{"host":"localhost,,x"}}',
            ConfigErrorKind.INVALID_VALUE,
            "invalid gateway host: host list contains an empty entry",
        ),
    ],
)
def test_read_config_follows_the_vectors_of_the_contract(raw, kind, reason):
    error = error_of(raw)

    assert (error.kind, error.reason) == (kind, reason)


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        (b"\xef\xbb\xbf{}", 1, 1),
        (b'{\n  "version": 3,\n}', 3, 1),
        (b'{\n  // comment\n  "version": 3\n}', 2, 3),
        (b'{"version": 3} {}', 1, 16),
        (b'{"version": 3', 1, 14),
        (b"[" * 100_000, None, None),
        (b'{"version": NaN}', None, None),
    ],
)
def test_read_config_names_the_place_of_a_syntax_error(raw, line, column):
    error = error_of(raw)

    assert error.kind is ConfigErrorKind.SYNTAX
    assert (error.line, error.column) == (line, column)


def test_read_config_explains_an_empty_file_in_another_sentence():
    assert error_of(b" \n").explanation != error_of(b"{").explanation


@pytest.mark.parametrize(
    ("raw", "field"),
    [
        (b'[{"version":3}]', None),
        (b'{"version":"3","secret":"sk-example"}', "version"),
        (b'{"version":3,"gateway":"sk-example"}', "gateway"),
        (b'{"version":3,"gateway":{"hot_reload":"sk-example"}}', "gateway.hot_reload"),
        (b'{"version":3,"gateway":{"log_level":3}}', "gateway.log_level"),
        (b'{"version":3,"agents":{"defaults":{"model_name":["sk-example"]}}}',
         "agents.defaults.model_name"),
        (b'{"version":3,"model_list":{"a":"sk-example"}}', "model_list"),
        (b'{"version":3,"model_list":[null]}', "model_list[0]"),
        (b'{"version":3,"model_list":["sk-example"]}', "model_list[0]"),
        (b'{"version":3,"model_list":[{"model_name":"a","model":1}]}', "model_list[0].model"),
    ],
)  # fmt: skip
def test_read_config_names_the_field_of_a_type_error_and_never_its_value(raw, field):
    error = error_of(raw)

    assert error.kind is ConfigErrorKind.TYPE
    assert (error.line, bool(error.column)) == (1, True)
    assert field is None or f'for field "{field}"' in error.reason
    assert "sk-example" not in repr(error)


@pytest.mark.parametrize("port", [0, -1, 65536, 10**18])
def test_read_config_rejects_a_port_out_of_range(port):
    error = error_of(json.dumps({"version": 3, "gateway": {"port": port}}).encode())

    assert error.kind is ConfigErrorKind.INVALID_VALUE
    assert error.reason == f"invalid gateway port: {port}, port must be between 1 and 65535"


@pytest.mark.parametrize("value", ["sk-example", "1.5", " 18790", "9" * 5000, "١"])
def test_read_config_rejects_a_port_variable_that_is_no_integer(value):
    error = error_of(READY, PICOCLAW_GATEWAY_PORT=value)

    assert error.kind is ConfigErrorKind.INVALID_VALUE
    assert error.reason.startswith('env: parse error on field "Port"')
    assert value not in repr(error)


@pytest.mark.parametrize("value", ["yes", "tRUE", " 1"])
def test_read_config_rejects_a_truth_variable_that_is_none(value):
    error = error_of(READY, PICOCLAW_GATEWAY_HOT_RELOAD=value)

    assert error.reason.startswith('env: parse error on field "HotReload"')


@pytest.mark.parametrize(
    ("entry", "reason"),
    [
        ({"model": "x"}, "model_list[1]: model_name is required"),
        ({"model_name": "a"}, "model_list[1]: model is required"),
        ({}, "model_list[1]: model_name is required"),
    ],
)
def test_read_config_rejects_a_model_without_its_required_keys(entry, reason):
    entries = [{"model_name": "a", "model": "x"}, entry]

    error = error_of(json.dumps({"version": 3, "model_list": entries}).encode())

    assert (error.kind, error.reason) == (ConfigErrorKind.INVALID_VALUE, reason)


@pytest.mark.parametrize("version", [-1, 4])
def test_read_config_rejects_a_version_it_does_not_know(version):
    error = error_of(json.dumps({"version": version, "gateway": {}}).encode())

    assert error.kind is ConfigErrorKind.UNSUPPORTED_VERSION


def test_unreadable_keeps_the_words_of_the_system():
    error = unreadable("permission denied")

    assert (error.kind, error.reason) == (ConfigErrorKind.UNREADABLE, "permission denied")


@pytest.mark.parametrize(
    ("level", "normal"),
    [("Debug", "debug"), ("WARNING", "warn"), (" fatal ", "fatal"), ("loud", "warn"), ("", "warn")],
)
def test_normal_log_level_falls_back_to_the_default(level, normal):
    assert normal_log_level(level) == normal


@given(st.binary() | st.binary().map(lambda tail: READY[:200] + tail))
def test_read_config_gives_a_config_or_a_classed_error_for_any_bytes(raw):
    assert isinstance(read_config(raw, {}), GatewayConfig | ConfigError)


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
VALUES = SCALARS | st.lists(SCALARS) | st.dictionaries(st.text(), SCALARS)
KEYS = st.sampled_from(
    ["host", "port", "log_level", "hot_reload", "defaults", "model_name", "model"]
)
SECTIONS = VALUES | st.dictionaries(KEYS, VALUES) | st.lists(st.dictionaries(KEYS, VALUES))


@given(
    st.dictionaries(st.sampled_from(["version", "gateway", "agents", "model_list"]), SECTIONS),
    st.dictionaries(st.sampled_from(sorted(ENVIRON)), st.text()),
)
def test_read_config_gives_a_config_or_a_classed_error_for_any_document(document, environ):
    raw = json.dumps({"version": 3} | document).encode()

    config = read_config(raw, environ)

    assert isinstance(config, ConfigError) or 1 <= config.port <= 65535
