"""The channels of a config: built-in ones, checks of loading, settings (contract 5.2)."""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.config_document import check, known_spelling
from picoclaw_tray.gateway.config_error import InvalidConfigError
from picoclaw_tray.gateway.config_schema import ITEM, channel_settings, config_schema
from picoclaw_tray.gateway.config_value_error import channel_twice, negative, unknown_channel_type
from picoclaw_tray.gateway.effective_config import overridden, with_defaults, with_secrets

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from picoclaw_tray.gateway.config_schema import Key
    from picoclaw_tray.gateway.release import Release

_THINKING: Final = {"enabled": True, "text": ["Thinking... 💭"]}
_BUILT_IN: Final[Mapping[str, Mapping[str, object]]] = {
    "whatsapp": {"settings": {"bridge_url": "ws://localhost:3001"}},
    "telegram": {
        "typing": {"enabled": True},
        "placeholder": _THINKING,
        "settings": {"media_group_delay_ms": 500},
    },
    "feishu": {},
    "discord": {},
    "maixcam": {"settings": {"host": "0.0.0.0", "port": 18790}},
    "qq": {"settings": {"max_message_length": 2000}},
    "dingtalk": {},
    "slack": {},
    "matrix": {
        "group_trigger": {"mention_only": True},
        "placeholder": _THINKING,
        "settings": {"homeserver": "https://matrix.org", "join_on_invite": True},
    },
    "line": {
        "group_trigger": {"mention_only": True},
        "settings": {
            "webhook_host": "0.0.0.0",
            "webhook_port": 18791,
            "webhook_path": "/webhook/line",
        },
    },
    "onebot": {"settings": {"ws_url": "ws://127.0.0.1:3001", "reconnect_interval": 5}},
    "wecom": {
        "settings": {
            "websocket_url": "wss://openws.work.weixin.qq.com",
            "send_thinking_message": True,
        }
    },
    "weixin": {
        "settings": {
            "base_url": "https://ilinkai.weixin.qq.com/",
            "cdn_base_url": "https://novac2c.cdn.weixin.qq.com/c2c",
        }
    },
    "pico": {
        "settings": {
            "ping_interval": 30,
            "read_timeout": 60,
            "write_timeout": 10,
            "max_connections": 100,
            "streaming": {"enabled": True},
        }
    },
    "irc": {"settings": {"tls": True, "nick": "picoclaw"}},
}
_SINGLE: Final = frozenset({"pico", "pico_client"})
_NEWER_TYPES: Final = frozenset({"mqtt", "slack_webhook"})


def merged_channels(
    given: Mapping[str, object], secrets: Mapping[str, object]
) -> dict[str, dict[str, object]]:
    """The channels by name: the built-in ones, replaced by those of the file; null takes one away.

    Args:
        given: ``channel_list`` of the config.
        secrets: settings from ``.security.yml``, laid over those of the channel.
    """
    key = config_schema().children["channel_list"].children[ITEM]
    channels: dict[str, dict[str, object]] = {}
    for name, channel in {**_BUILT_IN, **given}.items():
        if channel is not None:
            channels[name] = _object(with_defaults(channel, key))
    for name, settings in secrets.items():
        channel = channels.setdefault(name, _object(with_defaults(None, key)))
        given_settings = _given(channel["settings"])
        if isinstance(settings, dict) and isinstance(given_settings, dict):
            channel["settings"] = _overlaid(given_settings, settings)
    return channels


def checked_channels(
    channels: Mapping[str, dict[str, object]],
    release: Release,
    environ: Mapping[str, str],
    read: Callable[[str, str], str],
) -> dict[str, dict[str, object]]:
    """The channels with their type and with all settings filled in.

    Args:
        channels: by name, as ``merged_channels`` gives them.
        release: older ones know fewer types.
        environ: replaces settings; what cannot be read of it is skipped.
        read: gives the value of a secret, or raises.

    Raises:
        WrongTypeError: a setting of another type.
        InvalidConfigError: a channel that the gateway would refuse.
    """
    checked = {}
    enabled = defaultdict(list)
    for name, channel in channels.items():
        channel_type = str(channel["type"]) or name
        key = channel_settings().get(channel_type)
        if key is None or (channel_type in _NEWER_TYPES and not release.rejects_unknown_keys):
            raise unknown_channel_type(name, channel_type)
        path = f"channel_list.{name}.settings"
        given = known_spelling(_given(channel["settings"]), key)
        check(given, key, read, path)
        settings = _object(with_secrets(with_defaults(given, key), key, read))
        settings = _overridden(settings, key, environ, read)
        if release.rejects_unknown_keys:
            _check_streaming(settings, path)
        checked[name] = channel | {"type": channel_type, "settings": settings}
        if channel["enabled"]:
            enabled[channel_type].append(name)
    for channel_type, names in enabled.items():
        if channel_type in _SINGLE and len(names) > 1:
            raise channel_twice(channel_type, names)
    return checked


def _overridden(
    settings: Mapping[str, object],
    key: Key,
    environ: Mapping[str, str],
    read: Callable[[str, str], str],
) -> dict[str, object]:
    result = dict(settings)
    for name, child in key.children.items():
        with suppress(InvalidConfigError):
            result[name] = overridden(result[name], child, environ, read, name)
    return result


def _check_streaming(settings: Mapping[str, object], path: str) -> None:
    streaming = settings.get("streaming")
    if isinstance(streaming, dict):
        for name in ("throttle_seconds", "min_growth_chars"):
            field = f"{path}.streaming.{name}"
            if streaming[name] < 0:
                raise negative(field)


def _given(settings: object) -> object:
    """An empty list counts as none."""
    return {} if settings is None or settings == [] else settings


def _overlaid(base: object, overlay: Mapping[str, object]) -> dict[str, object]:
    merged = dict(base) if isinstance(base, dict) else {}
    for name, value in overlay.items():
        merged[name] = _overlaid(merged.get(name), value) if isinstance(value, dict) else value
    return merged


def _object(value: object) -> dict[str, object]:
    assert isinstance(value, dict)
    return value
