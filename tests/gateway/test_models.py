from __future__ import annotations

import pytest

from picoclaw_tray.gateway.models import (
    KNOWN_PROVIDERS,
    NOT_FOR_CHAT,
    ModelEntry,
    canonical_provider,
)
from picoclaw_tray.gateway.release import NEWEST, release_of

OLDER = release_of("v0.2.8")
NEWER = release_of("v0.2.9")

ALIASES = {
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
    "copilot": "github-copilot",
    "google-antigravity": "antigravity",
    "claudecli": "claude-cli",
    "codexcli": "codex-cli",
}
NEWER_ALIASES = {
    "coding-plan": "alibaba-coding",
    "qwen-coding": "alibaba-coding",
    "coding-plan-anthropic": "alibaba-coding-anthropic",
    "azure-openai": "azure",
    "g4f": "gpt4free",
}
OLDER_ALIASES = {
    "alibaba-coding": "coding-plan",
    "qwen-coding": "coding-plan",
    "alibaba-coding-anthropic": "coding-plan-anthropic",
    "opencode-zen": "opencode",
    "kimi-code": "kimi-coding",
}


@pytest.mark.parametrize("release", [OLDER, NEWER, NEWEST])
@pytest.mark.parametrize(("alias", "canonical"), ALIASES.items())
def test_alias_means_its_provider(alias, canonical, release):
    assert canonical_provider(alias, release) == canonical
    assert canonical_provider(f" {alias.upper()}\t", release) == canonical


@pytest.mark.parametrize(
    ("release", "aliases"),
    [(OLDER, OLDER_ALIASES), (NEWER, NEWER_ALIASES), (NEWEST, NEWER_ALIASES)],
)
def test_alias_of_some_releases_means_its_provider_there_alone(release, aliases):
    for alias in {**OLDER_ALIASES, **NEWER_ALIASES}:
        assert canonical_provider(alias, release) == aliases.get(alias, alias)


@pytest.mark.parametrize("name", [*sorted(KNOWN_PROVIDERS), "acme", ""])
def test_provider_without_alias_stays_as_it_is(name):
    assert canonical_provider(name, NEWEST) == name


def test_known_providers_are_canonical_and_nearly_all_are_for_chat():
    assert len(KNOWN_PROVIDERS) == 41
    assert {canonical_provider(name, NEWEST) for name in KNOWN_PROVIDERS} == KNOWN_PROVIDERS
    assert set(ALIASES.values()) | set(NEWER_ALIASES.values()) <= KNOWN_PROVIDERS
    assert set(NOT_FOR_CHAT) == {"elevenlabs"}


@pytest.mark.parametrize(
    ("provider", "model", "older", "newer"),
    [
        (" GPT ", "a/b", ("openai", "a/b"), ("openai", "a/b")),
        ("acme", "acme/b", ("acme", "acme/b"), ("acme", "acme/b")),
        ("", "gpt-5.4", ("openai", "gpt-5.4"), ("openai", "gpt-5.4")),
        (" \t", "gpt-5.4", ("openai", "gpt-5.4"), ("openai", "gpt-5.4")),
        ("", "claude/opus", ("anthropic", "opus"), ("anthropic", "opus")),
        ("", "openrouter/a/b", ("openrouter", "a/b"), ("openrouter", "a/b")),
        ("", "Ollama /llama3", ("ollama", "llama3"), ("ollama", "llama3")),
        ("", "elevenlabs/x", ("elevenlabs", "x"), ("elevenlabs", "x")),
        ("", "meta-llama/Llama-3", ("meta-llama", "Llama-3"), ("openai", "meta-llama/Llama-3")),
        ("", "g4f/x", ("g4f", "x"), ("gpt4free", "x")),
        ("", "opencode-zen/x", ("opencode", "x"), ("openai", "opencode-zen/x")),
        ("", "/x", ("", "x"), ("openai", "/x")),
    ],
)
def test_entry_names_its_provider_and_its_id(provider, model, older, newer):
    entry = ModelEntry("m", provider, model)

    assert entry.resolved(OLDER) == older
    assert entry.resolved(NEWER) == newer
    assert entry.resolved(NEWEST) == newer


@pytest.mark.parametrize(
    ("keys", "key"), [((), ""), ((" a ", "b"), "a"), (("", "b"), ""), ((" ",), "")]
)
def test_first_key_of_an_entry_counts(keys, key):
    assert ModelEntry("m", "", "m", keys=keys).key == key


def test_entry_does_not_show_what_may_be_secret():
    entry = ModelEntry("m", "", "m", keys=("sk-1",), rest={"custom_headers": {"X": "sk-2"}})

    assert "sk-" not in repr(entry)


@pytest.mark.parametrize(
    ("keys", "name", "answers"),
    [
        ((), "m", True),
        ((), "n", False),
        (("k", "l", "k"), "m__key_1", True),
        (("k", "l", "k"), "m__key_2", False),
        (("k",), "m__key_1", False),
        (("k", "l"), "m__key_0", False),
    ],
)
def test_entry_answers_to_its_name_and_to_those_of_its_further_keys(keys, name, answers):
    assert ModelEntry("m", "openai", "x", keys=keys).answers_to(name) is answers
