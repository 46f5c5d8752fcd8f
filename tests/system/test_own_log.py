from __future__ import annotations

import faulthandler
import logging
import os
import re
import signal
import stat
import subprocess
import sys
import threading

import pytest

from picoclaw_tray.system.own_log import OwnLog

KEY = "sk-ant-api03-0123456789abcdefABCDEF"
LINE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} INFO MainThread test: hello\n")
PRELUDE = """
import faulthandler, logging, resource, sys, threading
from pathlib import Path
from picoclaw_tray.system.own_log import OwnLog
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
own_log = OwnLog(Path(sys.argv[1]))
assert own_log.open()
log = logging.getLogger("test")
"""

CLOSING_STREAMS = ("/bin/sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh")

log = logging.getLogger("test")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "log"


@pytest.fixture
def own_log(folder):
    """A log that is open; pytest gets back the fault handler, of which there is one only."""
    had_faulthandler = faulthandler.is_enabled()
    own_log = OwnLog(folder)
    yield own_log
    own_log.close()
    if had_faulthandler:
        faulthandler.enable(sys.__stderr__ or 2)


def mode_of(path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def written(folder) -> str:
    return (folder / "tray.log").read_text(encoding="utf-8")


def run_program(folder, code: str, *before: str) -> subprocess.CompletedProcess[str]:
    """Runs code in a process of its own that has an open log."""
    command = [*before, sys.executable, "-c", PRELUDE + code, str(folder)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def falling():
    raise RuntimeError("token " + KEY)


def falling_further():
    try:
        falling()
    except RuntimeError as error:
        raise RuntimeError("further") from error


# -- lines ------------------------------------------------------------------------------------


def test_line_says_when_and_where(own_log, folder):
    assert own_log.open()
    log.info("hello")

    assert LINE.fullmatch(written(folder))


@pytest.mark.parametrize(("debug", "levels"), [(False, ["INFO"]), (True, ["DEBUG", "INFO"])])
def test_debug_lines_are_written_on_request_only(own_log, folder, debug, levels):
    own_log.open(debug=debug)
    log.debug("x")
    log.info("x")

    assert re.findall("DEBUG|INFO", written(folder)) == levels


def test_lines_are_added_to_those_of_the_last_tray(own_log, folder):
    for line in ("first", "second"):
        own_log.open()
        log.info(line)
        own_log.close()

    assert re.findall("first|second", written(folder)) == ["first", "second"]


def test_closed_log_takes_no_more_lines(own_log, folder):
    own_log.open()
    own_log.close()
    own_log.close()
    log.warning("too late")

    assert written(folder) == ""


def test_closed_log_gives_back_what_it_took(own_log):
    def state():
        root = logging.getLogger()
        hooks = sys.excepthook, sys.unraisablehook, threading.excepthook
        return hooks, root.level, tuple(root.handlers)

    before = state()
    own_log.open(debug=True)
    meanwhile = state()
    own_log.close()

    assert state() == before
    assert not any(map(lambda one, other: one is other, meanwhile[0], before[0]))


# -- files ------------------------------------------------------------------------------------


def test_files_are_three_of_a_megabyte(own_log, folder):
    own_log.open()
    for number in range(500):
        log.info("%d %s", number, "x" * 10_000)

    files = sorted(folder.glob("tray.log*"))
    assert [path.name for path in files] == ["tray.log", "tray.log.1", "tray.log.2"]
    assert all(path.stat().st_size <= 1_000_000 for path in files)
    assert sum(path.stat().st_size for path in files) > 2_000_000
    assert ": 499 x" in written(folder)


@pytest.mark.linux
@pytest.mark.macos
def test_files_are_for_the_user_only(own_log, folder):
    umask = os.umask(0)
    try:
        own_log.open()
        for _ in range(150):
            log.info("x" * 10_000)
    finally:
        os.umask(umask)

    modes = {path.name: mode_of(path) for path in folder.iterdir()}
    assert modes == {"tray.log": 0o600, "tray.log.1": 0o600, "faults.log": 0o600}
    assert mode_of(folder) == 0o700


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize("name", ["tray.log", "faults.log"])
def test_file_that_others_could_read_is_for_the_user_from_now_on(own_log, folder, name):
    folder.mkdir()
    path = folder / name
    path.write_bytes(b"older\n")
    path.chmod(0o644)

    own_log.open()

    assert mode_of(path) == 0o600
    assert path.read_bytes() == b"older\n"


@pytest.mark.linux
@pytest.mark.macos
def test_folder_that_was_there_keeps_its_mode(own_log, folder):
    folder.mkdir()
    folder.chmod(0o755)

    own_log.open()

    assert mode_of(folder) == 0o755


def test_log_does_without_a_folder_it_cannot_use(own_log, folder, capfd):
    folder.write_bytes(b"in the way")

    opened = own_log.open()
    log.critical("nobody reads this")
    own_log.close()

    assert not opened
    assert folder.read_bytes() == b"in the way"
    assert capfd.readouterr() == ("", "")


def test_log_does_without_a_file_for_faults_it_cannot_open(own_log, folder):
    (folder / "faults.log").mkdir(parents=True)

    assert own_log.open()
    log.info("hello")

    assert LINE.fullmatch(written(folder))


@pytest.mark.linux
def test_full_disk_loses_lines_and_nothing_else(own_log, folder, capfd):
    folder.mkdir()
    (folder / "tray.log").symlink_to("/dev/full")

    mode = mode_of(folder / "tray.log")
    assert own_log.open()
    log.info("lost")
    own_log.close()

    assert mode_of(folder / "tray.log") == mode

    assert capfd.readouterr() == ("", "")


# -- secrets ----------------------------------------------------------------------------------


def test_secret_is_masked_wherever_it_comes_from(own_log, folder):
    own_log.open()
    log.info("%s", KEY)
    log.info("config %r", {"api_key": "a-very-secret-value"})
    for fall in (falling, falling_further):
        try:
            fall()
        except RuntimeError:
            log.exception("failed")

    text = written(folder)
    assert KEY not in text
    assert "a-very-secret-value" not in text
    assert text.count("RuntimeError: token sk-ant-•••") == 2
    assert text.count("RuntimeError: further") == 1


def test_secret_that_looks_like_none_is_masked_once_it_is_known(own_log, folder):
    own_log.open()
    log.info("plain words")

    own_log.hide("correct horse")
    own_log.hide("battery")
    log.info("a correct horse, %r", ["battery"])

    assert "plain words" in written(folder)
    assert "a •••, ['•••']" in written(folder)


def test_secret_in_an_uncaught_exception_is_masked(own_log, folder):
    own_log.open()
    error = ValueError(KEY)

    sys.excepthook(ValueError, error, None)

    assert "CRITICAL" in written(folder)
    assert "ValueError: sk-ant-•••" in written(folder)


# -- in programs of their own ------------------------------------------------------------------


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize(
    ("code", "exit_status"),
    [
        ("1 / 0", 1),
        ("threading.Thread(target=lambda: 1 / 0).start()", 0),
        ("class Falling:\n    def __del__(self): 1 / 0\nFalling()", 0),
    ],
    ids=["main", "thread", "finalizer"],
)
def test_uncaught_exception_goes_into_the_log(folder, code, exit_status):
    ended = run_program(folder, code)

    assert ended.returncode == exit_status
    assert written(folder).count("uncaught exception\nTraceback") == 1
    assert "ZeroDivisionError" in written(folder)
    assert (ended.stdout, ended.stderr) == ("", "")


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize("code", ["sys.exit(0)", "threading.Thread(target=sys.exit).start()"])
def test_end_on_purpose_is_no_uncaught_exception(folder, code):
    ended = run_program(folder, code)

    assert ended.returncode == 0
    assert written(folder) == ""


@pytest.mark.linux
@pytest.mark.macos
def test_line_may_have_any_characters(folder):
    run_program(folder, r"log.info('\U0001f99e \ud800')")

    assert "🦞 \\ud800" in written(folder)


@pytest.mark.linux
@pytest.mark.macos
def test_broken_line_is_lost_silently(folder):
    ended = run_program(folder, 'log.info("%d", "no number")\nlog.info("hello")')

    assert LINE.fullmatch(written(folder))
    assert ended.stderr == ""


@pytest.mark.linux
@pytest.mark.macos
def test_crash_of_the_interpreter_is_dumped(folder):
    ended = run_program(folder, "def crash(): faulthandler._sigsegv()\ncrash()")

    faults = (folder / "faults.log").read_text(encoding="utf-8")
    assert ended.returncode == -signal.SIGSEGV
    assert "Segmentation fault" in faults
    assert "in crash" in faults
    assert ended.stderr == ""


@pytest.mark.linux
@pytest.mark.macos
def test_dump_still_works_after_the_log_was_rotated(folder):
    code = "for _ in range(350): log.info('x' * 10_000)\nfaulthandler._sigsegv()"

    run_program(folder, code)

    assert (folder / "tray.log.2").exists()
    assert "Segmentation fault" in (folder / "faults.log").read_text(encoding="utf-8")


@pytest.mark.parametrize(("size", "kept"), [(1000, 1000), (1_000_000, 1_000_000), (1_000_001, 0)])
def test_dumps_are_kept_until_they_are_too_many(own_log, folder, size, kept):
    folder.mkdir()
    (folder / "faults.log").write_bytes(b"x" * size)

    own_log.open()

    assert (folder / "faults.log").stat().st_size == kept


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize(
    ("code", "exit_status", "name", "words"),
    [
        ("log.info('hello')", 0, "tray.log", "test: hello"),
        ("1 / 0", 1, "tray.log", "ZeroDivisionError"),
        ("threading.Thread(target=lambda: 1 / 0).start()", 0, "tray.log", "ZeroDivisionError"),
        ("faulthandler._sigsegv()", -signal.SIGSEGV, "faults.log", "Segmentation fault"),
    ],
)
def test_log_works_without_standard_streams(folder, code, exit_status, name, words):
    check = "assert sys.stdout is None and sys.stderr is None\n"

    ended = run_program(folder, check + code, *CLOSING_STREAMS)

    assert ended.returncode == exit_status
    assert words in (folder / name).read_text(encoding="utf-8")


@pytest.mark.linux
@pytest.mark.macos
def test_log_does_without_folder_and_standard_streams(folder):
    folder.write_bytes(b"in the way")
    code = PRELUDE.replace("assert own_log.open()", "assert not own_log.open()")
    code += "assert sys.stderr is None\nlog.critical('nobody reads this')\nown_log.close()"

    ended = subprocess.run([*CLOSING_STREAMS, sys.executable, "-c", code, str(folder)], check=False)

    assert ended.returncode == 0
