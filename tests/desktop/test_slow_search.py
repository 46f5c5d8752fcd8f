"""An expression that takes a while in each line, though never too long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from PySide6.QtGui import QPalette

from picoclaw_tray.desktop import match_spans
from picoclaw_tray.desktop.filter_state import FilterState
from picoclaw_tray.desktop.level_colours import match_colours
from picoclaw_tray.desktop.match_spans import MAX_REMEMBERED, MatchSpans
from picoclaw_tray.desktop.slices import LINES_A_STEP, SLICE_S, work_for_a_slice
from picoclaw_tray.logs.query import Matcher, Search, matcher
from picoclaw_tray.logs.store import LogStore
from tests.support.heartbeat import Heart
from tests.support.window_rig import WindowRig

if TYPE_CHECKING:
    from collections.abc import Callable

    from pytestqt.qtbot import QtBot

SLOW = "(?:x+x+)+y"
LINE = b"x" * 59
"""Some milliseconds: to look at all of a step takes a second."""

LIMIT_MS = 200


def found(pattern: str, *, is_regex: bool = False) -> Matcher:
    result = matcher(Search(pattern, is_regex))
    assert isinstance(result, Matcher)
    return result


@pytest.fixture
def rig(qtbot: QtBot) -> WindowRig:
    rig = WindowRig(qtbot)
    store = LogStore(LINES_A_STEP, 1_000_000)
    store.begin_run()
    store.extend([LINE] * LINES_A_STEP)
    rig.model.set_store(store)
    rig.settle()
    return rig


@pytest.mark.parametrize("only_matches", [False, True], ids=["search", "filter"])
def test_window_has_its_turn_while_an_expression_takes_its_time(rig, only_matches):
    longest = _search(rig, only_matches=only_matches)
    if longest > LIMIT_MS:
        # Others on a busy machine may hold us up too; hardly twice.
        rig.panel.filter.restore(FilterState())
        longest = _search(rig, only_matches=only_matches)

    assert longest <= LIMIT_MS


def _search(rig: WindowRig, *, only_matches: bool) -> float:
    """The longest pause of the GUI thread until all is searched, in milliseconds."""
    heart, search = Heart(), rig.panel._search
    state = FilterState(pattern=SLOW, is_regex=True, only_matches=only_matches)
    heart.take_longest_ms()
    rig.panel.filter.restore(state)
    rig.qtbot.waitUntil(
        lambda: rig.model._next is None and not search._slice.isActive(), timeout=30_000
    )
    return heart.take_longest_ms()


def test_all_lines_are_coloured_in_the_end_whatever_time_a_painting_has(rig, monkeypatch):
    monkeypatch.setattr(match_spans, "PAINTING_S", 0)

    rig.panel.filter.restore(FilterState(pattern="x"))

    paper, _ = match_colours(rig.view.palette())
    rig.view.clearSelection()
    assert paper != rig.view.palette().color(QPalette.ColorRole.Base)
    last = rig.view.rowAt(rig.view.viewport().height() - 1)
    centre = rig.view.visualRect(rig.model.index(last - 1, 3)).center().y()
    rig.qtbot.waitUntil(lambda: paper.rgb() in _row_colours(rig, centre))


def _row_colours(rig: WindowRig, y: int) -> set[int]:
    image = rig.view.viewport().grab().toImage()
    return {image.pixel(x, y) for x in range(image.width())}


def test_line_that_there_was_no_time_for_is_coloured_the_next_time(monkeypatch):
    monkeypatch.setattr(match_spans, "PAINTING_S", 0)
    spans = MatchSpans(found("a"))

    first = spans.of("a"), spans.of("ba"), spans.of("a")
    was_behind = spans.is_behind
    spans.begin_painting()

    assert first == (((0, 1),), (), ((0, 1),))
    assert was_behind
    assert (spans.of("ba"), spans.is_behind) == (((1, 2),), False)


def test_no_more_lines_are_remembered_than_a_screen_has():
    spans = MatchSpans(found("1"))

    for number in range(3 * MAX_REMEMBERED):
        spans.begin_painting()
        spans.of(str(number))

    assert len(spans._known) <= MAX_REMEMBERED


def test_slice_ends_with_the_line_that_its_time_is_over_in():
    asked = []

    def advance(_max_lines: int, is_over: Callable[[], bool]) -> bool:
        before = is_over()
        time.sleep(2 * SLICE_S)
        asked.append((before, is_over()))
        return True

    assert work_for_a_slice(advance)
    assert asked[0][1]
    assert len(asked) == 1


def test_slice_ends_when_all_is_done():
    answers = iter([True, True, False])

    assert not work_for_a_slice(lambda *_: next(answers))
    assert list(answers) == []
