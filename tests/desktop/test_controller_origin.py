"""Which tray started a gateway of ours; on both gateways."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.origin import Origin, OriginKind
from tests.support.tray_to_kill import left_by_a_killed_tray

if TYPE_CHECKING:
    from picoclaw_tray.system.observation import Observation
    from tests.desktop.conftest import Supervise
    from tests.support.gateway_home import GatewayHome
    from tests.support.supervisor import Supervisor

pytestmark = [pytest.mark.linux, pytest.mark.macos]  # they send signals of Unix


def origin_seen(tray: Supervisor) -> Origin | None:
    seen: list[Observation] = []
    tray.controller.observed.connect(seen.append)
    tray.controller.start()
    tray.until_runs()
    tray.until_looked()
    return seen[-1].facts.origin


def test_gateway_that_this_tray_started(home: GatewayHome, supervise: Supervise) -> None:
    origin = origin_seen(supervise(home))

    assert origin == Origin(OriginKind.THIS_TRAY, starter=os.getpid())


def test_gateway_that_a_tray_left_that_was_killed(home: GatewayHome, supervise: Supervise) -> None:
    with left_by_a_killed_tray(home):
        origin = origin_seen(supervise(home))

    assert origin == Origin(OriginKind.EARLIER_TRAY)
