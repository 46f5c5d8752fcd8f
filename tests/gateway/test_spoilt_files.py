"""Every file of PicoClaw that we read, spoilt in every way: a value comes of it, in good time."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.auth_file import stored_logins
from picoclaw_tray.gateway.config import ConfigSources, GatewayConfig, read_config
from picoclaw_tray.gateway.config_error import ConfigError
from picoclaw_tray.gateway.health import MAX_HEALTH_BYTES, HealthAnswer, parse_health
from picoclaw_tray.gateway.pid_file import MAX_PID_FILE_BYTES, PidRecord, parse_pid_file
from picoclaw_tray.gateway.readiness import NotReady, Ready, readiness
from picoclaw_tray.gateway.release import NEWEST, release_of
from picoclaw_tray.gateway.secrets import SecretSources
from picoclaw_tray.gateway.security_file import SecurityFile, read_security_file
from picoclaw_tray.gateway.service import Kin, Service, service_of
from tests.support.spoilt import HUGE, spoilt

PID_FILE = b'{"pid": 4711, "token": "0a", "version": "0.2.9", "port": 18790, "host": "localhost"}'
HEALTH = b'{"status": "ok", "uptime": "1m2.5s", "pid": 4711}'
MODEL = {"model_name": "m", "provider": "openai", "model": "m", "api_keys": ["k"]}
CONFIG = json.dumps(
    {
        "version": 3,
        "agents": {"defaults": {"model_name": "m"}},
        "model_list": [MODEL],
        "channel_list": {"c": {"type": "telegram", "enabled": True, "settings": {"token": "t"}}},
        "gateway": {"host": "localhost", "port": 18790, "log_level": "warn"},
        "tools": {"web": {"brave": {"enabled": True, "api_keys": ["k"]}}},
    }
).encode()
SECURITY = b"""
model_list:
  m:0: {api_keys: [k, 'file://x']}
  n: &a {api_keys: [enc://y]}
  o: *a
web:
  brave: {api_keys: [k]}
channel_list:
  c: {settings: {token: 5, allow: [1, .inf, 0x10, ~]}}
"""
AUTH = (
    b'{"credentials": {"openai": {"access_token": "t", "expires_at": "2026-01-01T00:00:00Z",'
    b' "auth_method": "oauth"}}}'
)
CGROUP = (
    b"1:name=systemd:/system.slice/docker-" + b"ab" * 32 + b".scope\n0::/system.slice/p.service"
)
RELEASES = st.sampled_from([NEWEST, release_of("v0.2.9"), release_of("v0.2.6")])


@given(spoilt(PID_FILE))
def test_spoilt_pid_file_is_a_plausible_record_or_none(raw):
    record = parse_pid_file(raw)

    assert record is None or (record.pid > 0 and 0 <= record.port <= 65535)
    assert record is None or record.host.encode() is not None  # no half of a character


@given(spoilt(HEALTH), st.just(200) | st.integers())
def test_spoilt_answer_is_a_gateways_or_none(raw, status):
    answer = parse_health(status, raw)

    assert answer is None or (answer.status and answer.pid != 0)


@given(spoilt(CONFIG), RELEASES)
def test_spoilt_config_can_be_judged_or_is_an_error(raw, release):
    config = read_config(ConfigSources(raw), release)

    if isinstance(config, ConfigError):
        assert config.reason
    else:
        assert isinstance(readiness(config, release, frozenset()), Ready | NotReady)


@given(spoilt(SECURITY), RELEASES)
def test_spoilt_secrets_are_merged_or_are_an_error(raw, release):
    config = read_config(ConfigSources(CONFIG, raw), release)

    assert isinstance(config, GatewayConfig | ConfigError)


@given(spoilt(AUTH))
def test_spoilt_logins_are_names_or_none(raw):
    assert all(isinstance(name, str) for name in stored_logins(raw))


@given(spoilt(CGROUP), spoilt(CGROUP))
def test_spoilt_groups_name_a_service_or_none(theirs, own):
    words = [raw.decode("utf-8", "surrogateescape") for raw in (theirs, own)]
    lineage = (Kin(7, 7, ("picoclaw",), words[0]), Kin(1, 1, (), "0::/init.scope"))

    assert isinstance(service_of(lineage, words[1]), Service | None)


@pytest.mark.parametrize("raw", HUGE.values(), ids=HUGE)
def test_huge_file_is_read_in_good_time(raw):
    assert isinstance(parse_pid_file(raw), PidRecord | None)
    assert isinstance(parse_health(200, raw), HealthAnswer | None)
    assert isinstance(stored_logins(raw), frozenset)
    assert isinstance(read_config(ConfigSources(raw)), GatewayConfig | ConfigError)


@pytest.mark.parametrize("raw", HUGE.values(), ids=HUGE)
def test_secrets_as_large_as_they_are_read_take_no_long_time(raw):
    result = read_security_file(raw[: 128 * 1024], SecretSources().read)

    assert isinstance(result, SecurityFile | ConfigError)


@pytest.mark.parametrize(
    ("document", "limit", "parse"),
    [
        (PID_FILE, MAX_PID_FILE_BYTES, parse_pid_file),
        (HEALTH, MAX_HEALTH_BYTES, lambda raw: parse_health(200, raw)),
    ],
)
def test_document_longer_than_its_limit_is_none(document, limit, parse):
    assert parse(document.ljust(limit)) is not None
    assert parse(document.ljust(limit + 1)) is None
