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
