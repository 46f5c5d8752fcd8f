from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

from tests.support.gateway_home import STAND_IN, GatewayHome
from tests.support.supervisor import Supervisor, supervising

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot


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
