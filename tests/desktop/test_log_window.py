from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette, QPixmap
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QToolButton

from picoclaw_tray.desktop.cards import FailureContent
from picoclaw_tray.desktop.log_model import Column
from picoclaw_tray.desktop.parts import PaddedButton
from picoclaw_tray.logs.redaction import MASK
from picoclaw_tray.logs.store import LogStore
from tests.support.window_rig import HELD, LEFT, Key, Modifier, WindowRig

SECRET = "sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4"
FAILURE = FailureContent("The port is taken.", "", "Take another one.", ("bind: in use", "exit 1"))


@pytest.fixture
def rig(qtbot):
    rig = WindowRig(qtbot)
    yield rig
    rig.window.set_confirm_close(False)


# -- following -------------------------------------------------------------------------------------


def test_view_follows_the_newest_line(rig):
    rig.print(100)
    rig.print(100)

    assert rig.view.is_following
    assert rig.last_is_visible()


def test_view_follows_while_old_lines_are_dropped(rig):
    for _ in range(8):
        rig.print(70)

    assert rig.view.is_following
    assert rig.last_is_visible()


def test_view_follows_when_all_lines_are_replaced_at_once(rig):
    rig.print(HELD)
    rig.print(5 * HELD)

    assert rig.view.is_following
    assert rig.last_is_visible()


def test_view_stays_when_scrolled_up(rig):
    rig.print(100)

    rig.key(Key.Key_PageUp)
    rig.bar.setValue(20)
    top = rig.top
    rig.print(50)

    assert not rig.view.is_following
    assert rig.top == top


def test_view_keeps_the_text_in_its_place_while_older_lines_are_dropped(rig):
    rig.print(HELD)
    rig.bar.setValue(120)
    top = rig.top

    for _ in range(10):
        rig.print(10)

    assert rig.top == top
    assert rig.store.dropped == 100


def test_view_shows_the_oldest_line_when_its_own_were_dropped(rig):
    rig.print(HELD)
    rig.bar.setValue(10)

    rig.print(50)

    assert rig.bar.value() == 0
    assert rig.at(2) == "line 50"
    assert not rig.view.is_following


def test_view_follows_again_when_scrolled_to_the_end(rig):
    rig.print(100)
    rig.bar.setValue(20)

    rig.bar.setValue(rig.bar.maximum())
    rig.print(50)

    assert rig.view.is_following
    assert rig.last_is_visible()


def test_end_follows_and_home_shows_the_first_line(rig):
    rig.print(100)

    rig.key(Key.Key_Home)
    first = rig.at(2)
    was_following = rig.view.is_following
    rig.key(Key.Key_End)

    assert (first, was_following) == ("line 0", False)
    assert rig.view.is_following


def test_dropping_the_clicked_line_does_not_move_the_view(rig):
    rig.print(HELD)
    rig.bar.setValue(0)
    rig.click(3)
    rig.bar.setValue(rig.bar.maximum())

    rig.print(50)

    assert rig.view.is_following
    assert rig.last_is_visible()


def test_view_follows_after_clear_however_it_was_scrolled(rig):
    rig.print(100)
    rig.bar.setValue(0)

    rig.store.clear()
    rig.print(100)

    assert rig.view.is_following
    assert rig.last_is_visible()


def test_newest_button_counts_new_lines_and_returns_to_the_end(rig):
    rig.print(100)
    rig.bar.setValue(20)
    rig.print(1)
    rig.print(30)

    button = rig.button("↓ ")
    text, was_visible = button.text(), button.isVisible()
    rig.qtbot.mouseClick(button, LEFT)

    assert (text, was_visible) == ("↓ New lines: 31", True)
    assert rig.view.is_following
    assert not button.isVisible()
    assert rig.view.hasFocus()


def test_newest_button_counts_lines_that_were_dropped_unseen(rig):
    rig.print(HELD)
    rig.bar.setValue(20)

    rig.print(5 * HELD)

    assert rig.view.unseen == 5 * HELD


def test_view_follows_in_a_window_that_becomes_smaller(rig):
    rig.print(100)

    rig.window.resize(500, 400)
    rig.settle()

    assert rig.view.is_following
    assert rig.last_is_visible()


# -- long lines ------------------------------------------------------------------------------------


