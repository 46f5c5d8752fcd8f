"""One tray for each home: the lock, between real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.desktop.single_instance import Claim, claim
from picoclaw_tray.system.paths import GatewayPlace
from picoclaw_tray.system.rendezvous import LOCK_NAME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.linux

HOLD = """
import sys
from PySide6.QtCore import QLockFile
lock = QLockFile(sys.argv[1])
lock.setStaleLockTime(0)
print(lock.tryLock(0), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "meeting"


@pytest.fixture
def ask(folder: Path, tmp_path: Path) -> Callable[..., Claim]:
    """Claims, and has nobody show anything unless told otherwise."""
    place = GatewayPlace(tmp_path / "home", tmp_path / "home" / "config.json")

    def asked(shows: bool = False, folders: tuple[Path, ...] = (folder,)) -> Claim:
        return claim(place, folders, lambda: shows, patience_s=0.3)

    return asked


@pytest.fixture
def holder(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that has the lock."""
    folder.mkdir(mode=0o700)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / LOCK_NAME)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"True\n"
        yield process
        process.kill()


def test_first_one_gets_the_lock_and_gives_it_back(folder: Path, ask: Callable[..., Claim]) -> None:
    first = ask()
    held = (folder / LOCK_NAME).exists()
    first.release()

    assert (first.folder, first.is_taken) == (folder, False)
    assert held
    assert not (folder / LOCK_NAME).exists()


def test_second_one_has_the_first_show_its_window(
    holder: subprocess.Popen[bytes], ask: Callable[..., Claim]
) -> None:
    second = ask(shows=True)

    assert (second.is_taken, second.shown) == (True, True)


def test_second_one_gives_up_on_a_first_one_that_does_not_answer(
    holder: subprocess.Popen[bytes], ask: Callable[..., Claim]
) -> None:
    second = ask()

    assert (second.is_taken, second.shown) == (True, False)


def test_lock_of_one_that_was_killed_is_taken_over(
    holder: subprocess.Popen[bytes], ask: Callable[..., Claim]
) -> None:
    holder.send_signal(signal.SIGKILL)
    holder.wait()

    after = ask()

    assert after.lock is not None
    after.release()


def test_lock_that_names_somebody_else_by_now_is_taken_over(
    holder: subprocess.Popen[bytes], folder: Path, ask: Callable[..., Claim]
) -> None:
    holder.kill()
    holder.wait()
    lock = folder / LOCK_NAME
    _, _, rest = lock.read_text(encoding="utf-8").partition("\n")
    lock.write_text(f"{os.getppid()}\n{rest}", encoding="utf-8")

    after = ask()

    assert after.lock is not None
    after.release()


@pytest.mark.parametrize("content", [b"", b"\0" * 100, b"not a number\n\n\n", b"x" * 1_000_000])
def test_garbage_is_no_lock(content: bytes, folder: Path, ask: Callable[..., Claim]) -> None:
    folder.mkdir(mode=0o700)
    (folder / LOCK_NAME).write_bytes(content)

    claimed = ask()

    assert claimed.lock is not None
    claimed.release()


def test_without_a_folder_nobody_is_kept_out(tmp_path: Path, ask: Callable[..., Claim]) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    claimed = ask(folders=(in_the_way, in_the_way / "folder"))

    assert (claimed.lock, claimed.folder, claimed.is_taken) == (None, None, False)
    claimed.release()


def test_next_folder_is_used_where_the_first_cannot_be(
    tmp_path: Path, folder: Path, ask: Callable[..., Claim]
) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()

    claimed = ask(folders=(in_the_way, folder))

    assert claimed.folder == folder
    claimed.release()
