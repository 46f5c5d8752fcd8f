from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QMainWindow, QPushButton, QVBoxLayout, QWidget

from picoclaw_tray.desktop.filter_state import FilterState
from picoclaw_tray.desktop.level_colours import contrast
from picoclaw_tray.desktop.log_filter_bar import FilterBar
from picoclaw_tray.desktop.log_scope import RunChoice
from picoclaw_tray.desktop.parts import PaddedButton
from picoclaw_tray.logs.entry import Level
from picoclaw_tray.logs.query import Query, Search

Key, Modifier, Role = Qt.Key, Qt.KeyboardModifier, QPalette.ColorRole
LEFT = Qt.MouseButton.LeftButton
RUNS = (
    RunChoice("Run 2", 2),
    RunChoice("Run 1", 1),
    RunChoice("Yesterday", ("file", 7), is_on_disk=True),
)
LIGHT = ("#f0f0f0", "#ffffff", "#111111")
DARK = ("#2b2b2d", "#1e1e1e", "#e6e6e6")


class Rig:
    """A shown bar above something else that can have the focus, and all that it tells."""

    def __init__(self, qtbot) -> None:
        self.qtbot = qtbot
        self.window = QMainWindow()
        centre = QWidget()
        self.bar = FilterBar()
        self.log = QPushButton("log")
        column = QVBoxLayout(centre)
        column.setContentsMargins(16, 8, 16, 8)
        column.addWidget(self.bar)
        column.addWidget(self.log)
        self.window.setCentralWidget(centre)
        self.window.setMinimumSize(360, 100)
        qtbot.addWidget(self.window)
        self.told: list[object] = []
        for name in ("query_changed", "search_changed", "run_chosen"):
            getattr(self.bar, name).connect(self.told.append)
        for name in ("next_wished", "previous_wished", "left"):
            getattr(self.bar, name).connect(lambda name=name: self.told.append(name))
        self.window.resize(900, 200)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        self.log.setFocus()
        qtbot.waitUntil(self.log.hasFocus)

    def type(self, text: str) -> None:
        self.qtbot.keyClicks(self.bar._field, text)

    def key(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Modifier.NoModifier) -> None:
        self.qtbot.keyClick(QApplication.focusWidget(), key, modifier)

    def click(self, name: str) -> None:
        self.qtbot.mouseClick(self.button(name), LEFT)

    def button(self, name: str) -> PaddedButton:
        buttons = self.bar.findChildren(PaddedButton)
        return next(button for button in buttons if button.accessibleName() == name)

    def paint(self, window: str, base: str, text: str) -> None:
        palette = QPalette(QColor(window))
        for role, colour in ((Role.Base, base), (Role.Text, text), (Role.WindowText, text)):
            palette.setColor(role, QColor(colour))
        self.window.setPalette(palette)

    def parts(self) -> list[QWidget]:
        bar = self.bar
        shown = [
            bar._scope._level,
            bar._scope._component,
            bar._scope._run,
            bar._field,
            bar._count,
            bar._problem,
        ]
        return [*(part for part in shown if part.isVisible()), *bar.findChildren(PaddedButton)]

    def width(self, width: int) -> None:
        self.window.resize(width, 200)
        self.qtbot.waitUntil(lambda: self.window.width() == width)


@pytest.fixture
def rig(qtbot):
    return Rig(qtbot)


# -- text ------------------------------------------------------------------------------------------


def test_typing_is_told_once_when_it_pauses(rig):
    with rig.qtbot.waitSignal(rig.bar.search_changed):
        rig.type("time out")

    assert rig.told == [Search("time out")]
    assert rig.bar.query == Query()


def test_ctrl_f_selects_what_was_typed_last(rig):
    rig.type("old")
    rig.log.setFocus()

    rig.key(Key.Key_F, Modifier.ControlModifier)
    rig.key(Key.Key_N)
    rig.key(Key.Key_Return)

    assert rig.bar._field.hasFocus()
    assert rig.bar.search == Search("n")


def test_enter_goes_on_and_shift_enter_back_without_a_pause(rig):
    rig.bar.focus_search()
    rig.type("x")

    rig.key(Key.Key_Return)
    rig.key(Key.Key_Return, Modifier.ShiftModifier)
    rig.key(Key.Key_Enter)

    assert rig.told == [Search("x"), "next_wished", "previous_wished", "next_wished"]
    assert rig.bar._field.text() == "x"


