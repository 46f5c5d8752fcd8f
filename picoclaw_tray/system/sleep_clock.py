"""How long the computer has slept since its start; told by two clocks, one of which sleeps too."""

from __future__ import annotations

import sys
import time

OUR_CLOCK_RUNS_ON = sys.platform == "win32"
"""Whether ``time.monotonic`` goes on while the computer sleeps (PEP 418: on Windows only)."""

if sys.platform == "win32":
    import ctypes

    def slept_s() -> float:
        """Seconds asleep since the start of the computer; grows only by sleeping."""
        unbiased = ctypes.c_ulonglong()  # units of 100 ns
        ctypes.windll.kernel32.QueryUnbiasedInterruptTime(ctypes.byref(unbiased))
        return time.monotonic() - unbiased.value / 1e7

elif sys.platform == "darwin":

    def slept_s() -> float:
        """Seconds asleep since the start of the computer; grows only by sleeping."""
        awake = time.clock_gettime(time.CLOCK_UPTIME_RAW)
        return time.clock_gettime(time.CLOCK_MONOTONIC_RAW) - awake

elif sys.platform == "linux":

    def slept_s() -> float:
        """Seconds asleep since the start of the computer; grows only by sleeping."""
        awake = time.clock_gettime(time.CLOCK_MONOTONIC)
        return time.clock_gettime(time.CLOCK_BOOTTIME) - awake

else:

    def slept_s() -> float:
        """Unknown here."""
        return 0.0
