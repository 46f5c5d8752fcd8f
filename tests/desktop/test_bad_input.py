"""What a person reads in the window when files, programs and servers are not what they should be.

Each test is a row: something odd in the gateway's place, and the sentence that comes of it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.state import Backoff, Failed
from picoclaw_tray.settings import Settings
from tests.support.hostile_servers import HOSTILE, answering, healthy, serving_both_loopbacks
from tests.support.programs_for_others import elf

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.hostile_servers import Peer
    from tests.support.tray_rig import Rig

pytestmark = [
    pytest.mark.linux,
    pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support"),
]


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


def started(start_rig: Callable[[LaunchSite], Rig], site: LaunchSite) -> Rig:
    """A tray with its window open that was asked for a gateway."""
    rig = start_rig(site)
    rig.open_window()
    rig.app.begin(start=True)
    return rig


# -- the program -----------------------------------------------------------------------------------


def none(_path: Path) -> None:
    """Leaves nothing there."""


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path, 0o755)


def executable(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)
        path.chmod(0o755)

    return write


def not_executable(path: Path) -> None:
    path.write_bytes(b"#!/bin/sh\n")
    path.chmod(0o644)


PROGRAMS = {
    "none": (none, "The gateway program {path} does not exist."),
    "folder": (folder, "The gateway program {path} is not a file."),
    "pipe": (pipe, "The gateway program {path} is not a file."),
    "not executable": (not_executable, "The gateway program {path} is not executable."),
    "empty": (executable(b""), "The gateway program {path} is empty."),
    "text": (
        executable(b"Not found\n"),
        "{path} is not a program, although it is marked as executable.",
    ),
    "picture": (
        executable(b"\x89PNG\r\n\x1a\n" + bytes(99)),
        "{path} is not a program, although it is marked as executable.",
    ),
    "script without interpreter": (
        executable(b"#!/nowhere/zsh\n"),
        "The gateway program {path} is a script for /nowhere/zsh, which does not exist.",
    ),
    "another architecture": (
        executable(elf(258)),
        "The gateway program {path} is made for another kind of computer: Linux loongarch64.",
    ),
    "another system": (
        executable(elf(258, system=12)),
        "The gateway program {path} is made for another kind of computer: OpenBSD loongarch64.",
    ),
}


@pytest.mark.parametrize(("make", "sentence"), PROGRAMS.values(), ids=PROGRAMS)
def test_program_that_is_none_is_told_once_and_not_tried_again(
    start_rig: Callable[[LaunchSite], Rig],
    stand_in_home: GatewayHome,
    elsewhere: Path,
    make: Callable[[Path], None],
    sentence: str,
) -> None:
    path = elsewhere / "picoclaw"
    make(path)
    rig = started(
        start_rig, replace(stand_in_home.site(), command=None, settings=Settings(str(path)))
    )

    rig.until_phase(Failed)

    expected = sentence.format(path=path)
    assert expected in rig.says
    assert len(rig.tray.notified) == 1
    assert expected in rig.tray.notified[0]
    assert rig.state.failure is not None
    assert rig.state.failure.next_step is not None


# -- the PID file ----------------------------------------------------------------------------------


def to_a_text(path: Path) -> None:
    target = path.parent.parent / "precious"
    target.write_text("precious", encoding="ascii")
    path.symlink_to(target)


def to_nothing(path: Path) -> None:
    path.symlink_to(path.parent / "nothing")


def to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def unreadable(path: Path) -> None:
    """To us at least where we are not root."""
    path.write_bytes(b'{"pid": 4194305, "port": 1}')
    path.chmod(0)


def written(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


PID_FILES = {
    "garbage": written(b"\xff\x00{"),
    "empty": written(b""),
    "zeroes": written(bytes(4096)),
    "huge": written(b"7" * 10_000_000),
    "deep": written(b"[" * 60_000),
    "huge number": written(b'{"pid": ' + b"9" * 5000 + b"}"),
    "negative": written(b'{"pid": -1, "port": 1}'),
    "PID 1": written(b'{"pid": 1, "token": "x", "version": "x", "port": 1, "host": "localhost"}'),
    "no process": written(b'{"pid": 4194305, "port": 1, "host": "example.invalid"}'),
    "unreadable": unreadable,
    "link to a text": to_a_text,
    "link to nothing": to_nothing,
    "link to itself": to_itself,
}


@pytest.mark.parametrize("make", PID_FILES.values(), ids=PID_FILES)
def test_pid_file_that_is_none_stands_in_nobodys_way(
    start_rig: Callable[[LaunchSite], Rig], home: GatewayHome, make: Callable[[Path], None]
) -> None:
    make(home.place.pid_file)
    rig = started(start_rig, home.site())

    pid = rig.until_runs()

    rig.until(lambda: "Version" in rig.says)
    assert rig.says.strip().startswith("Running")
    assert rig.tray.notified == []
    assert home.recorded_pid() == pid
    precious = home.folder / "precious"
    assert not precious.exists() or precious.read_text(encoding="ascii") == "precious"


def link_to_a_device(path: Path) -> None:
    path.symlink_to("/dev/zero")


@pytest.mark.parametrize("make", [folder, pipe, link_to_a_device])
def test_pid_file_that_cannot_be_replaced_is_told_and_waited_for(
    start_rig: Callable[[LaunchSite], Rig], home: GatewayHome, make: Callable[[Path], None]
) -> None:
    path = home.place.pid_file
    make(path)
    rig = started(start_rig, home.site())

    rig.until_phase(Backoff)

    assert f"{path} is a folder, a pipe or a device. PicoClaw needs that name" in rig.says
    assert "Remove it, then the gateway can start." in rig.says
    assert rig.says.strip().startswith("Trying again in")
    if path.is_dir():
        path.rmdir()
    else:
        path.unlink()
    rig.until_runs()


# -- the port --------------------------------------------------------------------------------------


@pytest.mark.parametrize("serve", HOSTILE.values(), ids=HOSTILE)
def test_server_on_the_port_is_named(
    start_rig: Callable[[LaunchSite], Rig],
    stand_in_home: GatewayHome,
    serve: Callable[[Peer], None],
) -> None:
    port = stand_in_home.port
    with serving_both_loopbacks(serve, port):
        rig = started(start_rig, stand_in_home.site())

        rig.until(lambda: "Stop that program, or set another gateway.port" in rig.says)

        assert isinstance(rig.state.phase, Backoff)
        assert f"(PID {os.getpid()}) uses port {port}." in rig.says


def test_server_that_answers_for_a_process_of_another_machine_is_named(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    port, pid = stand_in_home.port, 4_194_305
    with serving_both_loopbacks(answering(healthy(pid)), port):
        rig = started(start_rig, stand_in_home.site())

        rig.until_phase(Backoff)

        assert f"(PID {os.getpid()}) uses port {port} and answers as a PicoClaw gateway" in rig.says
        assert "its home cannot be told." in rig.says
        assert str(pid) not in rig.says
