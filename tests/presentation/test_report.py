from __future__ import annotations

from dataclasses import replace

from picoclaw_tray.lifecycle.state import Failed, Running, Stopped
from picoclaw_tray.presentation.report import report
from picoclaw_tray.presentation.situation import Outlook
from tests.presentation.samples import (
    CHANGE,
    FACTS,
    FAILURE,
    NOW,
    OURS,
    SURROUNDINGS,
    situation,
)

HOME = f"  Home {SURROUNDINGS.home}"


def test_running_gateway_is_reported_with_its_details():
    lines = report(situation(Running(OURS), facts=FACTS), NOW, from_tray=True)

    assert lines == (
        "Running",
        "  Version 0.2.9",
        "  PID 4711",
        "  Address localhost:18790",
        "  Up 5 min",
        HOME,
    )


def test_report_says_that_no_tray_looks_after_it():
    lines = report(situation(Stopped()), NOW, from_tray=False)

    assert lines == ("Stopped", HOME, "No tray runs that would look after the gateway.")


def test_failure_is_reported_with_its_next_step_and_the_last_lines():
    failure = replace(FAILURE, evidence=("panic: oh",))

    lines = report(situation(Failed(gave_up=False), failure), NOW, from_tray=True)

    assert lines == ("The disk is full.", "Tidy up.", HOME, "  panic: oh")


def test_failure_without_next_step_is_reported_too():
    failure = replace(FAILURE, next_step=None)

    lines = report(situation(Failed(gave_up=False), failure), NOW, from_tray=True)

    assert lines == ("The disk is full.", HOME)


def test_healed_failure_and_advice_are_reported_in_sentences():
    facts = replace(FACTS, changes=(CHANGE,))

    lines = report(situation(Running(OURS), FAILURE, facts=facts), NOW, from_tray=True)

    assert lines[-2:] == ("Last failure: The disk is full.", "Restart required: tool web off.")


def test_obstacle_to_the_next_start_is_reported():
    lines = report(situation(Stopped(), outlook=Outlook(objection=FAILURE)), NOW, from_tray=True)

    assert lines == ("Stopped", "  Not ready to start", HOME, "The disk is full.", "Tidy up.")
