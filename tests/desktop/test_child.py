from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from picoclaw_tray.desktop.child import Child
from picoclaw_tray.lifecycle.messages import LaunchPlan
from picoclaw_tray.lifecycle.state import Process
from picoclaw_tray.system.process_key import key_of

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from picoclaw_tray.lifecycle.state import ProcessKey

MINIMAL = {"PATH": os.environ["PATH"]}


class Run:
    """A child, and all that it reported in order."""

    def __init__(self, qtbot: QtBot, plan: LaunchPlan) -> None:
        self._qtbot = qtbot
        self.reports: list[object] = []
        self.child = Child(plan)
        self.child.spawned.connect(self.reports.append)
        self.child.spawn_failed.connect(self.reports.append)
        self.child.lines_received.connect(self._on_lines)
        self.child.exited.connect(self._on_exited)

    def _on_lines(self, lines: tuple[bytes, ...]) -> None:
        self.reports += lines

    def _on_exited(self, key: ProcessKey, code: int) -> None:
        self.reports.append((key, code))

    def to_its_end(self) -> int:
        """Run it and return its exit code."""
        with self._qtbot.waitSignal(self.child.exited, timeout=20_000) as end:
            self.child.start()
        assert end.args is not None
        code: int = end.args[1]
        return code

    @property
    def lines(self) -> list[bytes]:
        """What it printed."""
        return [report for report in self.reports if isinstance(report, bytes)]


def _plan(code: str, **changes: object) -> LaunchPlan:
    values: dict[str, object] = {
        "program": sys.executable,
        "arguments": ("-c", code),
        "environment": MINIMAL,
        "directory": str(Path.cwd()),
    }
    return LaunchPlan(**(values | changes))  # type: ignore[arg-type]


def test_child_reports_process_lines_and_end_in_this_order(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("print('one'); print('two')"))

    code = run.to_its_end()

    spawned, *lines, end = run.reports
    assert isinstance(spawned, Process)
    assert (spawned.ours, spawned.watched, spawned.outlives) == (True, True, False)
    assert lines == [b"one", b"two"]
    assert end == (spawned.key, code) == (spawned.key, 0)


@pytest.mark.linux
@pytest.mark.macos
def test_child_has_the_key_of_its_process(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("import time; time.sleep(60)"))
    with qtbot.waitSignal(run.child.spawned) as spawned:
        run.child.start()
    assert spawned.args is not None
    (process,) = spawned.args

    assert process.key == key_of(process.key.pid)

    with qtbot.waitSignal(run.child.exited):
        os.kill(process.key.pid, signal.SIGKILL)


@pytest.fixture
def errors(tmp_path: Path) -> Path:
    return tmp_path / "errors.txt"


def test_child_that_is_to_outlive_us_has_no_pipe_and_tells_its_end(
    qtbot: QtBot, errors: Path
) -> None:
    code = "import sys; print('lost'); print('kept', file=sys.stderr); sys.exit(3)"
    run = Run(qtbot, _plan(code, outlives=True, errors=str(errors)))

    assert run.to_its_end() == 3

    assert isinstance(run.reports[0], Process)
    assert run.reports[0].outlives
    assert not run.reports[0].has_pipe
    assert run.lines == []
    assert errors.read_text(encoding="utf-8").splitlines() == ["kept"]


def test_child_that_is_to_outlive_us_needs_no_file_for_its_errors(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("import sys; print('lost', file=sys.stderr)", outlives=True))

    assert run.to_its_end() == 0


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.qt_log_ignore("Destroyed while process")
@pytest.mark.parametrize("outlives", [True, False], ids=["can outlive", "pipe"])
def test_child_that_was_let_go_lives_on_if_it_can(qtbot: QtBot, outlives: bool) -> None:
    run = Run(qtbot, _plan("import time; time.sleep(60)", outlives=outlives))
    with qtbot.waitSignal(run.child.spawned) as spawned:
        run.child.start()
    assert spawned.args is not None
    pid = spawned.args[0].key.pid

    with qtbot.waitSignal(run.child.destroyed), qtbot.captureExceptions() as exceptions:
        run.child.let_go()
        run.child.deleteLater()

    assert exceptions == []
    process = psutil.Process(pid) if psutil.pid_exists(pid) else None
    assert (process is not None and process.status() != psutil.STATUS_ZOMBIE) is outlives
    if process is not None and outlives:
        process.kill()
        process.wait(5)


