"""The other supervisor of a home, at work beside the tray: the stand-in for PicoClaw's launcher."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

import psutil

from tests.support.programs import DIES_WITH_THE_TESTS
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.gateway_home import GatewayHome

BY_ITSELF_S = 0.0
NEVER_S = 3600.0
PATIENCE_S = 20.0


class LauncherAtWork:
    """A running launcher: what it was told, and what it said."""

    def __init__(self, process: subprocess.Popen[bytes], said_path: Path) -> None:
        self._process = process
        self._said_path = said_path

    @property
    def said(self) -> list[str]:
        """Its lines so far: what it did."""
        return self._said_path.read_text(encoding="utf-8").splitlines()

    @property
    def started(self) -> list[int]:
        """The PIDs of the gateways that it started."""
        return [int(line.split()[1]) for line in self.said if line.startswith("started ")]

    def tell(self, word: str) -> None:
        """What a person does with it."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())
        self._process.stdin.flush()

    def until_said(self, line: str) -> None:
        """Wait until it has said this line."""
        wait_until(lambda: line in self.said, PATIENCE_S, what=f"{line!r} of {self.said}")

    def until_started(self, *, times: int = 1) -> int:
        """Wait until it has started its first gateway, or its second, …; the PID of that one."""
        what = f"gateway {times} of the launcher"
        return wait_until(lambda: self.started[times - 1 :], PATIENCE_S, what=what)[0]

    def wait(self) -> int:
        """Wait for its end."""
        return self._process.wait(PATIENCE_S)

    def kill(self) -> None:
        """It crashes: what it started loses its reader."""
        self._process.send_signal(signal.SIGKILL)
        self.wait()


@contextmanager
def launcher(
    home: GatewayHome, switches: str = "", *, starts_after_s: float = BY_ITSELF_S
) -> Iterator[LauncherAtWork]:
    """A launcher of this home; it and the gateways that it started end with the block (Linux).

    Args:
        home: The home.
        switches: The stand-in's, for the gateways that it starts.
        starts_after_s: When it attaches or starts without being told.
    """
    said_path = home.folder / "launcher.txt"
    with said_path.open("wb") as said:
        process = _begin(home, switches, starts_after_s, said)
    with process:
        at_work = LauncherAtWork(process, said_path)
        try:
            at_work.until_said("ready")
            yield at_work
        finally:
            process.kill()
            for pid in at_work.started:
                _end_gateway(pid, home)


def gateways_of(home: GatewayHome) -> list[int]:
    """The PIDs of all gateways of this home that live, whoever started them."""
    return [process.pid for process in psutil.process_iter() if _is_gateway_of(process, home)]


def _begin(
    home: GatewayHome, switches: str, starts_after_s: float, said: IO[bytes]
) -> subprocess.Popen[bytes]:
    place = home.place
    return subprocess.Popen(
        [
            *DIES_WITH_THE_TESTS,
            *(sys.executable, "-m", "tests.support.stand_in_launcher"),
            *(str(place.home), str(place.config), str(starts_after_s)),
            *home.command.words,
        ],
        cwd=Path(__file__).parents[2],
        env=home.environment(switches),
        stdin=subprocess.PIPE,
        stdout=said,
    )


def _end_gateway(pid: int, home: GatewayHome) -> None:
    """It may have ended, and its number may be another's."""
    try:
        process = psutil.Process(pid)
        if _is_gateway_of(process, home):
            process.kill()
            process.wait(PATIENCE_S)
    except psutil.NoSuchProcess:
        pass


def _is_gateway_of(process: psutil.Process, home: GatewayHome) -> bool:
    try:
        is_of_home = process.environ().get("PICOCLAW_HOME") == str(home.place.home)
        return is_of_home and "gateway" in process.cmdline()
    except psutil.Error:
        return False
