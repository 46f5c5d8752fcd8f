"""Whether a model has the credentials it needs, or has to be asked (contract 6.1, 6.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.gateway.model_probe import ModelProbe, is_local_base, model_probe
from picoclaw_tray.gateway.secrets import ENCRYPTED_SCHEME

if TYPE_CHECKING:
    from picoclaw_tray.gateway.config import GatewayConfig
    from picoclaw_tray.gateway.models import ModelEntry
    from picoclaw_tray.gateway.release import Release

LOGIN_PROVIDERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "antigravity": "google-antigravity",
}
"""Those that a person can log in to, in the words of ``picoclaw auth login``."""
_PROGRAM_PROVIDERS = frozenset({"claude-cli", "codex-cli", "github-copilot"})
_KEYLESS_PROVIDERS = frozenset({"ollama", "vllm", "lmstudio"})


def has_credentials(entry: ModelEntry, config: GatewayConfig, release: Release) -> bool:
    """Contract 6.1, in its order."""
    provider, _ = entry.resolved(release)
    if needs_login(entry, provider, release):
        return provider in config.logins
    if entry.auth_method in {"oauth", "token"} and not release.checks_chat:
        return True
    if release.checks_chat and provider == "bedrock":
        return True
    return _needs_probe(entry, provider, release) or bool(entry.key)


def needs_login(entry: ModelEntry, provider: str, release: Release) -> bool:
    """Whether only a stored login counts, whatever key the entry has."""
    if entry.auth_method in {"oauth", "token"}:
        return provider in LOGIN_PROVIDERS
    return release.checks_chat and not entry.auth_method and provider == "antigravity"


def _needs_probe(entry: ModelEntry, provider: str, release: Release) -> bool:
    """Contract 6.2."""
    if entry.auth_method == "local" or provider in _PROGRAM_PROVIDERS:
        return True
    base = entry.api_base.strip()
    if provider in _KEYLESS_PROVIDERS or (release.checks_chat and provider == "gpt4free"):
        return not base or is_local_base(base)
    return is_local_base(base)


def probe_of(entry: ModelEntry, release: Release) -> ModelProbe | None:
    """What is to be asked about a local model; None if there is nothing to ask."""
    provider, model_id = entry.resolved(release)
    if not _needs_probe(entry, provider, release):
        return None
    key = "" if entry.key.startswith(ENCRYPTED_SCHEME) else entry.key
    return model_probe(provider, model_id, entry.api_base.strip(), key, release=release)
