from __future__ import annotations

from picoclaw_tray.gateway.model_list import built_in_models
from picoclaw_tray.gateway.models import (
    KNOWN_PROVIDERS,
    NOT_FOR_CHAT,
    canonical_provider,
)
from picoclaw_tray.gateway.release import NEWEST


def test_built_in_models_have_names_of_their_own_and_known_providers():
    models = built_in_models()

    assert len({model["model_name"] for model in models}) == len(models) == 29
    providers = {canonical_provider(str(model["provider"]), NEWEST) for model in models}
    assert providers <= KNOWN_PROVIDERS - NOT_FOR_CHAT


def test_built_in_models_are_those_of_the_gateway():
    by_name = {model["model_name"]: model for model in built_in_models()}

    assert by_name["llama3"] == {
        "model_name": "llama3",
        "provider": "ollama",
        "model": "llama3",
        "api_base": "http://localhost:11434/v1",
        "auth_method": "",
        "extra_body": {},
    }
    assert (by_name["gemini-flash"]["api_base"], by_name["gemini-flash"]["auth_method"]) == (
        "",
        "oauth",
    )
    assert by_name["MiniMax-M2.5"]["extra_body"] == {"reasoning_split": True}


def test_built_in_models_are_given_anew_each_time():
    built_in_models()[0]["model_name"] = "changed"

    assert built_in_models()[0]["model_name"] == "glm-4.7"
