from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

import pytest

from picoclaw_tray.desktop.single_instance import claim
from picoclaw_tray.system.paths import GatewayPlace
from picoclaw_tray.system.rendezvous import LOCK_NAME, meeting_folders, remove_empty, tray_pid
from tests.support.processes import sleeper

SHORT_S, LONG_S = 0.3, 20.0
AT_ONCE_S = 2.0
"""More than a busy machine takes, less than anybody is waited for."""

# Says whether it has the lock, and keeps it until its input ends. Several begin at one moment.
_CLAIMANT = """
import sys
from pathlib import Path
from picoclaw_tray.desktop.single_instance import claim
from picoclaw_tray.system.paths import GatewayPlace
home = Path(sys.argv[1])
place = GatewayPlace(home, home / "config.json")
print("ready", flush=True)
sys.stdin.readline()
claimed = claim(place, [Path(sys.argv[2])], lambda: True)
print("other" if claimed.is_taken else "one" if claimed.lock else "nobody", flush=True)
sys.stdin.read()
claimed.release()
"""


class TestAlone:
    def test_lock_is_taken_and_names_this_process(self, place):
        claimed = claim(place, meeting_folders(place), never)

        assert claimed.lock is not None
        assert not claimed.is_taken
        assert tray_pid(place) == os.getpid()

        claimed.release()

    def test_released_lock_leaves_nothing(self, place):
        claimed = claim(place, meeting_folders(place), never)

        claimed.release()

        assert claimed.folder is not None
        assert list(claimed.folder.iterdir()) == []

    def test_two_homes_have_a_tray_each(self, place, tmp_path):
        other = GatewayPlace(tmp_path / "other", tmp_path / "other" / "config.json")

        claims = [claim(home, meeting_folders(home), never) for home in (place, other)]

        assert all(claimed.lock for claimed in claims)

        for claimed in claims:
            claimed.release()

    def test_next_folder_is_taken_where_the_first_cannot_be_used(self, place):
        own, temporary, *_ = meeting_folders(place)
        own.parent.mkdir(parents=True)
        own.write_text("in the way")

        claimed = claim(place, meeting_folders(place), never)

        assert claimed.folder == temporary
        assert claimed.lock is not None

        claimed.release()

    def test_tray_runs_without_a_lock_where_there_is_no_place_for_one(self, place):
        claimed = claim(place, [Path("/proc/x")], never)

        assert claimed.lock is None
        assert not claimed.is_taken

        claimed.release()

    @pytest.mark.parametrize("content", [b"", b"garbage", b"\0" * 5000, b"1\nx\ny\n"])
    def test_garbage_that_nobody_holds_is_taken_over(self, place, folder, content):
        (folder / LOCK_NAME).write_bytes(content)

        with at_once():
            claimed = claim(place, [folder], never)

        assert claimed.lock is not None

        claimed.release()


class TestSecond:
    def test_other_tray_is_asked_to_show_its_window(self, place, folder):
        with holder(place, folder) as other:
            answers = iter([True])

            claimed = claim(place, [folder], lambda: next(answers))

            assert (claimed.is_taken, claimed.shown, claimed.other) == (True, True, other.pid)
            assert list(answers) == []

    def test_other_tray_is_asked_again_while_it_comes_up(self, place, folder):
        answers = iter([False, False, True])
        with holder(place, folder):
            claimed = claim(place, [folder], lambda: next(answers), patience_s=LONG_S)

        assert claimed.shown

    def test_patience_ends_where_the_other_tray_never_answers(self, place, folder):
        with holder(place, folder) as other, at_once():
            claimed = claim(place, [folder], lambda: False, patience_s=SHORT_S)

        assert (claimed.is_taken, claimed.shown, claimed.other) == (True, False, other.pid)

    def test_lock_is_taken_when_the_other_tray_goes_away_meanwhile(self, place, folder):
        with holder(place, folder) as other:
            claimed = claim(place, [folder], partial(goes_away, other), patience_s=LONG_S)

        assert claimed.lock is not None

        claimed.release()

    def test_lock_is_taken_though_the_other_tray_takes_the_folder_with_it(self, place, folder):
        with holder(place, folder) as other:

            def goes_away_with_its_folder():
                goes_away(other)
                remove_empty([folder])
                return False

            claimed = claim(place, [folder], goes_away_with_its_folder, patience_s=LONG_S)

        assert claimed.lock is not None
        assert tray_pid(place) == os.getpid()

        claimed.release()


