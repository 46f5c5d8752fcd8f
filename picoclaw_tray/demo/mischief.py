"""The switches that act once the gateway runs: crashes, hangs, floods, children."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING

from picoclaw_tray.demo.output import die_by, print_err, print_out

if TYPE_CHECKING:
    from picoclaw_tray.demo.agenda import Agenda
    from picoclaw_tray.demo.journal import Journal
    from picoclaw_tray.demo.server import Server
    from picoclaw_tray.demo.switches import Switches

FLOOD_LINE_BYTES = 120
_FLOOD_BATCH = 500  # lines a write: the pipe's 64 KiB
_CHILD_LIFE_S = 300  # nobody has to clean up after a test that failed
_CHILD = f"import time; time.sleep({_CHILD_LIFE_S})"


def plan_mischief(switches: Switches, agenda: Agenda, journal: Journal, server: Server) -> None:
    """Puts everything that happens after the started lines on the agenda."""
    if switches.say:
        agenda.after(0, _Line(switches.say))
    if switches.long_line:
        agenda.after(0, _Line("x" * switches.long_line))
    if switches.flood:
        agenda.after(0, _Flood(switches.flood))
    if switches.chatter is not None:
        agenda.after(switches.chatter, _Chatter(switches.chatter, journal))
    if switches.hang_after is not None:
        agenda.after(switches.hang_after, server.hang)
    if switches.crashes_after is not None:
        agenda.after(switches.crashes_after, _Crash(switches, journal))


def start_children(count: int, journal: Journal) -> None:
    """Starts programs that heed neither SIGTERM nor the end of their parent."""
    for _ in range(count):
        journal.write("warn", "demo", "Child started", child=_spawn_child())


def flood_line(number: int) -> str:
    """One line of the flood, newline included; numbers begin at 1."""
    return f"flood line {number:09d} ".ljust(FLOOD_LINE_BYTES - 1, ".") + "\n"


class _Line:
    def __init__(self, text: str) -> None:
        self._text = text

    def __call__(self) -> None:
        print_out(self._text + "\n")


class _Flood:
    def __init__(self, lines: int) -> None:
        self._next = 1
        self._last = lines

    def __call__(self) -> float | None:
        end = min(self._next + _FLOOD_BATCH, self._last + 1)
        print_out("".join(map(flood_line, range(self._next, end))))
        self._next = end
        return 0.0 if end <= self._last else None


class _Chatter:
    def __init__(self, interval_s: float, journal: Journal) -> None:
        self._interval_s = interval_s
        self._journal = journal
        self._said = 0

    def __call__(self) -> float:
        self._said += 1
        self._journal.write("warn", "demo", "The stand-in is still here", times=self._said)
        return self._interval_s


class _Crash:
    """Ends the process as a Go program ends; nothing is cleaned up, the PID file stays."""

    def __init__(self, switches: Switches, journal: Journal) -> None:
        self._switches = switches
        self._journal = journal

    def __call__(self) -> None:
        if self._switches.crash_signal is not None:
            die_by(self._switches.crash_signal)
        if self._switches.crash_code == 1:
            self._journal.write("fatal", "demo", "The stand-in was told to crash")
        else:
            print_err("panic: the stand-in was told to crash\n\ngoroutine 1 [running]:\n")
        os._exit(self._switches.crash_code)


if sys.platform == "win32":

    def _spawn_child() -> int:
        """Returns its handle. It keeps our standard output open."""
        return os.spawnv(
            os.P_NOWAIT, sys.executable, ["picoclaw-demo-child", "-ISc", f'"{_CHILD}"']
        )

else:

    def _spawn_child() -> int:
        """Returns its PID. It must not hold the supervisor's pipe: its streams lead nowhere."""
        return os.posix_spawn(
            sys.executable,
            [sys.executable, "-ISc", _CHILD, "picoclaw-demo-child"],
            os.environ,
            file_actions=[(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in range(3)],
            setsigmask=[signal.SIGTERM, signal.SIGINT],
        )
