"""What is kept of a gateway that ended or hangs, on both gateways where a real one can do it."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.chatter import is_chatter
from picoclaw_tray.lifecycle.state import Backoff, Process
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.run_record import RunRecords
from tests.support.launch import PLAN

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Failure
    from tests.desktop.conftest import Supervise
    from tests.support.gateway_home import GatewayHome
    from tests.support.supervisor import Supervisor

pytestmark = [pytest.mark.linux, pytest.mark.macos]  # they send signals of Unix

OLD_LINE = (
    '{"level":"warn","component":"x","time":"2026-01-01T00:00:00Z","caller":"x","message":"old"}'
)
STILL_HERE = "The stand-in is still here"


def explained(tray: Supervisor) -> Failure:
    """The failure, as soon as it has its sentence."""
    failure = tray.until(
        lambda state: state.failure is not None and state.failure.reason is not None, "reason"
    ).failure
    assert failure is not None
    return failure


def leave_old_traces(home: GatewayHome) -> None:
    """As of a run before."""
    home.place.log.parent.mkdir(exist_ok=True)
    home.place.log.write_text(f"{OLD_LINE}\n", encoding="utf-8")
    home.place.panic_log.write_text("panic: of an earlier run\n", encoding="utf-8")


def test_killed_gateway_leaves_lines_of_its_log_and_no_banner(
    home: GatewayHome, supervise: Supervise
) -> None:
    leave_old_traces(home)
    tray = supervise(home, backoff=(60.0,))
    tray.controller.start()
    tray.until_runs()
    tray.until_lines(b"Press Ctrl+C to stop")

    tray.signal_gateway(signal.SIGKILL)
    failure = explained(tray)

    assert tray.lines
    assert not any(map(is_chatter, failure.evidence))
    assert not any("panic" in line or line == OLD_LINE for line in failure.evidence)
    assert failure.reason is not None
    assert "was killed" in render(failure.reason)


def test_crash_by_a_signal_leaves_the_last_lines(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    switches = "chatter=0.05,crash-after=0.5,crash-signal=SEGV"
    tray = supervise(stand_in_home, switches, backoff=(60.0,))

    tray.controller.start()
    failure = explained(tray)

    assert 1 <= len(failure.evidence) <= 5
    assert all(STILL_HERE in line for line in failure.evidence)
    assert failure.reason is not None
    assert "SIGSEGV" in render(failure.reason)


def test_panic_leaves_the_last_lines_and_then_itself(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    leave_old_traces(stand_in_home)
    switches = "say=the moon is full,crash-after=0.2,crash-code=2"
    tray = supervise(stand_in_home, switches, backoff=(60.0,))

    tray.controller.start()
    failure = explained(tray)

    assert failure.failure_class == "panic"
    assert failure.evidence == ("the moon is full",)
    assert failure.panic == ("panic: the stand-in was told to crash", "goroutine 1 [running]:")


def test_gateway_that_was_found_leaves_what_its_log_gained(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    leave_old_traces(stand_in_home)
    tray = supervise(stand_in_home, backoff=(60.0,))

    with stand_in_home.started_by_hand("chatter=0.05") as gateway:
        adopt_as_ours(tray, stand_in_home, gateway.pid)
        for _ in range(2):
            tray.until_looked()
        gateway.send_signal(signal.SIGKILL)
        gateway.wait()
        tray.until_phase(Backoff)
        failure = explained(tray)

    assert 1 <= len(failure.evidence) <= 5
    assert all(STILL_HERE in line for line in failure.evidence)


def test_gateway_that_was_found_leaves_nothing_that_was_there_before(
    home: GatewayHome, supervise: Supervise
) -> None:
    leave_old_traces(home)
    tray = supervise(home, backoff=(60.0,))

    with home.started_by_hand() as gateway:
        adopt_as_ours(tray, home, gateway.pid)
        gateway.send_signal(signal.SIGKILL)
        gateway.wait()
        tray.until_phase(Backoff)
        failure = explained(tray)

    assert failure.evidence == ()
    assert failure.failure_class == "unknown"


def test_halted_gateway_is_looked_at_before_it_is_replaced(
    home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(home, restart_when_hung=True, stop_grace=3.0)
    tray.controller.start()
    first = tray.until_runs()

    tray.signal_gateway(signal.SIGSTOP)
    failure = explained(tray)
    tray.until_runs(other_than=first)

    assert failure.failure_class == "hung"
    assert failure.evidence[0].startswith("CPU 0 % (")
    assert failure.evidence[0].endswith(", stopped")
    assert failure.next_step is not None
    assert f"kill -CONT {first}" in render(failure.next_step)


def test_hung_gateway_is_looked_at_before_it_is_replaced(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    switches = "hang-after=0.3,say=the moon is full,ignore-sigterm,times=1"
    tray = supervise(stand_in_home, switches, restart_when_hung=True, stop_grace=3.0)

    tray.controller.start()
    failure = explained(tray)

    assert failure.failure_class == "hung"
    assert " thread, " in failure.evidence[0]
    assert failure.evidence[1:] == ("the moon is full",)
    assert failure.reason is not None
    assert "SIGSTOP" not in render(failure.reason)


def adopt_as_ours(tray: Supervisor, home: GatewayHome, pid: int) -> None:
    """Find a gateway as one that an earlier tray started."""
    key = key_of(pid)
    assert key is not None
    RunRecords(home.site().state_folder).write_spawned(Process(key, ours=True), PLAN)
    tray.controller.start()
    tray.until_runs()
    assert tray.process.ours
