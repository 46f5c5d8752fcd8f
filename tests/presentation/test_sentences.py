"""What holds for every sentence: no gap stays open, and all are written alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.lifecycle.messages import Notice, NoticeKind
from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.presentation.autostart import LoginState, LoginStatus
from picoclaw_tray.presentation.notices import announce_change, announce_notice
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.situation import Facts, Outlook
from picoclaw_tray.presentation.tray import tray_view
from picoclaw_tray.text import Text
from tests.presentation.marked import marked
from tests.presentation.samples import (
    CHANGE,
    FAILURE,
    FOREIGN,
    MANAGED,
    NEXT_STEP,
    NOW,
    OURS,
    PHASES,
    REASON,
    said,
    situation,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from picoclaw_tray.presentation.notices import Announcement
    from picoclaw_tray.presentation.tray import TrayView

FRAGMENTS = {"Change"}
"""Contexts of parts of a sentence."""

GAP = re.compile(r"{(\w+)}")

words = st.sampled_from(["", "0.2.9", "dev", "::1", "localhost"])
failures = st.none() | st.builds(
    Failure,
    st.sampled_from(["unknown", "hung", "not_runnable", "port_taken"]),
    st.sampled_from([None, REASON]),
    detail=st.sampled_from(["", "could not look", "could not check", "exit status 1"]),
    next_step=st.sampled_from([None, NEXT_STEP]),
    passable=st.booleans(),
)
services = st.builds(Service, st.sampled_from(ServiceManager), words, words, words)
origins = st.builds(Origin, st.just(OriginKind.SERVICE), services) | st.builds(
    Origin,
    st.sampled_from(OriginKind),
    starter=st.none() | st.integers(1, 99999),
    terminal=st.sampled_from(["", "pts/3", "cmd"]),
)
facts = st.builds(
    Facts,
    version=words,
    host=words,
    port=st.none() | st.integers(1, 65535),
    started_at=st.none() | st.floats(-1e7, 1e7),
    changes=st.lists(st.just(CHANGE), max_size=9).map(tuple),
    can_reload=st.booleans(),
    origin=st.none() | origins,
    service=st.none() | services,
)
outlooks = st.none() | st.builds(
    Outlook,
    version=words,
    default_model=words,
    objection=failures,
    remark=st.sampled_from([None, NEXT_STEP]),
)
reloads = st.none() | st.builds(
    ReloadAnswer,
    st.sampled_from(ReloadStage),
    reason=st.sampled_from([None, REASON]),
    detail=st.sampled_from(["", "Manual reload failed"]),
    next_step=st.sampled_from([None, NEXT_STEP]),
)
logins = st.none() | st.builds(
    LoginStatus,
    st.sampled_from(LoginState),
    reason=st.sampled_from([None, REASON]),
    launcher=st.booleans(),
    problem=st.sampled_from([None, REASON]),
)
situations = st.builds(
    situation,
    st.sampled_from(PHASES),
    failures,
    facts=facts,
    refused_restart=failures,
    demo=st.booleans(),
    outlook=outlooks,
    reload=reloads,
    login=logins,
)


def texts_of_view(view: TrayView) -> Iterator[Text]:
    yield from (view.title, view.headline, *view.details, *view.advice)
    yield from (entry.text for entry in (view.start, view.stop, view.restart, view.quit))
    yield from (sentence for sentence in (view.reason, view.menu_line) if sentence is not None)
    others = (view.start_anyway, view.reload, view.login)
    yield from (entry.text for entry in others if entry is not None)


def texts_of_announcement(announcement: Announcement | None) -> Iterator[Text]:
    if announcement is not None:
        yield announcement.sentence
        if announcement.next_step is not None:
            yield announcement.next_step


def unfilled(sentence: Text) -> set[str]:
    """The gaps without a value and the values without a gap, inner texts included."""
    given_names = {name for name, _ in sentence.args}
    inner = (unfilled(value) for _, value in sentence.args if isinstance(value, Text))
    return (set(GAP.findall(sentence.template.source)) ^ given_names).union(*inner)


@given(situations)
def test_view_is_said_in_full_whatever_the_situation(seen):
    for sentence in texts_of_view(tray_view(seen, NOW)):
        assert unfilled(sentence) == set()
        assert said(sentence)
        assert not re.search(r"[{}%]|\bNone\b", said(sentence))


@given(situations, situations)
def test_announcement_is_said_in_full_whatever_happens(before, after):
    for sentence in texts_of_announcement(announce_change(before, after, NOW)):
        assert unfilled(sentence) == set()
        assert not re.search(r"[{}%]|\bNone\b", said(sentence))


@pytest.mark.parametrize("failure", [None, FAILURE])
@pytest.mark.parametrize("kind", NoticeKind)
def test_notice_is_said_in_full(kind, failure):
    for sentence in texts_of_announcement(announce_notice(Notice(kind, failure))):
        assert unfilled(sentence) == set()


def test_samples_are_of_all_kinds_of_process():
    assert {phase.process for phase in PHASES if hasattr(phase, "process")} == {
        OURS,
        FOREIGN,
        MANAGED,
    }


@pytest.mark.parametrize("template", sorted(set(marked()), key=str), ids=lambda t: t.source)
def test_template_is_written_as_all_others(template):
    source = template.source

    assert template.context[0].isupper()
    if template.context not in FRAGMENTS:
        assert re.match(r"&?(?:[A-Z]|{\w+}|S&top|Re&load)", source), "begins with a capital letter"
    assert source == " ".join(source.split()), "one space between words"
    written = source.replace(".security.yml", "security.yml")
    assert not re.search(r"\.\.|(?<!\w)\"|\"(?!\w)| [.,:;]", written), "… and “ ” are typeset"
    assert not re.search(r"\(s\)|\(e?s\)|n't|!", source), "plain, whole words"
    if re.search(r"\. ", source) and not source.endswith("}"):
        assert source.endswith("."), "a sentence ends with a full stop"


def test_template_of_a_numerus_form_is_never_marked():
    """lupdate takes what is marked for one form; a count needs ``translate`` with its number."""
    assert [template for template in marked() if "%n" in template.source] == []


@pytest.mark.parametrize(
    "template",
    [template for template in marked() if template.context in {"Notice", "Obstacle", "Diagnosis"}],
    ids=lambda t: t.source,
)
def test_template_of_a_sentence_ends_like_one(template):
    assert re.search(r"[.}…]$", template.source)
