"""The models a config offers: entries, providers and their names (contract 5.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from picoclaw_tray.gateway.release import Release

DEFAULT_PROVIDER: Final = "openai"

_ALIASES: Final[Mapping[str, str]] = {
    "gpt": "openai",
    "claude": "anthropic",
    "google": "gemini",
    "glm": "zhipu",
    "qwen": "qwen-portal",
    "qwen-international": "qwen-intl",
    "dashscope-intl": "qwen-intl",
    "dashscope-us": "qwen-us",
    "z.ai": "zai",
    "z-ai": "zai",
    # Older releases do not fold these four, but take them for the same.
    "copilot": "github-copilot",
    "google-antigravity": "antigravity",
    "claudecli": "claude-cli",
    "codexcli": "codex-cli",
}
_NEWER_ALIASES: Final[Mapping[str, str]] = {
    "coding-plan": "alibaba-coding",
    "qwen-coding": "alibaba-coding",
    "coding-plan-anthropic": "alibaba-coding-anthropic",
    "azure-openai": "azure",
    "g4f": "gpt4free",
}
_OLDER_ALIASES: Final[Mapping[str, str]] = {
    "alibaba-coding": "coding-plan",
    "qwen-coding": "coding-plan",
    "alibaba-coding-anthropic": "coding-plan-anthropic",
    "opencode-zen": "opencode",
    "kimi-code": "kimi-coding",
}

KNOWN_PROVIDERS: Final = frozenset(
    """openai anthropic anthropic-messages gemini deepseek openrouter qwen-portal qwen-intl qwen-us
    moonshot volcengine zhipu groq mistral nvidia cerebras azure bedrock github-copilot antigravity
    claude-cli codex-cli ollama vllm lmstudio gpt4free elevenlabs venice shengsuanyun siliconflow
    vivgrid minimax longcat modelscope mimo avian zai alibaba-coding alibaba-coding-anthropic novita
    litellm""".split()  # noqa: SIM905 - shorter and easier to compare
)
NOT_FOR_CHAT: Final = frozenset({"elevenlabs"})

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


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One entry of ``model_list``.

    Attributes:
        name: its alias; several entries may share one, and are then used in turn.
        provider: as it stands there; empty if the model's text names it, or nobody does.
        model: model id, or ``provider/model``.
        api_base: empty means the provider's own.
        auth_method: trimmed and small: empty, ``oauth``, ``token``, ``local``.
        keys: the first one decides. An encrypted one is kept as it stands there.
        lost_keys: ``config.json`` has keys here that ``.security.yml`` replaces with none.
        rest: every other field of the entry, with its defaults.
    """

    name: str
    provider: str
    model: str
    api_base: str = ""
    auth_method: str = ""
    keys: tuple[str, ...] = field(default=(), repr=False)
    lost_keys: bool = False
    rest: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def key(self) -> str:
        """The key that counts, trimmed; empty if there is none."""
        return self.keys[0].strip() if self.keys else ""

    def answers_to(self, name: str) -> bool:
        """Whether a name means this entry, or one that its further keys give (contract 5.2)."""
        further = range(1, len(dict.fromkeys(self.keys)))
        return name in {self.name, *(f"{self.name}__key_{number}" for number in further)}

    def resolved(self, release: Release) -> tuple[str, str]:
        """Provider in its canonical name, and the provider's own id of the model."""
        if self.provider.strip():
            return canonical_provider(self.provider, release), self.model
        prefix, slash, model_id = self.model.partition("/")
        if not slash:
            return DEFAULT_PROVIDER, self.model
        provider = canonical_provider(prefix, release)
        if release.checks_chat and provider not in KNOWN_PROVIDERS:
            return DEFAULT_PROVIDER, self.model
        return provider, model_id


def canonical_provider(name: str, release: Release) -> str:
    """The name under which a release knows a provider; an unknown one stays as it is."""
    name = name.strip().lower()
    own = _NEWER_ALIASES if release.checks_chat else _OLDER_ALIASES
    return own.get(name) or _ALIASES.get(name, name)


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
