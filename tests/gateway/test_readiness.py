"""Each row of contract 6, 6.1 and 6.2, for each release that is told apart."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config import ConfigSources, GatewayConfig, read_config
from picoclaw_tray.gateway.model_probe import ProbeKind
from picoclaw_tray.gateway.models import KNOWN_PROVIDERS, ModelEntry
from picoclaw_tray.gateway.readiness import (
    NotReady,
    Obstacle,
    Ready,
    probes_wanted,
    readiness,
)
from picoclaw_tray.gateway.release import NEWEST, release_of
from picoclaw_tray.presentation.text import render

V026, V027, V028, V029 = map(release_of, ("v0.2.6", "v0.2.7", "v0.2.8", "v0.2.9"))
OLDER, NEWER = (V027, V028), (V029, NEWEST)
ALL = (*OLDER, *NEWER)

READY = "ready"
NO_KEY = 'default model "m" has no credentials configured'
NO_CHAT = 'default model "m" is not usable for chat'
AWAY = 'default model "m" is not reachable'

LAN = "http://192.168.1.2:8000/v1"
LOCAL = "http://localhost:8000/v1"


def of_document(document, release, *, auth=None, security=None, reachable=None):
    """The verdict on a file; by default nothing that has to be asked is there."""
    raw = json.dumps({"version": 3} | document).encode()
    config = read_config(ConfigSources(raw, security, auth), release)
    assert isinstance(config, GatewayConfig), config
    return readiness(config, release, reachable or ())


def of_entry(release, *, there=False, logins=(), **fields):
    """The verdict on a default model with one entry; ``there``: what has to be asked is there."""
    entry = ModelEntry("m", fields.pop("provider", ""), fields.pop("model", "x"), **fields)
    config = GatewayConfig(default_model="m", models=(entry,), logins=frozenset(logins))
    return readiness(config, release, probes_wanted(config, release) if there else ())


def reason_of(verdict) -> str:
    return verdict.reason if isinstance(verdict, NotReady) else READY


# -- contract 6 and appendix A ------------------------------------------------------------------

GPT = {"model_name": "gpt-5.4", "provider": "openai", "model": "gpt-5.4"}
KEYED = GPT | {"api_keys": ["sk-example"]}
VOICE = {"model_name": "voice", "provider": "elevenlabs", "model": "scribe_v1", "api_keys": ["k"]}
ACME = {"model_name": "a", "provider": "acme", "model": "x", "api_keys": ["k"]}
LLAMA = {"model_name": "local-llama", "provider": "ollama", "model": "llama3"}
CODEX = {"model_name": "codex", "provider": "openai", "model": "gpt-5.4", "auth_method": "oauth"}


def document_of(name, *entries):
    return {"agents": {"defaults": {"model_name": name}}, "model_list": list(entries)}


ROWS = [
    (document_of("gpt-5.4", KEYED), READY, READY),
    ({"model_list": [KEYED]}, *["no default model configured"] * 2),
    (document_of(" \n", KEYED), *["no default model configured"] * 2),
    (document_of("gpt-6", KEYED), *['default model "gpt-6" is invalid'] * 2),
    (document_of("GPT-5.4", KEYED), *['default model "GPT-5.4" is invalid'] * 2),
    (document_of(" gpt-5.4\t", KEYED), *[r'default model " gpt-5.4\t" is invalid'] * 2),
    (document_of("gpt-5.4"), *['default model "gpt-5.4" is invalid'] * 2),
    (document_of("voice", VOICE), READY, 'default model "voice" is not usable for chat'),
    (document_of("a", ACME), READY, 'default model "a" is not usable for chat'),
    (document_of("gpt-5.4", GPT), *['default model "gpt-5.4" has no credentials configured'] * 2),
    (document_of("local-llama", LLAMA), *['default model "local-llama" is not reachable'] * 2),
    (document_of("codex", CODEX), *['default model "codex" has no credentials configured'] * 2),
]


@pytest.mark.parametrize("release", ALL)
@pytest.mark.parametrize(("document", "older", "newer"), ROWS)
def test_first_failing_row_gives_the_reason(document, older, newer, release):
    verdict = of_document(document, release)

    assert reason_of(verdict) == (older if release in OLDER else newer)


@pytest.mark.parametrize("release", ALL)
def test_default_model_without_a_list_of_models_is_a_built_in_one(release):
    document = {"agents": {"defaults": {"model_name": "gpt-5.4"}}}

    verdict = of_document(document, release)

    assert reason_of(verdict) == 'default model "gpt-5.4" has no credentials configured'


@pytest.mark.parametrize("raw", [None, b"{}"])
@pytest.mark.parametrize("release", ALL)
def test_config_that_is_missing_or_trivial_has_no_default_model(raw, release):
    config = read_config(ConfigSources(raw), release)
    assert isinstance(config, GatewayConfig)

    assert reason_of(readiness(config, release)) == "no default model configured"
    assert probes_wanted(config, release) == ()


@pytest.mark.parametrize(
    ("name", "quoted"),
    [
        ('a"b\\c', r'"a\"b\\c"'),
        ("a\u200bb", r'"a\u200bb"'),
        ("a\x00\tb", r'"a\x00\tb"'),
        ("Käse 🦞", '"Käse 🦞"'),
    ],
)
@pytest.mark.parametrize("release", ALL)
def test_odd_name_is_quoted_the_go_way(name, quoted, release):
    entry = ModelEntry(name, "openai", "x")
    config = GatewayConfig(default_model=name, models=(entry,))
    known = replace(config, models=(replace(entry, provider="elevenlabs"),))
    local = replace(config, models=(replace(entry, provider="ollama"),))

    assert reason_of(readiness(replace(config, models=()), release)) == (
        f"default model {quoted} is invalid"
    )
    assert reason_of(readiness(config, release)) == (
        f"default model {quoted} has no credentials configured"
    )
    assert reason_of(readiness(local, release)) == f"default model {quoted} is not reachable"
    if release in NEWER:
        assert reason_of(readiness(known, release)) == (
            f"default model {quoted} is not usable for chat"
        )


@pytest.mark.parametrize(
    ("obstacle", "passable", "cures_itself"),
    [
        (Obstacle.NO_DEFAULT_MODEL, True, False),
        (Obstacle.UNKNOWN_MODEL, False, False),
        (Obstacle.NOT_FOR_CHAT, False, False),
        (Obstacle.NO_CREDENTIALS, True, False),
        (Obstacle.NOT_REACHABLE, True, True),
    ],
)
def test_obstacle_says_what_helps(obstacle, passable, cures_itself):
    documents = {
        Obstacle.NO_DEFAULT_MODEL: document_of("", KEYED),
        Obstacle.UNKNOWN_MODEL: document_of("x", KEYED),
        Obstacle.NOT_FOR_CHAT: document_of("voice", VOICE),
        Obstacle.NO_CREDENTIALS: document_of("gpt-5.4", GPT),
        Obstacle.NOT_REACHABLE: document_of("local-llama", LLAMA),
    }

    verdict = of_document(documents[obstacle], NEWEST)

    assert isinstance(verdict, NotReady)
    assert verdict.obstacle is obstacle
    assert (verdict.passable, verdict.cures_itself) == (passable, cures_itself)


# -- contract 6.1 -------------------------------------------------------------------------------

LOGIN = ("openai", "anthropic", "antigravity")


@pytest.mark.parametrize("release", ALL)
@pytest.mark.parametrize("provider", LOGIN)
@pytest.mark.parametrize("auth_method", ["oauth", "token"])
def test_login_counts_where_there_can_be_one_whatever_the_key(provider, auth_method, release):
    def verdict(*logins):
        return of_entry(
            release,
            provider=provider,
            auth_method=auth_method,
            keys=("k",),
            api_base=LOCAL,
            logins=logins,
        )

    assert reason_of(verdict()) == NO_KEY
    assert reason_of(verdict(*({*LOGIN} - {provider}))) == NO_KEY
    assert reason_of(of_entry(release, provider=provider, auth_method=auth_method)) == NO_KEY
    assert (
        reason_of(of_entry(release, provider=provider, auth_method=auth_method, logins=(provider,)))
        == READY
    )


@pytest.mark.parametrize("auth_method", ["oauth", "token"])
@pytest.mark.parametrize(
    ("release", "reason"), [(V027, READY), (V028, READY), (V029, NO_KEY), (NEWEST, NO_KEY)]
)
def test_login_at_another_provider_is_believed_by_older_releases(auth_method, release, reason):
    assert reason_of(of_entry(release, provider="gemini", auth_method=auth_method)) == reason
    assert (
        reason_of(of_entry(release, provider="gemini", auth_method=auth_method, keys=("k",)))
        == READY
    )


@pytest.mark.parametrize(
    ("release", "with_key", "with_login"),
    [(V027, READY, NO_KEY), (V028, READY, NO_KEY), (V029, NO_KEY, READY), (NEWEST, NO_KEY, READY)],
)
def test_antigravity_needs_a_login_without_being_told_in_newer_releases(
    release, with_key, with_login
):
    assert reason_of(of_entry(release, provider="antigravity", keys=("k",))) == with_key
    assert (
        reason_of(of_entry(release, provider="google-antigravity", logins=("antigravity",)))
        == with_login
    )


@pytest.mark.parametrize(
    ("release", "reason"), [(V027, NO_KEY), (V028, NO_KEY), (V029, READY), (NEWEST, READY)]
)
def test_bedrock_needs_no_key_in_newer_releases(release, reason):
    assert reason_of(of_entry(release, provider="bedrock")) == reason


@pytest.mark.parametrize("release", ALL)
@pytest.mark.parametrize(
    ("keys", "reason"),
    [(("k",), READY), ((), NO_KEY), ((" ",), NO_KEY), (("", "k"), NO_KEY), (("enc://x",), READY)],
)
@pytest.mark.parametrize("auth_method", ["", "unheard-of"])
def test_first_key_decides_elsewhere(keys, reason, auth_method, release):
    assert reason_of(of_entry(release, keys=keys, auth_method=auth_method)) == reason


# -- contract 6.2 -------------------------------------------------------------------------------

PROBED = [
    # because the entry says so
    ({"auth_method": "local", "provider": "openai", "api_base": LOCAL}, True, True),
    ({"auth_method": "local", "provider": "openai", "api_base": LAN}, True, True),
    # programs and services
    ({"provider": "claude-cli"}, True, True),
    ({"provider": "claudecli"}, True, True),
    ({"provider": "codex-cli"}, True, True),
    ({"provider": "codexcli"}, True, True),
    ({"provider": "github-copilot"}, True, True),
    ({"provider": "copilot", "api_base": LAN}, True, True),
    # an empty key will do, on this machine
    ({"provider": "ollama"}, True, True),
    ({"provider": "vllm", "api_base": " "}, True, True),
    ({"provider": "lmstudio", "api_base": "http://[::1]:1234"}, True, True),
    ({"provider": "gpt4free"}, False, True),
    ({"provider": "g4f", "api_base": "http://0.0.0.0:1337"}, True, True),
    ({"provider": "ollama", "api_base": LAN}, False, False),
    ({"provider": "vllm", "api_base": "http://host.docker.internal:8000"}, False, False),
    ({"provider": "lmstudio", "api_base": "http://127.0.0.2:1234"}, False, False),
    ({"provider": "gpt4free", "api_base": LAN}, False, False),
    # any provider on this machine
    ({"provider": "openai", "api_base": LOCAL}, True, True),
    ({"provider": "openai", "api_base": "LOCALHOST:8000/v1"}, True, True),
    ({"provider": "litellm", "api_base": "http://127.0.0.1:4000"}, True, True),
    # no
    ({"provider": "openai", "api_base": LAN}, False, False),
    ({"provider": "openai", "api_base": "http://[::]:8000"}, False, False),
    ({"provider": "litellm"}, False, False),
]


@pytest.mark.parametrize("release", ALL)
@pytest.mark.parametrize(("fields", "older", "newer"), PROBED)
def test_local_model_is_asked_for_and_needs_no_key(fields, older, newer, release):
    entry = ModelEntry("m", model="x", **({"provider": ""} | fields))
    config = GatewayConfig(default_model="m", models=(entry,))
    asked = older if release in OLDER else newer

    assert len(probes_wanted(config, release)) == asked
    assert reason_of(readiness(config, release)) == (AWAY if asked else NO_KEY)
    assert reason_of(readiness(config, release, probes_wanted(config, release))) == (
        READY if asked else NO_KEY
    )


@pytest.mark.parametrize("release", ALL)
def test_remote_model_with_a_key_is_not_asked_for(release):
    entry = ModelEntry("m", "ollama", "x", api_base=LAN, keys=("k",))
    config = GatewayConfig(default_model="m", models=(entry,))

    assert probes_wanted(config, release) == ()
    assert readiness(config, release) == Ready()


@pytest.mark.parametrize(
    ("key", "authorization"), [("sk-1", "Bearer sk-1"), ("enc://c2VjcmV0", ""), ("", "")]
)
def test_probe_takes_the_key_unless_it_is_encrypted(key, authorization):
    entry = ModelEntry("m", "vllm", "x", api_base=LOCAL, keys=(key,))
    config = GatewayConfig(default_model="m", models=(entry,))

    (probe,) = probes_wanted(config, NEWEST)

    assert probe.authorization == authorization


def test_probe_is_for_the_default_model_alone_and_comes_once():
    local = ModelEntry("m", "ollama", "x")
    config = GatewayConfig(
        default_model="m",
        models=(local, replace(local, name="other", model="y"), replace(local, keys=("k",)), local),
    )

    (probe,) = probes_wanted(config, NEWEST)

    assert (probe.kind, probe.model_id) == (ProbeKind.OLLAMA, "x")


def test_model_that_fails_for_another_reason_is_not_asked_for():
    entry = ModelEntry("m", "acme", "x", api_base=LOCAL)
    config = GatewayConfig(default_model="m", models=(entry,))

    assert probes_wanted(config, NEWEST) == ()
    assert len(probes_wanted(config, V028)) == 1


# -- several entries of one name ----------------------------------------------------------------

USABLE = ModelEntry("m", "openai", "x", keys=("k",))
KEYLESS = ModelEntry("m", "openai", "y", api_base="http://m.invalid")
ABSENT = ModelEntry("m", "ollama", "z")


def of_entries(*entries) -> Ready | NotReady:
    return readiness(GatewayConfig(default_model="m", models=entries), NEWEST)


def test_several_usable_entries_are_ready_without_remark():
    assert of_entries(USABLE, replace(USABLE, model="z")) == Ready()


@pytest.mark.parametrize(
    "entries", [(USABLE, KEYLESS, ABSENT), (KEYLESS, ABSENT, USABLE), (KEYLESS, USABLE, ABSENT)]
)
def test_one_usable_entry_is_enough_and_the_others_are_mentioned(entries):
    verdict = of_entries(*entries)

    assert isinstance(verdict, Ready)
    assert verdict.remark is not None
    assert render(verdict.remark) == (
        "2 of 3 entries named “m” cannot be used now. PicoClaw uses them in turn, so some chats may"
        " fail. PicoClaw's default model “m” has no API key. Put one into .security.yml, or into "
        "api_keys of its entry in model_list."
    )


@pytest.mark.parametrize(
    ("entries", "reason"), [((KEYLESS, ABSENT), NO_KEY), ((ABSENT, KEYLESS), AWAY)]
)
def test_first_of_several_unusable_entries_gives_the_reason(entries, reason):
    assert reason_of(of_entries(*entries)) == reason


# -- older schemas ------------------------------------------------------------------------------


@pytest.mark.parametrize("release", [V026, V027, NEWEST])
@pytest.mark.parametrize("version", [0, 1, 2])
def test_older_schema_is_not_judged_but_its_migration_is_mentioned(version, release):
    document = {"version": version, "agents": {"defaults": {"model_name": "nobody's"}}}
    config = read_config(ConfigSources(json.dumps(document).encode()), release)
    assert isinstance(config, GatewayConfig)

    verdict = readiness(config, release)

    assert isinstance(verdict, Ready)
    assert verdict.remark is not None
    words = render(verdict.remark)
    assert f"the older version {version}" in words
    assert ("rewrites the file" in words) == (release is not V026 or version < 2)
    assert probes_wanted(config, release) == ()


# -- explanations -------------------------------------------------------------------------------


def explanation_of(release=NEWEST, **fields) -> str:
    verdict = of_entry(release, **fields)
    assert isinstance(verdict, NotReady)
    return render(verdict.explanation)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"provider": "acme"}, "the provider “acme”, which PicoClaw does not know"),
        ({"provider": "elevenlabs"}, "“elevenlabs” is not made for chat"),
        ({}, "has neither an API key nor an api_base"),
        ({"api_base": "http://m.invalid"}, "has no API key"),
        ({"lost_keys": True}, "an empty entry in .security.yml takes its place"),
        (
            {"provider": "openai", "auth_method": "oauth", "lost_keys": True},
            "“picoclaw auth login --provider openai”",
        ),
        ({"provider": "antigravity"}, "“picoclaw auth login --provider google-antigravity”"),
        (
            {"provider": "ollama", "model": "llama3"},
            "http://localhost:11434/api/tags does not answer, or does not offer “llama3”",
        ),
        ({"provider": "vllm", "api_base": f"{LOCAL}?key=no"}, "http://localhost:8000/v1"),
        ({"provider": "github-copilot"}, "localhost:4321 does not answer"),
        ({"provider": "claude-cli"}, "needs the program “claude”"),
        ({"provider": "vllm", "api_base": "localhost:8000/v1"}, "cannot be asked at its api_base"),
    ],
)
def test_explanation_says_what_is_missing(fields, words):
    assert words in explanation_of(**fields)


def test_lost_key_is_told_from_a_missing_one_in_the_files():
    raw = json.dumps({"version": 3} | document_of("gpt-5.4", KEYED)).encode()
    config = read_config(ConfigSources(raw, b"model_list:\n  gpt-5.4:0: {}\n"), NEWEST)
    assert isinstance(config, GatewayConfig)

    verdict = readiness(config, NEWEST)

    assert isinstance(verdict, NotReady)
    assert verdict.obstacle is Obstacle.NO_CREDENTIALS
    assert "takes its place" in render(verdict.explanation)


def test_stored_login_makes_an_oauth_model_ready():
    auth = b'{"credentials":{"openai":{"access_token":"t"}}}'

    assert of_document(document_of("codex", CODEX), NEWEST, auth=auth) == Ready()


@given(
    st.builds(
        ModelEntry,
        name=st.just("m"),
        provider=st.sampled_from(["", "acme", "g4f", *sorted(KNOWN_PROVIDERS)]),
        model=st.sampled_from(["x", "ollama/x", "acme/x", "/x"]),
        api_base=st.sampled_from(["", LOCAL, LAN, "localhost", "http://u:canary-1@[::1]/?canary"]),
        auth_method=st.sampled_from(["", "oauth", "token", "local", "?"]),
        keys=st.sampled_from([(), ("canary-2",), ("enc://canary",)]),
    ),
    st.sampled_from([V026, *ALL]),
)
def test_verdict_never_holds_a_secret_and_asking_decides_it(entry, release):
    config = GatewayConfig(default_model="m", models=(entry,))
    probes = probes_wanted(config, release)

    away, there = readiness(config, release), readiness(config, release, probes)

    assert "canary" not in repr((away, there))
    if probes:
        assert isinstance(away, NotReady)
        assert away.obstacle is Obstacle.NOT_REACHABLE
        assert there == Ready()
    else:
        assert away == there


@pytest.mark.parametrize("names", [("m",), ("m", "n")])
def test_blanks_around_the_default_model_keep_the_gateway_from_starting(names):
    models = tuple(ModelEntry(name, "openai", "x", keys=("k",)) for name in names)
    config = GatewayConfig(default_model="m", padded_default_model=" m ", models=models)

    verdict = readiness(config, NEWEST)

    assert isinstance(verdict, NotReady)
    assert verdict.obstacle is Obstacle.UNKNOWN_MODEL
    assert verdict.reason == 'default model " m " is invalid'
    assert not verdict.passable


def test_blanks_do_not_matter_where_a_model_has_them_too():
    models = tuple(ModelEntry(name, "openai", "x", keys=("k",)) for name in ("m", " m "))
    config = GatewayConfig(default_model="m", padded_default_model=" m ", models=models)

    assert readiness(config, NEWEST) == Ready()


@pytest.mark.parametrize(
    ("first", "obstacle"),
    [
        (ModelEntry("m", "acme", "x", keys=("k",)), Obstacle.NOT_FOR_CHAT),
        (ModelEntry("m", "elevenlabs", "x", keys=("k",)), Obstacle.NOT_FOR_CHAT),
        (ModelEntry("m", "openai", "x"), Obstacle.NO_CREDENTIALS),
    ],
)
def test_first_of_several_entries_must_not_keep_the_gateway_from_starting(first, obstacle):
    verdict = of_entries(first, USABLE)

    assert isinstance(verdict, NotReady)
    assert verdict.obstacle is obstacle
    assert "begins with the first" in render(verdict.explanation)
    assert isinstance(of_entries(USABLE, first), Ready)


def test_waiting_does_not_cure_a_base_that_cannot_be_asked():
    away = of_entries(ModelEntry("m", "vllm", "x", api_base="http://127.0.0.1:9/v1"))
    unaskable = of_entries(ModelEntry("m", "vllm", "x", api_base="localhost:8000/v1"))

    assert isinstance(away, NotReady)
    assert isinstance(unaskable, NotReady)
    assert (away.cures_itself, unaskable.cures_itself) == (True, False)