def test_long_line_can_be_scrolled_to_its_end(rig):
    rig.print(1, "x" * 1000)

    assert rig.view.horizontalScrollBar().maximum() > 3000


def test_column_is_as_narrow_as_before_when_the_long_line_is_cleared(rig):
    rig.print(1, "x" * 1000)

    rig.store.clear()
    rig.print(1)

    assert rig.view.horizontalScrollBar().maximum() == 0


def test_short_lines_need_no_horizontal_scroll_bar(rig):
    rig.print(100)

    assert rig.view.horizontalScrollBar().maximum() == 0
    widths = sum(map(rig.view.columnWidth, Column))
    assert widths == rig.view.viewport().width()


def test_click_into_a_long_line_does_not_scroll_sideways(rig):
    rig.print(10, "x" * 1000)
    bar = rig.view.horizontalScrollBar()
    bar.setValue(700)

    rig.click(4)
    rig.key(Key.Key_Down)

    assert bar.value() == 700


@pytest.mark.parametrize("letter", ["x", "é", "漢"])
@pytest.mark.parametrize("share", [0.0, 0.4])
def test_long_line_is_painted_in_every_column_in_sight(rig, letter, share):
    rig.print(1, letter * 900)
    bar = rig.view.horizontalScrollBar()

    bar.setValue(int(bar.maximum() * share))

    row = rig.view.visualRect(rig.model.index(0, Column.MESSAGE))
    image = rig.view.viewport().grab().toImage()
    stripes = range(max(8, row.left() + 4), rig.view.viewport().width() - 40, 40)
    assert all(has_ink(image, x, row.top(), 40, row.height()) for x in stripes)


def has_ink(image, left: int, top: int, width: int, height: int) -> bool:
    """Whether there is more than one colour."""
    colours = {
        image.pixelColor(x, y).rgb()
        for x in range(left, left + width)
        for y in range(top + 3, top + height - 2)
    }
    return len(colours) > 1


# -- selecting, copying, clearing ------------------------------------------------------------------


def test_copy_takes_the_selected_lines_from_top_to_bottom(rig):
    rig.print(10)

    rig.click(5)
    rig.click(2, Modifier.ControlModifier)
    rig.click(3, Modifier.ControlModifier)

    assert rig.copied() == "line 2\nline 3\nline 5"


def test_copy_takes_a_range_selected_with_shift(rig):
    rig.print(10)

    rig.click(6)
    rig.click(4, Modifier.ShiftModifier)

    assert rig.copied() == "line 4\nline 5\nline 6"


def test_copy_of_everything_needs_several_slices_and_leaves_nothing_out(qtbot, rig):
    rig.store = LogStore(5000, 10_000_000)
    rig.store.begin_run()
    rig.model.set_store(rig.store)
    rig.print(4321)

    rig.key(Key.Key_A, Modifier.ControlModifier)

    assert rig.copied().splitlines() == [f"line {number}" for number in range(4321)]


def test_copy_masks_secrets_and_does_not_cut(rig):
    rig.print(1, f"api_key={SECRET} " + "y" * 9000)
    rig.key(Key.Key_A, Modifier.ControlModifier)

    copied = rig.copied()

    assert copied == f"api_key={MASK} " + "y" * 9000


def test_copy_takes_the_lines_that_were_selected_though_older_ones_were_dropped(rig):
    rig.print(HELD)
    rig.click(HELD - 2)

    rig.print(50)

    assert rig.copied() == f"line {HELD - 2}"


def test_copy_without_a_selection_leaves_the_clipboard_alone(rig):
    rig.print(3)
    QGuiApplication.clipboard().setText("before")

    assert rig.copied() == "before"


def test_secret_is_nowhere_in_the_window(rig):
    rig.print(30, f"Authorization: Bearer {SECRET}")

    shown = [rig.model.row(row).line for row in range(30)]

    assert all(SECRET not in line and MASK in line for line in shown)


@pytest.mark.parametrize("way", ["key", "button"])
def test_clear_is_asked_for(rig, way):
    with rig.qtbot.waitSignal(rig.panel.clear_requested):
        if way == "key":
            rig.key(Key.Key_L, Modifier.ControlModifier)
        else:
            buttons = rig.window.findChildren(PaddedButton)
            (button,) = (button for button in buttons if button.text() == "Clear")
            rig.qtbot.mouseClick(button, LEFT)


