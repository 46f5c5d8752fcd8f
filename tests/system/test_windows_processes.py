"""Ending processes on Windows, where neither signals nor sessions exist."""

from __future__ import annotations

import importlib
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.messages import Obstacle
from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.processes import descendants, is_alive
from picoclaw_tray.system.signaller import kill, terminate
from picoclaw_tray.system.windows_console import CtrlC, ctrl_c_command, program_directory, run

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.windows

LIMIT_S = 30
HIDDEN_CONSOLE = 0x08000000  # CREATE_NO_WINDOW
GRACEFUL = 42

# In a virtual environment sys.executable only starts the real one, as its child.
PYTHON = getattr(sys, "_base_executable", sys.executable)

OBEDIENT = f"""
import signal, sys, threading
over = threading.Event()
signal.signal(signal.SIGINT, lambda *_: over.set())
print("ready", flush=True)
while not over.wait(0.05):
    pass
sys.exit({GRACEFUL})
"""

PARENT = f"""
import subprocess, sys
child = subprocess.Popen([{PYTHON!r}, "-c", {OBEDIENT!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
child.wait()
"""


@contextmanager
def program(code: str) -> Iterator[subprocess.Popen[str]]:
    """A console program with a hidden console of its own."""
    with subprocess.Popen(
        [PYTHON, "-c", code],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
        creationflags=HIDDEN_CONSOLE,
    ) as popen:
        try:
            yield popen
        finally:
            popen.kill()


def said(popen: subprocess.Popen[str]) -> str:
    assert popen.stdout is not None
    return popen.stdout.readline().strip()


def key(pid: int) -> ProcessKey:
    found = key_of(pid)
    assert found is not None
    return found


def ctrl_c(pid: int) -> int | None:
    return run(ctrl_c_command(pid), limit_s=LIMIT_S, directory=program_directory()).code


def test_terminate_lets_a_program_end_gracefully():
    with program(OBEDIENT) as popen:
        said(popen)

        assert terminate(Process(key(popen.pid))) == ()  # its console is no descendant
        assert popen.wait(LIMIT_S) == GRACEFUL


def test_terminate_names_the_descendants_and_reaches_them():
    with program(PARENT) as popen:
        child = key(int(said(popen)))

        assert terminate(Process(key(popen.pid))) == (child,)
        popen.wait(LIMIT_S)
        assert not is_alive(child)


def test_terminate_refuses_another_process_with_the_same_number():
    with program(OBEDIENT) as popen:
        said(popen)

        assert terminate(Process(ProcessKey(popen.pid, "1.0"))) is Obstacle.NOT_OUR_GATEWAY
        assert popen.poll() is None


def test_ctrl_c_is_not_sent_when_somebody_else_would_get_it():
    with program(PARENT) as popen:
        child = key(int(said(popen)))

        assert ctrl_c(child.pid) == CtrlC.SHARED_CONSOLE
        assert descendants(key(popen.pid)) == (child,)


def test_ctrl_c_says_that_a_process_is_gone():
    with program(OBEDIENT) as popen:
        pid = popen.pid

    assert ctrl_c(pid) == CtrlC.NO_SUCH_PROCESS


def test_kill_ends_the_descendants_too():
    with program(PARENT) as popen:
        child = key(int(said(popen)))

        kill(Process(key(popen.pid)), ())

        assert popen.wait(LIMIT_S) != GRACEFUL
        assert not is_alive(child)


@pytest.fixture
def job():
    job = importlib.import_module("picoclaw_tray.system.job_object").JobObject()
    yield job
    job.close()


def test_job_ends_who_is_in_it_when_it_is_closed(job):
    with program(OBEDIENT) as popen:
        said(popen)
        assert job.assign(popen.pid)

        job.close()

        assert popen.wait(LIMIT_S) != GRACEFUL


def test_job_lets_everybody_live_when_it_is_released(job):
    with program(OBEDIENT) as popen:
        said(popen)
        assert job.assign(popen.pid)

        job.release()

        assert ctrl_c(popen.pid) == CtrlC.SENT  # it is there, and heeds it
        assert popen.wait(LIMIT_S) == GRACEFUL


def test_job_says_that_it_cannot_have_a_process(job):
    assert not job.assign(999_996)
