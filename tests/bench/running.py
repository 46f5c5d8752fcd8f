"""Programs that a measure runs: in a home of their own, without a screen."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.support.isolation import environment_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.figures import Bench

REPOSITORY = Path(__file__).parents[2]
PYTHON_PATH = {"PYTHONPATH": str(REPOSITORY)}
"""What is measured is this checkout, whatever else is installed."""

TRAY = (sys.executable, "-m", "picoclaw_tray", "run")

_LIMIT_S = 1800.0


def program(name: str, *arguments: str) -> tuple[str, ...]:
    """The command of a program of ``tests.bench.programs``."""
    return (sys.executable, "-m", f"tests.bench.programs.{name}", *arguments)


def environment(bench: Bench) -> dict[str, str]:
    """Variables of a user who has nothing but an empty home."""
    folders = environment_of(bench.folder / "user", bench.folder / "short")
    for name, path in folders.items():
        if name != "LC_ALL":
            Path(path).mkdir(mode=0o700, parents=True, exist_ok=True)
    kept = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH") if name in os.environ}
    return {**kept, **folders, **PYTHON_PATH, "QT_QPA_PLATFORM": "offscreen"}


def answer_of(bench: Bench, name: str, *arguments: str) -> Any:
    """Runs such a program to its end; the JSON that it prints."""
    return json.loads(output_of(bench, program(name, *arguments)).stdout)


def output_of(bench: Bench, command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Runs a command to its end.

    Raises:
        RuntimeError: It failed; what it said is in the message.
    """
    done = subprocess.run(
        command,
        env=environment(bench),
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_LIMIT_S,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        message = f"{' '.join(command)} failed with {done.returncode}:\n{done.stderr}"
        raise RuntimeError(message)
    return done
