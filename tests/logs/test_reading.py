from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs import reading
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.reading import MAX_BYTES, MAX_CHARS, Reading
from picoclaw_tray.logs.store import LogStore

ALL_AT_ONCE = 1 << 30


def store_of(*lines, capacity=3):
    store = LogStore(capacity, 1 << 30)
    store.begin_run()
    store.extend([line.encode() for line in lines])
    return store


def read(store, *asked, slice_bytes=ALL_AT_ONCE):
    read_now = Reading(store, store.numbers_since(*asked))
    while read_now.advance(slice_bytes):
        pass
    return read_now


def test_vectors_of_the_contract_hold():
    store = store_of("a", "b")

    def said(offset, run_id=1):
        answer = read(store, offset, run_id)
        return answer.lines, answer.total, answer.run_id

    assert said(0) == (("a", "b"), 2, 1)
    assert said(1) == (("b",), 2, 1)
    assert said(2) == ((), 2, 1)
    store.extend([b"c", b"d", b"e"])
    assert said(0) == (("c", "d", "e"), 5, 1)
    assert said(4) == (("e",), 5, 1)
    assert said(9) == ((), 5, 1)
    assert said(4, run_id=-1) == (("c", "d", "e"), 5, 1)
    store.clear()
    assert said(0) == ((), 0, 2)
    store.extend([b"x"])
    assert said(0, run_id=2) == (("x",), 1, 2)
    assert said(1, run_id=1) == (("x",), 1, 2)


def test_nothing_is_there_before_the_first_run():
    store = LogStore(3, 100)
    store.extend([b"a"])

    answer = read(store)

    assert (answer.lines, answer.total, answer.run_id) == ((), 0, 0)


def test_newest_lines_are_what_is_wanted(monkeypatch):
    monkeypatch.setattr(reading, "MAX_LINES", 2)

    assert read(store_of("a", "b", "c")).lines == ("b", "c")


def test_lines_of_all_runs_may_be_asked_for():
    store = store_of("a", capacity=9)
    store.begin_run()
    store.mark(b"{}")
    store.extend([b"b"])
    every = Reading(store, range(store.first, store.end))

    assert not every.advance(ALL_AT_ONCE)
    assert every.lines == ("a", "{}", "b")
    assert (every.total, every.run_id) == (1, 2)


def test_notes_of_ours_are_left_out_and_sources_are_told():
    store = store_of("a", capacity=9)
    store.mark(b"{}")
    store.extend([b"b", b"c"], Source.PANIC_FILE)

    answer = read(store)

    assert answer.lines == ("a", "b", "c")
    assert answer.sources == ((0, Source.OUTPUT), (1, Source.PANIC_FILE))


def test_secret_is_masked():
    (line,) = read(store_of("key=sk-ant-api03-ABCDEFGHIJKLMNOP1234")).lines

    assert "ABCDEFGH" not in line


def test_slices_give_the_same_as_one_go():
    store = store_of(*map(str, range(50)), capacity=50)
    first = Reading(store, store.numbers_since())

    assert first.advance(10)
    assert 0 < len(first.lines) < 50
    assert read(store, slice_bytes=1).lines == read(store).lines


def test_what_is_dropped_meanwhile_is_left_out():
    store = store_of("a", "b", "c")
    answer = Reading(store, store.numbers_since())
    store.extend([b"d", b"e"])

    assert not answer.advance(ALL_AT_ONCE)
    assert answer.lines == ("c",)


def test_long_line_is_cut_and_says_so():
    (line,) = read(store_of("x" * (MAX_CHARS + 7))).lines

    assert line == "x" * MAX_CHARS + "… [7 bytes more]"


def test_answer_is_bounded_before_and_after_it_is_written_as_json(monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 1000)
    plain = read(store_of(*["x" * 300] * 20, capacity=20)).lines
    wide = read(store_of(*["é" * 100] * 20, capacity=20)).lines

    assert plain == ("x" * 300,) * 3
    assert 0 < len(json.dumps(wide)) <= 1000


@given(st.lists(st.text(max_size=200), max_size=60))
def test_no_answer_is_larger_than_its_limit(lines):
    assert len(json.dumps(read(store_of(*lines, capacity=60)).lines)) <= MAX_BYTES + 2
