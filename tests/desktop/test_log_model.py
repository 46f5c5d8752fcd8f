from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester

from picoclaw_tray.desktop.log_model import Column, LogModel
from picoclaw_tray.desktop.log_rows import MAX_SHOWN
from picoclaw_tray.logs.redaction import MASK
from picoclaw_tray.logs.store import LogStore

pytestmark = pytest.mark.usefixtures("qapp")

SECRET = "sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4"


def numbered(start: int, end: int) -> list[bytes]:
    return [b"line %d" % number for number in range(start, end)]


@pytest.fixture
def store() -> LogStore:
    store = LogStore(max_lines=10, max_bytes=10_000_000)
    store.begin_run()
    return store


@pytest.fixture
def model(store):
    """Awake, and watched by Qt's own tester for wrong indexes and missing signals."""
    model = LogModel(store)
    model.wake()
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Warning, model
    )
    yield model
    model.sleep()
    tester.deleteLater()
    gc.collect()


def texts(model: LogModel) -> list[str]:
    return [model.row(row).line for row in range(model.rowCount())]


def changes(model: LogModel) -> list[tuple[str, int, int]]:
    """What the model tells its views from now on."""
    seen: list[tuple[str, int, int]] = []
    model.rowsInserted.connect(lambda _parent, first, last: seen.append(("in", first, last)))
    model.rowsRemoved.connect(lambda _parent, first, last: seen.append(("out", first, last)))
    model.modelReset.connect(lambda: seen.append(("reset", 0, 0)))
    return seen


def test_model_shows_the_lines_of_the_store(model, store):
    store.extend(numbered(0, 3))

    model.catch_up()

    assert texts(model) == ["line 0", "line 1", "line 2"]


def test_model_is_a_table_without_children(model, store):
    store.extend(numbered(0, 1))
    model.catch_up()

    assert model.columnCount() == len(Column)
    assert model.rowCount(model.index(0, 0)) == 0
    assert model.columnCount(model.index(0, 0)) == 0


def test_model_answers_nothing_but_text(model, store):
    store.extend(numbered(0, 1))
    model.catch_up()

    assert model.data(model.index(0, 0), Qt.ItemDataRole.DecorationRole) is None


def test_model_looks_once_for_many_announcements(model, store, qtbot):
    seen = changes(model)

    with qtbot.waitSignal(model.caught_up):
        for number in range(5):
            store.extend(numbered(number, number + 1))
            model.on_lines_appended()

    assert seen == [("in", 0, 4)]


def test_model_waits_no_longer_than_its_pause_while_lines_keep_coming(model, store, qtbot):
    model.on_lines_appended()
    remaining = model._pause.remainingTime()
    model.on_lines_appended()

    assert model._pause.remainingTime() <= remaining


def test_model_runs_no_timer_when_nothing_arrives(model, store, qtbot):
    with qtbot.waitSignal(model.caught_up):
        model.on_lines_appended()

    assert not model._pause.isActive()


def test_model_removes_dropped_lines_in_one_block_and_adds_new_ones_in_another(model, store):
    store.extend(numbered(0, 10))
    model.catch_up()
    seen = changes(model)

    store.extend(numbered(10, 13))
    store.extend(numbered(13, 14))
    model.catch_up()

    assert seen == [("out", 0, 3), ("in", 6, 9)]
    assert texts(model) == [f"line {number}" for number in range(4, 14)]


def test_model_skips_lines_that_came_and_went_between_two_looks(model, store):
    store.extend(numbered(0, 4))
    model.catch_up()
    seen = changes(model)

    store.extend(numbered(4, 100))
    model.catch_up()

    assert seen == [("out", 0, 3), ("in", 0, 9)]
    assert texts(model) == [f"line {number}" for number in range(90, 100)]
    assert [model.line_at(row) for row in (0, 9)] == [90, 99]


