"""The one timed test there is: the GUI thread never waits, on both gateways."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.gateway_home import GatewayHome

LIMIT_MS = 200

pytestmark = pytest.mark.linux  # it stops a gateway by SIGSTOP


def test_gui_thread_never_stands_still(home: GatewayHome) -> None:
    pauses, seen = _measure(home)
    if max(pauses.values()) > LIMIT_MS:
        # Other threads of a busy machine may hold us up too; hardly twice.
        pauses, seen = _measure(home)

    assert pauses.keys() == {"start", "hang", "kill", "stop", "quit"}
    assert max(pauses.values()) <= LIMIT_MS, pauses
    assert seen == []


def _measure(home: GatewayHome) -> tuple[dict[str, float], list[str]]:
    """The longest pause of each scene, in milliseconds; what could have made one."""
    command = (home.command.program, *home.command.arguments)
    done = subprocess.run(
        (sys.executable, "-m", "tests.support.heartbeat", str(home.place.home), *command),
        cwd=Path(__file__).parents[2],
        env=os.environ,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=25,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found["pauses"], found["seen"]
