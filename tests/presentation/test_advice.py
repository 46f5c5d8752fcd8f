from __future__ import annotations

import pytest

from picoclaw_tray.lifecycle.state import Failure, Place, Running, Stopped
from picoclaw_tray.presentation.advice import (
    MOST_CHANGES,
    advice,
    is_reloading,
    reload_failure,
    restart_required,
)
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.situation import Facts, Outlook
from picoclaw_tray.text import Template, Text
from tests.presentation.samples import FAILURE, NEXT_STEP, OURS, PHASES, REASON, said, situation

REMARK = Text(Template("Test", "It is old."))
ACCEPTED = ReloadAnswer(ReloadStage.ACCEPTED)
FAILED = ReloadAnswer(ReloadStage.FAILED)
TAKING_OVER = "The gateway is taking over its configuration…"
SIX = "tool 1 on; tool 2 on; tool 3 on; tool 4 on; tool 5 on; tool 6 on"
UNKNOWN = "Whether the gateway has taken over its configuration could not be found out."


def numbered(count) -> tuple[Text, ...]:
    return tuple(Text(Template("Test", f"tool {number} on")) for number in range(1, count + 1))


def sentences(*args, **kwargs) -> list[str]:
    return [said(sentence) for sentence in advice(situation(*args, **kwargs))]


@pytest.mark.parametrize("phase", PHASES)
def test_nothing_is_advised_without_a_cause(phase):
    assert sentences(phase) == []
    assert sentences(phase, outlook=Outlook("0.2.9", "gpt-5.4"), facts=Facts(boot_model="a")) == []


@pytest.mark.parametrize(
    ("outlook", "words"),
    [
        (Outlook(objection=FAILURE), ["The disk is full.", "Tidy up."]),
        (Outlook(remark=REMARK), ["It is old."]),
        (
            Outlook(objection=FAILURE, remark=REMARK),
            ["The disk is full.", "Tidy up.", "It is old."],
        ),
        (Outlook(objection=Failure("unknown", REASON)), ["The disk is full."]),
        (Outlook(objection=Failure("unknown", None)), []),
    ],
)
def test_start_that_would_be_refused_is_foretold_while_stopped(outlook, words):
    assert sentences(Stopped(), outlook=outlook) == words


@pytest.mark.parametrize("phase", [phase for phase in PHASES if not isinstance(phase, Stopped)])
def test_start_is_foretold_only_while_stopped(phase):
    assert sentences(phase, outlook=Outlook(objection=FAILURE, remark=REMARK)) == []


def test_gateway_that_is_out_of_date_is_to_be_restarted():
    facts = Facts(changes=numbered(2))

    assert sentences(Running(OURS), facts=facts) == ["Restart required: tool 1 on; tool 2 on."]


@pytest.mark.parametrize("phase", [phase for phase in PHASES if not isinstance(phase, Running)])
def test_gateway_that_does_not_run_needs_no_restart_or_reload(phase):
    assert sentences(phase, facts=Facts(changes=numbered(2)), reload=ACCEPTED) == []


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (1, "Restart required: tool 1 on."),
        (3, "Restart required: tool 1 on; tool 2 on; tool 3 on."),
        (
            MOST_CHANGES,
            f"Restart required: {SIX}.",
        ),
        (
            MOST_CHANGES + 2,
            f"Restart required: {SIX}; 2 more.",
        ),
    ],
)
def test_changes_are_listed_as_far_as_they_are_read(count, words):
    assert said(restart_required(numbered(count))) == words


@pytest.mark.parametrize(
    ("reload", "reloading", "words"),
    [
        (None, False, []),
        (ACCEPTED, True, [TAKING_OVER]),
        (ACCEPTED.done(), False, []),
        (FAILED, False, [UNKNOWN]),
        (ReloadAnswer(ReloadStage.FAILED, reason=REASON), False, ["The disk is full."]),
        (
            ReloadAnswer(
                ReloadStage.FAILED, reason=REASON, detail="it is full", next_step=NEXT_STEP
            ),
            False,
            ["The disk is full.", "PicoClaw says: it is full.", "Tidy up."],
        ),
    ],
)
def test_reload_is_followed(reload, reloading, words):
    running = situation(Running(OURS), reload=reload)

    assert is_reloading(running) is reloading
    assert [said(sentence) for sentence in advice(running)] == words
    assert [said(sentence) for sentence in reload_failure(running)] == words[1 * reloading :]


def test_reload_that_failed_comes_before_the_restart_that_is_still_required():
    assert sentences(Running(OURS), facts=Facts(changes=numbered(1)), reload=FAILED) == [
        UNKNOWN,
        "Restart required: tool 1 on.",
    ]


def test_broken_config_of_a_running_gateway_is_named_in_place_of_changes():
    place = Place("/h/config.json", 7)
    facts = Facts(changes=numbered(1), config_explanation=REASON, config_place=place)

    runs_on = "The gateway runs on with its old configuration: the new one cannot be used. "
    assert sentences(Running(OURS), facts=facts) == [
        f"{runs_on}The disk is full.",
        "The place is /h/config.json:7.",
    ]
