"""Configs of every kind, and what is predicted for them: the tests and a table are made of them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from picoclaw_tray.gateway.config_error import ConfigErrorKind
from picoclaw_tray.gateway.readiness import Obstacle

if TYPE_CHECKING:
    from collections.abc import Iterator

READY = "ready"
BASE = "http://model.invalid/v1"

SYNTAX, TYPE = ConfigErrorKind.SYNTAX, ConfigErrorKind.TYPE
UNKNOWN_KEY, VERSION = ConfigErrorKind.UNKNOWN_KEY, ConfigErrorKind.UNSUPPORTED_VERSION
VALUE, SECRET = ConfigErrorKind.INVALID_VALUE, ConfigErrorKind.UNRESOLVED_SECRET


@dataclass(frozen=True, slots=True)
class ConfigCase:
    """One home.

    Attributes:
        name: Of the case.
        predicted: ``READY``, the kind of the error, or the obstacle.
        config: Content of `config.json`; `{port}` is put in. None: no file.
        security: Of `.security.yml`.
        auth: Of `auth.json`.
        files: Others beside the config, by name.
        environ: What the gateway is started with.
    """

    name: str
    predicted: str | ConfigErrorKind | Obstacle
    config: str | None
    security: str | None = None
    auth: str | None = None
    files: dict[str, str] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def model(**fields: Any) -> dict[str, Any]:
    entry = {"model_name": "m", "provider": "openai", "model": "x", "api_base": BASE} | fields
    return {key: value for key, value in entry.items() if value is not None}


def keyed(**fields: Any) -> dict[str, Any]:
    return model(api_keys=["k"], **fields)


def document(*models: dict[str, Any], default: str | None = "m", **sections: Any) -> str:
    config: dict[str, Any] = {"version": 3}
    if default is not None:
        config["agents"] = {"defaults": {"model_name": default}}
    if models:
        config["model_list"] = list(models)
    gateway = {"host": "127.0.0.1", "port": "PORT"} | sections.pop("gateway", {})
    return json.dumps(config | {"gateway": gateway} | sections).replace('"PORT"', "{port}")


def _broken() -> Iterator[ConfigCase]:
    good = document(keyed())
    yield ConfigCase("empty file", SYNTAX, "")
    yield ConfigCase("trailing comma", SYNTAX, '{"version": 3, "model_list": [],}')
    yield ConfigCase("byte order mark", SYNTAX, "\ufeff" + good)
    yield ConfigCase("comment", SYNTAX, "// mine\n" + good)
    yield ConfigCase("cut off", SYNTAX, good[:-1])
    yield ConfigCase("root is a list", TYPE, f"[{good}]")
    yield ConfigCase("version is a text", TYPE, good.replace('"version": 3', '"version": "3"'))
    yield ConfigCase("port is a text", TYPE, document(keyed(), gateway={"port": "18790"}))
    yield ConfigCase("port is a fraction", TYPE, document(keyed(), gateway={"port": 1.5}))
    yield ConfigCase("models are an object", TYPE, document(default=None, model_list={"m": {}}))
    yield ConfigCase("keys are one text", TYPE, document(model(api_keys="k")))
    yield ConfigCase(
        "tool switch is a text", TYPE, document(keyed(), tools={"web": {"enabled": "on"}})
    )
    yield ConfigCase("null entry in the list", TYPE, document(keyed(), None))  # type: ignore[arg-type]
    yield ConfigCase("key of our own", UNKNOWN_KEY, document(keyed(), tray={}))
    yield ConfigCase("api_key in the singular", UNKNOWN_KEY, document(model(api_key="k")))
    yield ConfigCase(
        "agents.defaults.model", UNKNOWN_KEY, document(keyed(), agents={"defaults": {"model": "m"}})
    )
    yield ConfigCase("key with a capital", UNKNOWN_KEY, document(keyed(), Tools={}))
    yield ConfigCase("old channels section", UNKNOWN_KEY, document(keyed(), channels={}))
    yield ConfigCase("version 9", VERSION, good.replace('"version": 3', '"version": 9'))
    yield ConfigCase(
        "channel of no type", VALUE, document(keyed(), channel_list={"foo": {"enabled": True}})
    )
    yield ConfigCase(
        "two pico channels",
        VALUE,
        document(
            keyed(),
            channel_list={"pico": {"enabled": True}, "p2": {"enabled": True, "type": "pico"}},
        ),
    )
    yield ConfigCase(
        "negative streaming",
        VALUE,
        document(
            keyed(), channel_list={"pico": {"settings": {"streaming": {"min_growth_chars": -1}}}}
        ),
    )
    yield ConfigCase(
        "channel setting of another type",
        TYPE,
        document(keyed(), channel_list={"pico": {"settings": {"ping_interval": "30"}}}),
    )
    yield ConfigCase(
        "surplus comma in the hosts", VALUE, document(keyed(), gateway={"host": "localhost,,x"})
    )
    yield ConfigCase("port 0", VALUE, document(keyed(), gateway={"port": 0}))
    yield ConfigCase("port 70000", VALUE, document(keyed(), gateway={"port": 70000}))
    yield ConfigCase("model without a name", VALUE, document(keyed(), keyed(model_name=None)))
    yield ConfigCase("model without an id", VALUE, document(keyed(), keyed(model=None)))
    yield ConfigCase("model id with a space", VALUE, document(keyed(model="a b")))
    yield ConfigCase("model id with two slashes", VALUE, document(keyed(model="a//b")))
    yield ConfigCase(
        "unknown schema transform", VALUE, document(keyed(tool_schema_transform="odd"))
    )
    profile = {"enabled": True, "history": {"mode": "custom"}}
    yield ConfigCase(
        "unknown turn profile",
        VALUE,
        document(keyed(), agents={"defaults": {"model_name": "m", "turn_profile": profile}}),
    )
    yield ConfigCase(
        "port variable is no number", VALUE, good, environ={"PICOCLAW_GATEWAY_PORT": "abc"}
    )
    yield ConfigCase(
        "switch variable is no truth", VALUE, good, environ={"PICOCLAW_TOOLS_WEB_ENABLED": "yes"}
    )
    yield ConfigCase("key in a missing file", SECRET, document(model(api_keys=["file://k.txt"])))
    yield ConfigCase(
        "key in an empty file",
        SECRET,
        document(model(api_keys=["file://k.txt"])),
        files={"k.txt": " \n"},
    )
    yield ConfigCase(
        "key in a file outside", SECRET, document(model(api_keys=["file://../../k.txt"]))
    )
    yield ConfigCase(
        "encrypted key, no passphrase", SECRET, document(model(api_keys=["enc://AAAA"]))
    )
    yield ConfigCase("broken .security.yml", SYNTAX, good, security="model_list: [\n")
    yield ConfigCase("list in .security.yml", TYPE, good, security="model_list:\n  - m\n")
    yield ConfigCase(
        "empty key file in .security.yml",
        SECRET,
        document(model()),
        security="model_list:\n  m:0:\n    api_keys: ['file://k.txt']\n",
        files={"k.txt": ""},
    )


def _not_usable() -> Iterator[ConfigCase]:
    yield ConfigCase(
        "default model of another name", Obstacle.UNKNOWN_MODEL, document(keyed(), default="n")
    )
    yield ConfigCase(
        "default model of another case", Obstacle.UNKNOWN_MODEL, document(keyed(), default="M")
    )
    yield ConfigCase(
        "empty model list", Obstacle.UNKNOWN_MODEL, document(default="m", model_list=[])
    )
    yield ConfigCase(
        ".security.yml empties the list",
        Obstacle.UNKNOWN_MODEL,
        document(keyed()),
        security="model_list:\n",
    )
    yield ConfigCase(
        "variable names no model",
        Obstacle.UNKNOWN_MODEL,
        document(keyed()),
        environ={"PICOCLAW_AGENTS_DEFAULTS_MODEL_NAME": "n"},
    )
    yield ConfigCase(
        "speech recognition", Obstacle.NOT_FOR_CHAT, document(keyed(provider="elevenlabs"))
    )
    yield ConfigCase("unknown provider", Obstacle.NOT_FOR_CHAT, document(keyed(provider="acme")))
    yield ConfigCase(
        "the first of two entries is not for chat",
        Obstacle.NOT_FOR_CHAT,
        document(keyed(provider="acme"), keyed()),
    )
    yield ConfigCase(
        "the first of two entries has neither key nor base",
        Obstacle.NO_CREDENTIALS,
        document(model(api_base=None), keyed()),
    )


def _ready() -> Iterator[ConfigCase]:
    yield ConfigCase("key in config.json", READY, document(keyed()))
    yield ConfigCase(
        "key in .security.yml",
        READY,
        document(model()),
        security="model_list:\n  m:0:\n    api_keys: [k]\n",
    )
    yield ConfigCase(
        "key by plain name",
        READY,
        document(model()),
        security="model_list:\n  m:\n    api_keys: [k]\n",
    )
    yield ConfigCase(
        "null entry in .security.yml", READY, document(keyed()), security="model_list:\n  m:0:\n"
    )
    yield ConfigCase(
        "key in a file", READY, document(model(api_keys=["file://k.txt"])), files={"k.txt": "k\n"}
    )
    yield ConfigCase("several keys", READY, document(model(api_keys=["k", "l"])))
    yield ConfigCase("empty first key", READY, document(model(api_keys=["", "k"])))
    yield ConfigCase("one of two entries has a key", READY, document(model(), keyed()))
    yield ConfigCase(
        "the first of two entries has no key, but a base", READY, document(model(), keyed())
    )
    yield ConfigCase(
        "the second of two entries is not for chat",
        READY,
        document(keyed(), keyed(provider="acme")),
    )
    yield ConfigCase(
        "provider in the model's text", READY, document(keyed(provider=None, model="openai/x"))
    )
    yield ConfigCase("alias of a provider", READY, document(keyed(provider=" GPT ")))
    yield ConfigCase(
        "unknown prefix is part of the id", READY, document(keyed(provider=None, model="acme/x"))
    )
    yield ConfigCase(
        "blanks around the default model", Obstacle.UNKNOWN_MODEL, document(keyed(), default=" m ")
    )
    yield ConfigCase(
        "null sections", READY, document(keyed(), tools=None, channel_list=None, heartbeat=None)
    )
    yield ConfigCase("null channel", READY, document(keyed(), channel_list={"pico": None}))
    yield ConfigCase(
        "unknown setting of a channel",
        READY,
        document(keyed(), channel_list={"pico": {"settings": {"odd": 1}}}),
    )
    yield ConfigCase(
        "section that stands there twice",
        READY,
        document(keyed())[:-1] + ', "gateway": {"log_level": "info"}}',
    )
    yield ConfigCase(
        "empty variables",
        READY,
        document(keyed()),
        environ={"PICOCLAW_GATEWAY_PORT": "", "PICOCLAW_TOOLS_WEB_ENABLED": ""},
    )
    yield ConfigCase(
        "variable names the model",
        READY,
        document(keyed(), default="n"),
        environ={"PICOCLAW_AGENTS_DEFAULTS_MODEL_NAME": "m"},
    )
    yield ConfigCase(
        "good variable hides a bad host",
        READY,
        document(keyed(), gateway={"host": "a,,b"}),
        environ={"PICOCLAW_GATEWAY_HOST": "127.0.0.1"},
    )


def _not_ready() -> Iterator[ConfigCase]:
    two, five, six = Obstacle.NO_DEFAULT_MODEL, Obstacle.NO_CREDENTIALS, Obstacle.NOT_REACHABLE
    yield ConfigCase("no file", two, None, environ={"PICOCLAW_GATEWAY_HOST": "127.0.0.1"})
    yield ConfigCase("no default model", two, document(keyed(), default=None))
    yield ConfigCase("blank default model", two, document(keyed(), default=" \t"))
    yield ConfigCase("no key, a base", five, document(model()))
    yield ConfigCase("no key, no base", five, document(model(api_base=None)))
    yield ConfigCase("[NOT_HERE]", five, document(model(api_keys="[NOT_HERE]")))
    yield ConfigCase(
        "key wiped by .security.yml", five, document(keyed()), security="model_list:\n  m:0: {}\n"
    )
    yield ConfigCase(
        "missing key file in .security.yml",
        five,
        document(model()),
        security="model_list:\n  m:0:\n    api_keys: ['file://k.txt']\n",
    )
    yield ConfigCase("no login", five, document(model(auth_method="oauth", api_base=None)))
    yield ConfigCase(
        "spoilt login",
        five,
        document(model(auth_method="oauth", api_base=None)),
        auth='{"credentials":{"openai":{"access_token":"t","expires_at":"soon"}}}',
    )
    yield ConfigCase(
        "remote ollama without a key",
        five,
        document(model(provider="ollama", api_base="http://o.invalid:11434/v1")),
    )
    yield ConfigCase(
        "local ollama is away",
        six,
        document(model(provider="ollama", api_base="http://127.0.0.1:9/v1")),
    )
    yield ConfigCase(
        "local vllm is away",
        six,
        document(model(provider="vllm", api_base="http://127.0.0.1:9/v1")),
    )
    yield ConfigCase(
        "local base of any provider", six, document(keyed(api_base="http://localhost:9/v1"))
    )
    yield ConfigCase(
        "copilot is away", six, document(model(provider="github-copilot", api_base="localhost:9"))
    )
    yield ConfigCase(
        "claude program is missing", six, document(model(provider="claude-cli", api_base=None))
    )


CASES = (*_broken(), *_not_usable(), *_ready(), *_not_ready())
