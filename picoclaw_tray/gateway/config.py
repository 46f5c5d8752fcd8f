"""The few parts of ``config.json`` that a supervisor needs (contract 1.4, 5.2, 5.3 and B.8).

Read as release v0.2.8 and newer read it, environment overrides included. Values are never quoted
in an error, only keys, positions and types: a value may be a secret in the wrong place.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.config_error import (
    ConfigError,
    InvalidConfigError,
    invalid_host,
    invalid_model,
    invalid_port,
    invalid_variable,
    syntax_error,
    type_error,
    unsupported_version,
)
from picoclaw_tray.gateway.go_json import WrongTypeError, decode_json, take, type_name
from picoclaw_tray.gateway.health import DEFAULT_HOST, DEFAULT_PORT, bind_entries

if TYPE_CHECKING:
    from collections.abc import Mapping

CURRENT_VERSION = 3
DEFAULT_LOG_LEVEL = "warn"
MODEL_VARIABLE = "PICOCLAW_AGENTS_DEFAULTS_MODEL_NAME"

_TRIVIAL_BYTES = 10
_LEVELS = {level: level for level in ("debug", "info", "warn", "error", "fatal")} | {
    "warning": "warn"
}
_TRUTHS = dict.fromkeys(("1", "t", "T", "true", "TRUE", "True"), True) | dict.fromkeys(
    ("0", "f", "F", "false", "FALSE", "False"), False
)
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_PORTS = range(1, 65536)


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """What a gateway would start with; the defaults are those of a missing file.

    Attributes:
        version: of the schema; below ``CURRENT_VERSION`` the first start rewrites the file.
        host: bind host list in normal form.
        port: 1 to 65535.
        log_level: ``debug``, ``info``, ``warn``, ``error`` or ``fatal``.
        hot_reload: the gateway applies changes of the file by itself.
        default_model: trimmed name, empty if there is none; None if the schema is too old to tell.
        model_names: of all entries of ``model_list``; None if the built-in list applies, or if
            the schema is too old to tell.
    """

    version: int = CURRENT_VERSION
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    log_level: str = DEFAULT_LOG_LEVEL
    hot_reload: bool = False
    default_model: str | None = ""
    model_names: tuple[str, ...] | None = None

    @property
    def is_old_schema(self) -> bool:
        """Whether the first start will migrate the file, with a backup."""
        return self.version < CURRENT_VERSION


def read_config(raw: bytes | None, environ: Mapping[str, str]) -> GatewayConfig | ConfigError:
    """Reads the config as a gateway with this environment would.

    Args:
        raw: the content of the file; None if there is none, which is no error.
        environ: what the gateway will be started with.
    """
    if raw is None:
        return GatewayConfig()
    text = raw.decode("utf-8", "replace")
    try:
        return _interpret(decode_json(raw), environ, size=len(raw))
    except WrongTypeError as error:
        return type_error(text, error)
    except InvalidConfigError as error:
        return error.error
    except json.JSONDecodeError as error:
        return syntax_error(text, error.pos)
    except ValueError:
        return syntax_error(text, None)


def _interpret(document: object, environ: Mapping[str, str], size: int) -> GatewayConfig:
    root: dict[str, object] = {}
    match document:
        case dict():
            root = document
        case None:
            pass
        case _:
            raise WrongTypeError("", "object", type_name(document))
    version = take(root, "version", int, 0)
    if size <= _TRIVIAL_BYTES:
        return GatewayConfig()
    if not 0 <= version <= CURRENT_VERSION:
        raise unsupported_version(version)
    if version < CURRENT_VERSION:
        return _read_old(root, environ, version)
    config = _read_gateway_section(root, environ, version)
    return replace(
        config,
        default_model=_override(
            environ, MODEL_VARIABLE, take(root, "agents.defaults.model_name", str, "")
        ).strip(),
        model_names=_model_names(root),
    )


def _read_old(root: dict[str, object], environ: Mapping[str, str], version: int) -> GatewayConfig:
    """Of an older schema only the address is read, if it can be: the migration is not predicted."""
    try:
        config = _read_gateway_section(root, environ, version)
    except (WrongTypeError, InvalidConfigError):
        config = GatewayConfig(version)
    return replace(config, default_model=None)


def _read_gateway_section(
    root: dict[str, object], environ: Mapping[str, str], version: int
) -> GatewayConfig:
    host = take(root, "gateway.host", str, "")
    port = take(root, "gateway.port", int, DEFAULT_PORT)
    hot_reload = take(root, "gateway.hot_reload", bool, False)
    log_level = take(root, "gateway.log_level", str, "")
    return GatewayConfig(
        version=version,
        host=_host(_override(environ, "PICOCLAW_GATEWAY_HOST", host)),
        port=_port(environ, port),
        log_level=normal_log_level(_override(environ, "PICOCLAW_LOG_LEVEL", log_level)),
        hot_reload=_hot_reload(environ, hot_reload),
    )


def normal_log_level(level: str) -> str:
    """One of the five levels; what the gateway does not know means ``warn`` (contract 4.9)."""
    return _LEVELS.get(level.strip().lower(), DEFAULT_LOG_LEVEL)


def _override(environ: Mapping[str, str], variable: str, value: str) -> str:
    """A blank variable counts as not set."""
    override = environ.get(variable, "")
    return override if override.strip() else value


def _host(bind: str) -> str:
    entries = bind_entries(bind)
    if entries is None:
        raise invalid_host()
    return ",".join(entries)


def _port(environ: Mapping[str, str], port: int) -> int:
    variable = "PICOCLAW_GATEWAY_PORT"
    if override := environ.get(variable):
        if not _INTEGER.fullmatch(override):
            raise invalid_variable(variable, "Port", "int")
        port = int(override)
    if port not in _PORTS:
        raise invalid_port(port)
    return port


def _hot_reload(environ: Mapping[str, str], hot_reload: bool) -> bool:  # noqa: FBT001
    variable = "PICOCLAW_GATEWAY_HOT_RELOAD"
    if override := environ.get(variable):
        if override not in _TRUTHS:
            raise invalid_variable(variable, "HotReload", "bool")
        return _TRUTHS[override]
    return hot_reload


def _model_names(root: dict[str, object]) -> tuple[str, ...] | None:
    """The names of the list that replaces the built-in one; null is a list without entries."""
    if "model_list" not in root:
        return None
    entries = take(root, "model_list", list, [])
    return tuple(_model_name(entry, f"model_list[{n}]") for n, entry in enumerate(entries))


def _model_name(entry: object, path: str) -> str:
    if not isinstance(entry, dict):
        raise WrongTypeError(path, "object", type_name(entry))
    try:
        name, model = (take(entry, key, str, "") for key in ("model_name", "model"))
    except WrongTypeError as error:
        full_path = f"{path}.{error.path}"
        raise WrongTypeError(full_path, error.expected, error.found) from None
    for key, value in (("model_name", name), ("model", model)):
        if not value:
            raise invalid_model(path, key)
    return name
