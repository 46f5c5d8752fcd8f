"""What a person reads when home, config or our own folders are not what they should be."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.lifecycle.state import Backoff, Failed
from picoclaw_tray.system.paths import GatewayPlace
from tests.support.tray_places import sockets_in_the_way

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from picoclaw_tray.system.launch_site import LaunchSite
    from tests.support.gateway_home import GatewayHome
    from tests.support.tray_rig import Rig

pytestmark = [
    pytest.mark.linux,
    pytest.mark.qt_log_ignore("systemTrayWindowChanged", "plugin does not support"),
]


def started(start_rig: Callable[[LaunchSite], Rig], site: LaunchSite) -> Rig:
    """A tray with its window open that was asked for a gateway."""
    rig = start_rig(site)
    rig.open_window()
    rig.app.begin(start=True)
    return rig


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


def link_to_itself(path: Path) -> None:
    path.symlink_to(path.name)


def link_to_nothing(path: Path) -> None:
    path.symlink_to("nothing")


def file(path: Path) -> None:
    path.write_bytes(b"precious")


# -- the config ------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [folder, pipe, link_to_itself])
@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("config.json", "PicoClaw's configuration"),
        (".security.yml", "PicoClaw's file .security.yml"),
    ],
)
def test_config_that_cannot_be_read_is_told_once(
    start_rig: Callable[[LaunchSite], Rig],
    home: GatewayHome,
    name: str,
    subject: str,
    make: Callable[[Path], None],
) -> None:
    path = home.place.home / name
    path.unlink(missing_ok=True)
    make(path)
    rig = started(start_rig, home.site())

    rig.until_phase(Failed)

    sentence = f"{subject} cannot be read. Check that it is a file and that you may read it."
    assert sentence in rig.says
    assert f"The file is {path}." in rig.says
    assert rig.tray.notified == [sentence]


# -- the home --------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [file, pipe, link_to_itself, link_to_nothing])
@pytest.mark.parametrize("below", ["", "a/b"])
def test_home_that_is_no_folder_is_told_once_and_waited_for(
    start_rig: Callable[[LaunchSite], Rig],
    home: GatewayHome,
    below: str,
    make: Callable[[Path], None],
) -> None:
    in_the_way = home.folder / "in-the-way"
    make(in_the_way)
    place = GatewayPlace(in_the_way / below, home.place.config)
    rig = started(start_rig, replace(home.site(), place=place))

    rig.until_phase(Backoff)

    sentence = f"{in_the_way} is not a folder. PicoClaw needs one for its home {place.home}."
    assert sentence in rig.says
    assert "Change that, or name another home; then the gateway can start." in rig.says
    assert len(rig.tray.notified) == 1
    assert sentence in rig.tray.notified[0]
    in_the_way.unlink()
    rig.until_runs()


# -- our own folders -------------------------------------------------------------------------------


def test_tray_says_that_no_shell_can_reach_it(
    start_rig: Callable[[LaunchSite], Rig], stand_in_home: GatewayHome
) -> None:
    site = stand_in_home.site()
    rig = start_rig(site)
    with sockets_in_the_way(site.place):
        rig.open_window()
        rig.app.begin(start=False)

        rig.until(lambda: "Neither picoclaw-trayctl nor another start of this tray" in rig.says)


@pytest.mark.parametrize("make", [file, link_to_itself, link_to_nothing])
def test_gateway_runs_without_a_folder_for_our_state(
    start_rig: Callable[[LaunchSite], Rig],
    home: GatewayHome,
    caplog: pytest.LogCaptureFixture,
    make: Callable[[Path], None],
) -> None:
    site = home.site()
    make(site.state_folder)
    rig = started(start_rig, site)

    pid = rig.until_runs()
    rig.actions.restart.trigger()
    rig.until_runs(other_than=pid)

    rig.until(lambda: f"This tray cannot write to {site.state_folder} (" in rig.says)
    assert "will not know that it was we who started this gateway." in rig.says
    assert rig.tray.notified == []
    assert caplog.text.count("the key of the fingerprints could not be written") == 1
    assert caplog.text.count("the run record could not be written") == 1
    assert "Traceback" not in caplog.text
