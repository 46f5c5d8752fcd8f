"""PicoClaw's configuration in memory: its three files and the environment, put together.

Read as a given release reads it (contract 1.4, 5 and B.8), never written. Values are never quoted
in an error, only keys, positions and types: a value may be a secret in the wrong place.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.auth_file import stored_logins
from picoclaw_tray.gateway.channels import checked_channels, merged_channels
from picoclaw_tray.gateway.config_document import (
    check,
    known_spelling,
    unknown_fields,
)
from picoclaw_tray.gateway.config_error import (
    CONFIG_FILE,
    ConfigError,
    InvalidConfigError,
    placed,
    syntax_error,
    type_error,
    unknown_key,
)
from picoclaw_tray.gateway.config_schema import config_schema, older_schema
from picoclaw_tray.gateway.config_value_error import (
    SecretProblem,
    from_environment,
    invalid_choice,
    invalid_host,
    invalid_port,
    unresolved_secret,
    unsupported_version,
)
from picoclaw_tray.gateway.effective_config import overridden, with_defaults, with_secrets
from picoclaw_tray.gateway.go_json import WrongTypeError, decode_json, take, type_name
from picoclaw_tray.gateway.health import DEFAULT_HOST, DEFAULT_PORT, bind_entries
from picoclaw_tray.gateway.loose_secrets import loose_secrets
from picoclaw_tray.gateway.model_list import model_entries, other_models
from picoclaw_tray.gateway.release import NEWEST
from picoclaw_tray.gateway.secrets import (
    MissingSecretFileError,
    SecretSources,
    file_name,
    is_unmistakable,
)
from picoclaw_tray.gateway.security_file import SecurityFile, read_security_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from picoclaw_tray.gateway.config_schema import Key
    from picoclaw_tray.gateway.models import ModelEntry
    from picoclaw_tray.gateway.release import Release

CURRENT_VERSION = 3
DEFAULT_LOG_LEVEL = "warn"

_TRIVIAL_BYTES: Final = 10
_LEVELS: Final = {level: level for level in ("debug", "info", "warn", "error", "fatal")} | {
    "warning": "warn"
}
_PORTS: Final = range(1, 65536)
_PROFILE_MODES: Final = {
    "history": ("default", "off"),
    "system_prompt": ("default", "off"),
    "skills": ("default", "off", "custom"),
    "tools": ("default", "off", "custom"),
}


@dataclass(frozen=True, slots=True)
class ConfigSources:
    """All that a config is made of.

    Attributes:
        config: content of ``config.json``; None if there is none, which is no error.
        security: of ``.security.yml``, likewise.
        auth: of ``auth.json``, likewise.
        environ: what the gateway will be started with.
        secrets: what secrets elsewhere amount to.
    """

    config: bytes | None = field(default=None, repr=False)
    security: bytes | None = field(default=None, repr=False)
    auth: bytes | None = field(default=None, repr=False)
    environ: Mapping[str, str] = field(default_factory=dict, repr=False)
    secrets: SecretSources = field(default_factory=SecretSources)


@dataclass(frozen=True, slots=True)
class GatewayConfig:
    """What a gateway would start with.

    Attributes:
        version: of the schema.
        host: bind host list in normal form.
        port: 1 to 65535.
        log_level: ``debug``, ``info``, ``warn``, ``error`` or ``fatal``.
        level_of_file: The same for a gateway whose environment names none.
        hot_reload: the gateway applies changes of the file by itself.
        default_model: trimmed name, empty if there is none; None if the schema is too old to tell.
        padded_default_model: the same with the blanks around it; empty if there are none.
        migrates: the first start will rewrite the file, with a backup.
        models: all entries, in order.
        other_models: names of models that are used beside the default one.
        default_provider: what a bare model id belongs to.
        logins: providers with a stored credential.
        tools: the whole section, filled in.
        channels: by name, filled in.
        secrets: values that nobody may read in a log, wherever they stand there.
    """

    version: int = CURRENT_VERSION
    host: str = DEFAULT_HOST
    port: int = DEFAULT_PORT
    log_level: str = DEFAULT_LOG_LEVEL
    level_of_file: str = DEFAULT_LOG_LEVEL
    hot_reload: bool = False
    default_model: str | None = ""
    padded_default_model: str = ""
    migrates: bool = False
    models: tuple[ModelEntry, ...] = ()
    other_models: tuple[str, ...] = ()
    default_provider: str = ""
    logins: frozenset[str] = frozenset()
    tools: Mapping[str, object] = field(default_factory=dict, repr=False)
    channels: Mapping[str, Mapping[str, object]] = field(default_factory=dict, repr=False)
    secrets: frozenset[str] = field(default=frozenset(), repr=False)


def read_config(sources: ConfigSources, release: Release = NEWEST) -> GatewayConfig | ConfigError:
    """Reads the config as a gateway of this release with this environment would."""
    reading = _Reading(sources, release)
    config = _config_or_error(reading, _text(sources.config), precise=release.rejects_unknown_keys)
    found = reading.seen.union(
        filter(None, sources.secrets.files.values()),
        loose_secrets(_text(sources.config)),
        loose_secrets(_text(sources.security)),
    )
    return replace(config, secrets=frozenset(filter(is_unmistakable, found)))


def _text(raw: bytes | None) -> str:
    return (raw or b"").decode("utf-8", "replace")


def _config_or_error(reading: _Reading, text: str, *, precise: bool) -> GatewayConfig | ConfigError:
    try:
        return reading.read()
    except WrongTypeError as error:
        return type_error(text, error, precise=precise)
    except InvalidConfigError as error:
        return placed(error.error, text)
    except json.JSONDecodeError as error:
        return syntax_error(text, error.pos, precise=precise)
    except _ConfigFailedError as error:
        return error.error
    except (ValueError, RecursionError):
        return syntax_error(text, None)


def normal_log_level(level: str) -> str:
    """One of the five levels; what the gateway does not know means ``warn`` (contract 4.9)."""
    return _LEVELS.get(level.strip().lower(), DEFAULT_LOG_LEVEL)


class _ConfigFailedError(Exception):
    def __init__(self, error: ConfigError) -> None:
        super().__init__(error.reason)
        self.error = error


class _Reading:
    """One reading; the steps come in the order of contract 5.2.

    Attributes:
        seen: values of secrets, those read before it failed included.
    """

    def __init__(self, sources: ConfigSources, release: Release) -> None:
        self._sources = sources
        self._environ = sources.environ
        self._release = release
        self.seen: set[str] = set()

    def read(self) -> GatewayConfig:
        raw = self._sources.config
        document = {} if raw is None else self._document(raw)
        if raw is None or len(raw) <= _TRIVIAL_BYTES:
            return self._config({}, {}, CURRENT_VERSION)
        version = _version(document)
        newest = self._release.schema
        if not 0 <= version <= (CURRENT_VERSION if newest is None else newest):
            raise unsupported_version(version)
        if version < CURRENT_VERSION or newest is None:
            return self._old(document, version)
        self._check(raw, document)
        return self._config(document, self._environ, version)

    def _document(self, raw: bytes) -> dict[str, object]:
        document = decode_json(raw)
        if not self._release.rejects_unknown_keys:
            document = known_spelling(document, older_schema())
        if document is None:
            document = {}
        if not isinstance(document, dict):
            raise WrongTypeError("", "object", type_name(document))
        _version(document)
        return document

    def _old(self, document: dict[str, object], version: int) -> GatewayConfig:
        """Of an older schema only the address is read, if it can be: nothing is predicted."""
        try:
            host = _host(take(document, "gateway.host", str, ""), self._environ)
            given = take(document, "gateway.port", int, DEFAULT_PORT)
            port = overridden(given, _gateway_key("port"), self._environ, self._secret, "port")
            port = _port(port, self._environ)
        except (WrongTypeError, InvalidConfigError):
            host, port = DEFAULT_HOST, DEFAULT_PORT
        migrates = version < (self._release.schema or 0)
        return GatewayConfig(version, host, port, default_model=None, migrates=migrates)

    def _check(self, raw: bytes, document: dict[str, object]) -> None:
        schema = config_schema()
        if self._release.rejects_unknown_keys:
            unknown = unknown_fields(document, schema)
            if unknown:
                raise _ConfigFailedError(unknown_key(_text(raw), unknown))
        check(document, schema, self._secret)

    def _secret(self, raw: str, path: str) -> str:
        """A secret of ``config.json``, where a missing file is an error."""
        try:
            return self._read_secret(raw, path)
        except MissingSecretFileError:
            raise unresolved_secret(SecretProblem.NO_FILE, path, file_name(raw)) from None

    def _read_secret(self, raw: str, path: str, file: str = CONFIG_FILE) -> str:
        value = self._sources.secrets.read(raw, path, file)
        self.seen.add(value)
        return value

    def _config(
        self, document: dict[str, object], environ: Mapping[str, str], version: int
    ) -> GatewayConfig:
        """The effective config; ``environ`` is empty where the gateway reads no override."""
        schema = config_schema()
        security = self._security() if document else SecurityFile()
        effective = with_secrets(with_defaults(document, schema), schema, self._secret)
        assert isinstance(effective, dict)
        _lay_over_web(effective["tools"]["web"], security)
        bind, level = effective["gateway"]["host"], effective["gateway"]["log_level"]
        known = schema if self._release.rejects_unknown_keys else older_schema()
        effective = overridden(effective, known, environ, self._secret)
        assert isinstance(effective, dict)
        given_channels = document.get("channel_list")
        channels = checked_channels(
            merged_channels(
                given_channels if isinstance(given_channels, dict) else {}, security.channels
            ),
            self._release,
            environ,
            self._secret,
        )
        defaults = effective["agents"]["defaults"]
        if self._release.rejects_unknown_keys:
            _check_profile(defaults["turn_profile"])
        gateway, name = effective["gateway"], defaults["model_name"]
        host = _host(bind, environ)
        models = tuple(model_entries(document, security, self._release, self._secret))
        return GatewayConfig(
            version=version,
            host=host,
            port=_port(gateway["port"], environ),
            log_level=normal_log_level(gateway["log_level"]),
            level_of_file=normal_log_level(level),
            hot_reload=gateway["hot_reload"],
            default_model=name.strip(),
            padded_default_model="" if name == name.strip() else name,
            models=models,
            other_models=tuple(other_models(effective["agents"])),
            default_provider=defaults["provider"].strip(),
            logins=stored_logins(self._sources.auth),
            tools=effective["tools"],
            channels=channels,
        )

    def _security(self) -> SecurityFile:
        if self._sources.security is None:
            return SecurityFile()
        security = read_security_file(self._sources.security, self._read_secret)
        if isinstance(security, ConfigError):
            raise _ConfigFailedError(security)
        return security


def _version(document: Mapping[str, object]) -> int:
    """Found in any spelling, even by a gateway that then calls it unknown."""
    spellings = [name for name in document if name.lower() == "version"]
    return take(document, spellings[-1], int, 0) if spellings else 0


def _host(bind: str, environ: Mapping[str, str]) -> str:
    """Blank in the variable means that it is not set; blank in the file means the default."""
    override = environ.get(_gateway_key("host").variable, "")
    is_override = bool(override.strip())
    entries = bind_entries(override if is_override else bind)
    if entries is None:
        raise from_environment(invalid_host()) if is_override else invalid_host()
    return ",".join(entries)


def _port(port: object, environ: Mapping[str, str]) -> int:
    """``port`` is what the variable has made of it already."""
    assert isinstance(port, int)
    if port not in _PORTS:
        error = invalid_port(port)
        raise from_environment(error) if environ.get(_gateway_key("port").variable) else error
    return port


def _gateway_key(name: str) -> Key:
    return config_schema().children["gateway"].children[name]


def _lay_over_web(web: dict[str, dict[str, object]], security: SecurityFile) -> None:
    for name, fields in security.web.items():
        service = web[name]
        service.update({key: value for key, value in fields.items() if key in service})


def _check_profile(profile: Mapping[str, Mapping[str, object]]) -> None:
    if not profile["enabled"]:
        return
    for name, modes in _PROFILE_MODES.items():
        mode, field = profile[name]["mode"], f"agents.defaults.turn_profile.{name}.mode"
        if str(mode).strip().lower() not in {"", *modes}:
            raise invalid_choice(field, modes)
