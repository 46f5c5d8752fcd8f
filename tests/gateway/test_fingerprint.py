from __future__ import annotations

import copy
import json
from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.config import ConfigSources, GatewayConfig, read_config
from picoclaw_tray.gateway.config_schema import config_schema
from picoclaw_tray.gateway.effective_config import with_defaults
from picoclaw_tray.gateway.fingerprint import KEY_ID, changes, fingerprint, reloaded
from picoclaw_tray.gateway.models import ModelEntry
from picoclaw_tray.gateway.release import NEWEST, release_of
from picoclaw_tray.presentation.text import render

KEY = b"k" * 32
OTHER_KEY = b"o" * 32
RELEASES = (*map(release_of, ("v0.2.7", "v0.2.8", "v0.2.9")), NEWEST)

DEFAULT_TOOLS = (
    "read_file,write_file,list_dir,edit_file,append_file,exec,cron,web,web_fetch,message,send_file,"
    "find_skills,install_skill,spawn,mcp_discovery_bm25"
)
OTHER_TOOLS = (
    "read_file,write_file,list_dir,edit_file,append_file,exec,cron,web_fetch,message,send_file,"
    "find_skills,install_skill,spawn,mcp,mcp_discovery,mcp_discovery_bm25"
)


def config_of(document, release=NEWEST, *, security=None) -> GatewayConfig:
    raw = json.dumps({"version": 3} | document).encode()
    config = read_config(ConfigSources(raw, security), release)
    assert isinstance(config, GatewayConfig), config
    return config


def of(document, release=NEWEST, *, key=KEY, security=None):
    made = fingerprint(config_of(document, release, security=security), release, key)
    assert made is not None
    return made


def words(before, after) -> list[str]:
    return [render(change) for change in changes(before, after)]


def changed(document, *steps):
    """A copy with the last of ``steps`` at the place of the others; ``...`` takes one out."""
    document = copy.deepcopy(document)
    *path, name, value = steps
    inner = document
    for step in path:
        inner = inner[step] if isinstance(inner, list) else inner.setdefault(step, {})
    if value is ...:
        del inner[name]
    elif name == "+":
        inner.append(value)
    else:
        inner[name] = value
    return document


# -- contract B.4 -------------------------------------------------------------------------------


def signature_of(parts) -> str:
    """What a launcher of S would make of it."""
    tools = [
        name.removeprefix("tool:")
        for name, value in parts.items()
        if name.startswith("tool:") and value == "on"
    ]
    model = [f"model:{parts['default_model']}"] if parts["default_model"] else []
    return ";".join([*model, *([f"tools:{','.join(tools)}"] if tools else [])])


@pytest.mark.parametrize("release", RELEASES)
@pytest.mark.parametrize(
    ("document", "signature"),
    [
        ({"heartbeat": {}}, f"tools:{DEFAULT_TOOLS}"),
        (
            {"agents": {"defaults": {"model_name": " gpt-5.4 "}}},
            f"model:gpt-5.4;tools:{DEFAULT_TOOLS}",
        ),
        (
            {
                "tools": {
                    "web": {"enabled": False},
                    "mcp": {"enabled": True, "discovery": {"enabled": True}},
                    "read_file": {"mode": "lines"},
                    "exec": {},
                }
            },
            f"tools:{OTHER_TOOLS}",
        ),
    ],
)
def test_fingerprint_is_equal_where_the_signature_is(document, signature, release):
    parts = of(document, release)

    assert signature_of(parts) == signature
    assert parts == of(changed(document, "version", 3), release)


@pytest.mark.parametrize(
    "documents",
    [
        ({}, {"agents": {"defaults": {"model_name": "gpt-5.4"}}}),
        ({}, {"tools": {"mcp": {"enabled": True}}}),
        ({"tools": None}, {"tools": {"exec": {"enabled": False}}}),
    ],
)
def test_fingerprint_is_different_where_the_signature_is(documents):
    assert len({signature_of(of({"heartbeat": {}} | document)) for document in documents}) == 2
    assert not_equal(*(of({"heartbeat": {}} | document) for document in documents))


def not_equal(one, other) -> bool:
    return bool(one != other and changes(one, other) and changes(other, one))


