from __future__ import annotations

import pytest

from picoclaw_tray.gateway.config import GatewayConfig, read_config
from picoclaw_tray.gateway.readiness import NotReady, Ready, readiness


def readiness_of(raw: bytes | None) -> Ready | NotReady:
    config = read_config(raw, {})
    assert isinstance(config, GatewayConfig)
    return readiness(config)


def test_readiness_is_given_when_the_default_model_is_in_the_list():
    raw = b"""{"version":3,
     "agents":{"defaults":{"model_name":"gpt-5.4"}},
     "model_list":[{"model_name":"gpt-5.4","provider":"openai","model":"gpt-5.4",
                    "api_keys":["sk-example"],"enabled":true}],
     "gateway":{"host":"localhost","port":18790}}"""

    assert readiness_of(raw) == Ready()


@pytest.mark.parametrize(
    "raw",
    [
        None,
        b"{}",
        b"""{"version":3,"model_list":[{"model_name":"gpt-5.4","provider":"openai",
             "model":"gpt-5.4","api_keys":["sk-example"]}]}""",
        b'{"version":3,"agents":{"defaults":{"model_name":" \\n"}}}',
    ],
)
def test_readiness_misses_a_default_model_that_may_be_passed_over(raw):
    verdict = readiness_of(raw)

    assert isinstance(verdict, NotReady)
    assert verdict.reason == "no default model configured"
    assert verdict.passable
    assert not verdict.cures_itself


def test_readiness_rejects_a_default_model_that_is_not_in_the_list():
    verdict = readiness_of(
        b"""{"version":3,"agents":{"defaults":{"model_name":"gpt-6"}},
         "model_list":[{"model_name":"gpt-5.4","provider":"openai","model":"gpt-5.4",
                        "api_keys":["sk-example"]}]}"""
    )

    assert isinstance(verdict, NotReady)
    assert verdict.reason == 'default model "gpt-6" is invalid'
    assert verdict.explanation.args == (("model", "gpt-6"),)
    assert not verdict.passable
    assert not verdict.cures_itself


@pytest.mark.parametrize(
    ("model", "reason"),
    [
        ('a"b\\c', r'default model "a\"b\\c" is invalid'),
        ("a\u200bb", r'default model "a\u200bb" is invalid'),
        ("GPT-5.4", 'default model "GPT-5.4" is invalid'),
    ],
)
def test_readiness_quotes_the_name_the_go_way(model, reason):
    verdict = readiness(GatewayConfig(default_model=model, model_names=("gpt-5.4",)))

    assert isinstance(verdict, NotReady)
    assert verdict.reason == reason


@pytest.mark.parametrize(
    "config",
    [
        GatewayConfig(default_model="anything", model_names=None),
        GatewayConfig(version=2, default_model=None),
    ],
)
def test_readiness_does_not_guess_what_it_cannot_know(config):
    assert readiness(config) == Ready()
