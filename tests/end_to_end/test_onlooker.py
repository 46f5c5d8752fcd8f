"""The judge of the random kills sees what is to be seen, and nothing else."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from tests.support.onlooker import LONGEST_FAREWELL_S, looking_on
from tests.support.processes import GATEWAY_WORDS, sleeper
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.gateway_home import GatewayHome
    from tests.support.onlooker import Onlooker

pytestmark = pytest.mark.linux


def looks(onlooker: Onlooker, times: int = 3) -> None:
    """Lets it look a few times."""
    enough = onlooker.looks + times
    wait_until(lambda: onlooker.looks >= enough, what="some looks")


def until_seen(onlooker: Onlooker) -> list[str]:
    return wait_until(lambda: onlooker.harm, 10 * LONGEST_FAREWELL_S, what="the harm")


class TestPidFile:
    def test_removed_from_a_gateway_that_runs_on(self, stand_in_home: GatewayHome) -> None:
        with looking_on(stand_in_home, {}) as onlooker, stand_in_home.started_by_hand() as gateway:
            looks(onlooker)
            stand_in_home.place.pid_file.unlink()

            expected = f"the PID file of the gateway {gateway.pid} was taken away"
            assert until_seen(onlooker) == [expected]

    def test_removed_from_a_gateway_that_is_stopped(self, stand_in_home: GatewayHome) -> None:
        with looking_on(stand_in_home, {}) as onlooker, stand_in_home.started_by_hand() as gateway:
            gateway.send_signal(signal.SIGSTOP)
            looks(onlooker)
            stand_in_home.place.pid_file.unlink()

            expected = f"the PID file of the stopped gateway {gateway.pid} was taken away"
            assert until_seen(onlooker) == [expected]

    @pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
    def test_gateway_that_ends_loses_it_rightly(
        self, number: signal.Signals, stand_in_home: GatewayHome
    ) -> None:
        with looking_on(stand_in_home, {}) as onlooker, stand_in_home.started_by_hand() as gateway:
            looks(onlooker)
            gateway.send_signal(number)
            gateway.wait()
            stand_in_home.place.pid_file.unlink(missing_ok=True)
            looks(onlooker)

            assert onlooker.gateways() == []
            assert onlooker.harm == []


def test_second_gateway_is_seen(stand_in_home: GatewayHome, tmp_path: Path) -> None:
    folder = tmp_path / "sleepers"
    folder.mkdir()
    environment = dict(os.environ) | {"PICOCLAW_HOME": str(stand_in_home.place.home)}
    with (
        looking_on(stand_in_home, {}) as onlooker,
        sleeper(GATEWAY_WORDS, folder=folder, environment=environment) as first,
    ):
        looks(onlooker)
        assert onlooker.harm == []
        with sleeper(GATEWAY_WORDS, folder=folder, environment=environment) as second:
            pids = sorted([first.pid, second.pid])

            assert until_seen(onlooker) == [f"two gateways at once: {pids}"]


@pytest.mark.parametrize(
    ("number", "what"), [(signal.SIGSTOP, "stopped"), (signal.SIGKILL, "ended")]
)
def test_stranger_who_is_hit_is_seen(
    number: signal.Signals, what: str, stand_in_home: GatewayHome
) -> None:
    with sleeper() as stranger, looking_on(stand_in_home, {"somebody": stranger}) as onlooker:
        looks(onlooker)
        assert onlooker.harm == []
        stranger.send_signal(number)

        assert until_seen(onlooker) == [f"somebody ({stranger.pid}) was {what}"]