def test_fingerprint_is_none_where_the_schema_is_too_old():
    config = read_config(ConfigSources(b'{"version":2,"gateway":{"port":1}}'))
    assert isinstance(config, GatewayConfig)

    assert fingerprint(config, NEWEST, KEY) is None


# -- what it notices, and in which words (contract 7.1 to 7.3) -----------------------------------

BASE = {
    "agents": {
        "defaults": {
            "model_name": "a",
            "model_fallbacks": ["b"],
            "routing": {"light_model": "gpt-light"},
        },
        "list": [{"id": "x", "model": {"primary": "groq/c", "fallbacks": ["nobody"]}}],
    },
    "model_list": [
        {"model_name": "a", "provider": "openai", "model": "a1", "api_keys": ["sk-a"]},
        {"model_name": "a", "provider": "openai", "model": "a2"},
        {"model_name": "b", "model": "openai/b1"},
        {"model_name": "light", "model": "gpt-light"},
        {"model_name": "agent", "provider": "groq", "model": "c"},
        {"model_name": "unused", "model": "u"},
    ],
    "channel_list": {
        "telegram": {"enabled": False, "settings": {"token": "1:t"}},
        "work": {"enabled": True, "type": "slack"},
    },
    "tools": {"web": {"brave": {"api_keys": ["sk-web"]}}},
    "gateway": {"host": "localhost", "port": 18790},
}
MODELS = ("model_list",)
DEFAULTS = ("agents", "defaults")

NOTICED = [
    ((*DEFAULTS, "model_name", "b"), ["default model a → b"]),
    ((*DEFAULTS, "model_name", ""), ["default model a → none"]),
    (("gateway", "host", "127.0.0.1"), ["host localhost → 127.0.0.1"]),
    (("gateway", "port", 18800), ["port 18790 → 18800"]),
    (("gateway", "log_level", "debug"), ["log level warn → debug"]),
    (("gateway", "hot_reload", True), ["hot reload on"]),
    # the entries of the models in use
    ((*MODELS, 0, "model", "a3"), ["model a: openai/a1 → openai/a3"]),
    ((*MODELS, 0, "provider", "groq"), ["model a: openai/a1 → groq/a1"]),
    ((*MODELS, 0, "api_base", "http://x/"), ["settings of model a changed"]),
    ((*MODELS, 0, "auth_method", "oauth"), ["settings of model a changed"]),
    ((*MODELS, 0, "extra_body", {"n": 1}), ["settings of model a changed"]),
    ((*MODELS, 0, "api_keys", ["sk-b"]), ["API key of model a changed"]),
    ((*MODELS, 0, "api_keys", ...), ["API key of model a changed"]),
    ((*MODELS, 0, "streaming", {"enabled": True}), ["streaming of model a on"]),
    ((*MODELS, 1, "streaming", {"enabled": True}), ["streaming of model a (2) on"]),
    ((*MODELS, 2, "streaming", {"enabled": True}), ["streaming of model b on"]),
    ((*MODELS, 3, "streaming", {"enabled": True}), ["streaming of model gpt-light on"]),
    ((*MODELS, 4, "streaming", {"enabled": True}), ["streaming of model groq/c on"]),
    ((*MODELS, 1, "model_name", "z"), ["model a (2) no longer used"]),
    ((*DEFAULTS, "model_fallbacks", ["b", "unused"]), ["model unused now used"]),
    ((*DEFAULTS, "model_fallbacks", ["b", "a1"]), ["model a1 now used"]),
    ((*DEFAULTS, "routing", "light_model", ""), ["model gpt-light no longer used"]),
    (("agents", "list", 0, "model", "b"), ["model groq/c no longer used"]),
    (
        (*MODELS, 4, "api_keys", ["1", "2", "3"]),
        ["place of model groq/c in the list 5 → 7", "API key of model groq/c changed"],
    ),
    # tools
    (("tools", "web", "enabled", False), ["tool web off"]),
    (("tools", "i2c", "enabled", True), ["tool i2c on"]),
    (("tools", "mcp", "discovery", "enabled", True), ["tool mcp_discovery on"]),
    (("tools", "mcp", "discovery", "use_regex", True), ["tool mcp_discovery_regex on"]),
    (("tools", "mcp", "discovery", "use_bm25", False), ["tool mcp_discovery_bm25 off"]),
    (("tools", "web", "brave", "api_keys", ["sk-c"]), ["settings of tool web changed"]),
    (("tools", "web", "prefer_native", False), ["settings of tool web changed"]),
    # channels
    (("channel_list", "telegram", "enabled", True), ["channel telegram on"]),
    (("channel_list", "work", "enabled", False), ["channel work off"]),
    (("channel_list", "work", ...), ["channel work removed"]),
    (("channel_list", "home", {"type": "irc", "enabled": True}), ["channel home on"]),
    (("channel_list", "work", "type", "irc"), ["settings of channel work changed"]),
    (("channel_list", "work", "allow_from", ["1"]), ["settings of channel work changed"]),
    (("channel_list", "work", "reasoning_channel_id", "1"), ["settings of channel work changed"]),
    (
        ("channel_list", "work", "group_trigger", "mention_only", True),
        ["settings of channel work changed"],
    ),
    (("channel_list", "work", "typing", "enabled", True), ["settings of channel work changed"]),
    (("channel_list", "work", "placeholder", "text", "?"), ["settings of channel work changed"]),
    (
        ("channel_list", "telegram", "settings", "token", "2:t"),
        ["settings of channel telegram changed"],
    ),
]


