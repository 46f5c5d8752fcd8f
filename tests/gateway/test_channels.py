from __future__ import annotations

import pytest

from picoclaw_tray.gateway.channels import checked_channels, merged_channels
from picoclaw_tray.gateway.config_error import InvalidConfigError
from picoclaw_tray.gateway.go_json import WrongTypeError
from picoclaw_tray.gateway.release import NEWEST, release_of

OLDER = release_of("v0.2.7")


def plain(raw: str, path: str) -> str:
    return raw


def channels_of(given, security=None, release=NEWEST, read=plain, environ=None):
    return checked_channels(merged_channels(given, security or {}), release, environ or {}, read)


def test_channels_has_the_built_in_ones_disabled():
    channels = channels_of({})

    assert len(channels) == 15
    assert not any(channel["enabled"] for channel in channels.values())
    assert channels["pico"]["settings"]["ping_interval"] == 30
    assert channels["telegram"]["placeholder"]["text"] == ["Thinking... 💭"]


def test_channels_are_merged_by_name_and_replaced_as_a_whole():
    channels = channels_of({"mine": {"type": "irc", "enabled": True}, "pico": {"enabled": True}})

    assert len(channels) == 16
    assert channels["mine"]["type"] == "irc"
    assert channels["pico"]["settings"]["ping_interval"] == 0


@pytest.mark.parametrize("name", ["pico", "foo"])
def test_channels_are_taken_away_by_null(name):
    assert name not in channels_of({name: None})


@pytest.mark.parametrize("settings", [None, [], {}])
def test_channels_take_empty_settings(settings):
    channels = channels_of({"irc": {"settings": settings}}, {"irc": {"nick": "a"}})

    assert channels["irc"]["settings"]["nick"] == "a"


def test_channels_lay_secrets_over_settings():
    given = {"pico": {"settings": {"token": "old", "streaming": {"enabled": True}}}}
    security = {"pico": {"token": "new", "streaming": {"throttle_seconds": 2}}, "irc": None}

    settings = channels_of(given, security)["pico"]["settings"]

    assert settings["token"] == "new"
    assert settings["streaming"] == {"enabled": True, "throttle_seconds": 2, "min_growth_chars": 0}


def test_channels_lets_a_secret_hide_a_value_of_the_wrong_type():
    channels = channels_of({"irc": {"settings": {"nick": 5}}}, {"irc": {"nick": "a"}})

    assert channels["irc"]["settings"]["nick"] == "a"


@pytest.mark.parametrize("release", [NEWEST, OLDER])
def test_channels_ignores_the_case_of_settings_and_what_it_does_not_know(release):
    given = {"pico": {"settings": {"TOKEN": "t", "unknown": 5}}}

    assert channels_of(given, release=release)["pico"]["settings"]["token"] == "t"


def test_channels_reads_secrets():
    given = {"pico": {"settings": {"token": "file://k"}}}

    channels = channels_of(given, read=lambda *_: "secret")

    assert channels["pico"]["settings"]["token"] == "secret"


@pytest.mark.parametrize(
    ("given", "security", "field"),
    [
        ({"irc": {"settings": "x"}}, {}, "channel_list.irc.settings"),
        ({"irc": {"settings": "x"}}, {"irc": {"nick": "a"}}, "channel_list.irc.settings"),
        ({"irc": {"settings": 0}}, {}, "channel_list.irc.settings"),
        ({"irc": {"settings": [1]}}, {}, "channel_list.irc.settings"),
        ({"irc": {"settings": {"nick": 5}}}, {}, "channel_list.irc.settings.nick"),
        ({}, {"irc": {"nick": 5}}, "channel_list.irc.settings.nick"),
        ({"a": {"type": "pico", "settings": {"token": 5}}}, {}, "channel_list.a.settings.token"),
    ],
)
def test_channels_names_the_setting_of_the_wrong_type(given, security, field):
    with pytest.raises(WrongTypeError) as caught:
        channels_of(given, security)

    assert caught.value.path == field


@pytest.mark.parametrize(
    ("given", "security", "reason"),
    [
        ({"foo": {"enabled": True}}, {}, 'channel "foo" has unknown type "foo"'),
        ({"irc": {"type": "b\nr"}}, {}, 'channel "irc" has unknown type "b\\nr"'),
        ({"irc": {"type": "IRC"}}, {}, 'channel "irc" has unknown type "IRC"'),
        ({}, {"foo": None}, 'channel "foo" has unknown type "foo"'),
    ],
)
def test_channels_rejects_an_unknown_type(given, security, reason):
    with pytest.raises(InvalidConfigError) as caught:
        channels_of(given, security)

    assert caught.value.error.reason == reason


@pytest.mark.parametrize("channel_type", ["mqtt", "slack_webhook"])
def test_channels_knows_newer_types_only_in_newer_releases(channel_type):
    given: dict[str, object] = {channel_type: {}}

    assert channel_type in channels_of(given)
    with pytest.raises(InvalidConfigError):
        channels_of(given, release=OLDER)


@pytest.mark.parametrize("channel_type", ["pico", "pico_client"])
def test_channels_allows_one_enabled_channel_of_some_types(channel_type):
    channel = {"type": channel_type, "enabled": True}

    assert channels_of({"a": channel, "b": channel | {"enabled": False}})
    with pytest.raises(InvalidConfigError, match="2 enabled"):
        channels_of({"a": channel, "b": channel})


def test_channels_allows_many_of_other_types():
    assert channels_of({name: {"type": "irc", "enabled": True} for name in "ab"})


@pytest.mark.parametrize("name", ["throttle_seconds", "min_growth_chars"])
@pytest.mark.parametrize("channel", ["pico", "telegram", "wecom"])
def test_channels_rejects_negative_streaming_numbers_in_newer_releases(channel, name):
    given = {channel: {"settings": {"streaming": {name: -1}}}}

    assert channels_of(given, release=OLDER)
    with pytest.raises(InvalidConfigError) as caught:
        channels_of(given)
    assert caught.value.error.field == f"channel_list.{channel}.settings.streaming.{name}"


@pytest.mark.parametrize(
    ("given", "environ", "setting", "value"),
    [
        ("pico", {"PICOCLAW_CHANNELS_PICO_TOKEN": "t"}, "token", "t"),
        ("wecom", {"SECRET": "s"}, "secret", "s"),
        ("line", {"PICOCLAW_CHANNELS_LINE_WEBHOOK_PORT": "1234"}, "webhook_port", 1234),
        ("line", {"PICOCLAW_CHANNELS_LINE_WEBHOOK_PORT": "odd"}, "webhook_port", 18791),
        ("line", {"PICOCLAW_CHANNELS_LINE_WEBHOOK_PORT": ""}, "webhook_port", 18791),
    ],
)
def test_channels_take_the_value_of_a_variable_and_skip_a_bad_one(given, environ, setting, value):
    assert channels_of({}, environ=environ)[given]["settings"][setting] == value
