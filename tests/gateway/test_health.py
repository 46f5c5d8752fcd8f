from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.health import (
    MAX_HEALTH_BYTES,
    HealthAnswer,
    bind_entries,
    blocking_addresses,
    health_url,
    is_literal,
    parse_go_duration,
    parse_health,
    probe_addresses,
    probe_host,
    reload_url,
)


def test_parse_health_reads_the_example_of_the_contract():
    body = b'{"status":"ok","uptime":"1h2m3.5s","pid":21049}\n'

    assert parse_health(200, body) == HealthAnswer("ok", 21049, 3723.5)


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b'{"status":"ok"}', HealthAnswer("ok", None, None)),
        (b'{"status":"ok","pid":0,"uptime":"soon"}', HealthAnswer("ok", None, None)),
        (b'{"status":"ok","pid":-4,"uptime":"0s"}', HealthAnswer("ok", None, 0.0)),
    ],
)
def test_parse_health_leaves_unknown_what_the_answer_does_not_say(body, answer):
    assert parse_health(200, body) == answer


@pytest.mark.parametrize(
    ("status_code", "body"),
    [
        (200, b"<!DOCTYPE html><title>ok</title>"),
        (200, b""),
        (200, b"ok"),
        (200, b'["status","ok"]'),
        (200, b"{}"),
        (200, b'{"status":""}'),
        (200, b'{"status":200}'),
        (200, b'{"status":"ok","pid":"21049"}'),
        (200, b'{"status":"ok","pid":true}'),
        (200, b'{"status":"ok","uptime":5}'),
        (200, b'{"status":"ok"' + b" " * MAX_HEALTH_BYTES + b"}"),
        (200, b'{"a":' * 12_000),
        (302, b'{"status":"ok","pid":21049}'),
        (503, b'{"status":"ok","pid":21049}'),
    ],
)
def test_parse_health_is_none_when_it_is_not_a_gateways_answer(status_code, body):
    assert parse_health(status_code, body) is None


@given(st.integers(), st.binary())
def test_parse_health_never_raises_for_any_answer(status_code, body):
    parse_health(status_code, body)


@given(st.text(), st.integers(), st.text())
def test_parse_health_gives_a_positive_pid_or_none(status, pid, uptime):
    body = json.dumps({"status": status, "pid": pid, "uptime": uptime}).encode()

    answer = parse_health(200, body)

    assert answer is None or answer.pid is None or answer.pid > 0


@pytest.mark.parametrize(
    ("duration", "seconds"),
    [
        ("0s", 0),
        ("1ns", 1e-9),
        ("1.5µs", 1.5e-6),
        ("1.5us", 1.5e-6),
        ("1.5μs", 1.5e-6),
        ("2.345678ms", 0.002345678),
        ("999ms", 0.999),
        ("1.5s", 1.5),
        ("1m30s", 90),
        ("1h2m3.5s", 3723.5),
        ("100h0m0s", 360000),
        ("12.345678901s", 12.345678901),
        ("-1.5s", -1.5),
    ],
)
def test_parse_go_duration_reads_the_vectors_of_the_contract(duration, seconds):
    assert parse_go_duration(duration) == pytest.approx(seconds, rel=1e-12)


@pytest.mark.parametrize(
    "duration",
    ["", "s", "5", "1h", "1.5", "1h2m", "1d", "1 s", "1s\n", "١s", "--1s", "1.s", "9" * 5000 + "s"],
)
def test_parse_go_duration_is_none_when_it_is_no_duration(duration):
    assert parse_go_duration(duration) is None


@given(st.text() | st.from_regex(r"-?(\d+h)?(\d+m)?\d+(\.\d+)?s", fullmatch=True))
def test_parse_go_duration_never_raises_for_any_text(duration):
    parse_go_duration(duration)


@pytest.mark.parametrize(
    ("bind", "host"),
    [
        ("", "localhost"),
        ("  ", "localhost"),
        ("localhost", "localhost"),
        ("LOCALHOST", "localhost"),
        ("*", "localhost"),
        ("myhost,*", "localhost"),
        ("0.0.0.0,::", "localhost"),
        ("0.0.0.0", "127.0.0.1"),
        ("192.168.1.5,0.0.0.0", "127.0.0.1"),
        ("::", "::1"),
        ("[::]", "::1"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1,::1", "127.0.0.1"),
        ("192.168.1.5", "192.168.1.5"),
        ("192.168.1.5,localhost", "localhost"),
        ("0.0.0.0,localhost", "::1"),
        ("::,localhost", "127.0.0.1"),
        ("10.0.0.1,myhost", "10.0.0.1"),
        ("a,,b", "localhost"),
        ("127.0.0.1:80", "127.0.0.1:80"),
        ("http://x", "http://x"),
        (" 10.0.0.1 , x ", "10.0.0.1"),
        ("0:0:0:0:0:0:0:1", "::1"),
    ],
)
def test_probe_host_follows_the_vectors_of_the_contract(bind, host):
    assert probe_host(bind) == host


@given(st.text())
def test_probe_host_never_raises_for_any_text(bind):
    assert probe_host(bind)
    assert blocking_addresses(bind)


def test_bind_entries_collapses_duplicates_and_keeps_the_order():
    assert bind_entries("[::1], b ,LocalHost,::1,localhost,[b]") == ("::1", "b", "localhost", "[b]")


@pytest.mark.parametrize("bind", ["a,,b", ",", "localhost,", " ,a"])
def test_bind_entries_is_none_when_an_entry_is_empty(bind):
    assert bind_entries(bind) is None


@pytest.mark.parametrize(
    ("host", "addresses"),
    [
        ("localhost", ("127.0.0.1", "::1")),
        ("LocalHost", ("127.0.0.1", "::1")),
        ("", ("127.0.0.1", "::1")),
        ("127.0.0.1", ("127.0.0.1", "::1")),
        ("::1", ("::1", "127.0.0.1")),
        ("127.0.0.2", ("127.0.0.2",)),
        ("192.168.1.5", ("192.168.1.5",)),
        ("myhost", ("myhost",)),
    ],
)
def test_probe_addresses_are_both_loopbacks_for_a_loopback_host(host, addresses):
    assert probe_addresses(host) == addresses


@pytest.mark.parametrize(
    ("bind", "addresses"),
    [
        ("localhost", ("127.0.0.1", "::1")),
        ("*", ("127.0.0.1", "::1")),
        ("0.0.0.0,::", ("127.0.0.1", "::1")),
        ("127.0.0.1", ("127.0.0.1",)),
        ("0.0.0.0", ("127.0.0.1",)),
        ("::", ("::1",)),
        ("192.168.1.5", ("192.168.1.5",)),
    ],
)
def test_blocking_addresses_are_both_loopbacks_only_when_one_would_do(bind, addresses):
    assert blocking_addresses(bind) == addresses


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("localhost", "http://localhost:18790/health"),
        ("127.0.0.1", "http://127.0.0.1:18790/health"),
        ("::1", "http://[::1]:18790/health"),
        ("fe80::1%eth0", "http://[fe80::1%25eth0]:18790/health"),
    ],
)
def test_health_url_puts_ipv6_literals_in_brackets(host, url):
    assert health_url(host, 18790) == url


def test_reload_url_is_at_the_address_of_the_health_question():
    assert reload_url("::1", 18790) == "http://[::1]:18790/reload"


@pytest.mark.parametrize(
    ("address", "literal"),
    [("127.0.0.1", True), ("::1", True), ("fe80::1%eth0", True), ("localhost", False), ("", False)],
)
def test_is_literal_tells_addresses_from_names(address, literal):
    assert is_literal(address) is literal
