from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.gateway.failure_rules import FailureClass
from picoclaw_tray.gateway.launch import binary_name
from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system import gateway_command
from picoclaw_tray.system.gateway_command import find_gateway
from tests.presentation.samples import said

NAME = binary_name(sys.platform)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working directory, where a search path may lead to; nothing else is installed."""
    folder = tmp_path / "folder"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(gateway_command, "install_places", lambda *_: ())
    return folder


def program(path: Path, mode: int = 0o755) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"")
    path.chmod(mode)
    return str(path)


def refused(failure) -> tuple[str, str]:
    """Class and reason; a person has to act, so a retry is of no use."""
    assert isinstance(failure, Failure)
    assert failure.next_step is not None
    assert not failure.curable
    assert not failure.passable
    return failure.failure_class, said(failure.reason)


def test_gateway_is_the_one_of_the_settings_before_any_other(folder):
    chosen = program(folder / "chosen")
    environ = {"PICOCLAW_BINARY": program(folder / "named"), "PATH": str(folder)}
    program(folder / NAME)

    assert find_gateway(chosen, environ) == GatewayCommand(chosen)


def test_gateway_is_the_one_of_the_environment_before_the_search_path(folder):
    named = program(folder / "named")
    program(folder / NAME)

    found = find_gateway("", {"PICOCLAW_BINARY": named, "PATH": str(folder)})

    assert found == GatewayCommand(named)


def test_gateway_of_the_environment_is_passed_over_when_it_is_empty(folder):
    found = program(folder / "bin" / NAME)
    environ = {"PICOCLAW_BINARY": "", "PATH": str(folder / "bin")}

    assert find_gateway("", environ) == GatewayCommand(found)


@pytest.mark.parametrize("named", ["none", "."])
def test_gateway_of_the_environment_that_is_no_file_is_told(folder, named):
    program(folder / "bin" / NAME)
    environ = {"PICOCLAW_BINARY": named, "PATH": str(folder / "bin")}

    found = find_gateway("", environ)

    assert isinstance(found, Failure)
    assert found.reason is not None
    assert named in render(found.reason)


def test_gateway_is_searched_in_the_order_of_the_search_path(folder):
    first, second = (program(folder / name / NAME) for name in "ab")
    path = os.pathsep.join(str(folder / name) for name in ("none", "a", "b"))

    assert find_gateway("", {"PATH": path}) == GatewayCommand(first)
    Path(first).unlink()
    assert find_gateway("", {"PATH": path}) == GatewayCommand(second)


def test_gateway_is_absolute_however_it_was_named(folder):
    """It is started in another working directory."""
    absolute = program(folder / "bin" / NAME)
    relative = str(Path("bin", NAME))

    assert find_gateway(relative, {}) == GatewayCommand(absolute)
    assert find_gateway("", {"PICOCLAW_BINARY": relative}) == GatewayCommand(absolute)
    assert find_gateway("", {"PATH": "bin"}) == GatewayCommand(absolute)


def test_gateway_is_looked_for_where_installers_put_it(folder, monkeypatch):
    missing, here, later = str(folder / "none" / NAME), folder / "here" / NAME, folder / NAME
    places = (missing, str(folder), program(here), program(later))
    monkeypatch.setattr(gateway_command, "install_places", lambda *_: places)

    assert find_gateway("", {"PATH": ""}, folder / "none") == GatewayCommand(str(here))


@pytest.mark.linux
@pytest.mark.macos
def test_gateway_is_not_one_that_may_not_be_run(folder, monkeypatch):
    plain = program(folder / NAME, 0o644)
    monkeypatch.setattr(gateway_command, "install_places", lambda *_: (plain,))

    failure_class, _ = refused(find_gateway("", {"PATH": str(folder)}))

    assert failure_class == FailureClass.BINARY_MISSING


@pytest.mark.parametrize("environ", [{}, {"PATH": ""}, {"PATH": "/none"}])
def test_gateway_that_is_nowhere_is_missing(folder, environ):
    assert refused(find_gateway("", environ)) == (
        FailureClass.BINARY_MISSING,
        "The PicoClaw program was not found.",
    )


@pytest.mark.parametrize(
    "name",
    [
        "none",
        "x" * 5000,  # longer than any path may be
        "nul\0byte",
        "\ud800",  # no text that could be a name
    ],
)
def test_chosen_gateway_is_missing_when_there_is_no_such_file(folder, name):
    chosen = str(folder / name)

    assert refused(find_gateway(chosen, {})) == (
        FailureClass.BINARY_MISSING,
        f"The gateway program {chosen} does not exist.",
    )


def test_chosen_gateway_is_not_runnable_when_it_is_a_folder(folder):
    assert refused(find_gateway(str(folder), {})) == (
        FailureClass.NOT_RUNNABLE,
        f"The gateway program {folder} is not a file.",
    )


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize("how", ["chosen", "named"])
def test_gateway_named_by_a_person_is_not_passed_over_when_it_may_not_be_run(folder, how):
    plain = program(folder / "plain", 0o644)
    environ = {"PATH": str(folder)}
    program(folder / NAME)

    if how == "chosen":
        found = find_gateway(plain, environ)
    else:
        found = find_gateway("", environ | {"PICOCLAW_BINARY": plain})

    assert refused(found) == (
        FailureClass.NOT_RUNNABLE,
        f"The gateway program {plain} is not executable.",
    )


def test_gateway_beside_our_own_executable_goes_before_the_search_path(folder, tmp_path):
    neighbour = program(tmp_path / "ours" / NAME)
    program(folder / NAME)

    found = find_gateway("", {"PATH": str(folder)}, beside=tmp_path / "ours")

    assert found == GatewayCommand(neighbour)


def test_gateway_of_the_environment_goes_before_the_one_beside_us(folder, tmp_path):
    named = program(folder / "named")
    program(tmp_path / "ours" / NAME)

    found = find_gateway("", {"PICOCLAW_BINARY": named}, beside=tmp_path / "ours")

    assert found == GatewayCommand(named)


def test_neighbour_that_cannot_be_run_is_passed_over(folder, tmp_path):
    program(tmp_path / "ours" / NAME, 0o644)
    on_path = program(folder / NAME)

    found = find_gateway("", {"PATH": str(folder)}, beside=tmp_path / "ours")

    assert found == GatewayCommand(on_path)
