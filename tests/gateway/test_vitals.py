from __future__ import annotations

import pytest

from picoclaw_tray.gateway.vitals import Activity, Vitals, vitals_line


@pytest.mark.parametrize(
    ("vitals", "line"),
    [
        (
            Vitals(7, Activity.STOPPED, 3.42, 0.0, 31_400_000, 12),
            "CPU 0 % (3.4 s in all), memory 31 MB, 12 threads, stopped",
        ),
        (
            Vitals(7, Activity.RUNNING, 100.0, 199.7, 2_000_000_000, 1),
            "CPU 200 % (100.0 s in all), memory 2000 MB, 1 thread, running",
        ),
        (Vitals(7, Activity.SLEEPING, 3.42), "CPU 3.4 s in all, sleeping"),
        (Vitals(7, Activity.DISK_WAIT, cpu_percent=1.4), "CPU 1 %, waiting for a disk"),
        (Vitals(7, Activity.OTHER), "in an unknown state"),
    ],
)
def test_line_tells_what_is_known(vitals, line):
    assert vitals_line(vitals) == line