@pytest.mark.parametrize(("steps", "said"), NOTICED, ids=[str(steps) for steps, _ in NOTICED])
def test_change_is_named(steps, said):
    assert words(of(BASE), of(changed(BASE, *steps))) == said


@pytest.mark.parametrize(
    "steps", [steps for steps, _ in NOTICED if "hot_reload" not in steps], ids=str
)
def test_change_is_noticed_in_both_directions(steps):
    assert not_equal(of(BASE), of(changed(BASE, *steps)))


@pytest.mark.parametrize(
    "name",
    [
        *("read_file", "write_file", "list_dir", "edit_file", "append_file", "exec", "cron", "web"),
        *("web_fetch", "message", "send_file", "find_skills", "install_skill", "spawn"),
        *("spawn_status", "i2c", "spi", "mcp"),
    ],
)
def test_switch_of_each_tool_is_noticed(name):
    on, off = (of({"tools": {name: {"enabled": enabled}}}) for enabled in (True, False))

    assert words(on, off) == [f"tool {name} off"]
    assert words(off, on) == [f"tool {name} on"]


def test_changes_are_named_together():
    after = changed(
        changed(changed(BASE, *DEFAULTS, "model_name", "b"), "tools", "web", "enabled", False),
        "channel_list",
        "telegram",
        "enabled",
        True,
    )

    said = words(of(BASE), of(after))

    assert said[0] == "default model a → b"
    assert said[-2:] == ["tool web off", "channel telegram on"]


def test_settings_of_a_tool_that_is_off_do_not_matter():
    off = changed(BASE, "tools", "web", "enabled", False)

    assert of(off) == of(changed(off, "tools", "web", "brave", "api_keys", ["sk-c"]))


@pytest.mark.parametrize(
    "steps",
    [
        (*MODELS, 5, "api_base", "http://x/"),
        (*MODELS, 5, "streaming", {"enabled": True}),
        (*MODELS, "+", {"model_name": "more", "model": "m"}),
        (*MODELS, 0, "enabled", True),
        (*DEFAULTS, "model_fallbacks", ["b", "heard of nowhere"]),
        (*DEFAULTS, "workspace", "/tmp"),
        ("heartbeat", "interval", 5),
        ("tools", "subagent", "enabled", False),
        ("tools", "media_cleanup", "enabled", False),
        ("build_info", {"version": "1"}),
    ],
    ids=str,
)
def test_what_needs_no_restart_is_not_noticed(steps):
    assert of(BASE) == of(changed(BASE, *steps))


# -- which entry a name means (contract 7.2) ------------------------------------------------------

BY_NAME = ModelEntry("openai/y ", "mistral", "1")
BY_MODEL = ModelEntry("z", "mistral", "openai/y")
BY_ID = ModelEntry("z", "", "openai/openai/y")
BY_ID_ELSEWHERE = ModelEntry("z", "", "groq/openai/y")
BY_PROVIDER_AND_ID = ModelEntry("z", "gpt", "y")


