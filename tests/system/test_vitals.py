from __future__ import annotations

import os
import signal
import sys
import time

import pytest

from picoclaw_tray.gateway.vitals import Activity
from picoclaw_tray.lifecycle.state import ProcessKey
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.vitals import INTERVAL_S, vitals_of
from tests.support.processes import sleeper
from tests.support.programs import Program
from tests.support.waiting import wait_until

BUSY = "while True: pass"


def test_vitals_of_a_process_that_sleeps():
    with sleeper() as process:
        if sys.platform != "win32":
            wait_until(lambda: _does(process.key, Activity.SLEEPING), what="its sleep")
        begun = time.monotonic()
        vitals = vitals_of(process.key)
        took_s = time.monotonic() - begun

    assert vitals is not None
    assert vitals.pid == process.pid
    assert vitals.cpu_percent is not None
    assert vitals.cpu_percent < 50
    assert vitals.memory is not None
    assert 1e6 < vitals.memory < 1e9
    assert vitals.threads is not None
    assert vitals.threads >= 1
    assert INTERVAL_S <= took_s < 5


def test_vitals_of_a_process_that_is_busy(tmp_path):
    command = (sys.executable, "-c", BUSY)
    with Program(command, environment=os.environ, output_path=tmp_path / "out") as program:
        key = key_of(program.pid)
        assert key is not None
        wait_until(lambda: _has_worked(key), what="some work")
        vitals = vitals_of(key)

    assert vitals is not None
    assert vitals.activity is Activity.RUNNING
    assert vitals.cpu_percent is not None
    assert vitals.cpu_percent > 5


@pytest.mark.linux
@pytest.mark.macos
def test_vitals_of_a_process_that_is_halted():
    with sleeper() as process:
        process.send_signal(signal.SIGSTOP)
        wait_until(lambda: _does(process.key, Activity.STOPPED), what="its halt")
        vitals = vitals_of(process.key)

    assert vitals is not None
    assert vitals.cpu_percent == 0


@pytest.mark.linux
@pytest.mark.macos
def test_zombie_has_no_vitals():
    with sleeper() as process:
        key = process.key
        process.become_zombie()

        assert vitals_of(key, interval_s=0) is None


def test_reused_number_has_no_vitals():
    with sleeper() as process:
        assert vitals_of(ProcessKey(process.pid, "of another process"), interval_s=0) is None


def test_nobody_has_no_vitals():
    assert vitals_of(ProcessKey(2**31 - 1, "x")) is None


def _has_worked(key: ProcessKey) -> bool:
    vitals = vitals_of(key, interval_s=0)
    return vitals is not None and (vitals.cpu_s or 0) > 0.1


def _does(key: ProcessKey, activity: Activity) -> bool:
    vitals = vitals_of(key, interval_s=0)
    return vitals is not None and vitals.activity is activity
