from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from picoclaw_tray.system.files import (
    is_in_the_way,
    make_private_folder,
    open_regular,
    read_bounded,
    write_private,
)

BINARY = b"a\r\nb\x1ac\0\xff\n"


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "folder"
    path.mkdir()
    return path


@pytest.fixture
def file(folder):
    path = folder / "file"
    path.write_bytes(BINARY)
    return path


@pytest.mark.parametrize(
    ("limit", "content"), [(1000, BINARY), (len(BINARY), BINARY), (3, BINARY[:3]), (0, b"")]
)
def test_read_bounded_reads_the_bytes_up_to_the_limit(file, limit, content):
    assert read_bounded(file, limit) == content


def test_read_bounded_says_that_there_is_no_file(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_bounded(tmp_path / "none", 10)


def test_read_bounded_refuses_a_folder(tmp_path):
    with pytest.raises(OSError) as raised:  # noqa: PT011 - which one differs by system
        read_bounded(tmp_path, 10)

    assert raised.value.strerror


@pytest.mark.linux
@pytest.mark.macos
def test_read_bounded_reads_what_a_link_points_to(file):
    link = file.with_name("link")
    link.symlink_to(file)

    assert read_bounded(link, 3) == BINARY[:3]


@pytest.mark.linux
@pytest.mark.macos
def test_read_bounded_does_not_wait_for_the_writer_of_a_pipe(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    with pytest.raises(OSError, match="not a regular file"):
        read_bounded(pipe, 10)


@pytest.mark.linux
@pytest.mark.macos
def test_read_bounded_refuses_an_endless_device():
    with pytest.raises(OSError, match="not a regular file"):
        read_bounded(Path("/dev/zero"), 10)


@pytest.mark.linux
def test_open_regular_leaves_nothing_open_when_it_refuses(tmp_path):
    before = os.listdir("/proc/self/fd")  # noqa: PTH208 - pathlib would open the folder first

    for _ in range(3):
        with pytest.raises(OSError, match="not a regular file"):
            open_regular(tmp_path)

    assert os.listdir("/proc/self/fd") == before  # noqa: PTH208


@pytest.mark.linux
@pytest.mark.macos
def test_is_in_the_way_what_cannot_be_read_and_replaced(tmp_path):
    folder, pipe, link = tmp_path / "folder", tmp_path / "pipe", tmp_path / "link"
    folder.mkdir()
    os.mkfifo(pipe)
    link.symlink_to(pipe)

    assert [is_in_the_way(path) for path in (folder, pipe, link, Path("/dev/null"))] == [True] * 4


@pytest.mark.linux
@pytest.mark.macos
def test_is_not_in_the_way_what_a_rename_replaces(tmp_path, file):
    to_folder, to_nothing, loop = (tmp_path / name for name in ("to-folder", "to-nothing", "loop"))
    to_folder.symlink_to(tmp_path)
    to_nothing.symlink_to(tmp_path / "nothing")
    loop.symlink_to(loop)

    paths = (file, to_folder, to_nothing, loop, tmp_path / "missing")

    assert [is_in_the_way(path) for path in paths] == [False] * 5


def test_write_private_makes_the_file_and_its_folder(tmp_path):
    path = tmp_path / "a" / "b" / "file"

    write_private(path, BINARY)

    assert path.read_bytes() == BINARY
    assert names(path.parent) == ["file"]


def test_write_private_replaces_the_file(file):
    write_private(file, b"new")

    assert file.read_bytes() == b"new"
    assert names(file.parent) == ["file"]


@pytest.mark.linux
@pytest.mark.macos
def test_write_private_keeps_others_out(tmp_path):
    path = tmp_path / "made" / "file"
    write_private(path, b"old")
    path.chmod(0o666)

    write_private(path, b"new")

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_write_private_leaves_no_half_file_when_it_fails(folder):
    in_the_way = folder / "file"
    in_the_way.mkdir()

    with pytest.raises(OSError):  # noqa: PT011 - which one differs by system
        write_private(in_the_way, b"new")

    assert names(folder) == ["file"]
    assert in_the_way.is_dir()


def test_write_private_says_that_the_folder_cannot_be_made(file):
    with pytest.raises(OSError):  # noqa: PT011 - which one differs by system
        write_private(file / "child", b"new")

    assert file.read_bytes() == BINARY


@pytest.mark.linux
@pytest.mark.macos
def test_private_folder_and_those_it_needs_are_for_the_user_only(folder):
    umask = os.umask(0)
    try:
        make_private_folder(folder / "a" / "b")
        make_private_folder(folder / "a" / "b")
    finally:
        os.umask(umask)

    made = (folder / "a", folder / "a" / "b")
    assert [stat.S_IMODE(path.stat().st_mode) for path in made] == [0o700, 0o700]


def test_private_folder_that_was_there_is_kept_as_it_is(folder):
    before = folder.stat().st_mode

    make_private_folder(folder)

    assert folder.stat().st_mode == before


def test_private_folder_is_not_made_below_a_file(file):
    with pytest.raises(OSError, match=file.name):
        make_private_folder(file / "folder")
    with pytest.raises(FileExistsError):
        make_private_folder(file)
