"""Every row of the fault matrix, played for real and compared with what stands in the table.

The rows of a gateway in good health are played with a real one too, where one is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.faults import matrix
from tests.faults.matrix import HEALTHY
from tests.faults.stage import Stage
from tests.support.gateway_home import STAND_IN, GatewayHome

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from tests.faults.matrix import Row

pytestmark = pytest.mark.linux  # signals of Unix, and what /proc says of them

TABLE = matrix.read()
PLAYED = [row for row in TABLE.rows if row.expected is not None]
AT_FAULT = [row for row in PLAYED if row.switch != HEALTHY]
IN_GOOD_HEALTH = [row for row in PLAYED if row.switch == HEALTHY]


@pytest.mark.parametrize("row", AT_FAULT, ids=lambda row: row.name)
def test_tray_does_what_the_row_says(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, row: Row
) -> None:
    home = GatewayHome(tmp_path / "gateway", STAND_IN)

    with Stage(qtbot, home, row, TABLE.faults[row.switch]) as stage:
        assert stage.play(row.expected, monkeypatch) == row.expected


@pytest.mark.parametrize("row", IN_GOOD_HEALTH, ids=lambda row: row.name)
def test_tray_does_what_the_row_says_with_either_gateway(
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    gateway_command: tuple[str, ...],
    row: Row,
) -> None:
    home = GatewayHome(tmp_path / "gateway", gateway_command)

    with Stage(qtbot, home, row, TABLE.faults[row.switch]) as stage:
        assert stage.play(row.expected, monkeypatch) == row.expected
