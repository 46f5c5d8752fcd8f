"""What a person reads when the tray's own settings file is not what it should be."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.settings import Settings
from picoclaw_tray.system.launch_site import prepare_site
from picoclaw_tray.system.paths import settings_file

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

NO_FILE = "{path} is a folder, a pipe or a device. The settings belong in a file."


def written(content: bytes) -> Callable[[Path], None]:
    def write(path: Path) -> None:
        path.write_bytes(content)

    return write


def folder(path: Path) -> None:
    path.mkdir()


def pipe(path: Path) -> None:
    os.mkfifo(path)


SETTINGS = {
    "log level": (
        written(b'{"log_level": "loud"}'),
        (
            "In the settings in {path}, “log_level” must be empty or one of: "
            "debug, info, warn, warning, error, fatal."
        ),
    ),
    "wrong type": (
        written(b'{"gateway": ["picoclaw"]}'),
        "In the settings in {path}, “gateway” must be a text of a single line, in quotes.",
    ),
    "half a file": (
        written(b'{"host":'),
        "The settings in {path} are not valid JSON; the mistake is near line 1.",
    ),
    "huge": (
        written(b" " * 10 * 1024 * 1024),
        "The settings file {path} is larger than 256 KiB, too large to be one.",
    ),
    "folder": (folder, NO_FILE),
    "pipe": (pipe, NO_FILE),
}


@pytest.mark.parametrize(("make", "sentence"), SETTINGS.values(), ids=SETTINGS)
def test_settings_that_cannot_be_used_are_told_and_the_defaults_used(
    start_rig: Callable[[LaunchSite], Rig],
    stand_in_home: GatewayHome,
    caplog: pytest.LogCaptureFixture,
    make: Callable[[Path], None],
    sentence: str,
) -> None:
    path = settings_file(stand_in_home.place)
    path.parent.mkdir(parents=True)
    make(path)
    before = path.lstat()
    read = prepare_site(os.environ, home=str(stand_in_home.place.home), config="", demo=False)
    rig = start_rig(
        replace(
            stand_in_home.site(), settings=read.settings, settings_problem=read.settings_problem
        )
    )

    rig.start_with_window()

    expected = sentence.format(path=path)
    assert read.settings == Settings()
    assert f"{expected} Mend or remove it, then restart this tray." in rig.says
    assert caplog.messages.count(f"settings: {expected}") == 1
    assert rig.tray.notified == []
    assert (path.lstat().st_mtime_ns, path.lstat().st_size) == (before.st_mtime_ns, before.st_size)
