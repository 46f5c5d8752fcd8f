from __future__ import annotations

import logging
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

import picoclaw_tray.app
from tests.support.gateway_home import STAND_IN, GatewayHome
from tests.support.supervisor import Supervisor, supervising
from tests.support.tray_rig import ListeningTray, Rig

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from picoclaw_tray.system.launch_site import LaunchSite


class Supervise(Protocol):
    def __call__(self, home: GatewayHome, switches: str = "", **policy: object) -> Supervisor: ...


@pytest.fixture
def home(tmp_path: Path, gateway_command: tuple[str, ...]) -> GatewayHome:
    """A home for the gateway under test: the stand-in, and a real one where one is given."""
    return GatewayHome(tmp_path / "gateway", gateway_command)


@pytest.fixture
def stand_in_home(tmp_path: Path) -> GatewayHome:
    """A home for the stand-in alone, for what a gateway in good health cannot be told to do."""
    return GatewayHome(tmp_path / "gateway", STAND_IN)


@pytest.fixture
def supervise(qtbot: QtBot, bystander: object) -> Iterator[Supervise]:
    """Supervises homes until the end of the test; harms nobody who stands by."""
    with ExitStack() as stack:

        def begin(home: GatewayHome, switches: str = "", **policy: object) -> Supervisor:
            return stack.enter_context(supervising(qtbot, home, switches, **policy))

        yield begin


@pytest.fixture
def start_rig(
    qtbot: QtBot,
    qapp: QApplication,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[LaunchSite], Rig]]:
    """Builds the tray, once in a test; it is neither shown nor does it look by itself."""
    caplog.set_level(logging.INFO)
    monkeypatch.setattr(picoclaw_tray.app, "Tray", ListeningTray)
    quits_with_its_last_window = qapp.quitOnLastWindowClosed()
    qapp.setQuitOnLastWindowClosed(False)
    with ExitStack() as stack:

        def build(site: LaunchSite) -> Rig:
            rig = Rig(qtbot, qapp, site)
            stack.callback(rig.close)
            return rig

        yield build
    qapp.setQuitOnLastWindowClosed(quits_with_its_last_window)


@pytest.fixture
def rig(start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome) -> Rig:
    """A tray of a home whose gateway would start."""
    return start_rig(stand_in_home.site())
