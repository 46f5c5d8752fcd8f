"""Somebody else's gateway, which runs beside every test that supervises one and gets no signal.

It is as near as a stranger can be: of our user, in the process group and session of the tests, with
a gateway's command line. What stands in a gateway's own place (under its PID file, on its port,
with its PID) is in the tests of harm.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.processes import GATEWAY_WORDS, SignalRecorder, signal_recorder

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def bystander(tmp_path: Path) -> Iterator[SignalRecorder | None]:
    """Fails the test if the gateway of another home got a signal meanwhile."""
    if sys.platform == "win32":  # the recorder knows the signals of Unix only
        yield None
        return
    folder = tmp_path / "bystander"
    folder.mkdir()
    environment = {"PATH": os.environ["PATH"], "PICOCLAW_HOME": str(folder)}
    with signal_recorder(folder, GATEWAY_WORDS, environment=environment) as recorder:
        yield recorder
        assert recorder.received() == ()
        assert recorder.is_running
