"""Whether a gateway can be started, and with what."""

from __future__ import annotations

import signal
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.lifecycle.messages import LaunchPlan
from picoclaw_tray.lifecycle.state import Failure, Process
from picoclaw_tray.presentation.text import render
from picoclaw_tray.settings import Settings
from picoclaw_tray.system.crew import assemble
from picoclaw_tray.system.launch_site import start_options
from picoclaw_tray.system.process_key import key_of
from tests.support.gateway_home import GatewayHome

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.system.launch_site import LaunchSite


def _prepare(
    site: LaunchSite,
    *,
    anyway: bool = False,
    replacing: Process | None = None,
    debug: bool = False,
) -> LaunchPlan | Failure:
    preparer = assemble(site, start_options(site, debug=debug)).preparer
    return preparer.prepare(anyway=anyway, replacing=replacing, fresh=True)


def _plan(site: LaunchSite, *, anyway: bool = False, debug: bool = False) -> LaunchPlan:
    plan = _prepare(site, anyway=anyway, debug=debug)
    assert isinstance(plan, LaunchPlan), plan
    return plan


def _refusal(site: LaunchSite, *, anyway: bool = False) -> Failure:
    refusal = _prepare(site, anyway=anyway)
    assert isinstance(refusal, Failure), refusal
    return refusal


def test_plan_starts_the_gateway_of_this_home(stand_in_home: GatewayHome) -> None:
    plan = _plan(stand_in_home.site())

    command = stand_in_home.command
    assert plan.program == command.program
    assert plan.arguments == (*command.arguments, "gateway", "-E")
    assert plan.environment["PICOCLAW_HOME"] == str(stand_in_home.place.home)
    assert plan.environment["PICOCLAW_CONFIG"] == str(stand_in_home.place.config)
    assert plan.environment["NO_COLOR"] == "1"
    assert not plan.outlives


def test_plan_keeps_our_own_environment_and_starts_in_the_users_home(
    stand_in_home: GatewayHome, own_machine: Path
) -> None:
    plan = _plan(stand_in_home.site("mute"))

    assert plan.environment["PICOCLAW_DEMO"] == "mute"
    assert plan.directory == str(own_machine)


def test_plan_with_debug_starts_the_gateway_with_its_debug_log(stand_in_home: GatewayHome) -> None:
    assert _plan(stand_in_home.site(), debug=True).arguments[-3:] == ("gateway", "-E", "-d")


def test_plan_passes_on_what_the_settings_say(stand_in_home: GatewayHome) -> None:
    site = replace(stand_in_home.site(), settings=Settings(host="127.0.0.1", log_level="info"))

    environment = _plan(site).environment

    assert environment["PICOCLAW_GATEWAY_HOST"] == "127.0.0.1"
    assert environment["PICOCLAW_LOG_LEVEL"] == "info"


def test_plan_without_settings_leaves_host_and_level_to_the_config(
    stand_in_home: GatewayHome,
) -> None:
    assert not {"PICOCLAW_GATEWAY_HOST", "PICOCLAW_LOG_LEVEL"} & set(
        _plan(stand_in_home.site()).environment
    )


def test_plan_takes_the_program_of_the_settings(
    stand_in_home: GatewayHome, elsewhere: Path
) -> None:
    program = elsewhere / "picoclaw"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o755)
    settings = Settings(gateway=str(program))
    site = replace(stand_in_home.site(), settings=settings, command=None)

    plan = _plan(site)

    assert (plan.program, plan.arguments) == (str(program), ("gateway", "-E"))


def test_no_program_is_refused_for_good(stand_in_home: GatewayHome, elsewhere: Path) -> None:
    environ = {"PATH": str(elsewhere), "HOME": str(elsewhere), "USERPROFILE": str(elsewhere)}
    site = replace(stand_in_home.site(), command=None, environ=environ)

    refusal = _refusal(site, anyway=True)

    assert refusal.failure_class == FailureClass.BINARY_MISSING
    assert not refusal.curable
    assert refusal.reason is not None
    assert refusal.next_step is not None


def test_broken_config_is_refused_for_good(stand_in_home: GatewayHome) -> None:
    stand_in_home.break_config()

    refusal = _refusal(stand_in_home.site(), anyway=True)

    assert refusal.failure_class == FailureClass.CONFIG_UNREADABLE
    assert not refusal.curable
    assert refusal.reason is not None
    assert refusal.detail


def test_config_without_model_is_refused_unless_anyway(stand_in_home: GatewayHome) -> None:
    stand_in_home.configure(default_model="")

    refusal = _refusal(stand_in_home.site())

    assert refusal.failure_class == FailureClass.NOT_READY
    assert refusal.detail == "no default model configured"
    assert refusal.passable
    assert isinstance(_prepare(stand_in_home.site(), anyway=True), LaunchPlan)


def test_config_with_an_unknown_model_is_refused_even_anyway(stand_in_home: GatewayHome) -> None:
    stand_in_home.configure(default_model="unheard-of")

    refusal = _refusal(stand_in_home.site(), anyway=True)

    assert refusal.detail == 'default model "unheard-of" is invalid'
    assert not refusal.passable
    assert not refusal.curable


def test_config_is_read_anew_when_it_changed(stand_in_home: GatewayHome) -> None:
    preparer = assemble(stand_in_home.site()).preparer
    stand_in_home.break_config()
    assert isinstance(preparer.prepare(anyway=False, replacing=None, fresh=True), Failure)

    stand_in_home.configure()

    assert isinstance(preparer.prepare(anyway=False, replacing=None, fresh=True), LaunchPlan)


@pytest.mark.linux
@pytest.mark.macos
def test_gateway_of_this_home_that_is_there_is_named(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        gateway_home.place.pid_file.unlink()
        gateway.send_signal(signal.SIGSTOP)
        refusal = _refusal(gateway_home.site(), anyway=True)

    assert refusal.failure_class == FailureClass.ALREADY_RUNNING
    assert refusal.curable
    assert refusal.reason is not None
    assert str(gateway.pid) in render(refusal.reason)


def test_gateway_that_is_to_be_replaced_is_not_in_the_way(gateway_home: GatewayHome) -> None:
    with gateway_home.started_by_hand() as gateway:
        key = key_of(gateway.pid)
        assert key is not None

        assert isinstance(_prepare(gateway_home.site(), replacing=Process(key)), LaunchPlan)


def test_gateway_of_another_home_is_not_in_the_way(
    gateway_home: GatewayHome, tmp_path: Path
) -> None:
    command = (gateway_home.command.program, *gateway_home.command.arguments)
    theirs = GatewayHome(tmp_path / "theirs", command)

    with theirs.started_by_hand():
        assert isinstance(_prepare(gateway_home.site()), LaunchPlan)


@pytest.mark.parametrize("file", ["config.json", ".picoclaw.pid"])
def test_preparing_writes_nothing_into_the_home(stand_in_home: GatewayHome, file: str) -> None:
    stand_in_home.write_pid_file(2**22 + 1)
    path = stand_in_home.place.home / file
    before = path.read_bytes()

    _plan(stand_in_home.site())

    assert path.read_bytes() == before
    assert len(list(stand_in_home.place.home.iterdir())) == 2
