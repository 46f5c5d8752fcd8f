from __future__ import annotations

from dataclasses import replace

from picoclaw_tray.desktop.notifier import Notifier
from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.lifecycle.messages import Notice, NoticeKind
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Failure,
    Locating,
    Process,
    ProcessKey,
    Running,
    State,
    Stopped,
    StopReason,
)
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from picoclaw_tray.presentation.situation import Facts, Situation, Surroundings
from picoclaw_tray.presentation.text import render
from picoclaw_tray.text import Template, Text

SURROUNDINGS = Surroundings("/home/alice/.picoclaw", "/home/alice/.picoclaw/config.json")
RUNS = Situation(SURROUNDINGS, State(Running(Process(ProcessKey(1, "c"), ours=True))))
CRASHED = State(Backoff(1e9, 1, counted=True, anyway=True), failure=Failure("unknown"))
REASON = Text(Template("Test", "The gateway was killed."))
CHANGE = Text(Template("Test", "tool web off"))
EXPLAINED = replace(CRASHED, failure=Failure("signal", REASON))
ENDED = State(Stopped(StopReason.FROM_OUTSIDE))
ADOPTED = State(Running(Process(ProcessKey(2, "c"))), failure=EXPLAINED.failure)


def listen(notifier):
    sentences = []
    notifier.announced.connect(lambda said: sentences.append(render(said.sentence)))
    return sentences


def test_notifier_tells_a_crash_once_and_only_when_it_is_explained(qtbot):
    notifier = Notifier(SURROUNDINGS, patience_s=0.05)
    said = listen(notifier)
    notifier.on_situation(RUNS)

    notifier.on_situation(replace(RUNS, state=CRASHED))
    qtbot.wait(100)
    assert said == []

    notifier.on_situation(replace(RUNS, state=EXPLAINED))
    notifier.on_situation(replace(RUNS, state=EXPLAINED))
    assert len(said) == 1
    assert "The gateway was killed." in said[0]


def test_notifier_tells_an_end_by_itself_when_no_successor_came(qtbot):
    notifier = Notifier(SURROUNDINGS, patience_s=0.05)
    said = listen(notifier)
    notifier.on_situation(RUNS)

    with qtbot.waitSignal(notifier.announced):
        notifier.on_situation(replace(RUNS, state=ENDED))
        assert said == []

    assert said == ["The gateway has stopped, but not by this tray."]


def test_notifier_tells_of_the_successor_instead_of_the_end(qtbot):
    notifier = Notifier(SURROUNDINGS, patience_s=0.05)
    said = listen(notifier)
    notifier.on_situation(RUNS)
    notifier.on_situation(replace(RUNS, state=EXPLAINED))

    notifier.on_situation(replace(RUNS, state=ADOPTED))

    with qtbot.assertNotEmitted(notifier.announced, wait=100):
        assert said == ["The gateway was restarted by somebody else (PID 2)."]


def test_notifier_tells_the_end_of_the_attempts_when_the_diagnosis_brings_it(qapp):
    notifier = Notifier(SURROUNDINGS)
    said = listen(notifier)
    notifier.on_situation(RUNS)
    notifier.on_situation(replace(RUNS, state=CRASHED))

    hopeless = State(Failed(gave_up=False), failure=EXPLAINED.failure)
    notifier.on_situation(replace(RUNS, state=hopeless))

    assert said == ["The gateway was killed."]


def test_notifier_waits_for_who_started_an_adopted_gateway_and_tells_it_once(qapp):
    notifier = Notifier(SURROUNDINGS)
    said = listen(notifier)
    foreign = Process(ProcessKey(1, "c"))
    found = Situation(SURROUNDINGS, State(Running(foreign)))
    notifier.on_situation(Situation(SURROUNDINGS, State(Locating(True, False, 1e9))))

    notifier.on_situation(found)
    assert said == []

    named = replace(found, facts=Facts(origin=Origin(OriginKind.TERMINAL, terminal="pts/3")))
    notifier.on_situation(named)
    notifier.on_situation(replace(named, state=State(Running(foreign))))
    assert said == ["A gateway runs already (PID 1). Started in a terminal (pts/3)."]


def test_notifier_tells_a_notice_of_the_life_cycle(qapp):
    notifier = Notifier(SURROUNDINGS)
    said = listen(notifier)

    notifier.on_notice(Notice(NoticeKind.NO_PERMISSION))

    assert len(said) == 1


def test_notifier_tells_what_happens_within_a_phase(qapp):
    notifier = Notifier(SURROUNDINGS)
    said = listen(notifier)
    notifier.on_situation(RUNS)
    outdated = replace(RUNS, facts=Facts(changes=(CHANGE,)))

    notifier.on_situation(outdated)
    notifier.on_situation(outdated)
    notifier.on_situation(replace(outdated, reload=ReloadAnswer(ReloadStage.DONE)))

    assert said == [
        "Restart required: tool web off.",
        "The gateway has taken over its configuration.",
    ]
