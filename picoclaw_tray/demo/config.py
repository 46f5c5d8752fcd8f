"""The few parts of config.json that the stand-in needs, refused as the newest release would.

Older schema versions are read as they are: the stand-in neither migrates nor writes a config.
Contract 1.4, 5.2 and B.8.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from picoclaw_tray.demo.binding import parse_hosts
from picoclaw_tray.demo.document import ConfigError, Document

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

DEFAULT_PORT = 18790
LEVELS = ("debug", "info", "warn", "error", "fatal")

_HIGHEST_PORT = 65535
_TRIVIAL_SIZE = 10  # bytes; up to here the file counts as empty and the environment is not read
_TRUTHS = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}
# fmt: off
_CHANNEL_TYPES = {
    "dingtalk", "discord", "feishu", "irc", "line", "maixcam", "matrix", "mqtt", "onebot",
    "pico", "pico_client", "qq", "slack", "slack_webhook", "telegram", "wecom", "weixin",
    "whatsapp", "whatsapp_native",
}
_MODEL_KEYS = {
    "model_name", "provider", "model", "api_base", "api_keys", "auth_method", "enabled",
    "proxy", "fallbacks", "connect_mode", "workspace", "rpm", "max_tokens_field",
    "request_timeout", "thinking_level", "extra_body", "custom_headers", "user_agent",
    "tool_schema_transform", "streaming",
}
# fmt: on


@dataclass(frozen=True, slots=True)
class Config:
    """What a gateway starts with. ``models`` is None where the built-in list applies."""

    hosts: tuple[str, ...] = ("localhost",)
    port: int = DEFAULT_PORT
    log_level: str = "warn"
    hot_reload: bool = False
    default_model: str = ""
    models: frozenset[str] | None = None
    channels: tuple[str, ...] = ()


def level_from(name: str) -> str:
    """One of ``LEVELS``; what is not understood means warn (contract 4.9)."""
    name = name.strip().lower()
    return name if name in LEVELS else "warn"


def load_config(path: Path, environ: Mapping[str, str]) -> Config:
    """Reads the file and lays the environment over it; a missing file means defaults.

    Raises:
        ConfigError: With the reason as the log line shows it.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return Config()
    except OSError as error:
        msg = f"open {path}: {(error.strerror or '').lower()}"
        raise ConfigError(msg) from error
    document = Document.parse(content.decode("utf-8", "replace"))
    if len(content) <= _TRIVIAL_SIZE:
        return Config()
    version = document.integer("version", 0)
    if version not in range(4):
        msg = f"unsupported config version: {version}"
        raise ConfigError(msg)
    _refuse_unknown_keys(document.root, version)
    return Config(
        hosts=_hosts(environ.get("PICOCLAW_GATEWAY_HOST") or document.string("gateway.host", "")),
        port=_port(document, environ),
        log_level=level_from(
            environ.get("PICOCLAW_LOG_LEVEL") or document.string("gateway.log_level", "")
        ),
        hot_reload=_hot_reload(document, environ),
        default_model=(
            environ.get("PICOCLAW_AGENTS_DEFAULTS_MODEL_NAME")
            or document.string("agents.defaults.model_name", "")
        ).strip(),
        models=_models(document),
        channels=_enabled_channels(document),
    )


def check_config(config: Config) -> None:
    """What is checked before anything is opened.

    Raises:
        ConfigError: With the reason.
    """
    if not 1 <= config.port <= _HIGHEST_PORT:
        msg = f"invalid gateway port: {config.port}, port must be between 1 and {_HIGHEST_PORT}"
        raise ConfigError(msg)


def check_model(config: Config, *, allow_empty: bool) -> None:
    """Whether a provider could be made; credentials are not looked at.

    Raises:
        ConfigError: With the reason.
    """
    if not config.default_model:
        if not allow_empty:
            raise ConfigError("no default model configured")
        return
    if config.models is not None and config.default_model not in config.models:
        msg = f'model "{config.default_model}" not found in model_list: no such entry'
        raise ConfigError(msg)


def _hosts(value: str) -> tuple[str, ...]:
    try:
        return parse_hosts(value)
    except ValueError as error:
        msg = f"invalid gateway host: {error}"
        raise ConfigError(msg) from error


def _port(document: Document, environ: Mapping[str, str]) -> int:
    port = document.integer("gateway.port", DEFAULT_PORT)
    override = environ.get("PICOCLAW_GATEWAY_PORT")
    if not override:
        return port
    try:
        return int(override)
    except ValueError as error:
        raise ConfigError(_unparsable("Port", "int", override)) from error


def _hot_reload(document: Document, environ: Mapping[str, str]) -> bool:
    hot_reload = document.boolean("gateway.hot_reload", False)
    override = environ.get("PICOCLAW_GATEWAY_HOT_RELOAD")
    if not override:
        return hot_reload
    if override.lower() not in _TRUTHS:
        raise ConfigError(_unparsable("HotReload", "bool", override))
    return _TRUTHS[override.lower()]


def _unparsable(name: str, kind: str, value: str) -> str:
    return f'env: parse error on field "{name}" of type "{kind}": cannot parse {json.dumps(value)}'


def _models(document: Document) -> frozenset[str] | None:
    if "model_list" not in document.root:
        return None
    names = set()
    for index, entry in enumerate(document.items("model_list")):
        for key in ("model_name", "model"):
            if not isinstance(entry, dict) or not entry.get(key):
                msg = f"model_list[{index}]: {key} is required"
                raise ConfigError(msg)
        names.add(str(entry["model_name"]))
    return frozenset(names)


def _enabled_channels(document: Document) -> tuple[str, ...]:
    enabled = []
    for name, channel in document.table("channel_list").items():
        if not isinstance(channel, dict):
            continue
        kind = channel.get("type") or name
        if kind not in _CHANNEL_TYPES:
            msg = f'channel "{name}" has unknown type "{kind}"'
            raise ConfigError(msg)
        if channel.get("enabled") is True:
            enabled.append(name)
    return tuple(sorted(enabled))


def _refuse_unknown_keys(root: dict[str, Any], version: int) -> None:
    """Finds some of the keys that the newest release refuses: those people really have.

    The whole schema is not known here, so this refuses less than the real program.
    """
    if version < 3:  # noqa: PLR2004
        return
    unknown: list[str] = [key for key in ("bindings", "channels", "providers") if key in root]
    agents = root.get("agents")
    defaults = agents.get("defaults") if isinstance(agents, dict) else None
    if isinstance(defaults, dict) and "model" in defaults:
        unknown.append("agents.defaults.model")
    models = root.get("model_list")
    for index, entry in enumerate(models if isinstance(models, list) else ()):
        if isinstance(entry, dict):
            unknown += [f"model_list[{index}].{key}" for key in entry if key not in _MODEL_KEYS]
    if unknown:
        msg = f"config.json contains unknown field(s): {', '.join(sorted(unknown))}"
        raise ConfigError(msg)
