from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config import (
    ConfigSources,
    GatewayConfig,
    normal_log_level,
    read_config,
)
from picoclaw_tray.gateway.config_error import ConfigError, ConfigErrorKind, unreadable
from picoclaw_tray.gateway.readiness import readiness
from picoclaw_tray.gateway.release import NEWEST, release_of
from picoclaw_tray.gateway.secrets import SecretSources

OLDER = release_of("v0.2.7")
NEWER = release_of("v0.2.9")

READY = b"""{"version":3,
 "agents":{"defaults":{"model_name":" gpt-5.4 "}},
 "model_list":[{"model_name":"gpt-5.4","provider":"openai","model":"gpt-5.4",
                "api_keys":["sk-example"],"enabled":true}],
 "gateway":{"host":"LocalHost, [::1]","port":18795,"log_level":"INFO","hot_reload":true}}"""


def read(raw: bytes | None, environ=None) -> GatewayConfig | ConfigError:
    return read_config(ConfigSources(config=raw, environ=environ or {}))


def config_from(raw: bytes | None, environ=None) -> GatewayConfig:
    config = read(raw, environ)
    assert isinstance(config, GatewayConfig), config
    return config


def config_of(document, **environ) -> GatewayConfig:
    return config_from(json.dumps({"version": 3} | document).encode(), environ)


def error_of(raw: bytes, **environ) -> ConfigError:
    error = read(raw, environ)
    assert isinstance(error, ConfigError), error
    return error


def address_of(config) -> tuple[object, ...]:
    assert isinstance(config, GatewayConfig), config
    return config.host, config.port, config.log_level, config.hot_reload


def test_read_config_reads_what_a_supervisor_needs():
    config = config_from(READY)

    assert address_of(config) == ("localhost,::1", 18795, "info", True)
    assert (config.version, config.default_model) == (3, "gpt-5.4")
    assert [(entry.name, entry.provider, entry.key) for entry in config.models] == [
        ("gpt-5.4", "openai", "sk-example")
    ]
    assert "sk-example" not in repr(config)


ENVIRON = {
    "PICOCLAW_GATEWAY_HOST": "*",
    "PICOCLAW_GATEWAY_PORT": "19000",
    "PICOCLAW_GATEWAY_HOT_RELOAD": "T",
    "PICOCLAW_LOG_LEVEL": "debug",
    "PICOCLAW_AGENTS_DEFAULTS_MODEL_NAME": "other",
}


@pytest.mark.parametrize("raw", [None, b"{}", b"null", b'{"a":   1}'])
def test_read_config_gives_defaults_and_ignores_the_environment_when_there_is_no_file(raw):
    config = config_from(raw, ENVIRON)

    assert address_of(config) == ("localhost", 18790, "warn", False)
    assert config.default_model == ""
    assert len(config.models) == 29


def test_read_config_lets_the_environment_win():
    config = config_from(READY, ENVIRON)

    assert address_of(config) == ("*", 19000, "debug", True)
    assert config.default_model == "other"


def test_read_config_takes_an_empty_variable_as_not_set():
    assert read(READY, dict.fromkeys(ENVIRON, "")) == read(READY)


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
        ({"model_list": None}, []),
        ({"model_list": []}, []),
        (
            {"model_list": [{"model_name": "a", "model": "x"}, {"model_name": "a", "model": "y"}]},
            ["a", "a"],
        ),
    ],
)
def test_read_config_replaces_the_built_in_models_as_a_whole(section, names):
    assert [entry.name for entry in config_of(section).models] == names


def test_read_config_has_the_built_in_models_without_a_list():
    models = config_of({}).models

    assert len(models) == 29
    assert {"llama3", "local-model", "lmstudio-local"} < {entry.name for entry in models}


def test_read_config_keeps_defaults_for_null_sections():
    sections = {"gateway": None, "agents": {"defaults": None}, "tools": None, "channel_list": None}

    assert config_of(sections) == read(None)


