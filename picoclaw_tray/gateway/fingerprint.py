"""What a gateway was started with, part by part, so that a change can be named (contract 7).

At least as sensitive as the launcher's own signature, and besides to address, log level and the
entries of the models in use. It is made from the effective config: the order of keys, formatting,
defaults that were written out, and a save without change leave it as it is.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import TYPE_CHECKING, Final, TypeAlias

from picoclaw_tray.gateway.level_change import LOG_LEVEL
from picoclaw_tray.gateway.models import DEFAULT_PROVIDER, KNOWN_PROVIDERS, canonical_provider
from picoclaw_tray.gateway.secrets import ENCRYPTED_SCHEME
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from picoclaw_tray.gateway.config import GatewayConfig
    from picoclaw_tray.gateway.models import ModelEntry
    from picoclaw_tray.gateway.release import Release

Fingerprint: TypeAlias = "Mapping[str, str]"
"""From part to value. What may hold a secret is a keyed hash: it can be compared, not read."""

_CHANGED = QT_TRANSLATE_NOOP("Change", "{part} {before} → {after}")
_CHANGED_ENTRY = QT_TRANSLATE_NOOP("Change", "{part}: {before} → {after}")
_ON = QT_TRANSLATE_NOOP("Change", "{part} on")
_OFF = QT_TRANSLATE_NOOP("Change", "{part} off")
_DIFFERENT = QT_TRANSLATE_NOOP("Change", "{part} changed")
_NEW = QT_TRANSLATE_NOOP("Change", "{part} added")
_REMOVED = QT_TRANSLATE_NOOP("Change", "{part} removed")
_IN_USE = QT_TRANSLATE_NOOP("Change", "{part} now used")
_OUT_OF_USE = QT_TRANSLATE_NOOP("Change", "{part} no longer used")
_NOTHING = QT_TRANSLATE_NOOP("Change", "none")

_HOST = QT_TRANSLATE_NOOP("Change", "host")
_PORT = QT_TRANSLATE_NOOP("Change", "port")
_HOT_RELOAD = QT_TRANSLATE_NOOP("Change", "hot reload")
_DEFAULT_MODEL = QT_TRANSLATE_NOOP("Change", "default model")
_MODEL = QT_TRANSLATE_NOOP("Change", "model {name}")
_MODEL_PLACE = QT_TRANSLATE_NOOP("Change", "place of model {name} in the list")
_MODEL_STREAMING = QT_TRANSLATE_NOOP("Change", "streaming of model {name}")
_MODEL_KEY = QT_TRANSLATE_NOOP("Change", "API key of model {name}")
_MODEL_SETTINGS = QT_TRANSLATE_NOOP("Change", "settings of model {name}")
_TOOL = QT_TRANSLATE_NOOP("Change", "tool {name}")
_WEB_SETTINGS = QT_TRANSLATE_NOOP("Change", "settings of tool web")
_CHANNEL = QT_TRANSLATE_NOOP("Change", "channel {name}")
_CHANNEL_SETTINGS = QT_TRANSLATE_NOOP("Change", "settings of channel {name}")

TOOLS: Final = (
    "read_file",
    "write_file",
    "list_dir",
    "edit_file",
    "append_file",
    "exec",
    "cron",
    "web",
    "web_fetch",
    "message",
    "send_file",
    "find_skills",
    "install_skill",
    "spawn",
    "spawn_status",
    "i2c",
    "spi",
    "mcp",
)
_DISCOVERY: Final = {
    "mcp_discovery": "enabled",
    "mcp_discovery_regex": "use_regex",
    "mcp_discovery_bm25": "use_bm25",
}

_SWITCH: Final = {True: "on", False: "off"}
_FIXED: Final = {
    "host": _HOST,
    "port": _PORT,
    "log_level": LOG_LEVEL,
    "hot_reload": _HOT_RELOAD,
    "default_model": _DEFAULT_MODEL,
    "web": _WEB_SETTINGS,
}
_NAMED: Final = {
    "model": _MODEL,
    "model_place": _MODEL_PLACE,
    "model_streaming": _MODEL_STREAMING,
    "model_key": _MODEL_KEY,
    "model_settings": _MODEL_SETTINGS,
    "tool": _TOOL,
    "channel": _CHANNEL,
    "channel_settings": _CHANNEL_SETTINGS,
}
_HIDDEN: Final = frozenset({"web", "model_key", "model_settings", "channel_settings"})
"""Parts whose value is a hash; "model" stands for all parts of its entry when it is new or gone."""

_VISIBLE: Final = frozenset({*_FIXED, *_NAMED}) - _HIDDEN
"""All other parts; what another release of ours noted besides is passed over."""

_SWITCHES: Final = frozenset({"hot_reload", "model_streaming", "tool", "channel"})

KEY_ID: Final = "key"
_FORMAT: Final = 1
"""To be raised when the hashes come to be made of other things, such as more settings."""
_ID_DIGITS: Final = 8
_ENCRYPTED: Final = "encrypted:"
"""Before the hash of a part that holds an encrypted secret."""

ADDRESS_PARTS: Final = frozenset({"host", "port"})
"""What neither a reload nor a hot reload changes (contract 3.4)."""

_OF_ONE_MODEL: Final = frozenset({"model_place", "model_streaming", "model_key", "model_settings"})


def fingerprint(config: GatewayConfig, release: Release, key: bytes) -> Fingerprint | None:
    """The parts of an effective config; None if its schema is too old to be read.

    Args:
        config: as the release reads it.
        release: the one that runs, or is to be started.
        key: for the hashes; fingerprints with different keys cannot be compared.
    """
    if config.default_model is None:
        return None
    parts = {
        KEY_ID: f"{_FORMAT}-{_hash('', key)[:_ID_DIGITS]}",
        "host": config.host,
        "port": str(config.port),
        "log_level": config.log_level,
        "hot_reload": _SWITCH[config.hot_reload],
        "default_model": config.default_model,
    }
    parts.update(_model_parts(config, release, key))
    parts.update(_tool_parts(config.tools, key))
    parts.update(_channel_parts(config.channels, key))
    return parts


def changes(before: Fingerprint, after: Fingerprint) -> tuple[Text, ...]:
    """What a restart would change, in words. With hot reload on, only the address needs one."""
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if before.get("hot_reload") == _SWITCH[True]:
        names = [name for name in names if name in ADDRESS_PARTS]
    # Hashes that were made with another key say nothing.
    said = _VISIBLE if KEY_ID in names else _VISIBLE | _HIDDEN
    names = [name for name in names if not _was_encrypted(before.get(name), after.get(name))]
    return tuple(
        _change(name, before.get(name), after.get(name))
        for name in names
        if name.partition(":")[0] in said and not _is_implied(name, before, after)
    )


def reloaded(before: Fingerprint, after: Fingerprint) -> Fingerprint:
    """The new baseline after a reload with ``after``: all of it but the address (contract 4.8).

    Whether it reloads by itself a gateway decides when it starts (tried).
    """
    kept = (*ADDRESS_PARTS, "hot_reload")
    return {**after, **{part: before[part] for part in kept if part in before}}


def _change(name: str, before: str | None, after: str | None) -> Text:
    kind, _, rest = name.partition(":")
    sentence = _FIXED.get(kind)
    part = text(_NAMED[kind], name=rest) if sentence is None else text(sentence)
    if kind in _SWITCHES and after is not None:
        return text(_ON if after == _SWITCH[True] else _OFF, part=part)
    if kind in _HIDDEN:
        return text(_DIFFERENT, part=part)
    if before is None:
        return text(_IN_USE if kind == "model" else _NEW, part=part)
    if after is None:
        return text(_OUT_OF_USE if kind == "model" else _REMOVED, part=part)
    nothing = text(_NOTHING)
    sentence = _CHANGED_ENTRY if kind == "model" else _CHANGED
    return text(sentence, part=part, before=before or nothing, after=after or nothing)


def _was_encrypted(before: str | None, after: str | None) -> bool:
    """A gateway with a passphrase encrypts the keys when it saves: nothing can be told then."""
    if before is None or after is None:
        return False
    return before.startswith(_ENCRYPTED) != after.startswith(_ENCRYPTED)


def _is_implied(name: str, before: Fingerprint, after: Fingerprint) -> bool:
    """What comes or goes is named once, not with all its parts."""
    kind, _, rest = name.partition(":")
    comes_or_goes = (name in before) != (name in after)
    if kind == "web":  # there as long as the tool is on
        return comes_or_goes
    if kind == "model":  # said by the change of the default model
        return (
            comes_or_goes
            and before.get("default_model") != after.get("default_model")
            and (
                rest.partition(" (")[0] in {before.get("default_model"), after.get("default_model")}
            )
        )
    owner = {"channel_settings": "channel"}.get(kind, "model" if kind in _OF_ONE_MODEL else "")
    whole = f"{owner}:{rest}"
    return bool(owner) and (whole in before) != (whole in after)


def _model_parts(config: GatewayConfig, release: Release, key: bytes) -> Iterator[tuple[str, str]]:
    """The entries behind every name in use (contract 7.2); a number tells them apart."""
    places = _places(config.models)
    for name in dict.fromkeys(filter(None, (config.default_model, *config.other_models))):
        for count, index in enumerate(_matching(config, name, release)):
            entry = config.models[index]
            label = name if count == 0 else f"{name} ({count + 1})"
            streaming = entry.rest.get("streaming")
            is_streaming = isinstance(streaming, dict) and bool(streaming.get("enabled"))
            rest = {**entry.rest, "base": entry.api_base, "auth": entry.auth_method, "streaming": 0}
            yield (
                f"model:{label}",
                "/".join(filter(None, (entry.provider.strip(), entry.model.strip()))),
            )
            yield f"model_place:{label}", str(places[index])
            yield f"model_streaming:{label}", _SWITCH[is_streaming]
            yield f"model_key:{label}", _hash(list(entry.keys), key)
            yield f"model_settings:{label}", _hash(rest, key)


def _places(models: tuple[ModelEntry, ...]) -> list[int]:
    """Where the entries stand once those with several keys are expanded (contract 5.2)."""
    places, place = [], 0
    for entry in models:
        place += max(1, len(dict.fromkeys(entry.keys)))
        places.append(place)
    return places


def _matching(config: GatewayConfig, name: str, release: Release) -> list[int]:
    """The entries that a name in use means: all of that name, else the first that fits."""
    entries = list(enumerate(config.models))
    same_name = [
        index for index, entry in entries if entry.answers_to(name) or entry.name.strip() == name
    ]
    if same_name:
        return same_name
    same_model = [index for index, entry in entries if entry.model.strip() == name]
    own = canonical_provider(config.default_provider or DEFAULT_PROVIDER, release)
    same_id = [index for index, entry in entries if entry.resolved(release) == (own, name)]
    prefix, _, model_id = name.partition("/")
    named = canonical_provider(prefix, release), model_id
    same_both = [
        index
        for index, entry in entries
        if named[0] in KNOWN_PROVIDERS and entry.resolved(release) == named
    ]
    return (same_model or same_id or same_both)[:1]


def _tool_parts(tools: Mapping[str, object], key: bytes) -> Iterator[tuple[str, str]]:
    for name in TOOLS:
        yield f"tool:{name}", _switch(tools.get(name), "enabled")
    mcp = tools.get("mcp")
    discovery = mcp.get("discovery") if isinstance(mcp, dict) else None
    for name, field in _DISCOVERY.items():
        yield f"tool:{name}", _switch(discovery, field)
    web = tools.get("web")
    if _switch(web, "enabled") == _SWITCH[True]:
        yield "web", _hash(web, key)


def _channel_parts(
    channels: Mapping[str, Mapping[str, object]], key: bytes
) -> Iterator[tuple[str, str]]:
    for name in sorted(channels):
        rest = {field: value for field, value in channels[name].items() if field != "enabled"}
        yield f"channel:{name}", _switch(channels[name], "enabled")
        yield f"channel_settings:{name}", _hash(rest, key)


def _switch(section: object, field: str) -> str:
    return _SWITCH[isinstance(section, dict) and bool(section.get(field))]


def _hash(value: object, key: bytes) -> str:
    # A gateway that saves its config writes 1 for 1.0: all numbers become one kind.
    written = json.dumps(value)
    numbers = json.loads(written, parse_int=_number, parse_float=_number)
    canonical = json.dumps(numbers, sort_keys=True)
    digest = hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()
    return f"{_ENCRYPTED}{digest}" if f'"{ENCRYPTED_SCHEME}' in written else digest


def _number(digits: str) -> float:
    """One for 1 and 1.0, and one for 0 and -0.0."""
    return float(digits) + 0.0
