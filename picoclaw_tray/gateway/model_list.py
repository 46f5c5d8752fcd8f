"""``model_list``: its entries, their keys, and who uses them (contract 5.2, 5.4 and 5.6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.config_schema import ITEM, config_schema
from picoclaw_tray.gateway.config_value_error import (
    invalid_choice,
    invalid_model_id,
    missing_in_model,
    null_model,
)
from picoclaw_tray.gateway.effective_config import with_defaults, with_secrets
from picoclaw_tray.gateway.models import ModelEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from picoclaw_tray.gateway.release import Release
    from picoclaw_tray.gateway.security_file import SecurityFile

_WHITE_SPACE: Final = frozenset(" \t\n\r")
_TRANSFORMS: Final = ("off", "simple")
_KNOWN_TRANSFORMS: Final = frozenset(
    {"", "off", "none", "native", "simple", "basic", "strict", "flat"}
)
_BUILT_IN: Final = """
glm-4.7 zhipu glm-4.7 https://open.bigmodel.cn/api/paas/v4
gpt-5.4 openai gpt-5.4 https://api.openai.com/v1
claude-sonnet-4.6 anthropic claude-sonnet-4-6 https://api.anthropic.com/v1
deepseek-chat deepseek deepseek-chat https://api.deepseek.com/v1
venice-uncensored venice venice-uncensored https://api.venice.ai/api/v1
gemini-2.0-flash gemini gemini-2.0-flash-exp https://generativelanguage.googleapis.com/v1beta
qwen-plus qwen qwen-plus https://dashscope.aliyuncs.com/compatible-mode/v1
moonshot-v1-8k moonshot moonshot-v1-8k https://api.moonshot.cn/v1
llama-3.3-70b groq llama-3.3-70b-versatile https://api.groq.com/openai/v1
openrouter-auto openrouter auto https://openrouter.ai/api/v1
openrouter-gpt-5.4 openrouter openai/gpt-5.4 https://openrouter.ai/api/v1
nemotron-4-340b nvidia nemotron-4-340b-instruct https://integrate.api.nvidia.com/v1
cerebras-llama-3.3-70b cerebras llama-3.3-70b https://api.cerebras.ai/v1
vivgrid-auto vivgrid auto https://api.vivgrid.com/v1
ark-code-latest volcengine ark-code-latest https://ark.cn-beijing.volces.com/api/v3
doubao-pro volcengine doubao-pro-32k https://ark.cn-beijing.volces.com/api/v3
deepseek-v3 shengsuanyun deepseek-v3 https://api.shengsuanyun.com/v1
gemini-flash antigravity gemini-3-flash - oauth
copilot-gpt-5.4 github-copilot gpt-5.4 http://localhost:4321 oauth
llama3 ollama llama3 http://localhost:11434/v1
mistral-small mistral mistral-small-latest https://api.mistral.ai/v1
deepseek-v3.2 avian deepseek/deepseek-v3.2 https://api.avian.io/v1
kimi-k2.5 avian moonshotai/kimi-k2.5 https://api.avian.io/v1
MiniMax-M2.5 minimax MiniMax-M2.5 https://api.minimaxi.com/v1
LongCat-Flash-Thinking longcat LongCat-Flash-Thinking https://api.longcat.chat/openai
modelscope-qwen modelscope Qwen/Qwen3-235B-A22B-Instruct-2507 https://api-inference.modelscope.cn/v1
local-model vllm custom-model http://localhost:8000/v1
lmstudio-local lmstudio openai/gpt-oss-20b http://localhost:1234/v1
azure-gpt5 azure my-gpt5-deployment https://your-resource.openai.azure.com
"""


def model_entries(
    document: Mapping[str, object],
    security: SecurityFile,
    release: Release,
    read: Callable[[str, str], str],
) -> Iterator[ModelEntry]:
    """The entries of a checked document, or the built-in ones, with the keys that count.

    Args:
        document: of ``config.json``; its ``model_list`` replaces the built-in one as a whole.
        security: whose keys replace those of the document.
        release: newer ones are stricter about what an entry may say.
        read: gives the value of a secret, or raises.

    Raises:
        InvalidConfigError: an entry that the gateway would refuse.
    """
    key = config_schema().children["model_list"].children[ITEM]
    given = document["model_list"] if "model_list" in document else built_in_models()
    if security.empties_models or not isinstance(given, list):
        return
    seen: dict[str, int] = {}
    for index, raw in enumerate(given):
        path = f"model_list[{index}]"
        if raw is None:
            raise null_model(path)
        entry = with_secrets(with_defaults(raw, key), key, read)
        assert isinstance(entry, dict)
        _check_model(entry, path, release)
        name, keys = entry.pop("model_name"), tuple(entry.pop("api_keys"))
        replacing = security.models.get(f"{name}:{seen.get(name, 0)}", security.models.get(name))
        seen[name] = seen.get(name, 0) + 1
        entry.pop("enabled")  # neither looked up by it nor started by it
        yield ModelEntry(
            name=name,
            provider=entry.pop("provider"),
            model=entry.pop("model"),
            api_base=entry.pop("api_base"),
            auth_method=entry.pop("auth_method").strip().lower(),
            keys=keys if replacing is None else replacing,
            lost_keys=bool(keys) and replacing == (),
            rest=entry,
        )


def _check_model(entry: Mapping[str, object], path: str, release: Release) -> None:
    for key in ("model_name", "model"):
        if not entry[key]:
            raise missing_in_model(path, key)
    if not release.rejects_unknown_keys:
        return
    transform, field = entry["tool_schema_transform"], f"{path}.tool_schema_transform"
    if str(transform).strip().lower() not in _KNOWN_TRANSFORMS:
        raise invalid_choice(field, _TRANSFORMS)
    model = str(entry["model"])
    if _WHITE_SPACE.intersection(model) or model.startswith("/") or "//" in model:
        raise invalid_model_id(path)


def other_models(agents: Mapping[str, object]) -> Iterator[str]:
    """Names of models for fallbacks, for light work and for single agents (contract 7.2)."""
    defaults, single = agents["defaults"], agents["list"]
    assert isinstance(defaults, dict)
    assert isinstance(single, list)
    names = [*defaults["model_fallbacks"], defaults["routing"]["light_model"]]
    for agent in single:
        names += [agent["model"]["primary"], *agent["model"]["fallbacks"]]
    yield from dict.fromkeys(filter(None, map(str.strip, names)))


def built_in_models() -> list[dict[str, object]]:
    """The list that applies where the config has none, as it would stand in the file."""
    models: list[dict[str, object]] = []
    for line in filter(None, _BUILT_IN.split("\n")):
        name, provider, model, base, auth_method = (*line.split(), "")[:5]
        models.append(
            {
                "model_name": name,
                "provider": provider,
                "model": model,
                "api_base": "" if base == "-" else base,
                "auth_method": auth_method,
                "extra_body": {"reasoning_split": True} if provider == "minimax" else {},
            }
        )
    return models