@pytest.mark.parametrize(
    ("models", "provider", "found"),
    [
        ((BY_PROVIDER_AND_ID, BY_ID, BY_MODEL, BY_NAME), "", "mistral/1"),
        ((BY_PROVIDER_AND_ID, BY_ID, BY_MODEL), "", "mistral/openai/y"),
        ((BY_PROVIDER_AND_ID, BY_ID), "", "openai/openai/y"),
        ((BY_ID, BY_ID_ELSEWHERE), "groq", "groq/openai/y"),
        ((BY_ID_ELSEWHERE, BY_PROVIDER_AND_ID), "", "gpt/y"),
        ((BY_ID_ELSEWHERE,), "", None),
    ],
)
def test_name_in_use_means_the_entry_that_fits_best(models, provider, found):
    config = GatewayConfig(default_model="openai/y", models=models, default_provider=provider)

    made = fingerprint(config, NEWEST, KEY)

    assert made is not None
    assert made.get("model:openai/y") == found


def test_name_with_an_unknown_provider_means_no_entry_by_its_parts():
    models = (ModelEntry("z", "acme", "y"),)

    made = fingerprint(GatewayConfig(default_model="acme/y", models=models), NEWEST, KEY)

    assert made is not None
    assert not [part for part in made if part.startswith("model")]


# -- reloads, and a lost key ----------------------------------------------------------------------

EVERYTHING = changed(
    changed(
        changed(changed(BASE, "gateway", "host", "*"), "gateway", "port", 1),
        *(*DEFAULTS, "model_name", "b"),
    ),
    *("tools", "web", "brave", "api_keys", ["sk-c"]),
)


def test_only_the_address_needs_a_restart_while_hot_reload_is_on():
    before = of(changed(BASE, "gateway", "hot_reload", True))

    for hot_reload in (True, False):
        after = of(changed(EVERYTHING, "gateway", "hot_reload", hot_reload))
        assert words(before, after) == ["host localhost → *", "port 18790 → 1"]


def test_reload_takes_over_all_but_the_address():
    before, after = of(BASE), of(EVERYTHING)

    now = reloaded(before, after)

    assert words(now, after) == ["host localhost → *", "port 18790 → 1"]
    assert now == {**after, "host": "localhost", "port": "18790"}
    assert (before, after) == (of(BASE), of(EVERYTHING))


def test_reload_without_a_known_address_takes_over_all():
    assert reloaded({}, of(BASE)) == of(BASE)


def test_lost_key_is_no_change():
    assert changes(of(BASE), of(BASE, key=OTHER_KEY)) == ()


def test_lost_key_hides_only_what_is_hashed():
    said = words(of(BASE), of(changed(EVERYTHING, *MODELS, 2, "model", "b2"), key=OTHER_KEY))

    assert said == [
        "host localhost → *",
        "port 18790 → 1",
        "default model a → b",
        "model b: openai/b1 → b2",
    ]


def test_keys_are_told_apart():
    assert of(BASE)[KEY_ID] == of({"heartbeat": {}})[KEY_ID] != of(BASE, key=OTHER_KEY)[KEY_ID]


def test_parts_that_another_release_of_ours_notes_are_passed_over():
    before = {**of(BASE), "novelty": "1", "novelty:of one": "on"}

    assert changes(before, of(BASE)) == changes(of(BASE), before) == ()


def test_parts_that_were_not_noted_are_named_as_new():
    before = {part: value for part, value in of(BASE).items() if part != "host"}

    assert words(before, of(BASE)) == ["host added"]
    assert words(of(BASE), before) == ["host removed"]


# -- secrets --------------------------------------------------------------------------------------

CANARY = "canary-0123"
SECRETIVE = {
    "agents": {"defaults": {"model_name": "a"}},
    "model_list": [
        {
            "model_name": "a",
            "model": "m",
            "api_keys": [CANARY],
            "api_base": f"http://u:{CANARY}@localhost/?key={CANARY}",
            "proxy": f"http://u:{CANARY}@proxy/",
            "custom_headers": {"X-Key": CANARY, CANARY: "1"},
            "extra_body": {CANARY: CANARY},
        }
    ],
    "channel_list": {"telegram": {"settings": {"token": CANARY}, "allow_from": [CANARY]}},
    "tools": {"web": {"brave": {"api_keys": [CANARY]}, "proxy": f"http://u:{CANARY}@proxy/"}},
}


