"""Start at login: chosen in the menu, and started as a session starts it."""

from __future__ import annotations

from pathlib import Path

import pytest

from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.system.autostart import autostart_answer
from picoclaw_tray.system.paths import GatewayPlace, gateway_place
from tests.end_to_end.tray_program import TrayProgram, variables_of
from tests.support.gateway_home import STAND_IN, GatewayHome
from tests.support.screen import RIGHT_BUTTON
from tests.support.waiting import wait_until
from tests.system.autostart.words import AWKWARD

pytestmark = [
    pytest.mark.desktop,
    pytest.mark.linux,
    pytest.mark.xdist_group("desktop"),
]


@pytest.fixture
def entries(desktop):
    """Lists the entries of the session."""
    folder = Path(desktop.environment["XDG_CONFIG_HOME"], "autostart")
    return lambda: sorted(folder.glob("*.desktop"))


@pytest.fixture
def log_in(desktop):
    """Starts an entry as GNOME would, in a session that knows no variable of ours."""

    def log_in(entry: Path, **variables: str) -> TrayProgram:
        program = desktop.start(["gio", "launch", entry], name="gio", environment=variables)
        assert program.wait() == 0, program.output
        return TrayProgram(program, desktop.environment)

    return log_in


def autostart(action, place, environment):
    return autostart_answer(action, place, environment, demo=False).payload["state"]


def test_what_was_written_starts_the_tray_of_a_home_with_an_awkward_name(
    desktop, panel_tray, entries, log_in, tmp_path
):
    home = GatewayHome(tmp_path / AWKWARD, STAND_IN)
    config = home.place.config.rename(home.folder / "50% of $config.json")
    place = GatewayPlace(home.place.home, config)
    assert autostart("enable", place, desktop.environment) == "on"
    (entry,) = entries()

    tray = log_in(entry, PICOCLAW_BINARY=variables_of(home)["PICOCLAW_BINARY"])
    panel_tray.wait_for("Running", IconName.OK)

    assert f" for {home.place.home}\n" in tray.log
    assert home.answering_pid() == home.recorded_pid()
    assert not home.place.config.exists()
    assert panel_tray.item.entry("Start at login").is_checked
    assert tray.complaints == []


def test_entry_of_the_default_home_names_no_home(desktop, entries, log_in):
    environment = {**desktop.environment, "PICOCLAW_HOME": f"{desktop.home}/.picoclaw"}
    autostart("enable", gateway_place(environment), environment)
    (entry,) = entries()

    tray = log_in(entry, PICOCLAW_BINARY="/nowhere/picoclaw")

    tray.wait_for(f" for {desktop.home}/.picoclaw\n")
    assert entry.name == "picoclaw-tray.desktop"
    assert "--home" not in entry.read_text()


def test_person_chooses_it_with_the_mouse(
    panel, panel_tray, start_tray_on_desktop, stand_in_home, entries
):
    start_tray_on_desktop(at=stand_in_home)
    panel_tray.wait_for("Running", IconName.OK)
    before = panel_tray.item.entry("Start at login").is_checked
    icon = panel.screen.find([picture.image for picture in panel_tray.item.pixmaps])
    without_menu = panel.screen.still_picture()

    panel.screen.click(*icon.centre, RIGHT_BUTTON)
    panel.screen.change_since(without_menu)
    panel.screen.key("g")  # Start at lo&gin
    wait_until(entries, what="the entry")

    wait_until(lambda: panel_tray.item.entry("Start at login").is_checked, what="the tick")
    assert before is False
    assert autostart("status", stand_in_home.place, panel.environment) == "on"
