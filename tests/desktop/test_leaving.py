"""The tray quits, and the gateway of its own stays or goes, as it was set or answered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import psutil
import pytest

from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.lifecycle.state import Failed
from picoclaw_tray.settings import Settings
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from PySide6.QtWidgets import QAbstractButton, QMessageBox

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = [
    pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support"),
    pytest.mark.linux,
]


@pytest.fixture
def running_rig(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> Iterator[Callable[[OnQuit], Rig]]:
    """A tray with this setting, whose gateway runs; it is ended afterwards if it still does."""
    pids: list[int] = []

    def start(on_quit: OnQuit) -> Rig:
        site = replace(stand_in_home.site(), settings=Settings(on_quit=on_quit))
        rig = start_rig(site)
        rig.controller.start()
        pids.append(rig.until_runs())
        return rig

    yield start
    for pid in pids:
        if psutil.pid_exists(pid):
            psutil.Process(pid).kill()


def box_of(rig: Rig) -> QMessageBox:
    box = rig.box()
    assert box is not None
    return box


def button(rig: Rig, word: str) -> QAbstractButton:
    return next(b for b in box_of(rig).buttons() if word in b.text())


def test_gateway_is_left_running_if_that_is_set(
    running_rig: Callable[[OnQuit], Rig], stand_in_home: GatewayHome
) -> None:
    rig = running_rig(OnQuit.LEAVE)
    pid = rig.until_runs()

    assert rig.actions.quit.text() == "&Quit and leave the gateway running"
    assert rig.end_of(rig.actions.quit.trigger) == 0

    assert stand_in_home.answering_pid() == pid


@pytest.mark.parametrize("word", ["Stop", "Leave"])
def test_person_is_asked_if_that_is_set(
    running_rig: Callable[[OnQuit], Rig], stand_in_home: GatewayHome, word: str
) -> None:
    rig = running_rig(OnQuit.ASK)
    pid = rig.until_runs()
    assert rig.actions.quit.text() == "&Quit…"

    rig.actions.quit.trigger()
    assert box_of(rig).defaultButton() is button(rig, "Stop")
    assert rig.end_of(button(rig, word).click) == 0

    left = word == "Leave"
    wait_until(lambda: (stand_in_home.answering_pid() == pid) is left, what=f"the fate of {pid}")
    assert (stand_in_home.recorded_pid() == pid) is left


def test_person_may_think_better_of_it(running_rig: Callable[[OnQuit], Rig]) -> None:
    rig = running_rig(OnQuit.ASK)
    pid = rig.until_runs()

    rig.actions.quit.trigger()
    button(rig, "Cancel").click()

    assert rig.box() is None
    assert not rig.state.quitting
    assert rig.until_runs() == pid


def test_end_of_the_session_asks_nobody_and_stops_it(
    running_rig: Callable[[OnQuit], Rig], stand_in_home: GatewayHome
) -> None:
    rig = running_rig(OnQuit.ASK)

    assert rig.end_of(rig.session.ending.emit) == 0

    assert rig.box() is None
    assert stand_in_home.answering_pid() is None


def test_gateway_without_a_pipe_is_healed_and_explained(
    running_rig: Callable[[OnQuit], Rig],
) -> None:
    rig = running_rig(OnQuit.LEAVE)
    pid = rig.until_runs()

    psutil.Process(pid).kill()
    again = rig.until_runs(other_than=pid)

    failure = rig.state.failure
    assert again != pid
    assert failure is not None
    assert (failure.failure_class, failure.exit_code) == ("signal", -9)


def test_usage_error_is_explained_without_a_pipe(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    program = stand_in_home.folder / "picoclaw"
    program.write_text(
        '#!/bin/sh\n[ "$1" = version ] && echo "picoclaw 0.2.9" && exit\n'
        'echo "Error: unknown flag: --x" >&2\nexit 1\n',
        encoding="utf-8",
    )
    program.chmod(0o755)
    settings = Settings(gateway=str(program), on_quit=OnQuit.LEAVE)
    rig = start_rig(replace(stand_in_home.site(), settings=settings, command=None))

    rig.controller.start()
    rig.until_phase(Failed)

    failure = rig.state.failure
    assert failure is not None
    assert (failure.failure_class, failure.exit_code) == ("not_runnable", 1)
    assert failure.detail == "unknown flag: --x"