@pytest.mark.parametrize("after", [BASE, {"heartbeat": {}}, EVERYTHING])
def test_no_secret_is_in_parts_or_words(after):
    made = of(SECRETIVE)

    assert CANARY not in repr(made)
    assert CANARY not in repr((changes(made, of(after)), changes(of(after), made)))


def test_hashes_cannot_be_made_without_the_key():
    ours, theirs = of(SECRETIVE), of(SECRETIVE, key=OTHER_KEY)

    for part in ("model_key:a", "model_settings:a", "web", "channel_settings:telegram"):
        assert ours[part] != theirs[part]


# -- what never is a change -----------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c", "groq/x"])
SECRETS = st.text("abcXYZ019-_", min_size=1, max_size=6)
BOOLEANS = st.booleans()
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=4,
)


def objects(**optional):
    return st.fixed_dictionaries({}, optional=optional)


MODEL_LISTS = st.lists(
    st.fixed_dictionaries(
        {"model_name": NAMES, "model": st.sampled_from(["x", "groq/x", "a"])},
        optional={
            "provider": st.sampled_from(["", "groq", "gpt", "acme"]),
            "api_base": st.just("http://localhost/"),
            "api_keys": st.lists(SECRETS, min_size=1, max_size=3),
            "enabled": BOOLEANS,
            "streaming": objects(enabled=BOOLEANS),
            "extra_body": st.dictionaries(st.text(max_size=2), ANYTHING, max_size=2),
            "rpm": st.integers(0, 9),
        },
    ),
    max_size=4,
)
DOCUMENTS = st.fixed_dictionaries(
    {"version": st.just(3)},
    optional={
        "agents": objects(
            defaults=objects(
                model_name=NAMES,
                provider=st.sampled_from(["", "groq"]),
                model_fallbacks=st.lists(NAMES, max_size=2),
                routing=objects(light_model=NAMES),
            ),
            list=st.lists(
                objects(model=NAMES | objects(primary=NAMES, fallbacks=st.lists(NAMES))),
                max_size=2,
            ),
        ),
        "model_list": MODEL_LISTS,
        "channel_list": objects(
            telegram=objects(
                enabled=BOOLEANS,
                allow_from=st.lists(st.integers(0, 9) | SECRETS, max_size=2) | SECRETS,
                settings=objects(
                    token=SECRETS, base_url=SECRETS, streaming=objects(enabled=BOOLEANS)
                ),
            ),
            pico=objects(enabled=BOOLEANS, settings=objects(token=SECRETS)),
            irc=st.none(),
        ),
        "tools": objects(
            web=objects(
                enabled=BOOLEANS,
                brave=objects(enabled=BOOLEANS, api_keys=st.lists(SECRETS, min_size=1)),
                glm_search=objects(api_key=SECRETS),
                private_host_whitelist=SECRETS,
            ),
            exec=objects(enabled=BOOLEANS),
            mcp=objects(enabled=BOOLEANS, discovery=objects(use_bm25=BOOLEANS)),
        ),
        "gateway": objects(
            host=st.sampled_from(["*", "localhost"]),
            port=st.integers(1, 65535),
            log_level=st.sampled_from(["info", "warn"]),
            hot_reload=BOOLEANS,
        ),
    },
)


def read(raw: bytes, release, security: bytes | None = None):
    config = read_config(ConfigSources(raw, security), release)
    assert isinstance(config, GatewayConfig), config
    return fingerprint(config, release, KEY)


def compact(document) -> bytes:
    return json.dumps(document).encode()


def shuffled(value, random):
    """The same with all keys in another order."""
    match value:
        case dict():
            names = list(value)
            random.shuffle(names)
            return {name: shuffled(value[name], random) for name in names}
        case list():
            return [shuffled(item, random) for item in value]
        case _:
            return value


def saved(value):
    """The same with its numbers as Go writes them."""
    match value:
        case dict():
            return {name: saved(inner) for name, inner in value.items()}
        case list():
            return [saved(item) for item in value]
        case float() if value.is_integer():
            return int(value)
        case _:
            return value


