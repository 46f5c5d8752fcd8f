"""What a person is told about where a gateway comes from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Health,
    Locating,
    Preparing,
    Remains,
    Rest,
    Running,
    Spawning,
    Starting,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.icon import IconName
from picoclaw_tray.presentation.notices import announce_change, standing_notices
from picoclaw_tray.presentation.origin import is_unnamed, started_by
from picoclaw_tray.presentation.report import report
from picoclaw_tray.presentation.tray import details, tray_view
from tests.presentation.samples import FACTS, FOREIGN, MANAGED, NOW, OURS, said, situation

LATER = NOW + 20
THIS_TRAY = Origin(OriginKind.THIS_TRAY, starter=7)
EARLIER_TRAY = Origin(OriginKind.EARLIER_TRAY)
LAUNCHER = Origin(OriginKind.LAUNCHER, starter=123)
FLUTTER_UI = Origin(OriginKind.FLUTTER_UI, starter=123)
TERMINAL = Origin(OriginKind.TERMINAL, terminal="pts/3")
UNKNOWN = Origin(OriginKind.UNKNOWN)
UNIT = Origin(OriginKind.SERVICE, Service(ServiceManager.SYSTEMD, "p.service", "a", "b"))
BY_LAUNCHER = "Started by PicoClaw's launcher (picoclaw-launcher, PID 123)"
ENDS_WITH_LAUNCHER = "The gateway ends when PicoClaw's launcher is quit."


def adopted(phase, origin):
    return situation(phase, facts=replace(FACTS, origin=origin))


@pytest.mark.parametrize(
    ("origin", "line"),
    [
        (THIS_TRAY, "Started by this tray"),
        (EARLIER_TRAY, "Started by an earlier run of this tray"),
        (LAUNCHER, BY_LAUNCHER),
        (FLUTTER_UI, "Started by PicoClaw's Flutter UI (picoclaw_flutter_ui, PID 123)"),
        (UNIT, "Started by systemd (system unit p.service)"),
        (TERMINAL, "Started in a terminal (pts/3)"),
        (UNKNOWN, "Started by somebody else"),
    ],
)
def test_line_says_who_started_it(origin, line):
    assert said(started_by(origin)) == line


@pytest.mark.parametrize("kind", OriginKind)
def test_line_is_there_for_every_kind(kind):
    assert said(started_by(Origin(kind)))


@pytest.mark.parametrize(
    ("process", "origin", "line"),
    [
        (FOREIGN, LAUNCHER, BY_LAUNCHER),
        (FOREIGN, None, "Started by somebody else"),
        (OURS, EARLIER_TRAY, "Started by an earlier run of this tray"),
        (OURS, THIS_TRAY, "Started by this tray"),
        (OURS, None, "Up 5 min"),
    ],
)
def test_window_and_shell_say_it_last_of_the_details(process, origin, line):
    seen = adopted(Running(process), origin)

    assert said(details(seen, NOW)[-1]) == line
    assert f"  {line}" in report(seen, NOW, from_tray=True)


@pytest.mark.parametrize(
    ("origin", "sentences"),
    [
        (LAUNCHER, [ENDS_WITH_LAUNCHER]),
        (FLUTTER_UI, ["The gateway may end when PicoClaw's Flutter UI is quit."]),
        (TERMINAL, []),
        (UNKNOWN, []),
        (None, []),
    ],
)
@pytest.mark.parametrize("phase", [Starting(FOREIGN, NOW), Running(FOREIGN)])
def test_tooltip_and_window_say_what_to_reckon_with(phase, origin, sentences):
    seen = adopted(phase, origin)

    assert [said(sentence) for sentence in tray_view(seen, NOW).advice] == sentences
    assert [said(sentence) for sentence in standing_notices(seen)] == sentences


ALREADY = "A gateway runs already (PID 815). {}."
STARTED = "A gateway has been started (PID 815). {}."
LOCATING = Locating(True, False, LATER)
KNOWN_TO_BE_STOPPED = Stopped(remains=Remains())


@pytest.mark.parametrize("phase", [Running, lambda process: Starting(process, LATER)])
@pytest.mark.parametrize(
    ("before", "process", "origin", "sentence"),
    [
        (LOCATING, FOREIGN, LAUNCHER, ALREADY.format(BY_LAUNCHER)),
        (LOCATING, FOREIGN, TERMINAL, ALREADY.format("Started in a terminal (pts/3)")),
        (LOCATING, FOREIGN, UNKNOWN, ALREADY.format("Started by somebody else")),
        (LOCATING, MANAGED, UNIT, ALREADY.format("Started by systemd (system unit p.service)")),
        (Locating(False, True, LATER), FOREIGN, LAUNCHER, ALREADY.format(BY_LAUNCHER)),
        (KNOWN_TO_BE_STOPPED, FOREIGN, LAUNCHER, STARTED.format(BY_LAUNCHER)),
        (
            Stopped(StopReason.BY_USER, remains=Remains(pid_file=True)),
            FOREIGN,
            LAUNCHER,
            STARTED.format(BY_LAUNCHER),
        ),
    ],
)
def test_adoption_of_a_gateway_is_announced(phase, before, process, origin, sentence):
    announcement = announce_change(situation(before), adopted(phase(process), origin), NOW)

    assert announcement is not None
    assert announcement.icon is IconName.OK
    assert said(announcement.sentence) == sentence
    assert said(announcement.next_step) == "It is left alone when this tray quits."


@pytest.mark.parametrize(
    "before",
    [
        Stopped(),
        Stopped(StopReason.BY_USER),
        Preparing(True, False, LATER),
        Spawning(anyway=False),
        Starting(FOREIGN, LATER),
        Running(FOREIGN),
        Running(OURS),
        Stopping(FOREIGN, Rest(), LATER),
        Backoff(LATER, 1, counted=True, anyway=True),
        Failed(gave_up=False),
    ],
    ids=repr,
)
def test_adoption_is_not_announced_at_the_first_look_after_a_wish_or_again(before):
    assert announce_change(situation(before), adopted(Running(FOREIGN), LAUNCHER), NOW) is None


@pytest.mark.parametrize("origin", [THIS_TRAY, EARLIER_TRAY, None])
def test_adoption_of_a_gateway_of_ours_is_not_announced(origin):
    assert announce_change(situation(LOCATING), adopted(Running(OURS), origin), NOW) is None


def test_adoption_of_a_silent_gateway_is_announced_as_silence():
    silent = adopted(Running(FOREIGN, Health.FAILING, 3), LAUNCHER)

    announcement = announce_change(situation(LOCATING), silent, NOW)

    assert announcement is not None
    assert said(announcement.sentence) == "The gateway does not answer."


@pytest.mark.parametrize(
    ("phase", "origin", "expected"),
    [
        (Running(FOREIGN), None, True),
        (Starting(FOREIGN, LATER), None, True),
        (Running(FOREIGN), UNKNOWN, False),
        (Running(OURS), None, False),
        (Stopped(), None, False),
    ],
)
def test_gateway_is_unnamed_until_the_look_that_found_it_says_more(phase, origin, expected):
    assert is_unnamed(adopted(phase, origin)) is expected
