from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from picoclaw_tray.system.paths import GatewayPlace, state_folder
from picoclaw_tray.system.rendezvous import (
    LOCK_NAME,
    MAX_SOCKET_BYTES,
    is_private,
    make_private,
    meeting_folders,
    remove_empty,
    socket_name,
    tray_pid,
    usable_sockets,
)
from tests.support.other_user import NOBODY, only_root
from tests.support.tray_places import held_lock

pytestmark = pytest.mark.linux


def mode_of(folder):
    return folder.lstat().st_mode & 0o777


class TestMeetingFolders:
    def test_state_folder_comes_first(self, place):
        own, temporary, *_ = meeting_folders(place)

        assert own == state_folder(place)
        assert temporary.parent == Path(tempfile.gettempdir())

    def test_demo_leaves_no_traces_outside_the_temporary_folder(self, place):
        folders = meeting_folders(place, throw_away=True)

        assert state_folder(place) not in folders
        assert set(folders) < set(meeting_folders(place))

    def test_two_homes_never_meet(self, place, tmp_path):
        other = GatewayPlace(tmp_path / "other" / "home", place.config)

        assert not set(meeting_folders(place)) & set(meeting_folders(other))

    def test_temporary_folder_is_named_once_though_it_has_two_names(self, place, monkeypatch):
        monkeypatch.setattr(tempfile, "tempdir", "/tmp")

        folders = meeting_folders(place)

        assert len(folders) == len(set(folders)) == 2

    def test_nothing_is_made_by_asking(self, place):
        folders = meeting_folders(place)

        assert not any(folder.exists() for folder in folders)


class TestMakePrivate:
    def test_folder_is_made_for_this_user_alone(self, folder):
        assert make_private(folder)
        assert mode_of(folder) == 0o700

    @pytest.mark.parametrize("mode", [0o755, 0o777, 0o750, 0o701])
    def test_open_folder_is_closed(self, folder, mode):
        folder.mkdir(parents=True)
        folder.chmod(mode)

        assert make_private(folder)
        assert mode_of(folder) == 0o700

    def test_private_folder_is_left_as_it_is(self, folder):
        folder.mkdir(parents=True, mode=0o700)
        (folder / "key").write_text("x")

        assert make_private(folder)
        assert (folder / "key").read_text() == "x"

    def test_link_is_not_trusted_and_what_it_leads_to_is_left_alone(self, folder, tmp_path):
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir(mode=0o755)
        folder.parent.mkdir()
        folder.symlink_to(elsewhere)

        assert not make_private(folder)
        assert mode_of(elsewhere) == 0o755

    def test_link_into_nothing_is_not_followed(self, folder, tmp_path):
        folder.parent.mkdir()
        folder.symlink_to(tmp_path / "nothing")

        assert not make_private(folder)
        assert not (tmp_path / "nothing").exists()

    def test_file_in_the_way_stays(self, folder):
        folder.parent.mkdir()
        folder.write_text("mine")

        assert not make_private(folder)
        assert folder.read_text() == "mine"

    def test_file_above_is_in_the_way(self, folder):
        folder.parent.write_text("mine")

        assert not make_private(folder)

    def test_name_that_no_file_can_have_is_refused(self, tmp_path):
        assert not make_private(tmp_path / ("x" * 300))
        assert not is_private(tmp_path / "nul\0")

    def test_read_only_file_system_is_no_place(self):
        assert not make_private(Path("/proc/self/picoclaw-tray"))

    @only_root
    def test_folder_of_another_user_is_not_trusted_and_not_touched(self, folder):
        folder.mkdir(parents=True)
        folder.chmod(0o755)
        os.chown(folder, NOBODY, NOBODY)

        assert not make_private(folder)
        assert not is_private(folder)
        assert (mode_of(folder), folder.stat().st_uid) == (0o755, NOBODY)


