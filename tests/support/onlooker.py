"""Looks at one home and its processes all the time (Linux), and keeps what it should never see.

What it calls a gateway is one by its command line and its environment, whoever started it.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.support.gateway_home import GatewayHome
    from tests.support.processes import RunningProcess

INTERVAL_S = 0.02

LONGEST_FAREWELL_S = 1.0
"""A gateway takes its PID file away as its last deed; then it has so long to be gone."""

_LONGEST_GAP_S = 0.1
"""That one look may count for: on a busy machine nobody else got on with it either."""

_STOPPED = {"T", "t"}
_ENDED = {"Z", "X"}


@dataclass(frozen=True, slots=True)
class Life:
    """A process from its birth to its end; ``born`` in ticks since the start of the system."""

    pid: int
    born: int

    def state(self) -> str:
        """One letter of the system's; that of a zombie when it is gone."""
        now = life_of(self.pid)
        return now[1] if now is not None and now[0] == self else "Z"

    @property
    def is_alive(self) -> bool:
        """Whether it runs, or is stopped."""
        return self.state() not in _ENDED

    @property
    def is_stopped(self) -> bool:
        """Whether a SIGSTOP holds it."""
        return self.state() in _STOPPED


def life_of(pid: int) -> tuple[Life, str] | None:
    """The process that has this number now, and its state."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return Life(pid, int(fields[19])), fields[0]


class Onlooker:
    """Sees two gateways at once, a PID file taken from its gateway, a stranger who is hit.

    A PID file is taken away if the gateway that it named stays alive without it: stopped all the
    while, or running for longer than its own farewell would take.

    Attributes:
        harm: What it saw of that, as sentences.
        looks: How often it has looked.
        longest_gap_s: Between two looks.
    """

    def __init__(self, home: GatewayHome, strangers: Mapping[str, RunningProcess]) -> None:
        """Begins to look with the first ``look``.

        Args:
            home: Whose gateways; none may run yet.
            strangers: Processes by name that nobody may signal.
        """
        self.harm: list[str] = []
        self.looks = 0
        self.longest_gap_s = 0.0
        self._home = home
        self._place = f"PICOCLAW_HOME={home.place.home}".encode()
        self._strangers = {name: _known(process.pid) for name, process in strangers.items()}
        self._uninvolved = _pids()
        self._named: Life | None = None
        self._named_was_stopped = False
        self._bereft: dict[Life, float] = {}
        self._looked_at = time.monotonic()

    def gateways(self) -> list[Life]:
        """Those of the home that live now."""
        pids = _pids()
        self._uninvolved &= pids
        return [life for pid in sorted(pids - self._uninvolved) if (life := self._gateway(pid))]

    def look(self) -> None:
        """One look at everything."""
        now = time.monotonic()
        gap, self._looked_at = now - self._looked_at, now
        self.longest_gap_s = max(self.longest_gap_s, gap)
        self.looks += 1
        # Before the processes: who lives after the file was gone has lived without it.
        recorded = self._recorded_pid()
        gateways = self.gateways()
        self._judge_number(gateways)
        self._judge_pid_file(recorded, gateways, gap)
        self._judge_strangers()

    def _recorded_pid(self) -> int | None:
        """What a test writes there for itself may be half written."""
        try:
            return self._home.recorded_pid()
        except ValueError:
            return None

    def _judge_number(self, gateways: list[Life]) -> None:
        """Of those found one after the other the first may have ended before the second began."""
        at_once = [life for life in gateways if life.is_alive]
        if len(at_once) > 1:
            self._note(f"two gateways at once: {[life.pid for life in at_once]}")

    def _judge_pid_file(self, recorded: int | None, gateways: list[Life], gap: float) -> None:
        named = next((life for life in gateways if life.pid == recorded), None)
        if self._named is not None and named != self._named:
            self._bereft[self._named] = 0.0
            if self._named_was_stopped and self._named.is_stopped:
                self._note(f"the PID file of the stopped gateway {self._named.pid} was taken away")
        for life in list(self._bereft):
            if life == named or not life.is_alive:
                del self._bereft[life]
            elif not life.is_stopped:
                self._bereft[life] += min(gap, _LONGEST_GAP_S)
                if self._bereft[life] > LONGEST_FAREWELL_S:
                    self._note(f"the PID file of the gateway {life.pid} was taken away")
        self._named = named
        self._named_was_stopped = named is not None and named.is_stopped

    def _judge_strangers(self) -> None:
        for name, life in self._strangers.items():
            if not life.is_alive:
                self._note(f"{name} ({life.pid}) was ended")
            elif life.is_stopped:
                self._note(f"{name} ({life.pid}) was stopped")

    def _note(self, harm: str) -> None:
        if harm not in self.harm:
            self.harm.append(harm)

    def _gateway(self, pid: int) -> Life | None:
        """The process with this number, if it is a living gateway of the home."""
        found = life_of(pid)
        if found is None or found[1] in _ENDED:
            return None
        folder = Path("/proc", str(pid))
        try:
            if b"gateway" not in (folder / "cmdline").read_bytes().split(b"\0"):
                return None
            is_of_home = self._place in (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            return None
        return found[0] if is_of_home else None


@contextmanager
def looking_on(home: GatewayHome, strangers: Mapping[str, RunningProcess]) -> Iterator[Onlooker]:
    """Somebody who looks about fifty times in a second, until the block ends."""
    onlooker = Onlooker(home, strangers)
    over = threading.Event()

    def watch() -> None:
        while not over.wait(INTERVAL_S):
            onlooker.look()

    thread = threading.Thread(target=watch, name="onlooker")
    thread.start()
    try:
        yield onlooker
    finally:
        over.set()
        thread.join()


def _known(pid: int) -> Life:
    found = life_of(pid)
    assert found is not None
    return found[0]


def _pids() -> set[int]:
    return {int(path.name) for path in Path("/proc").iterdir() if path.name.isdecimal()}
