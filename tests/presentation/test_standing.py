"""What the window says for as long as it holds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.messages import Notice, NoticeKind
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Health,
    Running,
    Starting,
    State,
    Stopped,
)
from picoclaw_tray.presentation.notices import shown_failure, standing_notices
from picoclaw_tray.presentation.situation import Facts, Surroundings
from tests.presentation.samples import (
    BURST,
    FAILURE,
    FOREIGN,
    GIVEN_UP,
    NOW,
    OURS,
    REASON,
    said,
    situation,
)

FOUND_AGAIN = replace(OURS, watched=False)


def standing(phase, **changes):
    told = replace(situation(phase), **changes)
    return " ".join(map(said, standing_notices(told)))


def test_nothing_stands_beside_a_healthy_gateway():
    assert standing(Running(OURS)) == ""
    assert standing(Running(FOREIGN)) == ""
    assert standing(Stopped()) == ""


def test_silence_stands_with_its_next_step():
    assert standing(Running(OURS, Health.FAILING, 3)) == (
        "The gateway does not answer. If that lasts, restart it."
    )


def test_gateway_of_a_tray_that_was_killed_is_about_to_end():
    assert "it ends when it next prints a line. Restart it" in standing(Running(FOUND_AGAIN))


def test_gateway_that_was_started_to_outlive_a_tray_is_not_about_to_end():
    assert standing(Running(replace(FOUND_AGAIN, outlives=True))) == ""


@pytest.mark.parametrize("kind", NoticeKind)
def test_last_notice_stands(kind):
    assert standing(Running(OURS), notice=Notice(kind, FAILURE))


def test_broken_settings_stand():
    surroundings = Surroundings("/h", "/h/config.json", settings_problem=REASON)

    assert standing(Stopped(), surroundings=surroundings) == (
        "The disk is full. Mend or remove it, then restart this tray. "
        "Until then it uses the default settings."
    )


def test_record_that_cannot_be_kept_stands():
    assert standing(Running(OURS), facts=Facts(record_problem=REASON)) == "The disk is full."


@pytest.mark.parametrize("phase", [Backoff(NOW, 1, counted=True, anyway=False), Failed(False)])
def test_failure_is_shown_while_it_matters(phase):
    assert said(shown_failure(State(phase, failure=FAILURE))) == "The disk is full."


def test_card_says_how_often_it_was_tried():
    state = State(Failed(gave_up=True), failures=BURST, failure=FAILURE)

    assert said(shown_failure(state)) == GIVEN_UP


@pytest.mark.parametrize("phase", [Running(OURS), Starting(OURS, NOW)])
def test_failure_is_shown_after_it_was_healed(phase):
    assert said(shown_failure(State(phase, failure=FAILURE))) == "Last failure: The disk is full."


@pytest.mark.parametrize("phase", [Running(OURS), Failed(True), Stopped()])
def test_no_failure_is_shown_without_one(phase):
    assert shown_failure(State(phase)) is None


def test_failure_of_a_gateway_that_nobody_wants_any_more_is_not_shown():
    assert shown_failure(State(Stopped(), failure=Failure("unknown"))) is None


def test_tray_that_nobody_can_reach_says_so():
    surroundings = Surroundings("/home/alice/.picoclaw", "/home/alice/config.json", alone=True)

    assert "no place for its socket" in standing(Stopped(), surroundings=surroundings)


def test_tray_that_cannot_write_its_log_says_so():
    surroundings = Surroundings("/home/alice/.picoclaw", "/home/alice/config.json", unlogged="/ro")

    assert "cannot write its own log" in standing(Stopped(), surroundings=surroundings)
