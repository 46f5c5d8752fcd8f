"""Another user of the same computer, whom only root can be."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.support.skips import ONLY_ROOT

if TYPE_CHECKING:
    from collections.abc import Sequence

NOBODY = 65534

only_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason=f"{ONLY_ROOT}: and another user"
)


_BECOME = f"""
import json, os, socket, stat, sys
os.setgroups([])
os.setgid({NOBODY})
os.setuid({NOBODY})
"""


def run_as_nobody(
    code: str, *arguments: str, directory: str = "/", descriptors: Sequence[int] = ()
) -> str:
    """What a Python program of another user's prints.

    Args:
        code: Has json, os, socket, stat and sys: what another user cannot read is imported before.
        arguments: Its `sys.argv[1:]`.
        directory: Where it works; it need not be able to enter the folders above.
        descriptors: Stay open in it.
    """
    ended = subprocess.run(
        [sys.executable, "-c", _BECOME + code, *arguments],
        cwd=directory,
        pass_fds=descriptors,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout.strip()