@pytest.mark.parametrize("version", [0, 1, 2, None])
def test_read_config_reads_only_the_address_of_an_old_schema(version):
    raw = READY.replace(b'"version":3', b'"version":' + json.dumps(version).encode())

    config = read(raw)

    assert isinstance(config, GatewayConfig)
    assert config.migrates
    assert (config.version, config.host, config.port) == (version or 0, "localhost,::1", 18795)
    assert (config.default_model, config.models) == (None, ())


@pytest.mark.parametrize("gateway", [b'{"port":"1"}', b'{"host":"a,,b"}', b'{"port":0}'])
def test_read_config_predicts_no_error_of_an_old_schema(gateway):
    config = read(b'{"version":2,"gateway":' + gateway + b"}")

    assert config == GatewayConfig(version=2, default_model=None, migrates=True)


def test_read_config_of_the_current_version_is_not_migrated():
    assert not config_from(READY).migrates


def test_read_config_of_a_release_takes_its_own_schema_for_current():
    two = release_of("v0.2.6")
    config = read_config(ConfigSources(config=b'{"version":2,"x":1}'), two)

    assert isinstance(config, GatewayConfig)
    assert not config.migrates
    error = read_config(ConfigSources(config=READY), two)
    assert isinstance(error, ConfigError)
    assert error.kind is ConfigErrorKind.UNSUPPORTED_VERSION


def test_read_config_predicts_nothing_for_a_release_without_schemas():
    config = read_config(ConfigSources(config=READY), release_of("v0.2.3"))

    assert isinstance(config, GatewayConfig)
    assert (config.default_model, config.migrates, config.port) == (None, False, 18795)


VECTORS = [
    (
        b"",
        ConfigErrorKind.SYNTAX,
        "config.json syntax error at line 1, column 1: unexpected end of JSON input",
        "failed to detect config version: unexpected end of JSON input",
    ),
    (
        b'{"version":3,"gateway":{"port":"18790"}}',
        ConfigErrorKind.TYPE,
        (
            "config.json type error at line 1, column 38 "
            'for field "gateway.port": expected int but got string'
        ),
        "json: cannot unmarshal string into Go struct field Config.gateway.port of type int",
    ),
    (
        b'{"version":9,"gateway":{}}',
        ConfigErrorKind.UNSUPPORTED_VERSION,
        "unsupported config version: 9",
        "unsupported config version: 9",
    ),
    (
        b'{"version":3,"channel_list":{"foo":{"enabled":true}}}',
        ConfigErrorKind.INVALID_VALUE,
        'channel "foo" has unknown type "foo"',
        'channel "foo" has unknown type "foo"',
    ),
    (
        b'{"version":3,"gateway":{"host":"localhost,,x"}}',
        ConfigErrorKind.INVALID_VALUE,
        "invalid gateway host: host list contains an empty entry",
        "invalid gateway host: host list contains an empty entry",
    ),
]


@pytest.mark.parametrize(("raw", "kind", "newer", "older"), VECTORS)
def test_read_config_follows_the_vectors_of_the_contract(raw, kind, newer, older):
    for release, reason in ((NEWEST, newer), (NEWER, newer), (OLDER, older)):
        error = read_config(ConfigSources(config=raw), release)

        assert isinstance(error, ConfigError)
        assert (error.kind, error.reason) == (kind, reason)


@pytest.mark.parametrize("release", [NEWEST, NEWER, OLDER])
def test_read_config_takes_an_empty_object_for_the_defaults(release):
    assert isinstance(read_config(ConfigSources(config=b"{}"), release), GatewayConfig)


GPT = {"model_name": "gpt-5.4", "provider": "openai", "model": "gpt-5.4"}
KEYED = GPT | {"api_keys": ["sk-example"], "enabled": True}
SECURITY = b"model_list:\n  gpt-5.4:0:\n    api_keys:\n      - sk-example\n"
AUTH = b'{"credentials":{"openai":{"access_token":"x","expires_at":"2026-05-01T00:00:00Z"}}}'
NO_KEY = 'default model "gpt-5.4" has no credentials configured'


def using(name: str, *models) -> bytes:
    agents = {"defaults": {"model_name": name}}
    return json.dumps({"version": 3, "agents": agents, "model_list": models}).encode()