@pytest.mark.linux
class TestCrash:
    def test_lock_of_a_killed_tray_is_taken_over_at_once(self, place, folder):
        with holder(place, folder) as crashed:
            crashed.kill()
            crashed.wait(LONG_S)

            with at_once():
                claimed = claim(place, [folder], never)

        assert claimed.lock is not None
        assert tray_pid(place) == os.getpid()

        claimed.release()

    def test_lock_is_taken_over_though_its_number_is_somebody_elses_by_now(self, place, folder):
        with sleeper() as somebody, at_once():
            leave_lock_of(somebody.pid, folder)

            claimed = claim(place, [folder], never)

            assert claimed.lock is not None
            assert somebody.is_running

        claimed.release()

    def test_lock_is_taken_over_though_its_number_is_ours_by_now(self, place, folder):
        leave_lock_of(os.getpid(), folder)

        with at_once():
            claimed = claim(place, [folder], never)

        assert claimed.lock is not None

        claimed.release()

    def test_lock_is_taken_over_though_the_computer_has_another_name_by_now(self, place, folder):
        (folder / LOCK_NAME).write_bytes(b"1\npicoclaw-tray\nelsewhere\n\n\n")

        with at_once():
            claimed = claim(place, [folder], never)

        assert claimed.lock is not None

        claimed.release()


@pytest.mark.linux
class TestAtTheSameMoment:
    @pytest.mark.parametrize("stale", ["nothing", "ended", "living"])
    def test_exactly_one_wins(self, place, folder, stale):
        with ExitStack() as stack:
            claimants = [stack.enter_context(claimant(place, folder)) for _ in range(4)]
            somebody = stack.enter_context(sleeper())
            if stale != "nothing":
                leave_lock_of(somebody.pid if stale == "living" else 2**22 - 1, folder)

            answers = begin(claimants)

        assert sorted(answers) == ["one", "other", "other", "other"]


def goes_away(other):
    """Ends another tray instead of an answer."""
    other.stdin.close()
    other.wait(LONG_S)
    return False


def never():
    raise AssertionError("somebody was asked to show a window")


@contextmanager
def at_once():
    start = time.monotonic()
    yield
    assert time.monotonic() - start < AT_ONCE_S


def leave_lock_of(pid, folder):
    """As a tray leaves it that crashed, and whose number this process got."""
    name = Path(f"/proc/{pid}/comm")
    program = Path(f"/proc/{pid}/exe").readlink().name if name.exists() else "picoclaw-tray"
    (folder / LOCK_NAME).write_text(f"{pid}\n{program}\n{os.uname().nodename}\n")


def begin(claimants):
    """Lets all begin, and returns what they say."""
    for process in claimants:
        process.stdin.write("go\n")
    for process in claimants:
        process.stdin.flush()
    return [process.stdout.readline().strip() for process in claimants]


@contextmanager
def claimant(place, folder):
    with subprocess.Popen(
        [sys.executable, "-c", _CLAIMANT, str(place.home), str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            if process.stdin and not process.stdin.closed and process.poll() is None:
                process.stdin.close()
            try:
                process.wait(LONG_S)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def holder(place, folder):
    """Another process that has the lock."""
    with claimant(place, folder) as process:
        assert begin([process]) == ["one"]
        yield process


@pytest.fixture
def place(tmp_path):
    return GatewayPlace(tmp_path / "home", tmp_path / "home" / "config.json")


@pytest.fixture
def folder(place):
    """Where the lock may be."""
    folder = meeting_folders(place)[0]
    folder.mkdir(parents=True, mode=0o700)
    return folder
