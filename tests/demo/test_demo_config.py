from __future__ import annotations

import pytest

from picoclaw_tray.demo.config import (
    Config,
    check_model,
    level_from,
    load_config,
)
from picoclaw_tray.demo.document import ConfigError

TYPE_ERROR = "config.json type error at line"
READY = """{"version":3,
 "agents":{"defaults":{"model_name":" gpt-5.4 "}},
 "model_list":[{"model_name":"gpt-5.4","provider":"openai","model":"gpt-5.4","enabled":true}],
 "channel_list":{"pico":{"enabled":true},"chat":{"type":"irc","enabled":true},"line":null},
 "gateway":{"host":"[::1], localhost","port":18791,"log_level":"Error","hot_reload":true}}"""


@pytest.fixture
def config_path(tmp_path):
    return tmp_path / "config.json"


def test_config_reads_what_the_gateway_needs(config_path):
    config_path.write_text(READY)

    assert load_config(config_path, {}) == Config(
        hosts=("::1", "localhost"),
        port=18791,
        log_level="error",
        hot_reload=True,
        default_model="gpt-5.4",
        models=frozenset({"gpt-5.4"}),
        channels=("chat", "pico"),
    )


def test_config_lets_the_environment_win(config_path):
    config_path.write_text(READY)

    config = load_config(
        config_path,
        {
            "PICOCLAW_GATEWAY_HOST": "127.0.0.1",
            "PICOCLAW_GATEWAY_PORT": "19000",
            "PICOCLAW_GATEWAY_HOT_RELOAD": "f",
            "PICOCLAW_LOG_LEVEL": "debug",
            "PICOCLAW_AGENTS_DEFAULTS_MODEL_NAME": "other",
        },
    )

    assert (config.hosts, config.port, config.hot_reload) == (("127.0.0.1",), 19000, False)
    assert (config.log_level, config.default_model) == ("debug", "other")


@pytest.mark.parametrize("content", [None, "{}", '{"a": 1}'])
def test_config_is_all_defaults_without_a_file_worth_the_name(config_path, content):
    if content is not None:
        config_path.write_text(content)

    assert load_config(config_path, {"PICOCLAW_GATEWAY_PORT": "19000"}) == Config()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("", "config.json syntax error at line 1, column 1: unexpected end of JSON input"),
        ('{"version":3,\n x}', "config.json syntax error at line 2, column 2: "),
        ("\ufeff{}", "config.json syntax error at line 1, column 1: "),
        ("[1, 2, 3, 4, 5]", "config.json type error: expected object but got array"),
        (
            '{"version":3,"gateway":{"port":"18790"}}',
            f'{TYPE_ERROR} 1, column 38 for field "gateway.port": expected int but got string',
        ),
        (
            '{"version":3,\n"gateway": [1]}',
            f'{TYPE_ERROR} 2, column 14 for field "gateway": expected object but got array',
        ),
        ('{"version":"3", "gateway":{}}', f"{TYPE_ERROR} 1, column 14"),
        ('{"version":9,"gateway":{}}', "unsupported config version: 9"),
        (
            '{"version":3,"channel_list":{"foo":{"enabled":true}}}',
            'channel "foo" has unknown type "foo"',
        ),
        (
            '{"version":3,"gateway":{"host":"localhost,,x"}}',
            "invalid gateway host: host list contains an empty entry",
        ),
        (
            (
                '{"version":3,"agents":{"defaults":{"model":"m"}},'
                '"model_list":[{"model_name":"m","model":"openai/x","api_key":"sk-example"}]}'
            ),
            "config.json contains unknown field(s): agents.defaults.model, model_list[0].api_key",
        ),
        ('{"version":3,"model_list":[{"model":"x"}]}', "model_list[0]: model_name is required"),
        ('{"version":3,"model_list":[null]}', "model_list[0]: model_name is required"),
    ],
)
def test_config_is_refused_with_the_words_of_the_newest_release(config_path, content, reason):
    config_path.write_text(content, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_config(config_path, {})

    assert str(caught.value).startswith(reason)


@pytest.mark.parametrize("name", ["PICOCLAW_GATEWAY_PORT", "PICOCLAW_GATEWAY_HOT_RELOAD"])
def test_config_refuses_a_variable_that_cannot_be_parsed(config_path, name):
    config_path.write_text('{"version": 3, "gateway": null}')

    with pytest.raises(ConfigError, match="env: parse error on field "):
        load_config(config_path, {name: "perhaps"})


def test_config_without_a_model_list_knows_the_built_in_models_only_by_not_asking():
    check_model(Config(default_model="llama3"), allow_empty=False)


@pytest.mark.parametrize("name", ["", "warning", "verbose"])
def test_level_is_warn_when_not_understood(name):
    assert level_from(name) == "warn"
