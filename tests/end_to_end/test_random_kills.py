"""Tray and gateway are killed, stopped and ended at random moments; nothing bad may come of it.

Never two gateways of one home, never a signal to a stranger, never a live gateway without its PID
file, and the next start always works. A failure names the seed: with it in ``MAYHEM_SEED`` the same
strikes are tried at the same moments, as far as the machine goes along.
"""

from __future__ import annotations

import logging
import os
import random
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import hypothesis
import pytest

from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.settings import Settings
from tests.end_to_end.mayhem import Mayhem, set_up
from tests.end_to_end.shell import Shell
from tests.support.launchers import gateways_of
from tests.support.onlooker import looking_on
from tests.support.processes import signal_recorder
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.end_to_end.conftest import StartBareTray
    from tests.support.gateway_home import GatewayHome
    from tests.support.processes import SignalRecorder

log = logging.getLogger(__name__)

ROUNDS = {"long": 100}.get(hypothesis.settings.get_current_profile_name(), 10)
ROUNDS_OF_A_HOME = 5
SEED = os.environ.get("MAYHEM_SEED") or f"{random.SystemRandom().randrange(10**6)}"
IN_PIDFILE = "somebody whom a PID file names"

pytestmark = pytest.mark.linux


@pytest.fixture
def strangers(bystander: SignalRecorder, tmp_path: Path) -> Iterator[Mapping[str, SignalRecorder]]:
    """Processes that nobody may signal."""
    folder = tmp_path / "stranger"
    folder.mkdir()
    with signal_recorder(folder, environment={"PATH": os.environ["PATH"]}) as stranger:
        yield {"the gateway of another home": bystander, IN_PIDFILE: stranger}


@pytest.mark.timeout(300)  # when much goes wrong: a person is patient five times in a round
@pytest.mark.parametrize("number", range(ROUNDS // ROUNDS_OF_A_HOME), ids="home-{}".format)
def test_nobody_is_harmed_and_the_next_start_works(
    number: int,
    home: GatewayHome,
    start_tray: StartBareTray,
    strangers: Mapping[str, SignalRecorder],
    own_machine: Path,
) -> None:
    with looking_on(home, strangers) as onlooker:
        mayhem = Mayhem(home, start_tray, onlooker, strangers[IN_PIDFILE])
        try:
            for turn in range(ROUNDS_OF_A_HOME):
                mayhem.chance.seed(f"{SEED} {number} {turn}")
                with told(mayhem, f"round {turn} in home {number} of MAYHEM_SEED={SEED}"):
                    mayhem.play_round()
                    assert onlooker.harm == []
                    assert signals_to(strangers) == dict.fromkeys(strangers, ())
        finally:
            mayhem.end(own_machine)
    assert onlooker.harm == []
    log.info("%d looks, at most %.3f s apart", onlooker.looks, onlooker.longest_gap_s)


def signals_to(strangers: Mapping[str, SignalRecorder]) -> dict[str, tuple[str, ...]]:
    return {name: stranger.received() for name, stranger in strangers.items()}


@contextmanager
def told(mayhem: Mayhem, which: str) -> Iterator[None]:
    """Tells the story of the round, in our log or with the failure."""
    began = time.monotonic()
    try:
        yield
    except BaseException as error:
        error.add_note("\n".join([which, *mayhem.story]))
        raise
    log.info("%s, %.1f s: %s", which, time.monotonic() - began, "; ".join(mayhem.story))


@pytest.mark.parametrize("on_quit", OnQuit)
def test_gateway_of_a_killed_tray_is_ours_and_can_be_restarted(
    on_quit: OnQuit, start_tray: StartBareTray, home: GatewayHome
) -> None:
    set_up(home, Settings(on_quit=on_quit))
    shell, killed = Shell(home), start_tray(at=home)
    gateway = killed.gateway()
    if not on_quit.outlives:  # whatever it prints without a reader is its end
        wait_until(lambda: "Press Ctrl+C" in shell("logs").out, what="the last line of the start")
    killed.end(signal.SIGKILL)

    tray = start_tray(at=home)
    tray.wait_for(f"locating -> running: Observed (PID {gateway.pid})")
    found = shell.until(pid=gateway.pid)
    words = shell("status").out
    restarted = shell("restart")
    pids = gateways_of(home)
    ended = shell("quit", "--stop")

    assert (found["ownership"], found["managed_by"]["kind"]) == ("owned", "earlier_tray")
    assert ("What it prints is lost" in words) == ("Restart it" in words) == (not on_quit.outlives)
    assert (restarted.status, ended.status) == (0, 0)
    assert len(pids) == 1
    assert gateway.pid not in pids
    assert gateways_of(home) == []
