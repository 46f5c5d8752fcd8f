"""What a person is told about a gateway that a service manager runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.lifecycle.state import Failure, Running, Starting
from picoclaw_tray.presentation.notices import standing_notices
from picoclaw_tray.presentation.service import by_service, how_to_end, refused_restart, refused_stop
from picoclaw_tray.presentation.tray import Wish, details, tray_view
from tests.presentation.samples import CHANGE, FACTS, MANAGED, NOW, said, situation

UNIT = Service(
    ServiceManager.SYSTEMD_USER,
    "picoclaw.service",
    "systemctl --user stop picoclaw.service",
    "systemctl --user restart picoclaw.service",
)
POD = Service(ServiceManager.KUBERNETES, "0123456789ab")
HOW = (
    "To stop the gateway run “systemctl --user stop picoclaw.service”, to restart it “systemctl"
    " --user restart picoclaw.service”."
)
PHASES = [Starting(MANAGED, NOW), Starting(MANAGED, NOW, slow=True), Running(MANAGED)]


@pytest.mark.parametrize(
    ("manager", "line"),
    [
        (ServiceManager.SYSTEMD, "Started by systemd (system unit x)"),
        (ServiceManager.SYSTEMD_USER, "Started by systemd (user unit x)"),
        (ServiceManager.RUNIT, "Started by runit (service x)"),
        (ServiceManager.OPENRC, "Started by OpenRC (service x)"),
        (ServiceManager.LAUNCHD, "Started by launchd (service x)"),
        (ServiceManager.DOCKER, "Runs in a container of Docker (x)"),
        (ServiceManager.KUBERNETES, "Runs in a container of Kubernetes (x)"),
    ],
)
def test_line_names_manager_and_unit(manager, line):
    assert said(by_service(Service(manager, "x"))) == line


def test_how_to_end_gives_both_commands():
    assert said(how_to_end(UNIT)) == HOW


def test_how_to_end_names_the_tools_where_no_command_is_known():
    assert said(how_to_end(POD)) == ("To stop or restart the gateway use the tools of Kubernetes.")


def test_refused_stop_says_why_and_what_to_run():
    assert said(refused_stop(UNIT)) == (
        "The gateway was not stopped. Started by systemd (user unit picoclaw.service). To stop it"
        " run “systemctl --user stop picoclaw.service”."
    )


def test_refused_restart_says_why_and_what_to_run():
    assert said(refused_restart(UNIT)) == (
        "The gateway was not restarted. Started by systemd (user unit picoclaw.service). To restart"
        " it run “systemctl --user restart picoclaw.service”."
    )


@pytest.mark.parametrize("refused", [refused_stop, refused_restart])
def test_refusal_names_the_tools_where_no_command_is_known(refused):
    assert said(refused(POD)) == (
        "The gateway was left as it is. Runs in a container of Kubernetes (0123456789ab). To stop"
        " or restart the gateway use the tools of Kubernetes."
    )


def test_details_say_who_started_it():
    origin = Origin(OriginKind.SERVICE, UNIT)
    seen = situation(Running(MANAGED), facts=replace(FACTS, origin=origin, service=UNIT))

    lines = [said(line) for line in details(seen, NOW)]

    assert lines[-1] == "Started by systemd (user unit picoclaw.service)"
    assert "Started by somebody else" not in lines


@pytest.mark.parametrize("phase", PHASES)
def test_tooltip_and_window_say_the_commands(phase):
    seen = situation(phase, facts=replace(FACTS, service=UNIT))

    assert [said(line) for line in tray_view(seen, NOW).advice] == [HOW]
    assert said(standing_notices(seen)[-1]) == HOW


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("changes", [(), (CHANGE,)])
@pytest.mark.parametrize("refused", [None, Failure("not_ready", passable=True)])
def test_menu_offers_neither_stop_nor_restart(phase, changes, refused):
    seen = situation(phase, facts=replace(FACTS, changes=changes), refused_restart=refused)

    view = tray_view(seen, NOW)

    assert (view.stop.wish, view.stop.enabled) == (Wish.STOP, False)
    assert (view.restart.wish, view.restart.enabled) == (Wish.RESTART, False)


def test_menu_offers_to_quit_and_leave_it_running():
    view = tray_view(situation(Running(MANAGED)), NOW)

    assert said(view.quit.text) == "&Quit and leave the gateway running"


def test_menu_offers_a_reload_which_ends_nothing():
    view = tray_view(situation(Running(MANAGED), facts=replace(FACTS, can_reload=True)), NOW)

    assert view.reload is not None
    assert view.reload.enabled