EXAMPLES = [
    (using("gpt-5.4", KEYED), None, None, "", ""),
    (using("gpt-5.4", GPT), SECURITY, None, "", ""),
    (using("", KEYED), None, None, *["no default model configured"] * 2),
    (using("gpt-6", KEYED), None, None, *['default model "gpt-6" is invalid'] * 2),
    (using("gpt-5.4", GPT), None, None, NO_KEY, NO_KEY),
    (using("gpt-5.4", GPT | {"auth_method": "oauth"}), None, AUTH, "", ""),
    (using("gpt-5.4", GPT | {"auth_method": "oauth"}), None, None, NO_KEY, NO_KEY),
    (
        using("voice", {"model_name": "voice", "provider": "elevenlabs", "model": "scribe_v1",
                        "api_keys": ["k"]}),
        None, None, 'default model "voice" is not usable for chat', "",
    ),
    (
        using("m", {"model_name": "m", "model": "openai/x", "api_key": "sk-example"}), None, None,
        "config.json contains unknown field(s): model_list[0].api_key",
        'default model "m" has no credentials configured',
    ),
]  # fmt: skip


@pytest.mark.parametrize(("config", "security", "auth", "newer", "older"), EXAMPLES)
def test_read_config_reads_the_examples_of_the_contract(config, security, auth, newer, older):
    sources = ConfigSources(config, security, auth)

    for release, reason in ((NEWEST, newer), (NEWER, newer), (OLDER, older)):
        config = read_config(sources, release)
        judged = config if isinstance(config, ConfigError) else readiness(config, release)
        assert getattr(judged, "reason", "") == reason


