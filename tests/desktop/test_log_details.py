from __future__ import annotations

import json
import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette, QTextCursor
from PySide6.QtWidgets import QApplication, QMainWindow, QSplitter, QTableView

from picoclaw_tray.desktop.entry_text import MOST_CHARS
from picoclaw_tray.desktop.level_colours import contrast, level_colours, match_colours
from picoclaw_tray.desktop.log_details import EntryPane
from picoclaw_tray.desktop.parts import PaddedButton
from picoclaw_tray.logs.entry import Entry, Level, Source, parse_entry

Key, Modifier, Role = Qt.Key, Qt.KeyboardModifier, QPalette.ColorRole
LEFT = Qt.MouseButton.LeftButton
LINE = '12:34:56 WRN agent pkg/x.go:3 > Tried <b>twice</b> error="no way" n=7'
IN_FILE = (
    '{"level":"warn","component":"agent","error":"no way","n":7,'
    '"time":"2026-04-24T12:34:56+08:00","caller":"pkg/x.go:3","message":"Tried <b>twice</b>"}'
)
LIGHT = ("#f0f0f0", "#ffffff", "#111111")
DARK = ("#2b2b2d", "#1e1e1e", "#e6e6e6")


class Matcher:
    """Finds an expression."""

    def __init__(self, pattern: str) -> None:
        self._pattern = re.compile(pattern)

    def spans(self, text: str, limit: int) -> list[tuple[int, int]]:
        return [match.span() for match in self._pattern.finditer(text)][:limit]


class Rig:
    """A shown pane below a table."""

    def __init__(self, qtbot) -> None:
        self.qtbot = qtbot
        self.window = QMainWindow()
        self.pane = EntryPane()
        split = QSplitter(Qt.Orientation.Vertical)
        split.addWidget(QTableView())
        split.addWidget(self.pane)
        self.window.setCentralWidget(split)
        self.window.setMinimumSize(360, 320)
        self.window.resize(900, 600)
        qtbot.addWidget(self.window)
        self.closed: list[bool] = []
        self.pane.closed.connect(lambda: self.closed.append(True))
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.window.activateWindow()
        self.text = self.pane._text

    def show(
        self, line: str = LINE, source: Source = Source.OUTPUT, run: int | None = None
    ) -> Entry:
        entry = parse_entry(line, source)
        self.pane.show_entry(entry, run=run)
        self.pane.show()
        self.qtbot.waitUntil(lambda: self.pane._level.height() > 0)  # a splitter lays out later
        return entry

    def shown(self) -> list[str]:
        return self.text.toPlainText().split("\n")

    def highlighted(self) -> list[str]:
        return [part.cursor.selectedText() for part in self.text.extraSelections()]

    def button(self, text: str) -> PaddedButton:
        return next(b for b in self.pane.findChildren(PaddedButton) if b.text() == text)

    def focus(self) -> None:
        self.text.setFocus()
        self.qtbot.waitUntil(self.text.hasFocus)

    def paint(self, window: str, base: str, text: str) -> None:
        palette = QPalette(QColor(window))
        for role, colour in ((Role.Base, base), (Role.Text, text), (Role.WindowText, text)):
            palette.setColor(role, QColor(colour))
        self.window.setPalette(palette)


@pytest.fixture
def rig(qtbot):
    rig = Rig(qtbot)
    yield rig
    rig.pane._thanks.stop()


def test_pane_is_hidden_until_it_is_shown(rig):
    rig.pane.show_entry(parse_entry(LINE))

    assert not rig.pane.isVisible()


def test_pane_without_an_entry_says_what_to_do(rig):
    rig.show()

    rig.pane.show_entry(None)

    assert rig.text.placeholderText() == "Choose a line to see all of it."
    assert rig.shown() == [""]
    assert rig.pane._level.text() == ""
    assert not rig.pane._facts.isVisible()
    assert not rig.button("Copy").isEnabled()


def test_head_tells_level_time_component_caller_source_and_run(rig):
    rig.show(run=7)

    assert rig.pane._level.text() == "▲ WARN"
    assert rig.pane._facts.text() == "12:34:56 · agent · pkg/x.go:3 · output · Run 7"


