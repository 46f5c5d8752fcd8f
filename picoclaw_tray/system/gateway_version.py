"""Asks the gateway executable for its version (contract 4.3)."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from picoclaw_tray.gateway.version import MAX_OUTPUT_BYTES, parse_version
from picoclaw_tray.system.windows_console import run

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from picoclaw_tray.gateway.command_line import GatewayCommand
    from picoclaw_tray.gateway.version import VersionInfo

LIMIT_S = 3.0
"""Then the program is killed, on Unix with all that it started."""

FAILURE_LASTS_S = 60.0
"""A busy machine may have been the reason: then it is tried again."""

_Stamp: TypeAlias = tuple[int, int, int]

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What a program said, and when, in seconds of the clock."""

    stamp: _Stamp
    version: VersionInfo | None
    at: float


class GatewayVersions:
    """Versions of gateway programs, each asked once as long as its file stays; for one lane.

    Only the program's own file is looked at: where it is an interpreter, a new script goes
    unnoticed.

    Args:
        clock: seconds that never go back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._answers: dict[GatewayCommand, _Answer] = {}

    def version_of(self, command: GatewayCommand, environ: Mapping[str, str]) -> VersionInfo | None:
        """What the program says; None if it says nothing of use.

        Waits for at most some seconds: never to be called in the GUI thread. Raises nothing.

        Args:
            command: its program is a path, not to be searched for.
            environ: that of the gateway.
        """
        stamp = _stamp_of(command.program)
        if stamp is None:
            return None
        answer = self._answers.get(command)
        if answer is None or answer.stamp != stamp or self._is_to_be_tried_again(answer):
            answer = _Answer(stamp, _ask(command, environ), self._clock())
            self._answers[command] = answer
        return answer.version

    def _is_to_be_tried_again(self, answer: _Answer) -> bool:
        return answer.version is None and self._clock() - answer.at >= FAILURE_LASTS_S


def _ask(command: GatewayCommand, environ: Mapping[str, str]) -> VersionInfo | None:
    completed = run(
        (*command.words, "version"),
        limit_s=LIMIT_S,
        environment={**environ, "NO_COLOR": "1"},
        output_limit=MAX_OUTPUT_BYTES + 1,  # shows that it was cut
    )
    version = parse_version(completed.output) if completed.code == 0 else None
    if version is None:
        why = completed.problem or ("no end" if completed.timed_out else f"exit {completed.code}")
        log.info("%s does not say its version: %s", command.program, why)
    return version


def _stamp_of(program: str) -> _Stamp | None:
    """Changes when the file does: its time, size and inode; None if there is none."""
    try:
        info = Path(program).stat()
    except (OSError, ValueError):  # such as a NUL in the path
        return None
    return info.st_mtime_ns, info.st_size, info.st_ino
