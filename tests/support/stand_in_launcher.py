"""A stand-in for PicoClaw's own launcher, the other supervisor of a home (contract 8.3 and 13).

A program of its own, which shares no code with ours. Its first arguments are the home, its config
and the seconds after which it attaches or starts by itself; the rest is the gateway's command. It
obeys one word a line on its standard input: `start`, `stop`, `restart`, `quit`; the end of the
input is its quit as well. What it does it says, one line each.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

POLL_S = 1.0
EXIT_POLL_S = 0.1
GRACE_S = 5.0
KILL_WAIT_S = 3.0


class Launcher:
    """Attaches to a gateway or starts one, and does to it what its person says.

    Attributes:
        tracked: The PID of the gateway it looks after; none if there is none.
        child: The one it started, until that has ended.
    """

    def __init__(self, home: Path, config: Path, command: list[str]) -> None:
        self._pid_file = home / ".picoclaw.pid"
        self._environment = os.environ | {
            "PICOCLAW_HOME": str(home),
            "PICOCLAW_CONFIG": str(config),
        }
        self._command = command
        self.tracked: int | None = None
        self.child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Attaches to a gateway whose PID file it accepts; otherwise spawns one."""
        if self.look() is None:
            self._spawn()

    def look(self) -> int | None:
        """The query of its status: attaches again to whatever the PID file names."""
        self._note_ends()
        pid = self._recorded()
        if pid is not None and pid != self.tracked:
            self.tracked = pid
            say("attached", pid)
        return pid

    def stop(self) -> None:
        """Signals and forgets; does not wait."""
        self.look()
        if self.tracked is None:
            say("not-running")
            return
        self._signal(self.tracked, signal.SIGTERM)
        self.tracked = None

    def restart(self) -> None:
        """Ends the gateway, by force after a while, and spawns one of its own."""
        self.look()
        old = self.tracked
        if old is not None:
            self._signal(old, signal.SIGTERM)
            if not self._has_ended(old, GRACE_S):
                self._signal(old, signal.SIGKILL)
                if not self._has_ended(old, KILL_WAIT_S):
                    say("did-not-exit", old)
                    return
        self._spawn()

    def quit(self) -> None:
        """Stops what it started, leaves alone what it found."""
        self.look()
        if self.child is not None and self.tracked == self.child.pid:
            self._signal(self.tracked, signal.SIGTERM)

    def _spawn(self) -> None:
        self.child = subprocess.Popen(
            [*self._command, "gateway", "-E"],
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.tracked = self.child.pid
        threading.Thread(target=_drain, args=(self.child,), daemon=True).start()
        say("started", self.child.pid)

    def _signal(self, pid: int, number: signal.Signals) -> None:
        say("signalled", pid, number.name)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)

    def _has_ended(self, pid: int, limit_s: float) -> bool:
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            self._note_ends()
            if not _is_alive(pid):
                return True
            time.sleep(EXIT_POLL_S)
        return False

    def _note_ends(self) -> None:
        child = self.child
        if child is not None and child.poll() is not None:
            say("ended", child.pid, child.returncode)
            self.child = None
        if self.tracked is not None and not _is_alive(self.tracked):
            self.tracked = None

    def _recorded(self) -> int | None:
        """The PID of the PID file, if a gateway has it; a file that is worth nothing is deleted."""
        pid = self._pid_in_file()
        if pid is None or (pid > 1 and _is_alive(pid) and _is_gateway(pid)):
            return pid
        if self._pid_in_file() == pid:
            self._pid_file.unlink(missing_ok=True)
        return None

    def _pid_in_file(self) -> int | None:
        """None without a file, 0 if it is worth nothing."""
        try:
            return int(json.loads(self._pid_file.read_bytes())["pid"])
        except FileNotFoundError:
            return None
        except (ValueError, KeyError, TypeError):
            return 0


def _is_alive(pid: int) -> bool:
    """As signal 0 says: a zombie counts."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _is_gateway(pid: int) -> bool:
    try:
        line = Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return any(word == "gateway" or word.endswith("/gateway") for word in line.lower().split("\0"))


def _drain(child: subprocess.Popen[bytes]) -> None:
    assert child.stdout is not None
    while os.read(child.stdout.fileno(), 65536):
        pass


def _listen(words: queue.SimpleQueue[str]) -> None:
    for line in sys.stdin:
        words.put(line.strip())
    words.put("quit")


def say(*words: object) -> None:
    """Prints it at once."""
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


def main() -> None:
    """Runs until it is told to quit, or killed."""
    home, config, delay_s, *command = sys.argv[1:]
    launcher = Launcher(Path(home), Path(config), command)
    words: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(words,), daemon=True).start()
    say("ready")
    starts_at = time.monotonic() + float(delay_s)
    while True:
        until_start = starts_at - time.monotonic()
        try:
            word = words.get(timeout=max(0.0, min(POLL_S, until_start)))
        except queue.Empty:
            word = ""
        match word:
            case "start":
                launcher.start()
            case "stop":
                launcher.stop()
            case "restart":
                launcher.restart()
            case "quit":
                launcher.quit()
                return
            case _ if until_start <= 0:
                starts_at = float("inf")
                launcher.start()
            case _:
                launcher.look()


if __name__ == "__main__":
    main()