@given(DOCUMENTS, st.sampled_from(RELEASES), st.randoms(use_true_random=False))
def test_order_and_formatting_are_no_change(document, release, random):
    again = shuffled(document, random)

    pretty = json.dumps(again, indent=random.choice([1, "\t"]), ensure_ascii=random.random() < 0.5)

    assert read(compact(document), release) == read(pretty.encode() + b"\n\n", release)


@given(DOCUMENTS, st.sampled_from(RELEASES))
def test_defaults_that_are_written_out_are_no_change(document, release):
    filled = with_defaults(document, config_schema())
    assert isinstance(filled, dict)
    if "model_list" not in document:
        del filled["model_list"]  # a list that is there takes the place of the built-in one
    for name, channel in document.get("channel_list", {}).items():
        if channel is None:
            filled["channel_list"][name] = None

    assert read(compact(document), release) == read(compact(filled), release)


def test_sign_of_zero_is_no_change():
    model = {"model_name": "a", "model": "x", "api_base": "http://localhost/"}
    before, after = (
        {"version": 3, "model_list": [model | {"extra_body": {"x": zero}}]} for zero in (-0.0, 0)
    )

    assert read(compact(before), NEWEST) == read(compact(after), NEWEST)


@given(DOCUMENTS, st.sampled_from(RELEASES))
def test_save_without_a_change_is_no_change(document, release):
    plain, security = apart(saved(document))

    assert read(compact(document), release) == read(compact(plain), release, security)


def apart(document) -> tuple[object, bytes]:
    """The document without its secrets, and the file that has them."""
    document = copy.deepcopy(document)
    models: dict[str, object] = {}
    channels: dict[str, object] = {}
    web: dict[str, object] = {}
    counts: dict[str, int] = {}
    for entry in document.get("model_list", ()):
        name = entry["model_name"]
        keys = entry.pop("api_keys", None)
        models[f"{name}:{counts.get(name, 0)}"] = {"api_keys": keys} if keys else {}
        counts[name] = counts.get(name, 0) + 1
    for name, channel in document.get("channel_list", {}).items():
        settings = (channel or {}).get("settings", {})
        if "token" in settings:
            channels[name] = {"settings": {"token": settings["token"]}}
            settings["token"] = "[NOT_HERE]"
    services = document.get("tools", {}).get("web", {})
    for name, key in (("brave", "api_keys"), ("glm_search", "api_key")):
        if key in services.get(name, {}):
            web[name] = {key: services[name].pop(key)}
        else:
            web[name] = {}
    security = {"model_list": models, "channel_list": channels, "web": web, "skills": {}}
    return document, yaml.safe_dump(security, default_style='"').encode()


@given(DOCUMENTS, DOCUMENTS, st.sampled_from(RELEASES))
def test_equal_fingerprints_have_no_changes_and_others_can_be_named(one, other, release):
    before, after = read(compact(one), release), read(compact(other), release)
    assert before is not None
    assert after is not None

    said = changes(before, after)

    assert all(map(render, said))
    if before == after:
        assert said == ()
    elif before["hot_reload"] == "off":
        assert said


def test_entry_with_several_keys_shifts_those_behind_it():
    entry = ModelEntry("x", "", "x", keys=("1", "2", "2"))
    config = GatewayConfig(default_model="a", models=(entry, ModelEntry("a", "", "a")))

    made = fingerprint(config, NEWEST, KEY)
    again = fingerprint(replace(config, models=config.models[1:]), NEWEST, KEY)

    assert made is not None
    assert again is not None
    assert (made["model_place:a"], again["model_place:a"]) == ("3", "1")


def test_reload_does_not_change_whether_a_gateway_reloads_by_itself():
    before, after = of(BASE), of(changed(BASE, "gateway", "hot_reload", True))

    assert words(reloaded(before, after), after) == ["hot reload on"]


def test_key_that_the_gateway_encrypts_when_it_saves_is_no_change():
    def with_key(key):
        models = (ModelEntry("a", "openai", "x", keys=(key,)),)
        return fingerprint(GatewayConfig(default_model="a", models=models), NEWEST, KEY)

    plain, encrypted, other = map(with_key, ("k", "enc://AAAA", "enc://BBBB"))

    assert words(plain, encrypted) == []
    assert words(encrypted, other) == ["API key of model a changed"]