def test_child_that_cannot_be_spawned_says_so_and_never_ends(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("", program="/nonexistent/program"))

    with qtbot.assertNotEmitted(run.child.exited, wait=50):
        run.child.start()

    (reason,) = run.reports
    assert isinstance(reason, str)
    assert reason


def test_child_in_a_folder_that_is_not_there_cannot_be_spawned(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("", directory="/nonexistent"))

    with qtbot.waitSignal(run.child.spawn_failed):
        run.child.start()


@pytest.mark.parametrize("code", [0, 1, 2, 15])
def test_child_reports_its_exit_code(qtbot: QtBot, code: int) -> None:
    assert Run(qtbot, _plan(f"raise SystemExit({code})")).to_its_end() == code


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize("name", ["SIGTERM", "SIGKILL", "SIGSEGV"])
def test_child_reports_the_signal_that_ended_it(qtbot: QtBot, name: str) -> None:
    number = signal.Signals[name]
    run = Run(qtbot, _plan(f"import os; os.kill(os.getpid(), {number:d})"))

    assert run.to_its_end() == -number


def test_child_reports_a_last_line_without_end_before_its_end(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("import os; os.write(1, b'whole\\nhalf'); os._exit(3)"))

    code = run.to_its_end()

    assert run.reports[1:3] == [b"whole", b"half"]
    assert code == 3


def test_child_reports_all_of_a_flood_before_its_end(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("for number in range(100_000): print(number)"))

    run.to_its_end()

    assert run.lines == [str(number).encode() for number in range(100_000)]


def test_child_merges_both_of_its_outputs(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("import os; os.write(1, b'out\\n'); os.write(2, b'error\\n')"))

    run.to_its_end()

    assert run.lines == [b"out", b"error"]


def test_child_reads_nothing_from_us(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("import sys; print(repr(sys.stdin.read()))"))

    run.to_its_end()

    assert run.lines == [b"''"]


def test_child_gets_exactly_the_environment_and_folder_of_the_plan(
    qtbot: QtBot, tmp_path: Path
) -> None:
    code = "import os; print(os.getcwd()); print(ascii(os.environ['A']), 'HOME' in os.environ)"
    run = Run(qtbot, _plan(code, environment=MINIMAL | {"A": "é=1"}, directory=str(tmp_path)))

    run.to_its_end()

    assert run.lines == [str(tmp_path).encode(), rb"'\xe9=1' False"]


@pytest.mark.linux
@pytest.mark.macos
def test_child_leads_a_session_of_its_own(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("import os; print(os.getsid(0) == os.getpid())"))

    run.to_its_end()

    assert run.lines == [b"True"]


@pytest.mark.linux
def test_child_does_not_inherit_what_python_ignores(qtbot: QtBot) -> None:
    run = Run(qtbot, _plan("", program="/bin/grep", arguments=("SigIgn", "/proc/self/status")))

    run.to_its_end()

    ((name, mask),) = (line.split() for line in run.lines)
    ordinary = (1 << 31) - 1  # the C library keeps 32 and 33 for itself; make 4.3 ignores them
    assert name == b"SigIgn:"
    assert int(mask, 16) & ordinary == 0


@pytest.mark.linux
@pytest.mark.macos
def test_end_of_a_child_does_not_wait_for_those_that_inherited_its_output(qtbot: QtBot) -> None:
    code = "import os, time\nif os.fork() == 0:\n  time.sleep(60)\nprint('over', flush=True)"
    run = Run(qtbot, _plan(code))

    run.to_its_end()

    spawned, *_ = run.reports
    assert isinstance(spawned, Process)
    os.killpg(spawned.key.pid, signal.SIGKILL)
    assert run.lines == [b"over"]
