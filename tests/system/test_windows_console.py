from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest

import picoclaw_tray
from picoclaw_tray.system import windows_console
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.processes import is_alive
from picoclaw_tray.system.windows_console import (
    Completed,
    ctrl_c_command,
    program_directory,
    run,
)
from tests.support.waiting import wait_until

LIMIT_S = 30


def python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_run_returns_code_and_both_outputs_in_order():
    code = "import sys; print('a', flush=True); print('b', file=sys.stderr); sys.exit(3)"

    completed = run(python(code), limit_s=LIMIT_S)

    assert completed.code == 3
    assert completed.output.split() == [b"a", b"b"]
    assert (completed.timed_out, completed.problem) == (False, "")


def test_run_gives_no_input():
    completed = run(python("import sys; print(repr(sys.stdin.read()))"), limit_s=LIMIT_S)

    assert completed.output.split() == [b"''"]


def test_run_keeps_the_beginning_of_a_long_output():
    code = "import sys; sys.stdout.write('x' * 10_000_000)"

    completed = run(python(code), limit_s=LIMIT_S, output_limit=1000)

    assert completed == Completed(0, b"x" * 1000)


def test_run_kills_at_the_deadline_and_keeps_what_was_said():
    code = "import time; print('early', flush=True); time.sleep(300)"

    completed = run(python(code), limit_s=1)

    assert completed == Completed(None, completed.output, timed_out=True)
    assert completed.output.split() in ([b"early"], [])  # a busy machine may be slower


@pytest.mark.skipif(sys.platform == "win32", reason="other operating system")
def test_run_kills_the_children_too(tmp_path):
    note = tmp_path / "pid"
    script = f"sleep 300 & echo $! > {note}.new; mv {note}.new {note}; wait"

    completed = run(("/bin/sh", "-c", script), limit_s=2)
    child = key_of(int(note.read_text()))

    assert completed.timed_out
    wait_until(lambda: child is None or not is_alive(child), what="the end of the child")


@pytest.mark.skipif(sys.platform == "win32", reason="other operating system")
def test_run_does_not_wait_for_whoever_inherited_the_output():
    start = time.monotonic()
    completed = run(("/bin/sh", "-c", "sleep 60 & echo $!; exit 0"), limit_s=1)
    took_s = time.monotonic() - start
    os.kill(int(completed.output), signal.SIGKILL)

    assert completed.code == 0
    assert took_s < 30


def test_run_says_in_words_that_a_program_is_missing(tmp_path):
    completed = run((str(tmp_path / "missing"),), limit_s=LIMIT_S)

    assert completed.code is None
    assert completed.problem


@pytest.mark.parametrize("argv", [(), ("a\0b",)])
def test_run_takes_an_impossible_command_for_a_missing_program(argv):
    completed = run(argv, limit_s=LIMIT_S)

    assert completed.code is None
    assert completed.problem


def test_run_says_so_when_the_directory_is_missing(tmp_path):
    completed = run(python(""), limit_s=LIMIT_S, directory=str(tmp_path / "missing"))

    assert completed.code is None
    assert completed.problem


def test_run_takes_environment_and_directory(tmp_path):
    code = "import os; print(os.environ['COLOUR'], os.getcwd())"
    environment = {**os.environ, "COLOUR": "green"}

    completed = run(python(code), limit_s=LIMIT_S, environment=environment, directory=str(tmp_path))

    assert completed.output.decode().split() == ["green", str(tmp_path.resolve())]


@pytest.mark.skipif(sys.platform == "win32", reason="other operating system")
def test_run_starts_in_a_session_of_its_own():
    completed = run(python("import os; print(os.getsid(0) == os.getpid())"), limit_s=LIMIT_S)

    assert completed.output.split() == [b"True"]


def test_ctrl_c_command_runs_our_own_program():
    assert ctrl_c_command(4711)[1:] == ("-m", "picoclaw_tray", "send-ctrl-c", "4711")


def test_ctrl_c_command_of_a_frozen_program_is_the_program(monkeypatch):
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    monkeypatch.setattr(sys, "executable", r"C:\picoclaw-tray.exe")

    assert ctrl_c_command(4711) == (r"C:\picoclaw-tray.exe", "send-ctrl-c", "4711")


def test_program_directory_lets_another_python_find_our_package():
    code = "import picoclaw_tray; print(picoclaw_tray.__file__)"
    # -S: without an installed or linked package.
    command = (sys.executable, "-S", "-c", code)

    completed = run(command, limit_s=LIMIT_S, directory=program_directory())

    assert Path(completed.output.decode().strip()) == Path(picoclaw_tray.__file__)


@pytest.mark.skipif(sys.platform == "win32", reason="other operating system")
def test_run_hides_the_window_of_a_console_program(monkeypatch):
    monkeypatch.setattr(windows_console, "_NO_WINDOW", 0x08000000)  # CREATE_NO_WINDOW

    completed = run(python(""), limit_s=LIMIT_S)

    assert "creationflags" in completed.problem  # the flag arrived where Unix has no use for it
