"""The log as a person uses it: types, clicks, looks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from picoclaw_tray.desktop.filter_state import FilterState
from picoclaw_tray.desktop.level_colours import level_colours, match_colours
from picoclaw_tray.desktop.log_export import Form
from picoclaw_tray.desktop.log_model import Column, LogModel
from picoclaw_tray.desktop.log_scope import RunChoice
from picoclaw_tray.desktop.log_view import LogView
from picoclaw_tray.desktop.search_field import SearchField
from picoclaw_tray.desktop.window_memory import WindowMemory
from picoclaw_tray.logs.entry import Level, Source
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_mark
from picoclaw_tray.logs.query import Query
from picoclaw_tray.logs.redaction import MASK, Redactor
from picoclaw_tray.logs.store import LogStore
from tests.support.window_rig import LEFT, Key, Modifier, WindowRig, window_with

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

SECRET = "sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4"
CONTROL, SHIFT = Modifier.ControlModifier, Modifier.ShiftModifier
LINES = [
    b"12:00:00 INF gateway a.go:1 > Listening port=18790",
    b"12:00:01 DBG agent a.go:2 > Prompt built",
    b"12:00:02 WRN channels a.go:3 > Slow answer took=3s",
    b"12:00:03 ERR agent a.go:4 > Provider failed error=no",
    b"  first line of a stack",
    f"12:00:04 INF agent a.go:5 > api_key={SECRET}".encode(),
]


@pytest.fixture
def rig(qtbot: QtBot) -> Iterator[WindowRig]:
    with window_with(qtbot, LINES) as rig:
        yield rig


def field(rig: WindowRig) -> SearchField:
    found = rig.window.findChild(SearchField)
    assert isinstance(found, SearchField)
    return found


def find(rig: WindowRig, text: str) -> None:
    """As a person does it: Ctrl+F, and type."""
    rig.key(Key.Key_F, CONTROL)
    assert field(rig).hasFocus()
    with rig.qtbot.waitSignal(rig.panel.filter.search_changed):
        rig.qtbot.keyClicks(field(rig), text)
    rig.qtbot.waitUntil(lambda: not rig.panel._search._slice.isActive())


def says(rig: WindowRig, text: str) -> bool:
    labels = rig.window.findChildren(QWidget)
    return any(text in str(label.property("text")) for label in labels if label.isVisible())


def count(rig: WindowRig) -> str:
    return rig.panel.filter._count.text()


def filter_by(rig: WindowRig, **wanted: object) -> None:
    rig.panel.filter.restore(FilterState(**wanted))  # type: ignore[arg-type]
    rig.qtbot.waitUntil(lambda: rig.model._next is None)


# -- columns ---------------------------------------------------------------------------------------


def cells(rig: WindowRig, row: int) -> list[str]:
    return [str(rig.model.index(row, column).data()) for column in Column]


def test_line_stands_in_columns(rig):
    assert cells(rig, 2) == ["12:00:02", "▲ WARN", "channels", "Slow answer took=3s"]
    assert cells(rig, 4) == ["", "", "", "  first line of a stack"]
    names = [rig.model.headerData(column, Qt.Orientation.Horizontal) for column in Column]
    assert names == ["Time", "Level", "Component", "Message"]


@pytest.mark.parametrize("source", [Source.OUTPUT, Source.PANIC_FILE])
def test_panic_is_a_level_that_is_said_once(rig, source):
    rig.store.extend([b"panic: no", b"", b"goroutine 1"], source)
    rig.model.catch_up()

    assert [cells(rig, row)[1] for row in (6, 7, 8)] == ["■ PANIC", "", ""]


@pytest.mark.parametrize("base", ["#ffffff", "#1e1e1e"], ids=["light", "dark"])
def test_levels_have_colours_of_their_own(rig, base):
    palette = QPalette(QColor("#ffffff" if base == "#ffffff" else "#2b2b2b"))
    palette.setColor(QPalette.ColorRole.Base, QColor(base))
    rig.view.setPalette(palette)

    wanted = level_colours(rig.view.palette())
    for row, level in ((2, Level.WARN), (3, Level.ERROR)):
        assert wanted[level].rgb() in colours(rig, row, Column.LEVEL)
        assert wanted[level].rgb() in colours(rig, row, Column.MESSAGE)


def colours(rig: WindowRig, row: int, column: Column) -> set[int]:
    area = rig.view.visualRect(rig.model.index(row, column))
    image = rig.view.viewport().grab(area).toImage()
    return {
        image.pixelColor(x, y).rgb()
        for x in range(min(image.width(), 200))
        for y in range(image.height())
    }


def test_narrow_window_leaves_out_the_component_and_wide_one_shows_it_again(rig):
    rig.window.resize(400, 600)
    rig.settle()
    narrow = [rig.view.isColumnHidden(column) for column in Column]
    rig.window.resize(900, 600)
    rig.settle()

    assert narrow == [False, False, True, False]
    assert not any(rig.view.isColumnHidden(column) for column in Column)


@pytest.mark.qt_log_ignore("does not support", extend=True)
def test_column_that_a_person_does_not_want_goes(rig):
    rig.view.horizontalHeader().customContextMenuRequested.emit(QPoint(5, 5))
    (menu,) = (menu for menu in rig.view.findChildren(QMenu) if menu.isVisible())

    menu.actions()[0].trigger()
    menu.close()

    assert rig.view.isColumnHidden(Column.TIME)


def test_long_message_is_wrapped_and_the_end_stays_in_sight(rig):
    rig.key(Key.Key_Z, Modifier.AltModifier)
    for number in range(30):
        rig.print(1, f"{number} " + "word " * 100)

    assert rig.view.rowHeight(rig.model.rowCount() - 1) > 3 * rig.view.fontMetrics().height()
    assert rig.last_is_visible()
    assert rig.view.horizontalScrollBar().maximum() == 0

    rig.key(Key.Key_Z, Modifier.AltModifier)

    assert not rig.view.wraps
    heights = {rig.view.rowHeight(row) for row in range(rig.model.rowCount())}
    assert len(heights) == 1


def test_text_is_made_larger_and_smaller_by_keyboard(rig):
    usual = rig.view.rowHeight(0)

    rig.key(Key.Key_Plus, CONTROL)
    rig.key(Key.Key_Plus, CONTROL)
    larger = rig.view.rowHeight(0)
    rig.key(Key.Key_Minus, CONTROL)
    rig.key(Key.Key_0, CONTROL)

    assert larger > usual
    assert rig.view.rowHeight(0) == usual


@pytest.mark.parametrize("times", [0, 2, 9])
def test_header_is_not_cut_by_smaller_text(rig, times):
    for _ in range(times):
        rig.key(Key.Key_Minus, CONTROL)

    header = rig.view.horizontalHeader()
    for column in (Column.TIME, Column.LEVEL, Column.COMPONENT):
        name = str(rig.model.headerData(column, Qt.Orientation.Horizontal))
        assert header.fontMetrics().horizontalAdvance(name) + 10 <= header.sectionSize(column)


# -- filter ----------------------------------------------------------------------------------------


def test_level_filter_keeps_entries_whole(rig):
    filter_by(rig, level=Level.WARN)

    assert rig.lines == [line.decode() for line in LINES[2:5]]
    assert says(rig, "Lines: 6 · Shown: 3")


def test_component_filter_offers_what_occurs(rig):
    rig.panel.filter.components_wished.emit()
    filter_by(rig, component="channels")

    assert rig.lines == [LINES[2].decode()]


def test_new_lines_pass_the_filter_or_not(rig):
    filter_by(rig, level=Level.ERROR)

    rig.store.extend([b"12:00:09 INF x a:1 > no", b"12:00:09 FTL x a:1 > yes"])
    rig.model.catch_up()

    assert rig.lines[-1] == "12:00:09 FTL x a:1 > yes"
    assert len(rig.lines) == 3


def test_filter_of_a_full_store_works_in_slices(rig):
    store = LogStore(100_000, 64_000_000)
    store.begin_run()
    store.extend([LINES[number % 6] for number in range(100_000)])
    rig.model.set_store(store)

    rig.panel.filter.restore(FilterState(level=Level.ERROR))
    before = rig.model.rowCount()
    rig.qtbot.waitUntil(lambda: rig.model._next is None, timeout=10_000)

    assert before == 100_000
    assert rig.model.rowCount() == 33_333


def test_lines_that_are_all_hidden_are_shown_with_one_click(rig):
    rig.window.set_placeholder("No output yet")
    rig.panel.filter.set_runs((RunChoice("Run 1", 1),))
    rig.panel.filter.choose_run(1)
    filter_by(rig, level=Level.ERROR, component="channels", pattern="slow", only_matches=True)
    assert says(rig, "No line passes the filters. Hidden lines: 6")
    assert rig.view.accessibleDescription().startswith("No line passes")
    assert not says(rig, "No output yet")

    rig.qtbot.mouseClick(rig.button("Show all lines"), LEFT)

    assert len(rig.lines) == 6
    assert rig.panel.filter.state() == FilterState(pattern="slow")
    assert rig.panel.filter.query == Query()
    assert rig.view.hasFocus()
    assert not rig.button("Show all lines").isVisible()
    rig.qtbot.waitUntil(lambda: count(rig) == "1 of 1")


def test_nothing_is_hidden_where_there_are_no_lines(rig):
    rig.window.set_placeholder("No output yet")
    filter_by(rig, level=Level.ERROR)

    rig.store.clear()
    rig.model.catch_up()

    assert says(rig, "No output yet")
    assert not rig.button("Show all lines").isVisible()


def test_filter_is_taken_off_again(rig):
    filter_by(rig, level=Level.ERROR)
    filter_by(rig)

    assert len(rig.lines) == 6
    assert not says(rig, "Shown")


def test_run_is_chosen(rig):
    rig.store.begin_run()
    rig.store.extend([b"new"])
    rig.model.catch_up()
    rig.panel.filter.set_runs(())

    rig.panel._on_query_changed(rig.panel.filter.query.__class__(run=2))

    assert rig.lines == ["new"]


# -- search ----------------------------------------------------------------------------------------


def test_search_counts_colours_and_goes_round(rig):
    find(rig, "A.GO")
    first, line = count(rig), rig.view.current_line
    rig.qtbot.keyClick(field(rig), Key.Key_F3)
    second = count(rig)
    for _ in range(4):
        rig.qtbot.keyClick(field(rig), Key.Key_Return)

    assert (first, line, second) == ("1 of 5", 0, "2 of 5")
    assert count(rig) == "1 of 5"
    rig.qtbot.keyClick(field(rig), Key.Key_F3, SHIFT)
    assert count(rig) == "5 of 5"


def test_search_begins_where_the_person_looks(rig):
    rig.print(150, "word {}")
    find(rig, "word")
    at_the_end = rig.view.current_line

    rig.view.selectionModel().clear()
    rig.bar.setValue(50)
    rig.key(Key.Key_F3)
    below = rig.view.current_line
    rig.view.selectionModel().clear()
    rig.bar.setValue(50)
    rig.key(Key.Key_F3, SHIFT)

    sight = rig.bar.pageStep()
    assert at_the_end is not None
    assert 156 - sight - 2 <= at_the_end < 156
    assert below == 50
    assert rig.view.current_line in {49 + sight, 50 + sight}


def test_nearest_match_is_the_last_one_above_where_there_is_none_below(rig):
    rig.print(150, "word {}")

    find(rig, "slow")

    assert (count(rig), rig.view.current_line) == ("1 of 1", 2)


def test_previous_match_alone_is_selected(rig):
    find(rig, "agent")
    rig.view.setFocus()
    rig.key(Key.Key_F3)
    rig.key(Key.Key_F3)
    rig.print(1)
    # Through the window: a key that is sent to a widget is not held for anybody else.
    QTest.keyClick(rig.window.windowHandle(), Key.Key_F3, SHIFT)

    assert list(rig.view.selected_lines()) == [3]


def test_person_stays_at_their_line_when_a_filter_is_taken_off(rig):
    rig.print(100, "12:00:00 INF x a.go:1 > line {}")
    find(rig, "line 50")
    rig.key(Key.Key_F3)
    chosen = rig.view.current_line
    rig.panel.filter._only.click()
    rig.qtbot.waitUntil(lambda: len(rig.lines) == 1)

    rig.panel.filter._only.click()
    rig.qtbot.waitUntil(lambda: len(rig.lines) > 100)

    assert rig.view.current_line == chosen
    assert chosen in rig.view.lines_in_sight()
    assert not rig.view.is_following


def test_details_go_on_showing_the_line_when_a_filter_changes(rig):
    rig.click(2)
    rig.panel.actions_.details.setChecked(True)
    assert "Slow answer" in details(rig)

    filter_by(rig, level=Level.WARN)
    filter_by(rig)

    assert "Slow answer" in details(rig)
    rig.panel.filter.restore(FilterState(level=Level.ERROR))
    rig.qtbot.waitUntil(lambda: "Slow answer" not in details(rig))
    assert rig.view.current_line is None


def test_who_reads_without_a_choice_goes_on_reading_there(rig):
    rig.print(100, "12:00:00 INF x a.go:1 > line {}")
    rig.bar.setValue(40)
    top = rig.view.lines_in_sight().start

    filter_by(rig, level=Level.INFO)

    assert rig.view.lines_in_sight().start == top
    assert rig.view.current_line is None


def test_who_follows_goes_on_doing_so_through_a_filter(rig):
    rig.print(100)

    filter_by(rig, level=Level.INFO)

    assert rig.view.is_following
    assert rig.last_is_visible()


def test_match_is_coloured(rig):
    find(rig, "slow")

    paper, _ = match_colours(rig.view.palette())
    rig.view.clearSelection()
    assert paper.rgb() in colours(rig, 2, Column.MESSAGE)
    assert paper.rgb() not in colours(rig, 3, Column.MESSAGE)


def test_secret_cannot_be_found(rig):
    find(rig, "A1b2C3")

    assert count(rig) == "No matches"


def test_case_and_expression_are_switches(rig):
    find(rig, "slow")
    rig.qtbot.mouseClick(rig.button("Aa"), LEFT)
    rig.qtbot.waitUntil(lambda: count(rig) == "No matches")
    rig.qtbot.mouseClick(rig.button("Aa"), LEFT)
    rig.qtbot.mouseClick(rig.button(".*"), LEFT)
    field(rig).selectAll()
    rig.qtbot.keyClicks(field(rig), r"took=\d")

    rig.qtbot.waitUntil(lambda: count(rig) == "1 of 1")


def test_bad_expression_is_explained_in_place(rig):
    rig.qtbot.mouseClick(rig.button(".*"), LEFT)
    find(rig, "(a")

    assert says(rig, "The “(” at character 1 is not closed.")
    assert count(rig) == ""
    rig.qtbot.keyClicks(field(rig), ")")
    rig.qtbot.waitUntil(lambda: not says(rig, "is not closed"))


def test_expression_that_takes_too_long_is_given_up_and_said(rig):
    rig.store.extend([b"a" * 3000 + b"!"] * 20)
    rig.model.catch_up()
    rig.qtbot.mouseClick(rig.button(".*"), LEFT)

    find(rig, "(a+)+b")

    rig.qtbot.waitUntil(lambda: says(rig, "the search was given up"))


def test_only_matches_are_shown_on_request(rig):
    find(rig, "first line")
    rig.qtbot.mouseClick(rig.button("Only matches"), LEFT)

    rig.qtbot.waitUntil(lambda: len(rig.lines) == 2)
    assert rig.lines == [LINES[3].decode(), LINES[4].decode()]


def test_escape_clears_the_search_and_leads_back_to_the_log(rig):
    find(rig, "slow")

    rig.qtbot.keyClick(field(rig), Key.Key_Escape)

    assert field(rig).text() == ""
    assert rig.view.hasFocus()
    assert rig.view._delegate.matches.of("slow") == ()


def test_search_goes_on_in_new_lines(rig):
    find(rig, "slow")
    rig.print(3, "slow again {}")

    rig.qtbot.waitUntil(lambda: count(rig) == "1 of 4")


# -- details ---------------------------------------------------------------------------------------


def details(rig: WindowRig) -> str:
    return str(rig.panel.details._text.toPlainText())


def test_details_show_the_whole_entry_masked(rig):
    rig.click(4)
    rig.key(Key.Key_D, CONTROL)

    assert rig.panel.details.isVisible()
    assert "Provider failed" in details(rig)
    assert "first line of a stack" in details(rig)
    rig.key(Key.Key_Down)
    assert MASK in details(rig)
    assert SECRET not in details(rig)


@pytest.mark.parametrize("is_open", [True, False], ids=["open", "closed again"])
def test_secret_that_becomes_known_is_seen_nowhere_any_more(rig, is_open: bool):
    rig.store.extend([b"12:00:05 INF agent a.go:6 > It is " + b"swordfish " * 60])
    rig.model.catch_up()
    rig.panel.actions_.wrap.setChecked(True)
    rig.click(6)
    rig.key(Key.Key_D, CONTROL)
    assert "swordfish" in details(rig)
    if not is_open:
        rig.key(Key.Key_Escape)
    find(rig, "swordfish")
    assert count(rig) == "1 of 1"
    height = rig.view.rowHeight(6)
    painted: list[int] = []
    rig.view._delegate.paint = lambda _painter, _option, index: painted.append(index.row())

    rig.model.mask_anew(Redactor().knowing("swordfish"))

    assert "swordfish" not in details(rig)
    assert MASK in details(rig)
    assert rig.view.current_line == 6
    assert rig.view.rowHeight(6) < height
    rig.qtbot.waitUntil(lambda: count(rig) == "No matches" and 6 in painted)


def test_match_far_behind_what_a_row_shows_is_counted_and_seen_in_the_details(rig):
    rig.store.extend([b"12:00:09 INF a b.go:1 > " + b"word " * 10_000 + b"needle"])
    rig.model.catch_up()
    rig.panel.actions_.details.setChecked(True)

    find(rig, "needle")

    rig.qtbot.waitUntil(lambda: count(rig) == "1 of 1")
    found = rig.panel.details._text.extraSelections()
    assert {match.cursor.selectedText() for match in found} == {"needle"}
    assert rig.panel.details._text.verticalScrollBar().value() > 0


def test_match_behind_what_the_details_show_is_counted_and_they_say_so(rig):
    rig.store.extend([b"12:00:09 INF a b.go:1 > " + b"word " * 200_000 + b"needle"])
    rig.model.catch_up()
    rig.panel.actions_.details.setChecked(True)

    find(rig, "needle")

    rig.qtbot.waitUntil(lambda: count(rig) == "1 of 1")
    assert details(rig).endswith(" more bytes are searched and copied, but not shown.")


def test_return_opens_the_details_and_escape_closes_them(rig):
    rig.click(2)
    rig.key(Key.Key_Return)
    assert rig.panel.details.isVisible()
    rig.panel.details._text.setFocus()

    rig.qtbot.keyClick(rig.panel.details._text, Key.Key_Escape)

    assert not rig.panel.details.isVisible()
    assert rig.view.hasFocus()
    assert not rig.panel.actions_.details.isChecked()


def test_escape_in_the_log_closes_the_details_too(rig):
    rig.click(2)
    rig.key(Key.Key_Return)

    rig.key(Key.Key_Escape)

    assert not rig.panel.details.isVisible()


@pytest.mark.parametrize("was_restored", [False, True], ids=["new", "remembered"])
def test_details_open_high_enough_to_be_read(rig, qtbot, tmp_path: Path, was_restored: bool):
    rig.window.resize(1240, 800)
    if was_restored:
        WindowMemory(tmp_path).keep(rig.panel, Redactor())
        rig = WindowRig(qtbot)
        WindowMemory(tmp_path).restore(rig.panel)
    fields = " ".join(f"field{number}={number}" for number in range(8))
    rig.print(1, f"12:00:05 INF agent a.go:6 > Done {fields}")
    rig.click(rig.model.rowCount() - 1)

    rig.key(Key.Key_D, CONTROL)

    text = rig.panel.details._text
    assert "As it came" in text.toPlainText()
    qtbot.waitUntil(lambda: text.height() > 200)
    assert text.verticalScrollBar().maximum() == 0


# -- pause, copy, save -----------------------------------------------------------------------------


def test_pause_holds_the_rows_and_counts_what_comes(rig):
    rig.key(Key.Key_P, CONTROL)
    rig.print(7)

    assert len(rig.lines) == 6
    button = rig.button("Paused")
    assert button.text() == "Paused · New lines: 7"
    rig.qtbot.mouseClick(button, LEFT)
    assert len(rig.lines) == 13
    assert not rig.panel.actions_.pause.isChecked()


def test_filter_that_is_taken_off_in_a_pause_shows_what_is_there(rig):
    filter_by(rig, level=Level.ERROR)
    rig.key(Key.Key_P, CONTROL)

    filter_by(rig)

    assert len(rig.lines) == 6


def test_details_of_a_line_that_was_cleared_are_gone(rig):
    rig.click(2)
    rig.key(Key.Key_Return)
    assert "Slow answer" in details(rig)

    rig.store.clear()
    rig.model.catch_up()

    assert "Slow answer" not in details(rig)


def test_larger_text_does_not_resize_row_by_row(rig):
    store = LogStore(100_000, 64_000_000)
    store.begin_run()
    store.extend([LINES[0]] * 100_000)
    rig.model.set_store(store)
    resized: list[int] = []
    rig.view.verticalHeader().sectionResized.connect(lambda row, *_: resized.append(row))

    rig.key(Key.Key_Plus, CONTROL)

    assert len(resized) < 1000


def test_copy_as_json_has_whole_entries(rig):
    rig.click(4)

    told = json.loads(rig.copied(CONTROL | SHIFT))

    assert (told["level"], told["message"], told["fields"]) == (
        "error",
        "Provider failed\n  first line of a stack",
        {"error": "no"},
    )


def test_run_is_told_as_a_person_counts_wherever_json_comes_from(rig, tmp_path):
    rig.store.mark(dump_mark(RunMark(MarkKind.STARTED, "2026-11-26T23:55:00+01:00", 12, 7)))
    rig.store.clear()
    rig.store.extend(LINES[:1])
    rig.model.catch_up()
    rig.click(0)
    rig.panel.actions_.details.setChecked(True)

    rig.panel.details.copy_json()
    in_details = json.loads(QGuiApplication.clipboard().text())
    copied = json.loads(rig.copied(CONTROL | SHIFT))
    path = tmp_path / "saved"
    with rig.qtbot.waitSignal(rig.panel.actions_.saved):
        numbers = range(rig.store.first, rig.store.end)
        rig.panel.actions_.save(str(path), rig.store.snapshot(), numbers, Form.JSON)
    saved = json.loads(path.read_text(encoding="utf-8"))

    assert [told["run"] for told in (in_details, copied, saved)] == [12, 12, 12]
    assert says(rig, "output · Run 12")


class CountingModel(LogModel):
    looks = 0

    def columnCount(self, *_args: object) -> int:
        self.looks += 1
        return len(Column)


def test_selecting_all_does_not_look_at_each_row(qtbot):
    store = LogStore(100_000, 64_000_000)
    store.begin_run()
    store.extend([LINES[0]] * 100_000)
    model = CountingModel(store)
    view = LogView(model)
    qtbot.addWidget(view)
    with qtbot.waitExposed(view):
        view.show()

    view.selectAll()
    view.grab()

    assert len(list(view.selected_lines())) == 100_000
    assert model.looks < 10_000


def test_details_are_as_large_as_the_log(rig):
    rig.panel.actions_.details.setChecked(True)
    text = rig.panel.details._text

    for _ in range(3):
        rig.key(Key.Key_Plus, CONTROL)

    assert text.font().pointSizeF() == rig.view.font().pointSizeF()
    assert rig.panel.details.text_size.above_usual == 3
    rig.key(Key.Key_0, CONTROL)
    assert text.font().pointSizeF() == rig.view.font().pointSizeF()
    assert rig.panel.details.text_size.above_usual == 0


# -- memory ----------------------------------------------------------------------------------------


def test_window_is_as_the_person_left_it(rig, qtbot, tmp_path: Path):
    rig.window.resize(777, 555)
    rig.panel.actions_.wrap.setChecked(True)
    rig.panel.actions_.details.setChecked(True)
    rig.view.text_size.set_above_usual(3)
    rig.view.setColumnWidth(Column.COMPONENT, 222)
    rig.panel.filter.restore(FilterState(Level.WARN, "agent", is_regex=True))
    find(rig, "slow")
    rig.qtbot.mouseClick(rig.button("Only matches"), LEFT)
    WindowMemory(tmp_path).keep(rig.panel, Redactor())

    other = WindowRig(qtbot)
    WindowMemory(tmp_path).restore(other.panel)

    assert (other.window.width(), other.window.height()) == (777, 555)
    assert other.view.wraps
    assert other.panel.details.isVisible()
    assert other.view.text_size.above_usual == 3
    assert other.panel.details.text_size.above_usual == 3
    assert other.view.columnWidth(Column.COMPONENT) == 222
    assert other.panel.filter.state() == FilterState(Level.WARN, "agent", is_regex=True)


@pytest.mark.parametrize("said", [SECRET, "93ff9696"], ids=["whole", "part of a known one"])
def test_secret_is_not_written_down(rig, tmp_path: Path, said):
    rig.panel.filter.restore(FilterState(component=said, pattern=said))

    WindowMemory(tmp_path).keep(rig.panel, Redactor().knowing("93ff969686cdbcb3dd075e8fcecdcbfa"))

    assert said not in (tmp_path / "window.json").read_text(encoding="utf-8")


def test_search_of_the_last_time_is_not_brought_back(rig, tmp_path: Path):
    told = {"level": "WARN", "pattern": "slow", "only_matches": True}
    (tmp_path / "window.json").write_text(json.dumps({"filter": told}), encoding="utf-8")

    WindowMemory(tmp_path).restore(rig.panel)

    assert rig.panel.filter.state() == FilterState(Level.WARN)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff",
        b"[" * 60_000,
        b'{"geometry": 3, "split": "?", "columns": [], "zoom": "x", "filter": 7}',
        b'{"columns": {"TIME": -5, "unwanted": {}}, "zoom": 1e300, "filter": {"level": "X"}}',
    ],
    ids=range(6),
)
def test_spoilt_memory_is_passed_over(rig, tmp_path: Path, content):
    (tmp_path / "window.json").write_bytes(content)

    WindowMemory(tmp_path).restore(rig.panel)

    assert rig.panel.filter.state() == FilterState()
    assert len(rig.lines) == 6


def test_memory_that_cannot_be_written_disturbs_nobody(rig, tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")

    WindowMemory(tmp_path / "file").keep(rig.panel, Redactor())


def test_focus_is_on_the_log(rig):
    assert QApplication.focusWidget() is rig.view
