"""The real program, started as a person or a session starts it: without a screen, or on a panel."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

from picoclaw_tray.desktop.icons import Icons
from tests.end_to_end.panel_tray import PanelTray
from tests.end_to_end.tray_program import TrayProgram, processes_at, variables_of
from tests.support.desktop import Desktop
from tests.support.gateway_home import STAND_IN, GatewayHome
from tests.support.programs import Program

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from PySide6.QtWidgets import QApplication

TRAY = (sys.executable, "-m", "picoclaw_tray", "run")


class StartTray(Protocol):
    """Starts a tray.

    Args:
        words: After the verb.
        at: The home that its environment names, with its gateway; without one the environment
            names neither.
        command: What to start instead of `TRAY`, words included.
        variables: On top of the environment, and of what `at` says.
    """

    def __call__(
        self,
        *words: str,
        at: GatewayHome | None = None,
        command: Sequence[str] = TRAY,
        **variables: str,
    ) -> TrayProgram: ...


class StartBareTray(Protocol):
    """The same without a screen.

    Args:
        kind: With or without a terminal.
    """

    def __call__(
        self,
        *words: str,
        at: GatewayHome | None = None,
        command: Sequence[str] = TRAY,
        kind: type[Program] = Program,
        **variables: str,
    ) -> TrayProgram: ...


@pytest.fixture
def desktop(tmp_path: Path) -> Iterator[Desktop]:
    """A desktop without a panel."""
    with Desktop(tmp_path / "desktop") as running:
        yield running


@pytest.fixture
def panel(desktop: Desktop) -> Desktop:
    """A desktop with a panel."""
    desktop.start_panel()
    return desktop


@pytest.fixture
def icons(qapp: QApplication) -> Icons:
    """The pictures that a tray may show."""
    return Icons()


@pytest.fixture
def panel_tray(panel: Desktop, icons: Icons) -> PanelTray:
    """What the panel shows of the tray."""
    return PanelTray(panel, icons)


@pytest.fixture
def home(tmp_path: Path, gateway_command: tuple[str, ...]) -> GatewayHome:
    """A home for the gateway under test: the stand-in, and a real one where one is given."""
    return GatewayHome(tmp_path / "gateway", gateway_command)


@pytest.fixture
def stand_in_home(tmp_path: Path) -> GatewayHome:
    """A home for the stand-in alone, which does as it is told."""
    return GatewayHome(tmp_path / "gateway", STAND_IN)


@pytest.fixture
def start_tray(own_machine: Path, tmp_path: Path, bystander: object) -> Iterator[StartBareTray]:
    """Trays without a screen; in the end nothing that they started may be left."""
    trays: list[TrayProgram] = []
    with ExitStack() as stack:

        def start(
            *words: str,
            at: GatewayHome | None = None,
            command: Sequence[str] = TRAY,
            kind: type[Program] = Program,
            **variables: str,
        ) -> TrayProgram:
            named = variables_of(at) if at else {}
            environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", **named, **variables}
            program = kind(
                [*command, *words], environment=environment, output_path=tmp_path / "tray.txt"
            )
            trays.append(TrayProgram(stack.enter_context(program), environment))
            return trays[-1]

        yield start
        complaints = [line for tray in trays for line in tray.complaints]
    left = processes_at(own_machine)
    for process in left:
        process.kill()
    assert left == []
    assert complaints == []


@pytest.fixture
def start_tray_on_desktop(desktop: Desktop, bystander: object) -> Iterator[StartTray]:
    """Trays on the desktop; what they leave behind ends with it."""
    trays: list[TrayProgram] = []

    def start(
        *words: str, at: GatewayHome | None = None, command: Sequence[str] = TRAY, **variables: str
    ) -> TrayProgram:
        named = variables_of(at) if at else {}
        program = desktop.start([*command, *words], name="tray", environment={**named, **variables})
        trays.append(TrayProgram(program, desktop.environment))
        return trays[-1]

    yield start
    assert [line for tray in trays for line in tray.complaints] == []
