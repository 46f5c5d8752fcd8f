from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.model_probe import (
    ModelProbe,
    ProbeKind,
    is_local_base,
    lists_model,
    model_probe,
    ollama_name_matches,
)
from picoclaw_tray.gateway.release import release_of

OLDER, NEWER = release_of("v0.2.7"), release_of("v0.2.9")
NEVER = ModelProbe(ProbeKind.NEVER)
LISTS = (ProbeKind.OLLAMA, ProbeKind.MODELS, ProbeKind.ANY_MODELS)

both_releases = pytest.mark.parametrize("release", [OLDER, NEWER], ids=["older", "newer"])


@pytest.mark.parametrize(
    "base",
    [
        "http://localhost:8000/v1",
        "HTTPS://LocalHost",
        " http://127.0.0.1:11434 ",
        "http://[::1]:8000/v1",
        "http://0.0.0.0:8000",
        "http://user:password@localhost:8000",
        "http://localhost?x=1",
        "ftp://localhost",
        "//localhost/v1",
        "localhost",
        "localhost:8000/v1",
        "LOCALHOST/v1",
        "127.0.0.1:8000",
        "[::1]:8000",
        "::1:8000",
        "0.0.0.0:8000/v1",
        "localhost:",
        "localhost:99999",
    ],
)
def test_is_local_base_knows_the_names_of_this_machine(base):
    assert is_local_base(base)


@pytest.mark.parametrize(
    "base",
    [
        "",
        "  ",
        "http://[::]:8000",
        "[::]:8000",
        "::1",
        "http://127.0.0.2:8000",
        "http://host.docker.internal:11434",
        "http://192.168.1.5:8000",
        "https://api.openai.com/v1",
        "http://localhost.example",
        "http://localhost@example.com",
        "localhost:x/v1",
        "localhost:80:80",
        "http://",
        "http://[localhost",
        "http://local\thost",
        "local host",
    ],
)
def test_is_local_base_does_not_know_others(base):
    assert not is_local_base(base)


@both_releases
@pytest.mark.parametrize(
    ("base", "url"),
    [
        ("", "http://localhost:11434/api/tags"),
        ("http://localhost:11434/v1", "http://localhost:11434/api/tags"),
        ("https://Example.com/a/b?c", "https://example.com/api/tags"),
        ("localhost:11434/v1", "http://localhost:11434/api/tags"),
        ("0.0.0.0:11434", "http://127.0.0.1:11434/api/tags"),
        ("http://[::]:11434/v1", "http://[::1]:11434/api/tags"),
        ("http://[fe80::1]", "http://[fe80::1]/api/tags"),
        ("http://user:password@localhost:1/v1", "http://localhost:1/api/tags"),
    ],
)
def test_model_probe_asks_ollama_for_its_tags_without_a_key(release, base, url):
    probe = model_probe("ollama", " LLaMA3 ", base, "key", release=release)

    assert probe == ModelProbe(ProbeKind.OLLAMA, url=url, model_id="llama3")


@pytest.mark.parametrize(
    ("provider", "base", "url"),
    [
        ("vllm", "", "http://localhost:8000/v1/models"),
        ("lmstudio", " ", "http://localhost:1234/v1/models"),
        ("vllm", " http://localhost:8000/v1// ", "http://localhost:8000/v1/models"),
        ("vllm", "http://localhost:", "http://localhost/models"),
        ("vllm", "http://10.0.0.1:8000/v1", "http://10.0.0.1:8000/v1/models"),
        ("vllm", "0.0.0.0:8000/v1", "http://127.0.0.1:8000/v1/models"),
        ("vllm", "[::]:8000/v1", "http://[::1]:8000/v1/models"),
        ("vllm", "https://0.0.0.0/v1", "https://127.0.0.1/v1/models"),
        ("openai", "http://127.0.0.1:5000/v1", "http://127.0.0.1:5000/v1/models"),
        ("openai", "http://[::]:5000", "http://[::1]:5000/models"),
        ("gpt4free", "http://localhost:1/v1", "http://localhost:1/v1/models"),
        ("litellm", "http://localhost:1/v1", "http://localhost:1/v1/models"),
    ],
)
def test_model_probe_asks_others_for_their_models_with_the_key(provider, base, url):
    older = model_probe(provider, "M", base, " key ", release=OLDER)
    newer = model_probe(provider, "M", base, " key ", release=NEWER)

    known = {"url": url, "model_id": "m", "authorization": "Bearer key"}
    assert older == ModelProbe(ProbeKind.MODELS, **known)
    assert newer == ModelProbe(ProbeKind.ANY_MODELS, **known)


