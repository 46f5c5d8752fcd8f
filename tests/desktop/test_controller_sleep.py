from __future__ import annotations

import time

import pytest

from picoclaw_tray.desktop.controller import GatewayController
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.logs.beginnings import LogTail
from picoclaw_tray.logs.redaction import Redactor
from picoclaw_tray.system import sleep_clock


def no_crew():
    raise LookupError("nobody looks in this test")


def no_output():
    return LogTail((), 0, Redactor())


@pytest.fixture
def controller(qtbot):
    controller = GatewayController(no_crew, Policy(), no_output)
    yield controller
    controller.close()


def test_controller_is_calm_after_a_sleep(controller, monkeypatch):
    slept = sleep_clock.slept_s()
    monkeypatch.setattr(sleep_clock, "slept_s", lambda: slept + 3600)

    controller.resume()

    calm = controller.state.calm_until - time.monotonic()
    assert 0 < calm <= Policy().calm_after_sleep


def test_controller_is_not_calmed_by_a_wake_up_without_a_sleep(controller):
    controller.resume()

    assert controller.state.calm_until == 0.0


def test_one_sleep_calms_once(controller, monkeypatch):
    slept = sleep_clock.slept_s()
    monkeypatch.setattr(sleep_clock, "slept_s", lambda: slept + 3600)
    controller.resume()
    first = controller.state.calm_until

    controller.resume()

    assert controller.state.calm_until == first
