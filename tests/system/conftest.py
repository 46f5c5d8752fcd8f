from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.gateway_home import STAND_IN, GatewayHome

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def gateway_home(tmp_path: Path, gateway_command: tuple[str, ...]) -> GatewayHome:
    """A home for the gateway under test: the stand-in, and a real one where one is given."""
    return GatewayHome(tmp_path / "gateway", gateway_command)


@pytest.fixture
def stand_in_home(tmp_path: Path) -> GatewayHome:
    """A home for the stand-in alone."""
    return GatewayHome(tmp_path / "gateway", STAND_IN)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder of strangers."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder
