from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.fingerprint import changes
from picoclaw_tray.lifecycle.state import Running, Stopped
from picoclaw_tray.logs.entry import Level
from picoclaw_tray.presentation.log_level import (
    after_restart,
    but_for_level,
    level_to_come,
    silence,
)
from picoclaw_tray.presentation.situation import Facts
from tests.presentation.samples import OURS, said, situation

if TYPE_CHECKING:
    from picoclaw_tray.text import Text


def at(level: str, phase=Running(OURS)):  # noqa: B008 - frozen
    return replace(situation(phase), facts=Facts(log_level=level))


@pytest.mark.parametrize(
    ("level", "looked_for", "sentence"),
    [
        ("warn", None, "Level is warn: info and debug lines are not written."),
        ("warn", Level.DEBUG, "Level is warn: info and debug lines are not written."),
        ("info", Level.DEBUG, "Level is info: debug lines are not written."),
        ("error", Level.WARN, "Level is error: warn, info and debug lines are not written."),
        (
            "fatal",
            Level.ERROR,
            "Level is fatal: not even errors are written, unless they end the gateway.",
        ),
    ],
)
def test_silence_is_explained(level, looked_for, sentence):
    told = silence(at(level), looked_for)

    assert told is not None
    assert said(told) == sentence


@pytest.mark.parametrize(
    ("level", "looked_for"),
    [
        ("info", None),
        ("debug", Level.DEBUG),
        ("warn", Level.WARN),
        ("warn", Level.ERROR),
        ("", None),
        ("loud", Level.DEBUG),
    ],
)
def test_nothing_is_said_where_nothing_is_hidden(level, looked_for):
    assert silence(at(level), looked_for) is None


def test_nothing_is_said_without_a_gateway():
    assert silence(at("warn", Stopped()), None) is None


LEVEL = changes({"log_level": "warn"}, {"log_level": "info"})
PORT = changes({"port": "1"}, {"port": "2"})


def changed(*told: Text, level: str = "warn", phase=Running(OURS)):  # noqa: B008 - frozen
    return replace(situation(phase), facts=Facts(log_level=level, changes=told))


def test_chosen_level_comes_with_a_restart():
    assert level_to_come(at("warn"), "info") == "info"
    assert level_to_come(at("warn"), "warn") == ""
    assert level_to_come(at(""), "info") == ""
    assert level_to_come(at("warn")) == ""


def test_level_that_was_changed_elsewhere_comes_too():
    assert level_to_come(changed(*PORT, *LEVEL)) == "info"
    assert level_to_come(changed(*LEVEL), "debug") == "debug"
    assert level_to_come(changed(*LEVEL, level="info")) == ""
    assert level_to_come(changed(*PORT)) == ""
    assert level_to_come(changed(*LEVEL, level=""), "debug") == "info"
    assert level_to_come(changed(*LEVEL, phase=Stopped())) == ""


def test_level_that_is_to_come_is_told():
    later = "From the next start on the level is info."

    assert said(after_restart(at("warn"), "info")) == f"{later} Until then it is warn."
    assert said(after_restart(at(""), "info")) == later


@pytest.mark.parametrize(
    ("seen", "left"),
    [
        (changed(*LEVEL), ()),
        (changed(*LEVEL, *PORT), (*LEVEL, *PORT)),
        (changed(*PORT), PORT),
        (changed(*LEVEL, level="info"), LEVEL),
    ],
    ids=["level", "more", "something else", "level that it has"],
)
def test_change_of_the_level_alone_is_left_out(seen, left):
    assert but_for_level(seen).facts.changes == left