def test_menu_of_the_log_has_unique_mnemonics(rig):
    texts = [action.text() for action in rig.panel.actions_.menu(rig.window).actions()]

    letters = [text[text.index("&") + 1].lower() for text in texts if "&" in text]
    assert len(letters) > 10
    assert len(set(letters)) == len(letters)


# -- empty -----------------------------------------------------------------------------------------


def test_placeholder_is_painted_only_without_lines(rig):
    before = rig.view.viewport().grab().toImage()
    rig.window.set_placeholder("No output yet")
    empty = rig.view.viewport().grab().toImage()
    rig.print(1, "")
    filled = rig.view.viewport().grab().toImage()

    area = (empty.width() // 2 - 40, empty.height() // 2 - 10, 80, 20)
    assert [has_ink(image, *area) for image in (before, empty, filled)] == [False, True, False]


def test_placeholder_is_told_to_a_screen_reader(rig):
    rig.window.set_placeholder("No output yet")

    assert rig.view.accessibleName() == "Output of the gateway"
    assert rig.view.accessibleDescription() == "No output yet"


# -- the window ------------------------------------------------------------------------------------


def test_window_sleeps_while_hidden_and_catches_up_when_shown(rig):
    rig.window.hide()
    rig.store.extend([b"while hidden"])
    rig.model.catch_up()

    rows = rig.model.rowCount()
    rig.window.show()

    assert (rows, rig.model.rowCount()) == (0, 1)


def test_window_tells_when_it_can_be_seen(rig):
    with rig.qtbot.waitSignal(rig.window.visibility_changed, check_params_cb=lambda on: not on):
        rig.window.close()
    with rig.qtbot.waitSignal(rig.window.visibility_changed, check_params_cb=bool):
        rig.window.show()


def test_closing_only_asks_when_it_is_to_be_confirmed(rig):
    rig.window.set_confirm_close(True)

    with rig.qtbot.waitSignal(rig.window.close_requested):
        rig.window.close()

    assert rig.window.isVisible()


def test_closing_closes_when_it_needs_no_confirmation(rig):
    with rig.qtbot.assertNotEmitted(rig.window.close_requested):
        rig.window.close()

    assert not rig.window.isVisible()


def test_buttons_are_the_actions(rig):
    triggered = []
    rig.actions[0].triggered.connect(lambda: triggered.append("start"))

    rig.qtbot.mouseClick(rig.button("Start"), LEFT)
    rig.actions[0].setText("&Start anyway")
    rig.actions[1].setEnabled(False)

    assert triggered == ["start"]
    assert rig.button("Start anyway").isEnabled()
    assert not rig.button("Stop").isEnabled()


def test_tab_goes_through_buttons_log_and_footer(rig):
    rig.print(100)
    rig.bar.setValue(0)
    rig.button("Start").setFocus(Qt.FocusReason.TabFocusReason)

    order = []
    for _ in range(16):
        focused = QApplication.focusWidget()
        assert focused is not None
        is_button = isinstance(focused, QToolButton)
        order.append(focused.property("text") if is_button else focused.accessibleName())
        rig.qtbot.keyClick(focused, Key.Key_Tab)

    assert order[:3] == ["Start", "Stop", "Quit"]
    assert order[3:7] == ["At least this level", "Component", "Run", "Search"]
    assert order[-4:] == ["Output of the gateway", "↓ Newest line", "Log", "Clear"]


def test_window_shows_the_presentation(rig):
    pixmap = QPixmap(48, 48)
    pixmap.fill(QColor("green"))

    rig.present(icon=QIcon(pixmap), title="PicoClaw (demo)", details=("PID 7", "Up 2 h 3 min"))

    assert rig.window.windowTitle() == "PicoClaw (demo)"
    assert rig.window._headline.text() == "Running"
    assert rig.window._details.text().replace("\u00a0", " ") == "PID 7 · Up 2 h 3 min"
    assert rig.window._icon.pixmap().toImage().pixelColor(20, 20) == QColor("green")


def test_window_shows_markup_as_text(rig):
    rig.present(headline="<b>bold</b>", failure=FailureContent("<i>x</i>"))

    assert rig.window._headline.textFormat() is Qt.TextFormat.PlainText
    assert rig.window._failure._reason.textFormat() is Qt.TextFormat.PlainText


def test_failure_is_a_card_with_its_evidence_folded(rig):
    rig.present(failure=FAILURE)
    card = rig.window._failure

    assert card.isVisible()
    assert card._reason.text() == "The port is taken."
    assert card._next_step.text() == "Take another one."
    assert not card._evidence.isVisible()


def test_evidence_unfolds_and_can_be_read(rig):
    rig.present(failure=FAILURE)
    evidence = rig.window.findChild(QPlainTextEdit)

    rig.qtbot.mouseClick(rig.button("What the gateway said"), LEFT)

    assert evidence.isVisible()
    assert evidence.toPlainText() == "bind: in use\nexit 1"
    assert evidence.isReadOnly()


@pytest.mark.parametrize(("count", "hidden"), [(1, 0), (8, 0), (11, 3)])
def test_evidence_is_as_high_as_its_lines_up_to_eight(rig, count, hidden):
    rig.present(failure=FailureContent("Long.", evidence=("x" * 500,) * count))

    rig.qtbot.mouseClick(rig.button("What the gateway said"), LEFT)

    bar = rig.window._failure._evidence.verticalScrollBar()
    rig.qtbot.waitUntil(lambda: bar.maximum() == hidden)


def test_same_failure_stays_unfolded_and_another_one_is_folded(rig):
    rig.present(failure=FAILURE)
    rig.button("What the gateway said").click()

    rig.present(failure=FAILURE, headline="Restarting in 3 s")
    same = rig.window._failure._evidence.isVisible()
    rig.present(failure=FailureContent("Another one.", evidence=("boom",)))

    assert same
    assert not rig.window._failure._evidence.isVisible()


def test_failure_card_is_hidden_without_a_failure(rig):
    rig.present(failure=FAILURE)

    rig.present(failure=None)

    assert not rig.window._failure.isVisible()


def test_notice_is_shown_as_long_as_there_is_one(rig):
    rig.present(notice="There is no tray.")
    shown = rig.window._notice.isVisible()
    rig.present()

    assert shown
    assert not rig.window._notice.isVisible()


def test_footer_counts_lines_held_and_dropped(rig):
    rig.print(HELD)
    full = rig.panel.footer._text.text()
    rig.print(5)

    assert full == "Lines: 200"
    assert rig.panel.footer._text.text() == "Lines: 200 · Dropped: 5"


def test_buttons_go_on_in_the_next_line_of_a_narrow_window(rig):
    rig.actions[2].setText("Quit and stop the gateway, which was started by this tray")
    rig.window.resize(400, 500)

    start, last = rig.button("Start"), rig.button("Quit")

    rig.qtbot.waitUntil(lambda: last.y() > start.geometry().bottom())
    assert last.geometry().right() < rig.window.width()


@pytest.mark.parametrize(("window", "text"), [("#f3f3f4", "#111111"), ("#2b2b2d", "#e6e6e6")])
def test_cards_keep_text_readable_on_light_and_dark(rig, window, text):
    palette = QPalette(QColor(window))
    palette.setColor(QPalette.ColorRole.WindowText, QColor(text))
    rig.window.setPalette(palette)
    rig.present(failure=FAILURE)

    card = rig.window._failure
    paper = card.grab().toImage().pixelColor(card.width() - 20, 5)

    assert abs(paper.lightnessF() - QColor(text).lightnessF()) > 0.6


def test_view_marks_no_line_when_it_gets_the_focus(rig):
    rig.store.extend([b"one", b"two"])
    rig.model.catch_up()
    rig.button("Stop").setFocus()

    rig.view.setFocus()

    assert rig.view.hasFocus()
    assert not rig.view.currentIndex().isValid()


def test_tab_goes_from_the_buttons_to_the_log(rig):
    chain = [rig.view]
    while (widget := chain[-1].nextInFocusChain()) is not rig.view:
        chain.append(widget)
    buttons = [widget.text() for widget in chain if isinstance(widget, QToolButton)]

    assert "".join(buttons[-6:-3]) == "Only matches↑↓"  # behind them the strip, which is hidden


def test_window_grows_for_its_words(rig):
    rig.window.resize(360, 320)

    rig.present(headline="A failure that takes many words to explain. " * 4)

    assert rig.window.height() > 320
