"""Who started a gateway, by what really starts them; on both gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.system.crew import assemble
from picoclaw_tray.system.without_tray import status
from tests.support.starters import started_by, started_in_terminal

if TYPE_CHECKING:
    from picoclaw_tray.system.observer import Observer
    from tests.support.gateway_home import GatewayHome

pytestmark = pytest.mark.linux

FLUTTER_UI = "/opt/picoclaw_fui/picoclaw_flutter_ui"
LAUNCHER = "/opt/picoclaw-launcher"


def observer(home: GatewayHome) -> Observer:
    return assemble(home.site()).observer


def test_gateway_of_a_terminal(gateway_home: GatewayHome) -> None:
    with started_in_terminal(gateway_home) as (_, terminal):
        seen = observer(gateway_home).observe(None)

    assert seen.facts.origin == Origin(OriginKind.TERMINAL, terminal=terminal)


def test_gateway_that_outlived_its_terminal_is_nobodys(gateway_home: GatewayHome) -> None:
    with started_in_terminal(gateway_home, nohup=True) as (gateway, _):
        gateway.lose_starter()
        seen = observer(gateway_home).observe(None)

    assert seen.facts.origin == Origin(OriginKind.UNKNOWN)


def test_gateway_of_a_launcher(gateway_home: GatewayHome) -> None:
    with started_by(gateway_home, LAUNCHER) as gateway:
        seen = observer(gateway_home).observe(None)

    assert seen.facts.origin == Origin(OriginKind.LAUNCHER, starter=gateway.starter)
    assert seen.facts.service is None


def test_gateway_of_a_launcher_of_the_flutter_ui(gateway_home: GatewayHome) -> None:
    with started_by(gateway_home, FLUTTER_UI, LAUNCHER) as gateway:
        seen = observer(gateway_home).observe(None)

    assert seen.facts.origin == Origin(OriginKind.FLUTTER_UI, starter=gateway.starter)


def test_gateway_of_a_launcher_is_nobodys_once_that_is_gone(gateway_home: GatewayHome) -> None:
    with started_by(gateway_home, LAUNCHER) as gateway:
        looking = observer(gateway_home)
        before = looking.observe(None).facts.origin
        gateway.lose_starter()
        after = looking.observe(None).facts.origin

    assert before == Origin(OriginKind.LAUNCHER, starter=gateway.starter)
    assert after is not None
    assert after.kind in {OriginKind.UNKNOWN, OriginKind.TERMINAL}  # that of the tests


def test_status_says_who_started_it_without_a_tray(gateway_home: GatewayHome) -> None:
    with started_by(gateway_home, LAUNCHER) as gateway:
        answer = status(gateway_home.site(), limit_s=5.0)

    assert answer.payload["managed_by"] == {
        "kind": "launcher",
        "unit": None,
        "pid": gateway.starter,
        "stop_command": None,
        "restart_command": None,
    }
    pid = gateway.starter
    assert f"  Started by PicoClaw's launcher (picoclaw-launcher, PID {pid})" in answer.lines
    assert "The gateway ends when PicoClaw's launcher is quit." in answer.lines
