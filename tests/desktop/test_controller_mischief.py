"""What the stand-in can be told to do wrong, and a real gateway cannot."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Health,
    QuitKind,
    Running,
    Starting,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.text import render
from tests.support.supervisor import is_gone

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.state import Failure, State
    from tests.desktop.conftest import Supervise
    from tests.support.gateway_home import GatewayHome
    from tests.support.supervisor import Supervisor

pytestmark = [pytest.mark.linux, pytest.mark.macos]  # they send signals of Unix


def _explained(tray: Supervisor) -> Failure:
    """The failure, as soon as it has its sentence."""
    failure = tray.until(
        lambda state: state.failure is not None and state.failure.reason is not None, "reason"
    ).failure
    assert failure is not None
    return failure


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(
    ("reason", "told"),
    [
        ('error creating provider: model "x" not found', ("provider_error", Failed)),
        ("error loading config: no such thing", ("config_unreadable", Failed)),
        ("error opening gateway listeners: in use", ("port_taken", Backoff)),
        ("something else", ("unknown", Backoff)),
    ],
    ids=["provider", "config", "port", "unknown"],
)
def test_start_that_fails_is_explained_with_the_words_of_the_gateway(
    stand_in_home: GatewayHome,
    supervise: Supervise,
    when: str,
    reason: str,
    told: tuple[str, type[Backoff | Failed]],
) -> None:
    tray = supervise(stand_in_home, f"fail-{when}-pid={reason}", backoff=(60.0,))

    tray.controller.start()
    failure = _explained(tray)

    assert (failure.failure_class, type(tray.state.phase)) == told
    assert (failure.exit_code, failure.was_ready) == (1, False)
    assert any("Gateway startup failed" in line for line in failure.evidence)


def test_crash_is_followed_by_a_start_that_works(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "crash-after=0.2,crash-code=2,times=1")

    tray.controller.start()
    first = tray.until_runs()
    tray.until_phase(Backoff)
    failure = _explained(tray)
    tray.until_runs(other_than=first)

    assert (failure.failure_class, failure.exit_code) == ("panic", 2)


def test_crashes_in_a_row_are_given_up(stand_in_home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(stand_in_home, "crash-after=0", backoff=(0.05,))

    tray.controller.start()
    failed = tray.until_phase(Failed)

    assert failed.gave_up
    assert tray.phases.count("Spawning") == 3  # the first, and the burst of the tests


def test_last_lines_come_before_the_end(stand_in_home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(stand_in_home, "fail-after-pid=the last words", backoff=(60.0,))

    tray.controller.start()
    tray.until_phase(Backoff)

    *before, phase = tray.said[: tray.said.index("Backoff") + 1]
    assert phase == "Backoff"
    assert b"the last words" in tray.lines[-1]
    assert before[-1].startswith("line ")


def test_all_of_a_flood_arrives_in_order(stand_in_home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(stand_in_home, "flood=20000")

    tray.controller.start()
    tray.until_lines(b"flood line 000020000")

    numbers = [int(line.split()[2]) for line in tray.lines if line.startswith(b"flood line")]
    assert numbers == list(range(1, 20001))


def test_long_line_is_kept_whole_and_capture_goes_on(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "long-line=2000000,chatter=0.2")

    tray.controller.start()
    tray.until_lines(b"still here")

    (long_line,) = (line for line in tray.lines if line.startswith(b"xxx"))
    assert long_line == b"x" * 2_000_000


def test_gateway_that_ignores_sigterm_is_ended_by_force(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "ignore-sigterm", stop_grace=0.5)
    tray.controller.start()
    pid = tray.until_runs()

    tray.controller.stop()
    tray.until(lambda state: isinstance(state.phase, Stopping) and state.phase.killed, "force")
    tray.until_phase(Stopped)

    assert is_gone(pid)


def test_force_stop_does_not_wait_for_the_grace(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "ignore-sigterm", stop_grace=120.0)
    tray.controller.start()
    tray.until_runs()
    tray.controller.stop()
    tray.until_phase(Stopping)

    tray.controller.force_stop()

    assert tray.until_phase(Stopped).reason is StopReason.BY_USER


def test_second_interrupt_of_a_quit_does_not_wait_for_the_grace(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "ignore-sigterm", stop_grace=120.0)
    tray.controller.start()
    pid = tray.until_runs()

    tray.controller.quit()
    tray.controller.force_stop()
    tray.until(lambda state: state.ended, "end")

    assert is_gone(pid)


def test_quit_becomes_urgent_when_the_session_ends(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "ignore-sigterm", stop_grace=120.0, session_grace=0.2)
    tray.controller.start()
    pid = tray.until_runs()

    tray.controller.quit()
    tray.until_phase(Stopping)
    tray.quit(QuitKind.SESSION)

    assert is_gone(pid)


def test_stop_waits_for_a_gateway_that_takes_its_time(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "linger=1")
    tray.controller.start()
    pid = tray.until_runs()
    tray.until_signals_are_heeded()

    tray.controller.stop()
    tray.until_phase(Stopping)
    tray.until_phase(Stopped)

    assert is_gone(pid)
    assert stand_in_home.recorded_pid() is None


def test_mute_gateway_is_slow_and_never_ended_for_it(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "mute", start_window=1.0)

    tray.controller.start()
    slow = tray.until(
        lambda state: (
            isinstance(state.phase, Starting) and state.phase.slow and state.phase.announced
        ),
        "slow start",
    )
    tray.until(lambda state: state.probing is not slow.probing)

    assert not is_gone(tray.pid)
    assert tray.phases[-1] == "Starting"


def test_slow_start_succeeds_in_the_end(stand_in_home: GatewayHome, supervise: Supervise) -> None:
    tray = supervise(stand_in_home, "startup=2", start_window=0.5)

    tray.controller.start()
    slow = tray.until(_is_slow, "slow start")
    pid = tray.until_runs()

    assert slow.process is not None
    assert slow.process.key.pid == pid


def test_restart_of_a_slow_start_starts_another(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "mute,times=1", start_window=0.5)
    tray.controller.start()
    slow = tray.until(_is_slow, "slow start")
    assert slow.process is not None

    tray.controller.restart()

    tray.until_runs(other_than=slow.process.key.pid)


def test_answer_of_another_process_makes_no_gateway_run(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "foreign-pid", start_window=0.5)

    tray.controller.start()
    tray.until(_is_slow, "slow start")

    assert "Running" not in tray.phases


def test_gateway_that_hangs_fails_and_says_so(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "hang-after=0.3")

    tray.controller.start()
    tray.until_runs()

    tray.until(
        lambda state: isinstance(state.phase, Running) and state.phase.health is Health.FAILING,
        "failing gateway",
    )


def test_gateway_without_pid_file_and_pid_runs(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    """Releases before v0.2.5 (contract 14.3)."""
    tray = supervise(stand_in_home, "no-pid-file")

    tray.controller.start()
    tray.until_runs()
    tray.controller.stop()
    tray.until_phase(Stopped)


def test_children_that_survive_a_stop_are_named(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "children=2")
    tray.controller.start()
    tray.until_runs()
    tray.until_signals_are_heeded()

    tray.controller.stop()
    phase = tray.until(
        lambda state: isinstance(state.phase, Stopped) and state.phase.remains is not None
    ).phase

    assert isinstance(phase, Stopped)
    assert phase.remains is not None
    try:
        assert len(phase.remains.processes) == 2
        assert not any(map(is_gone, phase.remains.processes))
    finally:
        for key in phase.tree:
            with suppress(ProcessLookupError):
                os.kill(key.pid, signal.SIGKILL)


def test_children_do_not_survive_a_force_stop(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "children=2")
    tray.controller.start()
    tray.until_runs()
    children = tray.descendants()

    tray.controller.force_stop()
    tray.until(lambda state: isinstance(state.phase, Stopped) and state.phase.remains is not None)

    assert len(children) == 2
    assert all(map(is_gone, children))


def test_children_do_not_survive_a_kill_after_the_grace(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    tray = supervise(stand_in_home, "children=2,ignore-sigterm", stop_grace=0.3)
    tray.controller.start()
    tray.until_runs()
    children = tray.descendants()

    tray.controller.stop()
    tray.until(lambda state: isinstance(state.phase, Stopped) and state.phase.remains is not None)

    assert len(children) == 2
    assert all(map(is_gone, children))


def test_program_that_cannot_be_run_is_told(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    folder = stand_in_home.folder
    stand_in_home.command = type(stand_in_home.command)(str(folder / "missing"))
    tray = supervise(stand_in_home)

    tray.controller.start()
    tray.until_phase(Failed)

    failure = _explained(tray)
    assert failure.failure_class == "binary_missing"
    assert failure.reason is not None
    assert render(failure.reason)


def _is_slow(state: State) -> bool:
    return isinstance(state.phase, Starting) and state.phase.slow


def test_gateway_that_writes_the_config_and_crashes_is_given_up(
    stand_in_home: GatewayHome, supervise: Supervise
) -> None:
    """What a dying run wrote is no repair, or it would be started again at once for ever."""
    script = stand_in_home.folder / "picoclaw"
    login = stand_in_home.place.home / "auth.json"
    script.write_text(f'#!/bin/sh\necho "$$" > {login}.new\nmv {login}.new {login}\nexit 1\n')
    script.chmod(0o755)
    stand_in_home.command = GatewayCommand(str(script))
    tray = supervise(stand_in_home)

    tray.controller.start()

    tray.until(lambda state: isinstance(state.phase, Failed))
    assert tray.controller.state.phase == Failed(gave_up=True)