def test_f3_goes_on_and_shift_f3_back_from_the_log(rig):
    rig.type("x")

    rig.key(Key.Key_F3)
    rig.key(Key.Key_F3, Modifier.ShiftModifier)

    assert rig.told == [Search("x"), "next_wished", "previous_wished"]
    assert rig.log.hasFocus()


def test_f3_lets_one_type_if_nothing_is_looked_for(rig):
    rig.key(Key.Key_F3)

    assert rig.told == []
    assert rig.bar._field.hasFocus()


def test_arrows_go_on_and_back(rig):
    rig.type("x")

    rig.click("Next match")
    rig.click("Previous match")

    assert rig.told[1:] == ["next_wished", "previous_wished"]


def test_escape_empties_the_field_and_leaves(rig):
    rig.bar.focus_search()
    rig.type("x")
    rig.key(Key.Key_Return)
    rig.told.clear()

    rig.key(Key.Key_Escape)

    assert rig.told == [Search(), "left"]
    assert rig.bar._field.text() == ""


def test_cross_empties_the_field(rig):
    rig.type("x")
    rig.key(Key.Key_F3)
    cross = rig.bar._field._clear
    was_shown = cross.isVisible()

    with rig.qtbot.waitSignal(rig.bar.search_changed):
        cross.trigger()

    assert rig.bar.search == Search()
    assert (was_shown, cross.isVisible()) == (True, False)


def test_switches_tell_how_to_search_at_once(rig):
    rig.type("x")

    rig.click("Match case")
    rig.click("Regular expression")
    rig.click("Regular expression")

    assert rig.told == [
        Search("x", is_case_sensitive=True),
        Search("x", is_regex=True, is_case_sensitive=True),
        Search("x", is_case_sensitive=True),
    ]


def test_only_matches_makes_the_text_a_filter(rig):
    rig.type("x")
    rig.key(Key.Key_F3)
    rig.told.clear()

    rig.click("Hide lines that do not match")
    rig.click("Hide lines that do not match")

    assert rig.told == [Query(search=Search("x")), Query()]


# -- level, component and run ----------------------------------------------------------------------


def test_level_is_chosen_with_the_keyboard(rig):
    rig.bar._scope._level.setFocus()

    rig.key(Key.Key_Down)
    rig.key(Key.Key_W)

    assert rig.told == [Query(level=Level.DEBUG), Query(level=Level.WARN)]


def test_component_stays_chosen_when_it_is_no_longer_offered(rig):
    rig.bar.set_components(["gateway", "agent"])
    rig.bar._scope._component.choose("agent")

    rig.bar.set_components(["gateway"])

    assert rig.told == [Query(component="agent")]
    assert rig.bar._scope._component.currentText() == "agent"
    assert rig.bar.query == Query(component="agent")


def test_components_are_offered_in_order(rig):
    rig.bar.set_components(["gateway", "agent"])

    box = rig.bar._scope._component
    offered = [box.itemText(row) for row in range(box.count())]
    assert offered == ["All components", "agent", "gateway"]


@pytest.mark.qt_log_ignore("plugin does not support")
def test_open_list_does_not_change_under_the_pointer(rig):
    box = rig.bar._scope._component
    box.showPopup()

    rig.bar.set_components(["agent"])
    while_open = box.count()
    box.hidePopup()

    rig.qtbot.waitUntil(lambda: box.count() == 2)
    assert while_open == 1


@pytest.mark.qt_log_ignore("plugin does not support")
def test_list_that_was_left_with_escape_offers_what_is_new(rig):
    rig.bar.set_runs(RUNS[1:])
    box = rig.bar._scope._run
    box.showPopup()
    rig.qtbot.keyClick(box.view(), Key.Key_Escape)
    assert not box.view().isVisible()

    rig.bar.set_runs(RUNS)
    box.showPopup()
    offered = [box.itemText(row) for row in range(box.count())]
    rig.qtbot.keyClick(box.view(), Key.Key_Down)
    rig.qtbot.keyClick(box.view(), Key.Key_Return)

    assert offered[:3] == ["All runs", "Run 2", "Run 1"]
    assert box.currentText() == "Run 2"
    assert rig.told == [Query(run=2), 2]


@pytest.mark.qt_log_ignore("plugin does not support")
def test_run_that_is_chosen_after_others_came_stays_chosen(rig):
    rig.bar.set_runs(RUNS[1:])
    box = rig.bar._scope._run
    box.showPopup()
    rig.bar.set_runs(RUNS)

    rig.qtbot.keyClick(box.view(), Key.Key_Down)
    rig.qtbot.keyClick(box.view(), Key.Key_Return)

    rig.qtbot.waitUntil(lambda: box.itemText(1) == "Run 2")
    assert box.currentText() == "Run 1"
    assert rig.told == [Query(run=1), 1]