def test_head_of_a_line_without_level_says_so(rig):
    rig.show("✓ Ready")

    assert rig.pane._level.text() == "No level"
    assert rig.pane._facts.text() == "output"


def test_text_is_message_fields_and_raw_text(rig):
    rig.show(IN_FILE, Source.LOG_FILE)

    assert rig.shown() == [
        "Tried <b>twice</b>",
        "Fields",
        "error\tno way",
        "n\t7",
        "As it came",
        IN_FILE,
    ]


def test_lines_that_follow_belong_to_the_message_and_not_to_the_fields(rig):
    rig.show(f"{LINE}\n  stack a=1")

    assert rig.shown() == [
        *("Tried <b>twice</b>", "  stack a=1"),
        *("Fields", "error\tno way", "n\t7"),
        *("As it came", LINE, "  stack a=1"),
    ]


def test_raw_text_is_not_repeated(rig):
    rig.show("✓ Ready")

    assert rig.shown() == ["✓ Ready"]


def test_values_begin_in_one_column(rig):
    rig.show('12:34:56 WRN agent x.go:3 > M a=1 much_longer="2 2"')
    document = rig.text.document()

    def left_of(value: str) -> int:
        found = document.find(value)
        found.setPosition(found.selectionStart())
        return rig.text.cursorRect(found).left()

    assert left_of("1") == left_of("2 2")


def test_value_goes_on_below_its_beginning(rig):
    rig.show(json.dumps({"level": "info", "a": "one\ntwo", "message": "M"}), Source.LOG_FILE)

    lefts = []
    for word in ("one", "two"):
        found = rig.text.document().find(word)
        found.setPosition(found.selectionStart())
        lefts.append(rig.text.cursorRect(found))
    assert lefts[0].left() == lefts[1].left()
    assert lefts[0].top() < lefts[1].top()


def test_markup_is_text(rig):
    rig.show("12:34:56 ERR <b>c</b> x.go:3 > <img src=x> f=<i>v</i>")

    assert "<img src=x>" in rig.shown()[0]
    assert "<b>c</b>" in rig.pane._facts.text()
    assert rig.pane._facts.textFormat() is Qt.TextFormat.PlainText
    assert rig.pane._level.textFormat() is Qt.TextFormat.PlainText


def test_characters_that_mean_something_to_qt_lose_nothing(rig):
    rig.show("before \ufdd0 \ufdd1 \ufffc \ufffe after")

    assert rig.text.toPlainText().startswith("before ")
    assert rig.text.toPlainText().endswith(" after")


def test_text_can_be_selected_but_not_changed(rig):
    rig.show()
    rig.focus()

    rig.qtbot.keyClicks(rig.text, "abc")
    rig.qtbot.keyClick(rig.text, Key.Key_A, Modifier.ControlModifier)
    rig.qtbot.keyClick(rig.text, Key.Key_C, Modifier.ControlModifier)

    assert rig.shown()[0] == "Tried <b>twice</b>"
    assert QGuiApplication.clipboard().text().startswith("Tried <b>twice</b>\nFields\n")


def test_selection_stays_when_the_same_entry_is_shown_again(rig):
    rig.show()
    rig.text.moveCursor(QTextCursor.MoveOperation.EndOfLine, QTextCursor.MoveMode.KeepAnchor)

    rig.show()

    assert rig.text.textCursor().selectedText() == "Tried <b>twice</b>"


# -- long ones -------------------------------------------------------------------------------------


def test_long_message_is_shown_up_to_a_bound_and_copied_whole(rig):
    message = "x" * (10 * 1024 * 1024)

    rig.show(message)
    rig.qtbot.mouseClick(rig.button("Copy"), LEFT)

    first, more = rig.shown()
    assert len(first) == MOST_CHARS
    assert more == f"… {len(message) - MOST_CHARS} more characters are copied, but not shown."
    assert QGuiApplication.clipboard().text() == message


