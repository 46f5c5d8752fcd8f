"""The tray and PicoClaw's own launcher start at once, a moment apart or none (contract 13.5)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import hypothesis
import pytest

from picoclaw_tray.lifecycle.state import Running, Stopped
from tests.support.launchers import NEVER_S, LauncherAtWork, gateways_of, launcher
from tests.support.tray_story import flickers, spawned, steps_in

if TYPE_CHECKING:
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = pytest.mark.linux

EXAMPLES_A_ROUND = 30
FOUND = ("A gateway runs already", "A gateway has been started")
LEADS_S = (-0.1, 0.1)
"""Of the launcher: the tray looks and checks before it starts, which takes a tenth of a second."""


def test_start_at_once_ends_with_one_gateway_and_no_word(
    rig: Rig, stand_in_home: GatewayHome, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(hypothesis.settings().max_examples // EXAMPLES_A_ROUND):
        lead_s = random.Random(number).uniform(*LEADS_S)
        caplog.clear()
        with launcher(stand_in_home, starts_after_s=NEVER_S) as other:
            start_both(rig, other, lead_s)
            pid = until_agreed(rig, other, stand_in_home)

            told = f"round {number}, lead {lead_s:.3f} s: {other.said}, {caplog.messages}"
            steps = steps_in(caplog.messages)
            assert gateways_of(stand_in_home) == [pid], told
            assert flickers(steps) == [], told
            assert len(spawned(steps)) <= 1, told
            news = [said for said in rig.tray.notified if not said.startswith(FOUND)]
            assert news == [], told
            stop_it(rig, other)


def start_both(rig: Rig, other: LauncherAtWork, lead_s: float) -> None:
    """Start both, the launcher so many seconds earlier than the tray, or later."""
    if lead_s > 0:
        other.tell("start")
        rig.qtbot.wait(int(lead_s * 1000))
        rig.controller.start()
    else:
        rig.controller.start()
        rig.qtbot.wait(int(-lead_s * 1000))
        other.tell("start")


def until_agreed(rig: Rig, other: LauncherAtWork, home: GatewayHome) -> int:
    """Wait until both look after the same gateway; its PID."""

    def have_agreed() -> bool:
        process = rig.state.process
        if not isinstance(rig.state.phase, Running) or process is None or not other.said[1:]:
            return False
        pid = process.key.pid
        last = [line for line in other.said if line.startswith(("attached", "started", "ended"))]
        return last[-1] in {f"attached {pid}", f"started {pid}"} and home.answering_pid() == pid

    rig.until(have_agreed)
    assert rig.state.process is not None
    assert home.recorded_pid() == rig.state.process.key.pid
    return rig.state.process.key.pid


def stop_it(rig: Rig, other: LauncherAtWork) -> None:
    """The end of a round: the gateway is gone, and both know."""
    other.tell("quit")
    other.wait()
    rig.controller.stop()
    rig.until(lambda: isinstance(rig.state.phase, Stopped))
    rig.tray.notified.clear()