@pytest.mark.parametrize(
    ("raw", "line", "column"),
    [
        (b"\xef\xbb\xbf{}", 1, 1),
        (b'{\n  "version": 3,\n}', 3, 1),
        (b'{\n  // comment\n  "version": 3\n}', 2, 3),
        (b'{"version": 3} {}', 1, 16),
        (b'{"version": 3', 1, 13),
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
    assert isinstance(read(raw), GatewayConfig | ConfigError)


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

    config = read(raw, environ)

    assert isinstance(config, ConfigError) or 1 <= config.port <= 65535


def models_of(security: str, *models) -> list[tuple[str, tuple[str, ...], bool]]:
    config = read_config(ConfigSources(using("m", *models), security.encode()))
    assert isinstance(config, GatewayConfig), config
    return [(entry.name, entry.keys, entry.lost_keys) for entry in config.models]


PLAIN = {"model_name": "m", "model": "x"}
WITH_KEY = PLAIN | {"api_keys": ["old"]}


@pytest.mark.parametrize(
    ("security", "keys", "lost"),
    [
        ("", ("old",), False),
        ("model_list: {m: {}}", (), True),
        ("model_list: {'m:0': {}}", (), True),
        ("model_list: {'m:0': }", ("old",), False),
        ("model_list: {'m:0': , m: {api_keys: [new]}}", ("new",), False),
        ("model_list: {'m:0': {}, m: {api_keys: [new]}}", (), True),
        ("model_list: {'m:1': {}, other: {}}", ("old",), False),
        ("model_list: {m: {api_keys: ['', new]}}", ("", "new"), False),
    ],
)
def test_read_config_lets_the_security_file_replace_keys(security, keys, lost):
    assert models_of(security, WITH_KEY) == [("m", keys, lost)]


def test_read_config_counts_the_entries_of_a_name():
    security = "model_list: {'m:1': {api_keys: [second]}, m: {api_keys: [any]}}"

    assert [keys for _, keys, _ in models_of(security, PLAIN, PLAIN, PLAIN)] == [
        ("any",),
        ("second",),
        ("any",),
    ]


def test_read_config_has_no_models_when_the_security_file_empties_the_list():
    assert models_of("model_list:", WITH_KEY) == []
    assert models_of("model_list:", {}) == []


def test_read_config_drops_an_empty_first_key_of_its_own():
    entry = PLAIN | {"api_keys": ["", "[NOT_HERE]", "k"]}

    assert models_of("", entry) == [("m", ("k",), False)]


def test_read_config_lays_search_keys_over_the_tools():
    security = b"web: {brave: {api_keys: [a], other: x}, gemini: {api_key: b}}"

    config = read_config(ConfigSources(using("m"), security))

    assert isinstance(config, GatewayConfig)
    web = config.tools["web"]
    assert isinstance(web, dict)
    assert (web["brave"]["api_keys"], web["gemini"]["api_key"]) == (["a"], "b")
    assert "other" not in web["brave"]


@pytest.mark.parametrize("config", [b"{}", None, b'{"version":2,"gateway":{}}'])
def test_read_config_ignores_the_security_file_without_a_config_of_its_own_schema(config):
    assert isinstance(read_config(ConfigSources(config, b"[")), GatewayConfig)


def test_read_config_explains_the_security_file_after_the_config():
    bad = b'{"version":3,"gateway":{"port":"x"}}'

    for config, file in ((bad, "config.json"), (READY, ".security.yml")):
        error = read_config(ConfigSources(config, b"["))
        assert isinstance(error, ConfigError)
        assert error.file == file


def test_read_config_keeps_encrypted_keys_that_can_be_had():
    secret = "enc://" + "A" * 40
    sources = SecretSources(has_passphrase=True, has_key_file=True)
    raw = using("m", PLAIN | {"api_keys": [secret]})

    config = read_config(ConfigSources(raw, secrets=sources))

    assert isinstance(config, GatewayConfig)
    assert config.models[0].keys == (secret,)
    assert isinstance(read_config(ConfigSources(raw)), ConfigError)


@pytest.mark.parametrize("key", ["Version", "VERSION"])
def test_read_config_finds_the_version_in_any_spelling(key):
    raw = json.dumps({key: 3, "Gateway": {"Port": 19000}}).encode()

    error = read_config(ConfigSources(raw))
    config = read_config(ConfigSources(raw), OLDER)

    assert isinstance(error, ConfigError)
    assert error.reason == f"config.json contains unknown field(s): Gateway, {key}"
    assert isinstance(config, GatewayConfig)
    assert config.port == 19000


@pytest.mark.parametrize(
    ("parts", "variable"),
    [
        ({"events": 5}, "PICOCLAW_EVENTS_LOGGING_ENABLED"),
        ({"evolution": []}, "PICOCLAW_TOOLS_LOAD_IMAGE_ENABLED"),
        ({"model_list": [PLAIN | {"streaming": True, "tool_schema_transform": "?"}]},
         "PICOCLAW_TOOLS_SERIAL_ENABLED"),
        ({"agents": {"defaults": {"turn_profile": {"enabled": True, "tools": {"mode": "?"}}}}},
         "PICOCLAW_TOOLS_WEB_KAGI_ENABLED"),
    ],
)  # fmt: skip
def test_read_config_of_an_older_release_ignores_what_is_newer(parts, variable):
    raw = json.dumps({"version": 3} | parts).encode()
    sources = ConfigSources(raw, environ={variable: "no truth"})

    assert isinstance(read_config(sources), ConfigError)
    assert isinstance(read_config(sources, OLDER), GatewayConfig)


@pytest.mark.parametrize("mode", ["", "default", " Custom ", "OFF"])
def test_read_config_takes_known_modes_of_a_profile(mode):
    profile = {"enabled": True, "tools": {"mode": mode}}

    config_of({"agents": {"defaults": {"turn_profile": profile}}})


def test_read_config_looks_at_a_profile_only_when_it_is_enabled():
    profile = {"enabled": False, "tools": {"mode": "unknown"}}

    config_of({"agents": {"defaults": {"turn_profile": profile}}})


def test_read_config_names_the_other_models_once():
    agents = {
        "defaults": {"model_fallbacks": ["a", " b "], "routing": {"light_model": "c"}},
        "list": [{"model": {"primary": "d", "fallbacks": ["a"]}}, {"model": "e"}, {}, None],
    }

    assert config_of({"agents": agents}).other_models == ("a", "b", "c", "d", "e")


@pytest.mark.parametrize(
    ("variable", "value"),
    [("PICOCLAW_TOOLS_WEB_GEMINI_API_KEY", "file://missing"),
     ("PICOCLAW_TOOLS_WEB_BRAVE_API_KEYS", "a,enc://x")],
)  # fmt: skip
def test_read_config_rejects_a_secret_of_a_variable_that_cannot_be_had(variable, value):
    error = error_of(READY, **{variable: value})

    assert (error.kind, error.field) == (ConfigErrorKind.UNRESOLVED_SECRET, variable)


BYTES = st.binary(max_size=200)


@given(
    BYTES | BYTES.map(lambda tail: READY[:200] + tail) | st.just(READY),
    st.none() | BYTES | BYTES.map(lambda tail: SECURITY + tail),
    st.none() | BYTES | BYTES.map(lambda tail: AUTH[:40] + tail),
    st.sampled_from([NEWEST, OLDER, release_of("v0.2.6"), release_of("v0.2.3")]),
)
def test_read_config_gives_a_config_or_a_classed_error_for_any_files(
    config, security, auth, release
):
    result = read_config(ConfigSources(config, security, auth), release)

    assert isinstance(result, GatewayConfig | ConfigError)


def test_config_knows_the_secrets_of_both_files_and_of_the_environment():
    raw = using("m", PLAIN | {"api_keys": ["InConfig1a2b3c", "short1", "sk-example"]})
    document = json.loads(raw) | {
        "channel_list": {"telegram": {"settings": {"token": "123456:InChannel1a2b"}}},
        "tools": {"web": {"brave": {"api_keys": ["file://brave"]}}},
    }
    security = b"""
model_list: {"m:0": {api_keys: [InSecurity1a2b3c]}}
web: {tavily: {api_keys: [InWeb1a2b3c4d]}}
channel_list: {discord: {settings: {token: InDiscord1a2b3c}}}
"""
    sources = SecretSources(files={"brave": "InFile1a2b3c4d"})
    environ = {"PICOCLAW_CHANNELS_SLACK_BOT_TOKEN": "InEnvironment1a2b"}

    config = read_config(
        ConfigSources(json.dumps(document).encode(), security, None, environ, sources)
    )

    assert isinstance(config, GatewayConfig), config
    assert config.secrets == {
        "InConfig1a2b3c", "123456:InChannel1a2b", "InFile1a2b3c4d", "InSecurity1a2b3c",
        "InWeb1a2b3c4d", "InDiscord1a2b3c", "InEnvironment1a2b",
    }  # fmt: skip
    assert not [secret for secret in config.secrets if secret in repr(config)]


KNOWN = PLAIN | {"api_keys": ["InConfig1a2b3c", "file://key"]}


@pytest.mark.parametrize(
    ("config", "security"),
    [
        (using("m", KNOWN)[:-1], b""),
        (using("m", KNOWN) + b"{", b"a: [\nxy_token: InSecurity1a2b"),
        (using("m", KNOWN).replace(b'"m"', b"5"), b""),
        (using("m", KNOWN | {"unknown": 1}), b""),
        (using("m", KNOWN).replace(b'"version": 3', b'"version": 99'), b""),
        (using("m", KNOWN), b"web: {brave: {api_keys: [InSecurity1a2b]}}\nchannel_list: 5"),
    ],
    ids=["cut off", "both no text of their kind", "type", "unknown key", "version", "security"],
)
def test_broken_config_tells_its_secrets_all_the_same(config: bytes, security: bytes):
    sources = SecretSources(files={"key": "InFile1a2b3c4d", "missing": None})

    error = read_config(ConfigSources(config, security, secrets=sources))

    assert isinstance(error, ConfigError)
    expected = {"InConfig1a2b3c", "InFile1a2b3c4d"}
    assert error.secrets == expected | ({"InSecurity1a2b"} if b"Sec" in security else set())
    assert not [secret for secret in error.secrets if secret in repr(error)]


def test_config_of_an_older_schema_tells_its_secrets():
    config = read_config(
        ConfigSources(b'{"version":1,"providers":{"x":{"api_key":"InOld1a2b3c"}}}')
    )

    assert isinstance(config, GatewayConfig)
    assert config.secrets == {"InOld1a2b3c"}
