from __future__ import annotations

import socket

import pytest

from picoclaw_tray.demo.binding import BindError, open_listeners, parse_hosts, probe_host
from tests.support.ports import free_port


def bound(hosts: str, port: int) -> list[str]:
    listeners = open_listeners(parse_hosts(hosts), port)
    addresses = [listener.getsockname()[0] for listener in listeners]
    for listener in listeners:
        listener.close()
    return addresses


@pytest.mark.parametrize(
    ("hosts", "probe"),
    [
        ("", "localhost"),
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
        ("127.0.0.1:80", "127.0.0.1:80"),
    ],
)
def test_probe_host_is_that_of_the_contract(hosts, probe):
    assert probe_host(parse_hosts(hosts)) == probe


def test_hosts_are_trimmed_and_told_once():
    assert parse_hosts(" [::1] , ::1,LocalHost,localhost ") == ("::1", "localhost")


@pytest.mark.parametrize("hosts", ["a,,b", ",", "localhost,"])
def test_hosts_must_not_have_an_empty_entry(hosts):
    with pytest.raises(ValueError, match="host list contains an empty entry"):
        parse_hosts(hosts)


@pytest.mark.parametrize(
    ("hosts", "addresses"),
    [
        ("localhost", ["::1", "127.0.0.1"]),
        ("*", ["::", "0.0.0.0"]),
        ("127.0.0.1", ["127.0.0.1"]),
        ("127.0.0.1,localhost", ["127.0.0.1", "::1"]),
        ("0.0.0.0,127.0.0.1,localhost", ["0.0.0.0", "::1"]),
        ("::,::1", ["::"]),
        ("192.0.2.1,*", ["::", "0.0.0.0"]),
    ],
)
def test_listeners_are_those_of_the_contract(hosts, addresses):
    assert bound(hosts, free_port()) == addresses


@pytest.mark.parametrize("hosts", ["127.0.0.1:80", "192.0.2.1", "no-such-host.invalid"])
def test_listeners_fail_for_what_is_no_address_of_this_machine(hosts):
    with pytest.raises(BindError, match="listen tcp"):
        open_listeners(parse_hosts(hosts), free_port())


def test_listeners_are_all_closed_when_one_cannot_be_opened():
    port = free_port()

    with pytest.raises(BindError):
        open_listeners(parse_hosts("127.0.0.1,192.0.2.1"), port)

    assert bound("127.0.0.1", port) == ["127.0.0.1"]


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize("taken", ["127.0.0.1", "0.0.0.0"])
def test_listeners_name_a_taken_port(taken):
    with socket.create_server((taken, 0)) as other:
        port = other.getsockname()[1]

        with pytest.raises(BindError) as caught:
            open_listeners(("127.0.0.1",), port)

    assert str(caught.value) == f"listen tcp 127.0.0.1:{port}: bind: address already in use"
