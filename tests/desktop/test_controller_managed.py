"""A gateway that a service manager runs is adopted, and no wish of a person signals it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.messages import NoticeKind
from picoclaw_tray.lifecycle.state import Running
from picoclaw_tray.system import service_manager
from tests.support.proc_folder import proc_folder

if TYPE_CHECKING:
    from pathlib import Path

    from tests.desktop.conftest import Supervise
    from tests.support.gateway_home import GatewayHome


@pytest.mark.linux
@pytest.mark.parametrize("wish", ["stop", "force_stop", "restart", "restart_anyway"])
def test_wish_leaves_a_gateway_alone_that_a_service_manager_runs(
    home: GatewayHome,
    supervise: Supervise,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wish: str,
) -> None:
    tray = supervise(home)
    with home.started_by_hand() as gateway:
        proc = proc_folder(tmp_path / "proc", gateway.pid, "0::/system.slice/picoclaw.service\n")
        monkeypatch.setattr(service_manager, "PROC", proc)
        tray.controller.start()
        tray.until_runs()

        getattr(tray.controller, wish)()

        assert [notice.kind for notice in tray.notices] == [NoticeKind.MANAGED]
        assert isinstance(tray.controller.state.phase, Running)
        assert gateway.is_running