def test_long_value_and_what_follows_it_is_cut(rig):
    fields = {"level": "info", "a": "1", "b": "x" * 2 * MOST_CHARS, "c": "3", "message": "M"}

    rig.show(json.dumps(fields), Source.LOG_FILE)

    lines = rig.shown()
    assert lines[:3] == ["M", "Fields", "a\t1"]
    assert MOST_CHARS - 10 < len(lines[3]) < MOST_CHARS + 10
    assert lines[3].endswith("…")
    assert lines[4] == "… More fields: 1"


def test_many_fields_are_counted(rig):
    fields = {"level": "info", **{f"f{n}": n for n in range(700)}, "message": "M"}

    rig.show(json.dumps(fields), Source.LOG_FILE)

    assert "… More fields: 200" in rig.shown()


def test_long_component_leaves_room_for_the_rest(rig):
    rig.show(f"12:34:56 WRN {'c' * 100_000} x.go:3 > M", run=7)

    assert len(rig.pane._facts.text()) < 300
    assert rig.pane._facts.text().endswith("Run 7")


def test_entry_without_its_end_is_copied_by_who_has_it(rig):
    wished: list[bool] = []
    rig.pane.whole_wished.connect(wished.append)
    QGuiApplication.clipboard().setText("mine")

    rig.pane.show_entry(parse_entry(LINE), 1000)
    rig.pane.copy_text()
    rig.pane.copy_json()

    assert rig.shown()[-1] == "… 1000 more bytes are searched and copied, but not shown."
    assert wished == [False, True]
    assert QGuiApplication.clipboard().text() == "mine"


# -- searching -------------------------------------------------------------------------------------


def test_matches_are_highlighted_in_the_entry_but_not_in_our_words(rig):
    rig.show()

    rig.pane.set_matcher(Matcher("way|Tried|Fields|As it came"))

    assert rig.highlighted() == ["Tried", "way", "Tried", "way"]


def test_highlights_go_with_the_matcher(rig):
    rig.show()
    rig.pane.set_matcher(Matcher("way"))

    rig.pane.set_matcher(None)

    assert rig.highlighted() == []


def test_another_entry_is_highlighted_too(rig):
    rig.pane.set_matcher(Matcher("b+"))

    rig.show("abba")

    assert rig.highlighted() == ["bb"]


def test_match_after_an_emoji_is_in_its_place(rig):
    rig.show("😀 a 😀 bb c")

    rig.pane.set_matcher(Matcher("bb|😀 a"))

    assert rig.highlighted() == ["😀 a", "bb"]


def test_first_match_of_a_long_entry_is_in_sight(rig):
    bar = rig.text.verticalScrollBar()
    rig.show("word " * 5000 + "needle")
    assert bar.value() == 0

    rig.pane.set_matcher(Matcher("needle"))
    assert bar.value() > 0

    rig.pane.show_entry(parse_entry("needle " + "word " * 5000))
    assert bar.value() == 0


def test_selected_text_stays_selected_while_something_else_is_looked_for(rig):
    rig.show()
    rig.text.selectAll()

    rig.pane.set_matcher(Matcher("way"))

    assert rig.text.textCursor().hasSelection()


def test_empty_matches_are_not_highlighted(rig):
    rig.show("abc")

    rig.pane.set_matcher(Matcher("x*"))

    assert rig.highlighted() == []


def test_many_matches_are_bounded(rig):
    rig.show("x" * MOST_CHARS)

    rig.pane.set_matcher(Matcher("x"))

    assert len(rig.highlighted()) == 1000


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_match_is_painted(rig, colours):
    rig.paint(*colours)
    rig.show("xxxxxxxx yyyyyyyy")
    rig.pane.set_matcher(Matcher("x+"))
    background, _ = match_colours(rig.text.palette())

    image = rig.text.viewport().grab().toImage()

    inks = [image.pixelColor(x, y) for x in range(200) for y in range(30)]
    assert inks.count(background) > 100


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("level", ["DBG", "INF", "WRN", "ERR", "FTL"])
def test_level_is_painted_in_its_colour(rig, level, colours):
    rig.show(LINE.replace("WRN", level))
    rig.paint(*colours)
    entry = parse_entry(LINE.replace("WRN", level))
    assert entry.level is not None
    expected = level_colours(rig.pane.palette(), Role.Window)[entry.level]

    image = rig.pane._level.grab().toImage()

    inks = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(12)}
    best = min(inks, key=lambda ink: _distance(QColor(ink), expected))
    assert _distance(QColor(best), expected) < 60
    assert contrast(expected, QColor(colours[0])) >= 4.5