@pytest.mark.parametrize(
    ("provider", "base", "url"),
    [
        ("gpt4free", "", "http://localhost:1337/v1/models"),
        ("gpt4free", "http://10.0.0.1/v1", "http://10.0.0.1/v1/models"),
        ("litellm", "", "http://localhost:4000/v1/models"),
    ],
)
def test_model_probe_knows_two_more_providers_in_newer_releases(provider, base, url):
    assert model_probe(provider, "m", base, "", release=OLDER) == NEVER
    assert model_probe(provider, "m", base, "", release=NEWER).url == url


@both_releases
@pytest.mark.parametrize(
    ("provider", "base"),
    [
        ("openai", ""),
        ("openai", "https://api.openai.com/v1"),
        ("litellm", "http://10.0.0.1:4000/v1"),
        ("vllm", "localhost:8000/v1"),
        ("vllm", "127.0.0.1:8000/v1"),
        ("vllm", "//localhost:8000/v1"),
        ("vllm", "ftp://localhost/v1"),
        ("openai", "localhost:8000/v1"),
        ("ollama", "//localhost:11434"),
        ("ollama", "ftp://localhost"),
        ("ollama", "/v1"),
        ("github-copilot", "localhost:x"),
    ],
)
def test_model_probe_gives_up_what_can_never_be_reached(release, provider, base):
    assert model_probe(provider, "m", base, "", release=release) == NEVER


@both_releases
@pytest.mark.parametrize(
    ("base", "host", "port"),
    [
        ("", "localhost", 4321),
        ("localhost:4321", "localhost", 4321),
        ("localhost", "localhost", 80),
        ("http://localhost/x", "localhost", 80),
        ("HTTPS://Example.com", "example.com", 443),
        ("//localhost", "localhost", 80),
        ("0.0.0.0:1", "127.0.0.1", 1),
        ("http://[::]:2", "::1", 2),
        ("localhost:" + "9" * 5000, "localhost", 999_999),
    ],
)
def test_model_probe_connects_to_copilot(release, base, host, port):
    probe = model_probe("github-copilot", "m", base, "key", release=release)

    assert probe == ModelProbe(ProbeKind.CONNECT, host=host, port=port)


@pytest.mark.parametrize(
    ("provider", "program"), [("claude-cli", "claude"), ("codex-cli", "codex")]
)
def test_model_probe_looks_for_programs_in_newer_releases_only(provider, program):
    older = model_probe(provider, "m", "", "", release=OLDER)
    newer = model_probe(provider, "m", "", "", release=NEWER)

    assert older == ModelProbe(ProbeKind.ALWAYS)
    assert newer == ModelProbe(ProbeKind.PROGRAM, program=program)


