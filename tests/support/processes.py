"""Real processes to look at, to signal and to leave alone. Each ends with its block, by PID.

Should the tests be killed, the processes end by themselves after `LIFE_S` seconds.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.system.process_key import key_of
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from picoclaw_tray.lifecycle.state import ProcessKey

LIFE_S = 300

GATEWAY_WORDS = ("picoclaw", "gateway", "-E")
"""How a gateway is started; as `argv` they make a process look like one."""

_LAST_SIGNAL = max(signal.valid_signals())

_SLEEPER = f"""
import time
print("ready", flush=True)
time.sleep({LIFE_S})
"""

# Waits for signals instead of handling them, so that they are recorded in order of their numbers.
_RECORDER = """
import os, signal, socket, threading
record = os.open({record!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
every = signal.valid_signals() - {{signal.SIGKILL, signal.SIGSTOP}}
signal.pthread_sigmask(signal.SIG_BLOCK, every)  # also for the thread that comes now
threading.Timer({life_s}, os._exit, [0]).start()
port = {port!r}
listeners = []
for family, address in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
    if port is None:
        break
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((address, port))
    except OSError:
        if family is socket.AF_INET:
            raise
        continue
    listener.listen()
    listeners.append(listener)
    port = listener.getsockname()[1]
print("ready", port or 0, flush=True)
while True:
    os.write(record, bytes([signal.sigwait(every)]))
"""

# The third child ends at once: its own child loses its parent, but not its session.
_TREE = f"""
import os, signal, time
def live():
    time.sleep({LIFE_S})
    os._exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
first = os.fork() or live()
second = os.fork() or live()
read, write = os.pipe()
third = os.fork()
if third == 0:
    orphan = os.fork() or live()
    os.write(write, str(orphan).encode())
    os._exit(0)
os.waitpid(third, 0)
signal.signal(signal.SIGTERM, signal.SIG_DFL)
print("ready", first, second, os.read(read, 32).decode(), flush=True)
live()
"""


class RunningProcess:
    """A process of the tests that printed that it is ready."""

    def __init__(self, popen: subprocess.Popen[str], said: tuple[int, ...] = ()) -> None:
        self._popen = popen
        self.said = said

    @property
    def pid(self) -> int:
        """Its number; of nobody else until the block ends or `wait` has returned."""
        return self._popen.pid

    @property
    def key(self) -> ProcessKey:
        """Its identity while it exists, as a zombie too."""
        key = key_of(self.pid)
        assert key is not None
        return key

    @property
    def is_running(self) -> bool:
        """Whether it has not ended yet; reaps it when it has."""
        return self._popen.poll() is None

    def send_signal(self, number: int) -> None:
        """Sends a signal, unless it has ended."""
        self._popen.send_signal(number)

    def wait(self, timeout_s: float = 10) -> int:
        """Waits for its end, reaps it and returns its exit status, negative for a signal."""
        return self._popen.wait(timeout_s)

    def become_zombie(self) -> None:
        """Kills it and waits for its end without reaping it."""
        self._popen.send_signal(signal.SIGKILL)
        os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT)


class SignalRecorder(RunningProcess):
    """A process that is none of our business and keeps a record of every signal it gets."""

    def __init__(
        self, popen: subprocess.Popen[str], said: tuple[int, ...], record_path: Path
    ) -> None:
        super().__init__(popen, said)
        self._record_path = record_path

    @property
    def port(self) -> int:
        """Where it listens, on both loopbacks if there are two; it accepts and never answers."""
        return self.said[0]

    def received(self) -> tuple[str, ...]:
        """The names of all signals so far; a SIGKILL shows in `is_running`.

        Signals take their time. So it is sent one more, which is told after all others: it has the
        highest number.
        """
        asked = self._record.count(_LAST_SIGNAL)
        if self.is_running:
            self.send_signal(_LAST_SIGNAL)
        wait_until(
            lambda: self._record.count(_LAST_SIGNAL) > asked or not self.is_running,
            what="the recorder of signals",
        )
        return tuple(map(_signal_name, self._record.replace(bytes([_LAST_SIGNAL]), b"")))

    @property
    def _record(self) -> bytes:
        return self._record_path.read_bytes()


@dataclass(frozen=True, slots=True)
class Tree:
    """A process in a session of its own, and its offspring, which ignores SIGTERM.

    Attributes:
        leader: Ends at SIGTERM.
        children: Two of them.
        orphan: A grandchild whose parent is gone: no child of anybody here, but of the session.
    """

    leader: RunningProcess
    children: tuple[ProcessKey, ...]
    orphan: ProcessKey

    @property
    def offspring(self) -> tuple[ProcessKey, ...]:
        """All but the leader."""
        return (*self.children, self.orphan)


@contextmanager
def sleeper(
    argv: Sequence[str] = (),
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[RunningProcess]:
    """A process that does nothing.

    Args:
        argv: its argument vector, if that matters: `("/opt/picoclaw", "gateway", "-E")`. The
            second word is the name of a script, which is written to `folder`.
        folder: working directory; needed with `argv`.
        environment: the whole of it; None: that of the tests.
    """
    with _started(_SLEEPER, argv, folder=folder, environment=environment) as (popen, _):
        yield RunningProcess(popen)


@contextmanager
def signal_recorder(
    folder: Path,
    argv: Sequence[str] = (),
    *,
    environment: Mapping[str, str] | None = None,
    port: int | None = None,
) -> Iterator[SignalRecorder]:
    """A foreign process that must never get a signal; `argv` and `environment` as for `sleeper`.

    Args:
        folder: for its record and its script; its working directory.
        argv: its argument vector.
        environment: the whole of it.
        port: where it listens, 0 for a free one; None: nowhere.
    """
    record_path = folder / "received-signals"
    record_path.write_bytes(b"")
    code = _RECORDER.format(record=str(record_path), port=port, life_s=LIFE_S)
    with _started(code, argv, folder=folder, environment=environment) as (popen, said):
        yield SignalRecorder(popen, said, record_path)


@contextmanager
def tree_of_children() -> Iterator[Tree]:
    """A process with offspring that outlives it."""
    with _started(_TREE, own_session=True) as (popen, said):
        keys = tuple(key for pid in said if (key := key_of(pid)) is not None)
        *children, orphan = keys
        try:
            yield Tree(RunningProcess(popen), tuple(children), orphan)
        finally:
            for key in keys:
                _kill(key)


@contextmanager
def _started(
    code: str,
    argv: Sequence[str] = (),
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    own_session: bool = False,
) -> Iterator[tuple[subprocess.Popen[str], tuple[int, ...]]]:
    """Runs Python code until it has printed `ready` and some numbers."""
    if argv:
        assert folder is not None
        (folder / argv[1]).write_text(code, encoding="utf-8")
    with subprocess.Popen(
        argv or (sys.executable, "-c", code),
        executable=os.path.realpath(sys.executable),
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=own_session,
    ) as popen:
        assert popen.stdout is not None
        try:
            word, *numbers = popen.stdout.readline().split() or [""]
            assert word == "ready"
            yield popen, tuple(int(number) for number in numbers)
        finally:
            popen.kill()


def _kill(key: ProcessKey) -> None:
    """Ends a process that is not our child, unless it is gone."""
    if key_of(key.pid) == key:
        os.kill(key.pid, signal.SIGKILL)


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
