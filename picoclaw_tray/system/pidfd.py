"""A descriptor that means one process and never a later one with its number (Linux)."""

from __future__ import annotations

import os
import signal
import sys

if sys.platform == "linux":

    def open_pidfd(pid: int) -> int | None:
        """Opens a pidfd, to be closed by the caller.

        Returns:
            None where there are none: with a kernel before 5.3, in a sandbox that does not know
            the call, with a Python that was built on an old Linux, and on another system.

        Raises:
            ProcessLookupError: There is no such process.
        """
        if not (hasattr(os, "pidfd_open") and hasattr(signal, "pidfd_send_signal")):
            return None
        try:
            return os.pidfd_open(pid)
        except ProcessLookupError:
            raise
        except OSError:
            return None

else:

    def open_pidfd(pid: int) -> int | None:  # noqa: ARG001 - the same for every system
        """There are none on this system."""
        return None