def test_model_keeps_the_rows_of_the_run_before(model, store):
    store.extend([b"one"])
    model.catch_up()
    seen = changes(model)

    store.begin_run()
    store.extend([b"another"])
    model.catch_up()

    assert seen == [("in", 1, 1)]
    assert texts(model) == ["one", "another"]


def test_model_starts_afresh_when_the_store_was_cleared(model, store):
    store.extend(numbered(0, 5))
    model.catch_up()
    seen = changes(model)

    store.clear()
    store.extend([b"another"])
    model.catch_up()

    assert seen == [("reset", 0, 0), ("in", 0, 0)]
    assert texts(model) == ["another"]
    assert model.line_at(0) == 5


def test_rows_whose_lines_are_gone_never_show_other_lines(model, store):
    store.extend(numbered(0, 10))
    model.catch_up()

    store.extend(numbered(10, 12))

    assert all(text in {"", f"line {row}"} for row, text in enumerate(texts(model)))
    assert texts(model)[2:] == [f"line {number}" for number in range(2, 10)]


def test_rows_of_the_last_run_show_nothing_of_the_next(model, store):
    store.extend(numbered(0, 2))
    model.catch_up()

    store.begin_run()
    store.extend([b"other", b"run"])

    assert set(texts(model)) <= {"", "line 0", "line 1"}


def test_model_does_nothing_while_it_sleeps(model, store, qtbot):
    model.on_lines_appended()
    model.sleep()
    store.extend(numbered(0, 3))

    with qtbot.assertNotEmitted(model.caught_up, wait=100):
        model.on_lines_appended()
        model.catch_up()

    assert model.rowCount() == 0
    assert not model._pause.isActive()


def test_model_catches_up_at_once_when_it_wakes(model, store):
    model.sleep()
    store.extend(numbered(0, 25))

    model.wake()

    assert texts(model) == [f"line {number}" for number in range(15, 25)]


def test_model_masks_what_it_shows(model, store):
    store.extend([f"api_key={SECRET}".encode()])
    model.catch_up()

    assert texts(model) == [f"api_key={MASK}"]


def test_model_masks_what_it_showed_before_the_secret_was_known(model, store):
    store.extend([b"hello swordfish"])
    model.catch_up()
    assert texts(model) == ["hello swordfish"]

    model.mask_anew(store.redactor.knowing("swordfish"))

    assert texts(model) == [f"hello {MASK}"]


def test_model_without_rows_has_nothing_to_mask_anew(qtbot, model, store):
    with qtbot.assertNotEmitted(model.dataChanged):
        model.mask_anew(store.redactor.knowing("swordfish"))

    store.extend([b"hello swordfish"])
    model.catch_up()
    assert texts(model) == [f"hello {MASK}"]


def test_model_cuts_a_very_long_line_for_the_screen(model, store):
    store.extend([b"x" * (MAX_SHOWN + 5)])
    model.catch_up()

    assert texts(model) == ["x" * MAX_SHOWN + " … [and 5 bytes more]"]


def test_model_never_cuts_a_secret_in_two(model, store):
    store.extend([b"x" * (MAX_SHOWN - 10) + f" token={SECRET}".encode()])
    model.catch_up()

    assert SECRET[:4] not in texts(model)[0]


def test_model_expands_tabs(model, store):
    store.extend([b"a\tb"])
    model.catch_up()

    assert texts(model) == ["a       b"]


def test_model_forgets_what_it_rendered_before_memory_grows():
    store = LogStore(max_lines=5_000, max_bytes=10_000_000)
    store.begin_run()
    model = LogModel(store)
    model.wake()
    store.extend(numbered(0, 5_000))
    model.catch_up()

    assert texts(model) == [f"line {number}" for number in range(5_000)]
    assert len(model._rows) < 1_000


def test_model_is_empty_before_the_first_run():
    model = LogModel(LogStore(10, 1000))

    model.wake()

    assert model.rowCount(QModelIndex()) == 0