@pytest.mark.parametrize(
    ("user", "key", "authorization"),
    [
        ("", "", ""),
        ("", " \t", ""),
        ("", "k", "Bearer k"),
        ("Aladdin:open%20sesame@", "", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("Aladdin@", "", "Basic QWxhZGRpbjo="),
        ("\udc80@", "", "Basic Pzo="),
        ("Aladdin:open%20sesame@", "k", "Bearer k"),
    ],
)
def test_model_probe_sends_the_key_or_else_what_the_url_says(user, key, authorization):
    probe = model_probe("vllm", "m", f"http://{user}localhost", key, release=NEWER)

    assert (probe.url, probe.authorization) == ("http://localhost/models", authorization)


def test_model_probe_shows_no_secret():
    base = "http://user:password@localhost"
    probes = [model_probe("vllm", "m", base, key, release=NEWER) for key in ("", "sk-secret")]

    for shown in (text(probe) for probe in probes for text in (repr, lambda it: it.cache_key)):
        assert "secret" not in shown
        assert "password" not in shown
        assert probes[0].authorization not in shown


def test_cache_key_is_another_one_for_every_other_question():
    probes = {
        model_probe(provider, model_id, base, key, release=release)
        for provider in ("ollama", "vllm", "github-copilot", "claude-cli", "codex-cli")
        for model_id in ("a", "b")
        for base in ("http://localhost:1", "http://localhost:2", "http://[::1]:1")
        for key in ("", "k", "l")
        for release in (OLDER, NEWER)
    }

    assert len({probe.cache_key for probe in probes}) == len(probes)


@given(*[st.text() | st.from_regex(r"(https?://|)\S*(:\d+)?(/\S*)?", fullmatch=True)] * 4)
def test_model_probe_never_raises_for_any_text(provider, model_id, base, key):
    for name in (provider, "ollama", "vllm", "github-copilot"):
        probe = model_probe(name, model_id, base, key, release=NEWER)
        assert probe.cache_key
    assert is_local_base(base) in {True, False}


@pytest.mark.parametrize(
    ("candidate", "wanted"),
    [
        ("llama3:latest", "llama3"),
        ("LLAMA3", "llama3:latest"),
        ("llama3:8b", "llama3:8B"),
        (" llama3 : 8b ", "llama3:8b"),
        ("llama3:", "llama3"),
        ("a:b:c", "A:B:C"),
    ],
)
def test_ollama_name_matches_without_regard_to_case_and_the_default_tag(candidate, wanted):
    assert ollama_name_matches(candidate, wanted)
    assert ollama_name_matches(wanted, candidate)


@pytest.mark.parametrize(
    ("candidate", "wanted"),
    [("llama3:8b", "llama3"), ("", ""), (" ", " "), (":8b", ":8b"), ("", "llama3"), ("a", "b")],
)
def test_ollama_name_does_not_match_another_one_and_never_an_empty_one(candidate, wanted):
    assert not ollama_name_matches(candidate, wanted)
    assert not ollama_name_matches(wanted, candidate)


@pytest.mark.parametrize(
    ("kinds", "body", "model_id"),
    [
        ({"OLLAMA"}, b'{"models":[{"name":"llama3:latest","model":"llama3:latest"}]}', "llama3"),
        ({"OLLAMA"}, b'{"models":[{"name":"x"},{"model":"Llama3"}]}', "llama3"),
        ({"MODELS", "ANY_MODELS"}, b'{"data":[{"id":"a"},{"id":" Qwen/Qwen3 "}]}', "qwen/qwen3"),
        ({"MODELS", "ANY_MODELS"}, b'{"data":[null,{"id":"m","x":{"id":1}}]}', "m"),
        ({"MODELS", "ANY_MODELS"}, b'\n{"data":[{"id":"m"}]}\n{"data":5} and more', "m"),
        ({"MODELS", "ANY_MODELS"}, b'{"data":[{"id":"m\\u00e9"}]}\xff', "mé"),
        ({"ANY_MODELS"}, b'[{"id":"M"},{}]', "m"),
        ({"ANY_MODELS"}, b'[{"id":"M"}][', "m"),
    ],
)
def test_lists_model_finds_it_in_its_own_sort_of_list(kinds, body, model_id):
    assert {kind.name for kind in ProbeKind if lists_model(kind, body, model_id)} == kinds


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"5",
        b'"m"',
        b"{}",
        b"[]",
        b"<html>m</html>",
        b'{"data":[{"id":"m"}]',
        b'{"data":null,"models":null}',
        b'{"data":{"id":"m"},"models":{"name":"m"}}',
        b'{"data":[{"id":"x"}],"models":[{"name":"m:8b"}]}',
        b'{"data":[{"id":"m"},{"id":5}],"models":[{"name":"m"},{"model":5}]}',
        b'{"data":[{"id":"m"},"m"],"models":[{"name":"m"},"m"]}',
        b'[{"id":"m","name":"m"},5]',
        b'{"data":NaN} {"data":[{"id":"m"}]}',
        b'x{"data":[{"id":"m"}]}',
        b'\xef\xbb\xbf{"data":[{"id":"m"}]}',
        b'{"data":' * 50_000,
    ],
)
def test_lists_model_does_not_find_it_elsewhere(body):
    assert [kind for kind in ProbeKind if lists_model(kind, body, "m")] == []


@given(st.binary(), st.text())
def test_lists_model_never_raises_for_any_bytes(body, model_id):
    for kind in ProbeKind:
        assert lists_model(kind, body, model_id) in {True, False}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.dictionaries(st.sampled_from(["data", "models", "id", "name", "model"]), inner)
    ),
)


@given(json_values, st.binary(max_size=5))
def test_lists_model_never_raises_for_any_json(value, rest):
    for kind in ProbeKind:
        assert lists_model(kind, json.dumps(value).encode() + rest, "m") in {True, False}


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)


@given(names, st.lists(names))
def test_lists_model_finds_every_name_that_is_listed(name, others):
    wanted = name.strip().lower()
    entries = [{"id": listed, "name": f"x{listed}"} for listed in (*others, name)]
    body = json.dumps({"data": entries, "models": entries}).encode()

    assert lists_model(ProbeKind.MODELS, body, wanted)
    assert lists_model(ProbeKind.OLLAMA, body, f"x{name}")
    assert lists_model(ProbeKind.ANY_MODELS, json.dumps(entries).encode(), wanted)