class TestUsableSockets:
    def test_socket_is_beside_the_lock_if_the_path_is_short(self, short_folder):
        assert list(usable_sockets([short_folder])) == [str(short_folder / "tray.socket")]

    def test_path_may_have_so_many_bytes_and_no_more(self):
        spare = MAX_SOCKET_BYTES - len("/x/") - len("/tray.socket")
        fits, too_long = Path("/x") / ("a" * spare), Path("/x") / ("a" * (spare + 1))

        assert len(socket_name(fits) or "") == MAX_SOCKET_BYTES
        assert socket_name(too_long) is None

    def test_bytes_are_counted_and_not_letters(self):
        assert socket_name(Path("/x") / ("ä" * 60)) is None

    def test_next_folder_is_taken_where_the_path_would_be_too_long(self, tmp_path, short_folder):
        long = tmp_path / ("a" * 150)

        assert list(usable_sockets([long, short_folder])) == [str(short_folder / "tray.socket")]
        assert not long.exists()

    def test_next_folder_is_taken_where_there_can_be_none(self, short_folder):
        assert list(usable_sockets([Path("/proc/x"), short_folder])) == [
            str(short_folder / "tray.socket")
        ]

    def test_there_may_be_no_place_at_all(self):
        assert list(usable_sockets([Path("/proc/x")])) == []


class TestTrayPid:
    def test_lock_names_the_tray(self, locked, place):
        locked(b"4711\npicoclaw-tray\nhost\n")

        assert tray_pid(place) == 4711

    def test_there_is_none_without_a_lock(self, place):
        assert tray_pid(place) is None

    @pytest.mark.parametrize(
        "content", [b"", b"\n", b"tray\n1\n", b"\xff\xfe\0\0", b"-", b"9" * 5000, b"1e3\n", b"0x1"]
    )
    def test_garbage_names_nobody(self, locked, place, content):
        locked(content)

        assert tray_pid(place) in {None, int("9" * 4096)}

    def test_lock_that_nobody_holds_names_nobody(self, place, locked):
        with held_lock(meeting_folders(place)[0], b"1\n"):
            pass
        locked(b"12\n", number=1)

        assert tray_pid(place) == 12

    def test_pipe_instead_of_a_lock_holds_nobody_up(self, place):
        folder = meeting_folders(place)[0]
        assert make_private(folder)
        os.mkfifo(folder / LOCK_NAME)

        assert tray_pid(place) is None

    def test_next_folder_is_asked_where_the_lock_is_garbage(self, place, locked):
        locked(b"?")
        locked(b"12\n", number=1)

        assert tray_pid(place) == 12

    def test_lock_that_others_could_have_written_is_not_believed(self, locked, place):
        locked(b"1\n").chmod(0o777)

        assert tray_pid(place) is None


class TestRemoveEmpty:
    def test_empty_folder_goes(self, folder):
        make_private(folder)

        remove_empty([folder])

        assert not folder.exists()

    def test_folder_with_anything_in_it_stays(self, folder):
        make_private(folder)
        (folder / "key").touch()

        remove_empty([folder])

        assert (folder / "key").exists()

    def test_missing_folder_is_no_matter(self, folder, tmp_path):
        (tmp_path / "file").touch()

        remove_empty([folder, tmp_path / "file"])

        assert (tmp_path / "file").exists()


@pytest.fixture
def place(tmp_path):
    return GatewayPlace(tmp_path / "home", tmp_path / "home" / "config.json")


@pytest.fixture
def folder(tmp_path):
    """A folder that does not exist, nor the one that it is in."""
    return tmp_path / "above" / "folder"


@pytest.fixture
def short_folder():
    """One whose path is short enough for a socket."""
    return Path(tempfile.gettempdir()) / "meet"


@pytest.fixture
def locked(place):
    """Holds a lock with this content in one of the folders, which it returns."""
    with ExitStack() as locks:

        def hold(content, number=0):
            folder = meeting_folders(place)[number]
            locks.enter_context(held_lock(folder, content))
            return folder

        yield hold
