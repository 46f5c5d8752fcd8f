"""Start at login, in words: for a person, for a script, for the menu."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.lifecycle.state import Running
from picoclaw_tray.presentation import autostart
from picoclaw_tray.presentation.autostart import (
    LoginState,
    LoginStatus,
    login_news,
    login_payload,
    login_sentences,
    login_tick,
)
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.notices import announce_change, standing_notices
from picoclaw_tray.presentation.tray import tray_view
from tests.presentation.samples import NOW, OURS, REASON, said, situation

ON = LoginStatus(LoginState.ON, ("/opt/picoclaw-tray", "run"))
OFF = LoginStatus(LoginState.OFF)
BLOCKED = LoginStatus(LoginState.BLOCKED, ("/opt/picoclaw-tray",), REASON)
STALE = LoginStatus(LoginState.STALE, ("/gone",), REASON)
UNSUPPORTED = LoginStatus(LoginState.UNSUPPORTED, reason=autostart.not_in_the_demo())
BOTH = replace(ON, launcher=True)
FAILED = replace(OFF, problem=autostart.not_changed("/x", "Permission denied"))
ALL = (ON, OFF, BLOCKED, STALE, UNSUPPORTED, BOTH, FAILED)


def lines(status: LoginStatus) -> list[str]:
    return [said(sentence) for sentence in login_sentences(status)]


@pytest.mark.parametrize(
    ("status", "first", "count"),
    [
        (ON, "The tray starts at your next login.", 1),
        (OFF, "The tray does not start at login.", 1),
        (BLOCKED, "The tray is registered, but does not start at login.", 3),
        (STALE, "What is registered for your login is not this tray.", 3),
        (UNSUPPORTED, "The demo cannot start at login: its home is thrown away", 1),
        (replace(UNSUPPORTED, problem=UNSUPPORTED.reason), "The demo cannot start at login", 1),
        (FAILED, "Start at login could not be changed: Permission denied (“/x”).", 2),
        (BOTH, "The tray starts at your next login.", 3),
    ],
)
def test_person_is_told_state_reason_and_what_to_do(status, first, count):
    assert lines(status)[0].startswith(first)
    assert len(lines(status)) == count


def test_reason_and_repair_follow_what_is_wrong():
    assert lines(BLOCKED)[1:] == [said(REASON), "Switch it on again to repair that."]


def test_variable_that_a_login_does_not_know_is_named_where_the_tray_starts():
    on, off = LoginStatus(LoginState.ON), LoginStatus(LoginState.OFF)

    _, warning = login_sentences(on, by_variable=True)

    assert said(warning).startswith("PICOCLAW_BINARY, which is set here, is not set at a login")
    assert login_sentences(off, by_variable=True) == login_sentences(off)


def test_launcher_matters_only_beside_a_tray_that_starts():
    assert lines(replace(OFF, launcher=True)) == lines(OFF)
    assert lines(BOTH)[-1] == "Switch one of the two off."


@pytest.mark.parametrize("status", ALL)
def test_payload_has_the_keys_of_the_contract_and_two_more(status):
    payload = login_payload(status, platform="linux", message="words")

    assert payload == {
        "enabled": status.state is LoginState.ON,
        "supported": status.state is not LoginState.UNSUPPORTED,
        "platform": "linux",
        "message": "words",
        "state": status.state.value,
        "command": list(status.command),
    }


@pytest.mark.parametrize(
    ("platform", "name"), [("linux", "linux"), ("darwin", "darwin"), ("win32", "windows")]
)
def test_payload_names_the_platform_as_upstream_does(platform, name):
    assert login_payload(ON, platform=platform, message="")["platform"] == name


@pytest.mark.parametrize(
    ("status", "label", "checked", "enabled"),
    [
        (None, "Start at lo&gin", False, False),
        (ON, "Start at lo&gin", True, True),
        (BOTH, "Start at lo&gin (PicoClaw’s launcher starts too)", True, True),
        (OFF, "Start at lo&gin", False, True),
        (BLOCKED, "Start at lo&gin (switched off by the system)", False, True),
        (STALE, "Start at lo&gin (would not start this tray)", False, True),
        (UNSUPPORTED, "Start at lo&gin (not possible)", False, False),
    ],
)
def test_tick_shows_what_the_system_would_do(status, label, checked, enabled):
    tick = login_tick(status, demo=False)

    assert (said(tick.text), tick.checked, tick.enabled) == (label, checked, enabled)


def test_tick_says_that_it_is_the_demo():
    view = tray_view(situation(Running(OURS), login=UNSUPPORTED, demo=True), NOW)

    assert view.login is not None
    assert said(view.login.text) == "Start at lo&gin (not in the demo)"
    assert not view.login.enabled


def test_answer_that_broke_down_says_so():
    assert lines(LoginStatus.unknown()) == [
        "Whether the tray starts at login could not be found out."
    ]


@pytest.mark.parametrize(
    ("before", "after"),
    [(None, None), (ON, ON), (None, ON), (OFF, ON), (ON, OFF), (None, BOTH), (ON, BOTH)],
)
def test_what_a_person_did_or_knows_is_no_news(before, after):
    assert login_news(before, after) is None


def test_failed_change_is_news_each_time():
    again = replace(FAILED)

    assert login_news(OFF, FAILED) == (IconName.WARNING, (FAILED.problem,))
    assert login_news(FAILED, again) == (IconName.WARNING, (FAILED.problem,))


def test_second_supervisor_is_news_when_ours_is_switched_on():
    before, after = (situation(Running(OURS), login=login) for login in (OFF, BOTH))

    announcement = announce_change(before, after, NOW)

    assert announcement is not None
    assert said(announcement.sentence).startswith("PicoClaw’s own launcher starts at login too")
    assert said(announcement.next_step) == "Switch one of the two off."


@pytest.mark.parametrize(("login", "count"), [(None, 0), (ON, 0), (FAILED, 1), (BOTH, 2)])
def test_window_says_what_is_wrong_as_long_as_it_holds(login, count):
    assert len(standing_notices(situation(Running(OURS), login=login))) == count


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        (autostart.no_place(), "This system has no known place for programs that start at login."),
        (autostart.other_command(("/a b", "run")), "It would start “/a b run”."),
        (autostart.program_gone("/x"), "The program “/x” is gone."),
        (autostart.unreadable("/x"), "The entry “/x” cannot be read."),
        (autostart.switched_off("/x"), "The system has switched it off: “/x”."),
        (
            autostart.unwritable(),
            "Start at login could not be changed: a name has a character that cannot stand there.",
        ),
        (
            autostart.too_long(300, 259),
            (
                "Start at login could not be changed: the command is 300 characters long, and"
                " Windows takes 259."
            ),
        ),
    ],
)
def test_reason_is_a_sentence(sentence, words):
    assert said(sentence) == words
