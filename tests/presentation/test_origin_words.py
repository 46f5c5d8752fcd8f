"""What a person is told about where a gateway comes from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.lifecycle.state import (
    Running,
    Starting,
)
from picoclaw_tray.presentation.notices import standing_notices
from picoclaw_tray.presentation.origin import started_by
from picoclaw_tray.presentation.report import report
from picoclaw_tray.presentation.tray import details, tray_view
from tests.presentation.samples import FACTS, FOREIGN, NOW, OURS, said, situation

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
