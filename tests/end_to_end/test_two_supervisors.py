"""The tray beside PicoClaw's own launcher, which supervises the same home: contract 13.5, by row.

Each is a program of its own, and each does what its person says. The launcher is a stand-in; the
gateway is one too, and a real one where one is given.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from tests.end_to_end.shell import Shell
from tests.end_to_end.tray_program import PATIENCE_S
from tests.support.launchers import NEVER_S, gateways_of, launcher
from tests.support.tray_story import flickers, spawned, steps_in
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from tests.end_to_end.conftest import StartTray
    from tests.end_to_end.tray_program import TrayProgram
    from tests.support.gateway_home import GatewayHome

pytestmark = pytest.mark.linux

FOUND = ("A gateway runs already", "A gateway has been started")
ENDED = "The gateway has stopped, but not by this tray."
SILENT = "The gateway does not answer."
LONGER_THAN_THE_LAUNCHER_WAITS = "linger=60"


def replaced_by(pid: int) -> str:
    return f"The gateway was restarted by somebody else (PID {pid})."


def assert_peace(tray: TrayProgram, home: GatewayHome, *, started: int) -> None:
    """Nothing flickered, nothing was stopped unasked, and there is one gateway at most.

    Args:
        tray: Whose log it is.
        home: Its home.
        started: So many gateways were to be started by the tray.
    """
    steps = steps_in(tray.log.splitlines())
    assert flickers(steps) == []
    assert len(spawned(steps)) == started
    assert "stopping" not in {step.new for step in steps}
    assert len(gateways_of(home)) <= 1


def news(tray: TrayProgram) -> list[str]:
    """What it has told beside that it found a gateway, or that another one was started."""
    return [said for said in tray.notices if not said.startswith(FOUND)]


class TestGatewayOfTheTray:
    """The launcher came later, and attached."""

    def test_launcher_that_quits_leaves_it_alone(
        self, start_tray: StartTray, home: GatewayHome
    ) -> None:
        tray = start_tray(at=home)
        gateway = tray.gateway()

        with launcher(home) as other:
            other.until_said(f"attached {gateway.pid}")
            other.tell("quit")

            assert other.wait() == 0
            assert other.started == []
            assert home.answering_pid() == gateway.pid
        assert_peace(tray, home, started=1)
        assert news(tray) == []

    def test_launcher_that_is_killed_leaves_it_alone(
        self, start_tray: StartTray, stand_in_home: GatewayHome
    ) -> None:
        tray = start_tray(at=stand_in_home, PICOCLAW_DEMO="chatter=0.1")
        gateway = tray.gateway()

        with launcher(stand_in_home) as other:
            other.until_said(f"attached {gateway.pid}")
            other.kill()

        assert stand_in_home.answering_pid() == gateway.pid
        assert_peace(tray, stand_in_home, started=1)

    def test_launcher_that_looks_again_and_again_is_harmless(
        self, start_tray: StartTray, home: GatewayHome
    ) -> None:
        tray = start_tray(at=home)
        gateway = tray.gateway()

        with launcher(home) as other:
            other.until_said(f"attached {gateway.pid}")
            for _ in range(20):
                other.tell("look")
            other.tell("start")
            other.tell("quit")
            other.wait()

            assert other.said == ["ready", f"attached {gateway.pid}"]
        assert home.recorded_pid() == home.answering_pid() == gateway.pid
        assert_peace(tray, home, started=1)
        assert news(tray) == []

    def test_stop_by_the_launcher_is_a_wish(self, start_tray: StartTray, home: GatewayHome) -> None:
        tray = start_tray(at=home)
        gateway = tray.gateway()

        with launcher(home) as other:
            other.until_said(f"attached {gateway.pid}")
            other.tell("stop")
            tray.wait_for("running -> stopped: Exited 0")
            tray.wait_for(f"notice: {ENDED}")

            assert f"signalled {gateway.pid} SIGTERM" in other.said
            assert other.started == gateways_of(home) == []
        assert_peace(tray, home, started=1)
        assert news(tray) == [ENDED]

    def test_restart_by_the_launcher_is_followed(
        self, start_tray: StartTray, home: GatewayHome
    ) -> None:
        tray = start_tray(at=home)
        gateway = tray.gateway()

        with launcher(home) as other:
            other.until_said(f"attached {gateway.pid}")
            other.tell("restart")
            pid = other.until_started()
            tray.wait_for(f"notice: {replaced_by(pid)}")
            Shell(home).until(gateway_status="running", pid=pid)

            assert_peace(tray, home, started=1)
            assert tray.end(signal.SIGTERM) == 0
            assert home.answering_pid() == pid
        assert news(tray) == [replaced_by(pid)]

    def test_restart_by_force_is_followed_too(
        self, start_tray: StartTray, stand_in_home: GatewayHome
    ) -> None:
        tray = start_tray(at=stand_in_home, PICOCLAW_DEMO=LONGER_THAN_THE_LAUNCHER_WAITS)
        gateway = tray.gateway()

        with launcher(stand_in_home) as other:
            other.until_said(f"attached {gateway.pid}")
            other.tell("restart")
            pid = other.until_started()
            tray.wait_for(f"notice: {replaced_by(pid)}")
            wait_until(lambda: stand_in_home.answering_pid() == pid, PATIENCE_S, what="its answer")

            assert f"signalled {gateway.pid} SIGKILL" in other.said
            tray.wait_for("running -> backoff: Exited -9")
            assert_peace(tray, stand_in_home, started=1)
            # It does not answer while it lingers, which a look may find and say.
            assert [said for said in news(tray) if said != SILENT] == [replaced_by(pid)]

    def test_restart_by_a_launcher_that_is_too_late_ends_with_one_gateway(
        self, start_tray: StartTray, stand_in_home: GatewayHome
    ) -> None:
        """The tray's own restart was first; the launcher's gateway finds its place taken."""
        tray = start_tray(at=stand_in_home)
        gateway = tray.gateway()

        with launcher(stand_in_home, starts_after_s=NEVER_S) as other:
            gateway.kill()
            again = tray.gateway(run=2)
            other.tell("start")
            other.until_said(f"attached {again.pid}")
            tray.wait_for("notice: ")

            assert gateways_of(stand_in_home) == [again.pid]
        assert_peace(tray, stand_in_home, started=2)
        assert news(tray) == ["The gateway was restarted. The gateway was killed (SIGKILL)."]


class TestGatewayOfTheLauncher:
    """The tray came later, and attached."""

    def test_tray_that_quits_leaves_it_alone(
        self, start_tray: StartTray, home: GatewayHome
    ) -> None:
        with launcher(home) as other:
            pid = other.until_started()
            wait_until(lambda: home.answering_pid() == pid, PATIENCE_S, what="its answer")
            tray = start_tray(at=home)
            tray.wait_for(f"locating -> running: Observed (PID {pid})")

            status = tray.end(signal.SIGTERM)

            assert status == 0
            assert home.answering_pid() == pid
            assert f"ended {pid}" not in "\n".join(other.said)
            assert_peace(tray, home, started=0)
        assert news(tray) == []

    def test_gateway_that_comes_up_is_waited_for(
        self, start_tray: StartTray, stand_in_home: GatewayHome
    ) -> None:
        with launcher(stand_in_home, "startup=2") as other:
            pid = other.until_started()
            wait_until(stand_in_home.place.pid_file.exists, PATIENCE_S, what="its PID file")
            tray = start_tray(at=stand_in_home)
            tray.wait_for(f"locating -> starting: Observed (PID {pid})")
            tray.wait_for(f"starting -> running: Observed (PID {pid})")

            assert_peace(tray, stand_in_home, started=0)
            assert news(tray) == []

    def test_launcher_that_quits_stops_it(self, start_tray: StartTray, home: GatewayHome) -> None:
        with launcher(home) as other:
            pid = other.until_started()
            tray = start_tray(at=home)
            tray.wait_for(f"-> running: Observed (PID {pid})")

            other.tell("quit")
            tray.wait_for("running -> stopped: Observed")
            tray.wait_for(f"notice: {ENDED}")

            assert other.wait() == 0
            assert not home.place.pid_file.exists()
            assert gateways_of(home) == []
        assert_peace(tray, home, started=0)
        assert news(tray) == [ENDED]

    def test_restart_by_the_launcher_is_followed(
        self, start_tray: StartTray, home: GatewayHome
    ) -> None:
        with launcher(home) as other:
            first = other.until_started()
            tray = start_tray(at=home)
            tray.wait_for(f"-> running: Observed (PID {first})")

            other.tell("restart")
            second = other.until_started(times=2)
            tray.wait_for(f"notice: {replaced_by(second)}")
            Shell(home).until(gateway_status="running", pid=second)

            assert_peace(tray, home, started=0)
            assert news(tray) == [replaced_by(second)]

    def test_gateway_whose_launcher_is_killed_ends_with_its_next_line(
        self, start_tray: StartTray, stand_in_home: GatewayHome
    ) -> None:
        """Its PID file stays (contract 4.7), and is no obstacle to the next start."""
        with launcher(stand_in_home, "chatter=0.5") as other:
            pid = other.until_started()
            tray = start_tray(at=stand_in_home)
            tray.wait_for(f"-> running: Observed (PID {pid})")

            other.kill()
            tray.wait_for("running -> stopped: Observed")
            tray.wait_for(f"notice: {ENDED}")

            assert stand_in_home.recorded_pid() == pid
            assert gateways_of(stand_in_home) == []
            assert_peace(tray, stand_in_home, started=0)
            assert news(tray) == [ENDED]

        started = Shell(stand_in_home)("start", "--json").payload
        assert started["pid"] == stand_in_home.answering_pid() == tray.gateway().pid
        assert news(tray) == [ENDED]


class TestBothAtOnce:
    """Whoever is second ends with 1, reads the PID file again, and attaches."""

    @pytest.mark.parametrize(
        "reason",
        [
            "error opening gateway listeners: failed to open adaptive localhost listener",
            "singleton check failed: gateway is already running (PID: 815)",
        ],
        ids=["listeners", "singleton"],
    )
    def test_tray_that_was_second_adopts_and_shows_no_failure(
        self, reason: str, start_tray: StartTray, stand_in_home: GatewayHome
    ) -> None:
        with launcher(stand_in_home, starts_after_s=NEVER_S) as other:
            tray = start_tray(at=stand_in_home, PICOCLAW_DEMO=f"fail-before-pid={reason}")
            tray.wait_for("spawning -> starting")
            other.tell("start")
            tray.wait_for("starting -> backoff: Exited 1")
            pid = other.until_started()
            status = Shell(stand_in_home).until(pid=pid, ownership="attached")

            assert status["gateway_status"] == "running"
            assert status["failure"] is None
            assert_peace(tray, stand_in_home, started=1)
            assert tray.end(signal.SIGTERM) == 0
        assert news(tray) == []

    def test_launcher_that_was_second_attaches(
        self, start_tray: StartTray, stand_in_home: GatewayHome
    ) -> None:
        with launcher(
            stand_in_home,
            "fail-before-pid=error opening gateway listeners: in use",
            starts_after_s=NEVER_S,
        ) as other:
            tray = start_tray(at=stand_in_home)
            tray.wait_for("spawning -> starting")
            other.tell("start")
            second = other.until_started()
            gateway = tray.gateway()
            other.until_said(f"ended {second} 1")
            other.until_said(f"attached {gateway.pid}")

        assert_peace(tray, stand_in_home, started=1)
        assert news(tray) == []