@pytest.mark.qt_log_ignore("plugin does not support")
def test_components_are_wished_before_their_list_opens(rig):
    rig.bar.components_wished.connect(lambda: rig.bar.set_components(["agent"]))
    box = rig.bar._scope._component

    box.showPopup()
    offered = [box.itemText(row) for row in range(box.count())]
    box.hidePopup()

    assert offered == ["All components", "agent"]


def test_run_in_memory_is_a_filter(rig):
    rig.bar.set_runs(RUNS)

    rig.bar.choose_run(1)

    assert rig.told == [Query(run=1), 1]


def test_closed_box_of_runs_shows_the_name_and_the_list_also_the_moment(rig):
    box = rig.bar._scope._run
    rig.bar.set_runs((RunChoice("Run 7", 7, began="03:27"),))
    rig.bar.choose_run(7)
    with_moment = box.grab().toImage()

    rig.bar.set_runs((RunChoice("Run 7", 7),))

    assert with_moment == box.grab().toImage()
    rig.bar.set_runs((RunChoice("Run 7", 7, began="03:27"),))
    assert box.itemText(1) == "Run 7 · 03:27"
    assert box.toolTip() == "Run: Run 7 · 03:27"


def test_run_on_disk_is_no_filter(rig):
    rig.bar.set_runs(RUNS)

    rig.bar.choose_run(("file", 7))

    assert rig.told == [("file", 7)]
    assert rig.bar.query == Query()


def test_past_runs_stand_below_a_heading_that_cannot_be_chosen(rig):
    rig.bar.set_runs(RUNS)
    box = rig.bar._scope._run
    box.setFocus()

    for _ in range(9):
        rig.key(Key.Key_Down)

    assert [box.itemText(row) for row in range(box.count())] == [
        "All runs", "Run 2", "Run 1", "", "On disk", "Yesterday",
    ]  # fmt: skip
    assert [told for told in rig.told if not isinstance(told, Query)] == [2, 1, ("file", 7)]


def test_all_runs_are_chosen_when_the_chosen_one_is_gone(rig):
    rig.bar.set_runs(RUNS)
    rig.bar.choose_run(1)
    rig.told.clear()

    rig.bar.set_runs(RUNS[:1])

    assert rig.told == [Query(), None]
    assert rig.bar._scope._run.currentText() == "All runs"


def test_same_runs_told_again_change_nothing(rig):
    rig.bar.set_runs(RUNS)
    rig.bar.choose_run(1)
    rig.told.clear()

    rig.bar.set_runs((RunChoice("Run 3", 3), *RUNS))

    assert rig.told == []
    assert rig.bar._scope._run.currentText() == "Run 1"


# -- remembering -----------------------------------------------------------------------------------


def test_what_was_set_is_restored_and_told_once(rig):
    state = FilterState(
        Level.ERROR, "agent", "a+", is_regex=True, is_case_sensitive=True, only_matches=True
    )
    search = Search("a+", is_regex=True, is_case_sensitive=True)

    rig.bar.restore(state)

    assert rig.told == [search, Query(Level.ERROR, "agent", None, search)]
    assert rig.bar.state() == state


def test_restoring_nothing_undoes_everything(rig):
    rig.bar.restore(FilterState(Level.ERROR, "agent", "a+", only_matches=True))

    rig.bar.restore(FilterState())

    assert rig.bar.state() == FilterState()
    assert rig.bar.query == Query()


# -- what is shown ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hits", "current", "is_done", "words"),
    [
        (57, 3, True, "3 of 57"),
        (57, 0, True, "57"),
        (0, 0, True, "No matches"),
        (0, 0, False, "Searching …"),
        (57, 0, False, "57 …"),
    ],
    ids=["at one", "found", "none", "searching", "more to come"],
)
def test_matches_are_counted(rig, hits, current, is_done, words):
    rig.type("x")
    rig.key(Key.Key_F3)

    rig.bar.show_hits(hits, current, is_done=is_done)

    assert rig.bar._count.text() == words


def test_matches_of_nothing_are_not_counted(rig):
    rig.bar.show_hits(57)

    assert rig.bar._count.text() == ""