def _distance(one: QColor, other: QColor) -> int:
    pairs = zip(one.getRgb()[:3], other.getRgb()[:3], strict=True)
    return sum(abs(a - b) for a, b in pairs)


# -- copying and closing ---------------------------------------------------------------------------


def test_copy_is_the_console_form_of_the_whole_entry(rig):
    rig.show(IN_FILE, Source.LOG_FILE)

    rig.qtbot.mouseClick(rig.button("Copy"), LEFT)

    assert QGuiApplication.clipboard().text() == LINE
    assert rig.button("Copied") is rig.pane._copy


def test_ctrl_c_copies_the_entry_if_nothing_is_selected(rig):
    rig.show()
    rig.focus()

    rig.qtbot.keyClick(rig.text, Key.Key_C, Modifier.ControlModifier)

    assert QGuiApplication.clipboard().text() == LINE


def test_copy_as_json_tells_the_run(rig):
    rig.show(IN_FILE, Source.LOG_FILE, run=7)

    rig.qtbot.mouseClick(rig.button("Copy as JSON"), LEFT)

    copied = json.loads(QGuiApplication.clipboard().text())
    assert (copied["run"], copied["fields"]) == (7, {"error": "no way", "n": "7"})


def test_only_the_last_button_thanks(rig):
    rig.show()

    rig.qtbot.mouseClick(rig.button("Copy"), LEFT)
    rig.qtbot.mouseClick(rig.button("Copy as JSON"), LEFT)

    assert [b.text() for b in rig.pane.findChildren(PaddedButton)] == ["Copy", "Copied", "×"]


@pytest.mark.parametrize("way", ["escape", "button"])
def test_pane_closes(rig, way):
    rig.show()
    rig.focus()

    if way == "escape":
        rig.qtbot.keyClick(rig.text, Key.Key_Escape)
    else:
        rig.qtbot.mouseClick(rig.button("×"), LEFT)

    assert rig.closed == [True]
    assert not rig.pane.isVisible()


def test_nothing_is_copied_without_an_entry(rig):
    QGuiApplication.clipboard().setText("mine")

    rig.pane.copy_text()
    rig.pane.copy_json()

    assert QGuiApplication.clipboard().text() == "mine"


# -- room and names --------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 900])
def test_nothing_is_cut_off(rig, width):
    rig.window.resize(width, 600)
    rig.show(LINE.replace("pkg/x.go", "/a/very/long/path/" * 5 + "x.go"), run=7)
    parts = [rig.pane._level, rig.pane._facts, *rig.pane.findChildren(PaddedButton)]

    def fits() -> bool:
        places = [part.rect().translated(part.mapTo(rig.pane, QPoint())) for part in parts]
        facts = rig.pane._facts
        return (
            all(rig.pane.rect().contains(place) for place in places)
            and facts.height() >= facts.heightForWidth(facts.width())
            and rig.text.horizontalScrollBar().maximum() == 0
        )

    rig.qtbot.waitUntil(fits)


def test_text_can_be_larger(rig):
    rig.show()
    low = rig.text.document().size().height()

    rig.pane.text_size.set_above_usual(rig.text.font().pointSizeF())

    assert rig.text.document().size().height() > 1.5 * low


def test_tab_leaves_the_text(rig):
    rig.show()
    rig.focus()

    rig.qtbot.keyClick(rig.text, Key.Key_Backtab)

    assert QApplication.focusWidget() is rig.pane._close


def test_parts_have_names(rig):
    assert rig.text.accessibleName()
    assert rig.pane._close.accessibleName() == "Close"


def test_every_level_has_a_word(rig):
    words = []
    for level in Level:
        rig.pane.show_entry(Entry("", level, "", "", "m", (), "m"))
        words.append(rig.pane._level.text().split()[1])

    assert words == [level.name for level in Level]
