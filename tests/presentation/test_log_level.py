from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.state import Running, Stopped
from picoclaw_tray.logs.entry import Level
from picoclaw_tray.presentation.log_level import other_level, silence
from picoclaw_tray.presentation.situation import Facts
from tests.presentation.samples import OURS, said, situation


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


def test_chosen_level_holds_from_the_next_start_on():
    told = other_level(at("warn"), "info")

    assert told is not None
    assert said(told) == "From the next start on the level is info. Until then it is warn."
    assert other_level(at("warn"), "warn") is None
    assert other_level(at(""), "warn") is None