def test_another_search_is_not_counted_yet(rig):
    rig.type("x")
    rig.key(Key.Key_F3)
    rig.bar.show_hits(57)

    rig.type("y")
    rig.key(Key.Key_F3)

    assert rig.bar._count.text() == ""


def test_problem_is_explained_below_until_the_text_is_another_one(rig):
    rig.bar.search_changed.connect(
        lambda search: rig.bar.show_problem("A bracket is open." if search.pattern == "(" else "")
    )
    rig.type("(")
    rig.key(Key.Key_F3)
    said, described = rig.bar._problem.text(), rig.bar._field.accessibleDescription()
    was_shown = rig.bar._problem.isVisible()

    rig.type(")")
    rig.key(Key.Key_F3)

    assert (said, described) == ("✕ A bracket is open.", "A bracket is open.")
    assert was_shown
    assert not rig.bar._problem.isVisible()
    assert rig.bar._field.accessibleDescription() == ""


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_field_is_underlined_in_a_colour_that_can_be_seen(rig, colours):
    rig.paint(*colours)
    field = rig.bar._field
    foot = QPoint(field.width() // 2, field.height() - 2)
    plain = field.grab().toImage().pixelColor(foot)

    rig.bar.show_problem("A bracket is open.")
    marked = field.grab().toImage().pixelColor(foot)

    assert marked != plain
    assert marked.red() > marked.blue() + 40
    assert contrast(marked, QColor(colours[1])) >= 4.5
    ink = rig.bar._problem.palette().color(Role.WindowText)
    assert contrast(ink, QColor(colours[0])) >= 4.5


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_cross_is_painted_in_the_ink_of_the_text(rig, colours):
    rig.paint(*colours)
    rig.type("x")
    field = rig.bar._field

    image = field.grab().toImage()

    inks = {
        image.pixelColor(x, y).name()
        for x in range(field.width() - 22, field.width() - 4)
        for y in range(4, field.height() - 4)
    }
    assert max(contrast(QColor(ink), QColor(colours[1])) for ink in inks) > 7


def test_switch_that_is_on_shows_it(rig):
    rig.paint(*DARK)
    switch = rig.button("Match case")
    off = switch.grab().toImage()

    rig.click("Match case")
    rig.log.setFocus()
    on = switch.grab().toImage()

    changed = sum(
        off.pixelColor(x, y) != on.pixelColor(x, y)
        for x in range(on.width())
        for y in range(on.height())
    )
    assert changed > on.width() * on.height() / 2


@pytest.mark.parametrize("width", [360, 480, 700, 900])
@pytest.mark.parametrize("problem", ["", "A bracket is open. " * 6], ids=["good", "bad"])
def test_nothing_is_cut_off(rig, width, problem):
    rig.bar.set_components(["a-component-with-a-very-long-name"])
    rig.bar.restore(FilterState(Level.WARN, "a-component-with-a-very-long-name", "x"))
    rig.bar.show_hits(99_999, 99_999)
    rig.bar.show_problem(problem)
    rig.width(width)

    def inside() -> bool:
        room = rig.bar.rect()
        places = [part.rect().translated(part.mapTo(rig.bar, QPoint())) for part in rig.parts()]
        apart = all(
            not one.intersects(other) for n, one in enumerate(places) for other in places[:n]
        )
        return apart and all(room.contains(place) for place in places)

    rig.qtbot.waitUntil(inside)
    assert all(
        button.width() >= button.sizeHint().width() for button in rig.bar.findChildren(PaddedButton)
    )


def test_wide_bar_is_one_line_and_narrow_one_three(rig):
    one_line = rig.bar._field.height() * 2
    assert rig.bar.heightForWidth(868) < one_line
    assert rig.bar.heightForWidth(328) > one_line


def test_every_part_has_a_name(rig):
    named = [part for part in rig.parts() if part not in (rig.bar._count, rig.bar._problem)]

    assert all(part.accessibleName() for part in named)
    assert all(part.toolTip() for part in named if part is not rig.bar._field)


def test_tab_goes_from_left_to_right(rig):
    rig.bar._scope._level.setFocus()
    names = []

    for _ in range(9):
        focused = QApplication.focusWidget()
        names.append(focused.accessibleName() if focused else "")
        rig.key(Key.Key_Tab)

    assert names == [
        "At least this level",
        "Component",
        "Run",
        "Search",
        "Match case",
        "Regular expression",
        "Hide lines that do not match",
        "Previous match",
        "Next match",
    ]
