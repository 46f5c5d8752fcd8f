from __future__ import annotations

from picoclaw_tray.system.sleep_clock import slept_s


def test_nobody_sleeps_between_two_looks():
    before = slept_s()

    assert abs(slept_s() - before) < 0.5
