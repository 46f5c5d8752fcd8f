"""What a program on a desktop uses of the processor and of the memory."""

from __future__ import annotations

import json
import os
import re
import select
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.running import PYTHON_PATH, program

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.desktop import Desktop
    from tests.support.programs import Program


@dataclass(frozen=True, slots=True)
class Usage:
    """What a process has used of the processor, all its threads together.

    Attributes:
        switches: Voluntary context switches: how often a thread went to sleep, and so was woken.
    """

    switches: int
    cpu_s: float

    def since(self, before: Usage) -> Usage:
        """Between two questions; without the one time that the answering thread gave way."""
        return Usage(self.switches - before.switches - 1, self.cpu_s - before.cpu_s)


class Counted:
    """Runs a module on a desktop, as long as that is there, and asks it for its usage."""

    def __init__(
        self, desktop: Desktop, folder: Path, *command: str, variables: Mapping[str, str]
    ) -> None:
        folder.mkdir()
        pipes = [folder / "questions", folder / "answers"]
        for pipe in pipes:
            os.mkfifo(pipe)
        self.program = desktop.start(
            program("counted", *map(str, pipes), *command),
            name=folder.name,
            environment={**PYTHON_PATH, **variables},
        )
        with ExitStack() as stack:
            self._questions = stack.enter_context(pipes[0].open("wb", 0))
            self._answers = stack.enter_context(pipes[1].open("rb"))
            self._stack = stack.pop_all()

    def usage(self) -> Usage:
        """What it has used so far."""
        self._questions.write(b"\n")
        return Usage(**json.loads(self._answers.readline()))

    def close(self) -> None:
        """Asks no more, and ends the program."""
        self._stack.close()
        self.program.end()


def waited_s(running: Program) -> float:
    """How long its main thread was ready to run so far and had no processor."""
    try:
        _, delay_ns, _ = Path(f"/proc/{running.pid}/schedstat").read_text("ascii").split()
    except FileNotFoundError:  # a kernel that does not count them
        return 0.0
    return int(delay_ns) / 1e9


def wait_for_end(pid: int) -> None:
    """Returns at the moment a process ends; ``Popen.wait`` with a limit looks now and then."""
    descriptor = os.pidfd_open(pid)
    try:
        select.select([descriptor], [], [])
    finally:
        os.close(descriptor)


def memory_mb(running: Program) -> dict[str, float]:
    """``Rss`` and ``Pss`` of a process now; shared pages count in the latter by their share."""
    text = Path(f"/proc/{running.pid}/smaps_rollup").read_text("ascii")
    found = re.findall(r"^(Rss|Pss): +(\d+) kB$", text, re.MULTILINE)
    return {name: int(kilobytes) * 1024 / 1e6 for name, kilobytes in found}
