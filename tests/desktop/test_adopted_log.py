"""A gateway with its debug log, found by a fresh tray: every line of its file is there as it is."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

import pytest
import requests

from picoclaw_tray.desktop.log_feed import LogFeed
from picoclaw_tray.logs.entry import Source
from tests.support.planted import token_of
from tests.support.tray_rig import PATIENCE_MS
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = [
    pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support"),
    pytest.mark.linux,  # elsewhere it is ended without a word
]

OLD = b'{"level":"warn","component":"x","time":"2001-01-01T00:00:00Z","message":"of another run"}\n'


def followed(rig: Rig) -> list[bytes]:
    """The lines of the file that are in the store, as they are there."""
    store = rig.app._log.store
    numbers = range(store.first, store.end)
    return [
        line
        for n, line in zip(numbers, store.raw_lines(store.first, store.end), strict=True)
        if store.source(n) is Source.LOG_FILE
    ]


@pytest.mark.parametrize("is_open", [True, False], ids=["window", "asked"])
def test_every_line_of_an_adopted_gateway_is_in_the_store(
    start_rig: Callable[[LaunchSite], Rig], home: GatewayHome, is_open: bool
) -> None:
    home.configure(log_level="debug")
    log = home.place.log
    log.parent.mkdir()
    log.write_bytes(OLD)
    rig = start_rig(home.site())
    if is_open:
        rig.open_window()

    with home.started_by_hand("chatter=0.02") as gateway:
        before = log.stat().st_size
        rig.app.begin(start=False)
        assert rig.until_runs() == gateway.pid
        for _ in range(3):
            wait_until(lambda: reload(home) == 200, what="a reload")  # 500 before it is ready
            rig.look()
        rig.until(lambda: log.stat().st_size > before)
        gateway.send_signal(signal.SIGTERM)
        assert gateway.wait() == 0
        rig.until(lambda: rig.state.process is None)
    if not is_open:
        feed = rig.part(LogFeed)
        with rig.qtbot.waitSignal(feed.caught_up, timeout=PATIENCE_MS):
            feed.catch_up()

    expected = log.read_bytes().removeprefix(OLD).splitlines()
    rig.until(lambda: len(followed(rig)) >= len(expected))
    assert followed(rig) == expected
    assert any(b'"level":"debug"' in line for line in expected)
    assert len(b"\n".join(expected)) > before - len(OLD)


def reload(home: GatewayHome) -> int:
    """What the gateway answers."""
    answer = requests.post(
        f"http://localhost:{home.port}/reload",
        headers={"Authorization": f"Bearer {token_of(home)}"},
        timeout=10,
    )
    return answer.status_code
