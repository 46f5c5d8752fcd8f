"""Where the tray of a home is met."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from picoclaw_tray.system.paths import GatewayPlace, state_folder
from picoclaw_tray.system.rendezvous import (
    LOCK_NAME,
    MAX_SOCKET_BYTES,
    find_socket,
    is_private,
    make_private,
    meeting_folders,
    remove_empty,
    socket_name,
    tray_pid,
)

pytestmark = pytest.mark.linux


@pytest.fixture
def place(tmp_path: Path) -> GatewayPlace:
    return GatewayPlace(tmp_path / "home", tmp_path / "home" / "config.json")


def test_state_folder_comes_first_and_temporary_folders_follow(place: GatewayPlace) -> None:
    first, *others = meeting_folders(place)

    assert first == state_folder(place)
    assert others[0].parent == Path(os.environ["TMPDIR"])
    assert all(f"picoclaw-tray-{os.getuid()}-" in other.name for other in others)


def test_demo_meets_in_temporary_folders_alone(place: GatewayPlace) -> None:
    assert state_folder(place) not in meeting_folders(place, throw_away=True)


def test_homes_meet_in_folders_of_their_own(place: GatewayPlace, tmp_path: Path) -> None:
    other = GatewayPlace(tmp_path / "other" / "home", place.config)

    assert not set(meeting_folders(place)) & set(meeting_folders(other))


class TestPrivacy:
    def test_folder_is_made_for_this_user_alone(self, tmp_path: Path) -> None:
        folder = tmp_path / "a" / "b"

        assert make_private(folder)
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700

    def test_folder_that_others_may_enter_is_closed(self, tmp_path: Path) -> None:
        folder = tmp_path / "open"
        folder.mkdir(mode=0o755)
        was_private = is_private(folder)

        assert make_private(folder)
        assert (was_private, is_private(folder)) == (False, True)

    def test_link_is_nobodys_folder(self, tmp_path: Path) -> None:
        (tmp_path / "private").mkdir(mode=0o700)
        link = tmp_path / "link"
        link.symlink_to(tmp_path / "private")

        assert not make_private(link)

    @pytest.mark.skipif(os.geteuid() != 0, reason="only root may give a folder away")
    def test_folder_of_somebody_else_is_not_ours(self, tmp_path: Path) -> None:
        folder = tmp_path / "theirs"
        folder.mkdir(mode=0o700)
        os.chown(folder, 65534, 65534)

        assert not is_private(folder)

    def test_file_is_no_folder(self, tmp_path: Path) -> None:
        file = tmp_path / "file"
        file.touch(mode=0o600)

        assert not make_private(file)
        assert not make_private(file / "below")

    def test_impossible_path_is_no_folder(self) -> None:
        assert not is_private(Path("/a\0b"))


class TestSocket:
    def test_name_that_is_too_long_is_none(self, tmp_path: Path) -> None:
        assert socket_name(tmp_path / ("x" * MAX_SOCKET_BYTES)) is None

    def test_next_folder_has_it_where_the_first_is_too_long(self, tmp_path: Path) -> None:
        short = Path(os.environ["TMPDIR"]) / "s"

        name = find_socket((tmp_path / ("x" * MAX_SOCKET_BYTES), short))

        assert name == socket_name(short)

    def test_without_a_folder_there_is_none(self, tmp_path: Path) -> None:
        file = tmp_path / "f"
        file.touch()

        assert find_socket((file,)) is None


class TestTrayPid:
    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            (b"4711\npython3\nhost\n", 4711),
            (b"", None),
            (b"\xff\xfe", None),
            (b"none of this\n", None),
            (b"9" * 1_000_000, None),
        ],
        ids=["lock", "empty", "binary", "words", "huge"],
    )
    def test_pid_stands_in_the_first_line(
        self, content: bytes, expected: int | None, place: GatewayPlace
    ) -> None:
        folder = state_folder(place)
        folder.mkdir(parents=True)
        (folder / LOCK_NAME).write_bytes(content)

        assert tray_pid(place) == expected

    def test_without_a_lock_there_is_none(self, place: GatewayPlace) -> None:
        assert tray_pid(place) is None


def test_only_empty_folders_are_removed(tmp_path: Path) -> None:
    empty, full = tmp_path / "empty", tmp_path / "full"
    empty.mkdir()
    full.mkdir()
    (full / "run.json").touch()

    remove_empty((empty, full, tmp_path / "missing"))

    assert [empty.exists(), full.exists()] == [False, True]
