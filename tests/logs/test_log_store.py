from __future__ import annotations

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_mark
from picoclaw_tray.logs.redaction import MASK, Redactor
from picoclaw_tray.logs.store import KnownRun, LogStore, Stretch
from tests.support.huge_lines import HUGE

TOKEN = "93ff969686cdbcb3dd075e8fcecdcbfa"


def running(max_lines: int = 3, max_bytes: int = 1000) -> LogStore:
    store = LogStore(max_lines, max_bytes)
    store.begin_run()
    return store


def since(store: LogStore, offset: int = 0, run_id: int | None = None) -> tuple[str, ...]:
    return tuple(map(store.line, store.numbers_since(offset, run_id)))


def test_store_keeps_offsets_as_in_contract_b6():
    store = running()

    store.extend([b"a", b"b"])
    assert (since(store, 0, 1), store.total, store.run_id) == (("a", "b"), 2, 1)
    assert since(store, 1, 1) == ("b",)
    assert since(store, 2, 1) == ()

    store.extend([b"c", b"d", b"e"])
    assert (since(store, 0, 1), store.total, store.run_id) == (("c", "d", "e"), 5, 1)
    assert since(store, 4, 1) == ("e",)
    assert since(store, 9, 1) == ()

    store.clear()
    assert (since(store, 0, 2), store.total, store.run_id) == ((), 0, 2)
    store.extend([b"x"])
    assert (since(store, 0, 2), store.total, store.run_id) == (("x",), 1, 2)


def test_store_is_empty_to_readers_before_the_first_run():
    store = LogStore(3, 1000)
    store.extend([b"early"])

    assert since(store, 0, 0) == ()


@pytest.mark.parametrize("run_id", [None, -1, 0, 7])
def test_store_counts_the_offset_as_zero_when_the_run_is_another(run_id):
    store = running()
    store.extend([b"a", b"b"])

    assert since(store, 2, run_id) == ("a", "b")


def test_store_keeps_the_lines_of_the_runs_before():
    store = running(max_lines=4)
    store.extend([b"a", b"b", b"c"])

    store.begin_run()
    store.extend([b"d", b"e"])

    assert (since(store), store.total, store.run_id) == (("d", "e"), 2, 2)
    assert (store.first, store.end, store.dropped) == (1, 5, 1)
    assert [(store.line(n), store.run(n)) for n in range(1, 5)] == [
        ("b", 1), ("c", 1), ("d", 2), ("e", 2),
    ]  # fmt: skip


def test_store_forgets_all_runs_when_it_is_cleared():
    store = running()
    store.extend([b"a", b"b", b"c", b"d"])

    store.clear()

    assert (store.run_id, store.total, store.first, store.end, store.dropped) == (2, 0, 4, 4, 0)
    assert (store.stretches(), store.cleared_at) == ((), 4)


def test_store_knows_where_each_line_was_read():
    store = running(max_lines=10)
    store.extend([b"a"])
    store.extend([b"panic: b", b"c"], Source.PANIC_FILE)
    store.extend([])
    store.begin_run()
    store.extend([b"d"])
    store.extend([b"e"])

    assert [store.source(n).name for n in range(5)] == [
        "OUTPUT", "PANIC_FILE", "PANIC_FILE", "OUTPUT", "OUTPUT",
    ]  # fmt: skip
    assert store.stretches() == (
        Stretch(0, Source.OUTPUT, 1),
        Stretch(1, Source.PANIC_FILE, 1),
        Stretch(3, Source.OUTPUT, 2),
    )
    assert store.stretches(2, 3) == (Stretch(1, Source.PANIC_FILE, 1),)
    for gone in (-1, 5):
        with pytest.raises(IndexError):
            store.source(gone)


def test_store_forgets_stretches_with_their_lines():
    store = running(max_lines=2)
    for source in (Source.OUTPUT, Source.PANIC_FILE, Source.LOG_FILE):
        store.extend([b"x"], source)

    assert store.stretches() == (
        Stretch(1, Source.PANIC_FILE, 1),
        Stretch(2, Source.LOG_FILE, 1),
    )


def test_notes_of_ours_are_no_lines_of_the_run():
    store = running(max_lines=5)
    store.mark(b"started")
    store.extend([b"a", b"b"])
    store.mark(b"ended")
    store.extend([b"c"], Source.PANIC_FILE)

    assert (since(store), store.total, store.run_id) == (("a", "b", "c"), 3, 1)
    assert since(store, 1, 1) == ("b", "c")
    assert since(store, 2, 1) == ("c",)
    assert since(store, 3, 1) == ()
    store.extend([b"d"])
    assert (since(store), store.total, store.run_id) == (("a", "b", "c", "d"), 4, 1)


def started(run: int | None, pid: int = 7) -> RunMark:
    return RunMark(MarkKind.STARTED, "2026-11-26T23:55:00+01:00", run=run, pid=pid)


def numbered_runs(max_lines: int = 20) -> LogStore:
    """Runs 11 and 12, one that nobody has numbered, and one without a note."""
    store = LogStore(max_lines, 10_000)
    for mark in (started(11), started(12), started(None), None):
        store.begin_run()
        store.mark("… [a note of another kind]".encode())
        store.extend([b"early"])
        if mark is not None:
            store.mark(dump_mark(mark))
            store.mark(dump_mark(replace(mark, kind=MarkKind.ENDED, run=99)))
        store.extend([b"late"])
    return store


def test_run_of_a_line_is_told_as_a_person_counts():
    store = numbered_runs()

    numbers = [store.run_number(n) for n in range(store.first, store.end)]

    assert numbers == [*[11] * 5, *[12] * 5, *[None] * 8]
    assert store.known_runs() == {
        1: KnownRun(started(11), 2),
        2: KnownRun(started(12), 7),
        3: KnownRun(started(None), 12),
    }
    with pytest.raises(IndexError):
        store.run_number(store.end)


def test_run_is_known_as_long_as_it_has_lines():
    store = numbered_runs(max_lines=9)
    assert (store.run_number(store.first), list(store.known_runs())) == (12, [2, 3])

    store.extend([b"more"])

    assert list(store.known_runs()) == [3]


def test_run_that_goes_on_is_still_known_when_the_lines_are_cleared():
    store = numbered_runs()
    store.begin_run()
    store.mark(dump_mark(started(13)))
    store.clear()
    store.clear()

    store.extend([b"more"])

    assert store.run_number(store.first) == 13
    assert list(store.known_runs()) == [store.run_id]
    store.begin_run()
    store.clear()
    assert store.known_runs() == {}


def test_raw_lines_are_those_that_are_held():
    store = running()
    store.extend([b"a", b"b", b"c", b"d"])

    store.extend([])
    assert store.raw_lines(0, 3) == [b"b", b"c"]
    assert store.raw_lines(3, 9) == [b"d"]


def test_tail_is_what_the_current_run_has_printed():
    store = running(max_lines=10)
    store.extend([b"old"])
    store.begin_run()
    store.mark(b"started")
    store.extend([b"a"])
    store.extend([b"panic: b"], Source.PANIC_FILE)

    assert store.tail(10, 100).render() == ("a",)


def test_store_drops_the_oldest_lines_over_the_bytes():
    store = running(max_lines=100, max_bytes=10)

    store.extend([b"12345", b"6789", b"ab"])

    assert since(store) == ("6789", "ab")
    assert store.dropped == 1


def test_store_gives_single_lines_by_offset():
    store = running()
    store.extend([b"a", b"b", b"c", b"d"])

    assert [store.line(offset) for offset in range(store.first, store.total)] == ["b", "c", "d"]
    for gone in (0, 4, -1):
        with pytest.raises(IndexError):
            store.line(gone)


def test_store_masks_and_decodes_on_every_way_out():
    store = running()
    store.redactor = Redactor().knowing(TOKEN)
    store.extend([f"key \x1b[1m{TOKEN}".encode(), b"api_key=abc"])

    assert since(store) == (f"key {MASK}", f"api_key={MASK}")
    assert store.line(0) == f"key {MASK}"


@pytest.mark.parametrize("line", HUGE.values(), ids=HUGE)
def test_beginning_of_a_huge_line_takes_no_time(line):
    store = running(max_bytes=2 * len(line))
    store.extend([line])
    begin = time.perf_counter()

    shown, more = store.beginning(0, 4000)

    assert time.perf_counter() - begin < 0.5  # hours, where a rule is quadratic
    assert 0 < len(shown) <= 4000
    assert more > len(line) - 50_000


def test_tail_tells_what_masks_it():
    store = LogStore(3, 1000, Redactor().knowing(TOKEN))

    assert store.tail(3, 100).redactor.mask(f"x {TOKEN}") == f"x {MASK}"


def test_tail_keeps_the_beginning_of_the_last_lines_and_no_half_secret():
    store = running(max_lines=10, max_bytes=100_000)
    store.extend([b"first", b"x" * 90 + b" token=" + TOKEN.encode(), b"y" * 50_000, b"last"])

    tail = store.tail(3, 100)
    store.clear()

    assert tail.render() == ("x" * 90 + f" token={MASK}", "y" * 100, "last")
    assert TOKEN not in repr(tail)


def test_store_masks_what_came_before_the_secret_was_known():
    store = running()
    store.extend([TOKEN.encode()])

    store.redactor = store.redactor.knowing(TOKEN)

    assert store.line(0) == MASK


@given(
    st.integers(1, 5),
    st.integers(0, 12),
    st.lists(st.none() | st.lists(st.text("abc", max_size=4), max_size=8)),
    st.integers(-2, 40),
)
def test_store_behaves_as_a_plain_list_would(max_lines, max_bytes, acts, offset):
    store = LogStore(max_lines, max_bytes)
    store.begin_run()
    everything: list[str] = []
    runs = 1
    for act in acts:
        if act is None:
            store.clear()
            everything, runs = [], runs + 1
        else:
            store.extend([line.encode() for line in act])
            everything += act

    held = everything[-max_lines:]
    while sum(map(len, held)) > max_bytes:
        held = held[1:]
    first = len(everything) - len(held)
    assert store.dropped == first
    assert (since(store), store.total, store.run_id) == (tuple(held), len(everything), runs)
    assert since(store, offset, runs) == tuple(held[max(0, offset - first) :])
    assert tuple(store.line(n) for n in range(store.first, store.end)) == tuple(held)


def test_beginning_is_the_whole_of_a_short_line():
    store = LogStore(max_lines=5, max_bytes=100_000)
    store.begin_run()
    store.extend([b"short", "käse".encode()])

    assert store.beginning(0, 10) == ("short", 0)
    assert store.beginning(1, 4) == ("käse", 0)


def test_beginning_says_how_much_is_missing():
    store = LogStore(max_lines=5, max_bytes=10_000_000)
    store.begin_run()
    store.extend([b"x" * 30, b"y" * 1_000_000])

    assert store.beginning(0, 10) == ("x" * 10, 20)
    assert store.beginning(1, 10) == ("y" * 10, 999_990)


@pytest.mark.parametrize("start", range(3970, 4010, 7))
def test_beginning_shows_no_half_secret_at_its_edge(start):
    store = LogStore(max_lines=5, max_bytes=10_000_000)
    store.begin_run()
    secret = "sk-ant-" + "a1B2" * 10
    store.extend([(("." * (start - 1)) + " " + secret + " " + "z" * 100_000).encode()])

    shown, _ = store.beginning(0, 4000)

    assert "a1B2" not in shown


def test_beginning_of_a_dropped_line_is_an_error():
    store = LogStore(max_lines=1, max_bytes=100)
    store.begin_run()
    store.extend([b"a", b"b"])

    with pytest.raises(IndexError):
        store.beginning(0, 5)


def test_pieces_of_a_line_are_the_line():
    store = running()
    store.extend([b"short"])

    assert "".join(store.pieces(0)) == "short"


def test_few_dropped_lines_wait_for_more_before_they_are_given_back():
    store = running(max_lines=100, max_bytes=100_000)
    for number in range(103):
        store.extend([b"%d" % number])

    assert (store.first, store.line(3), store.raw_lines(0, 5)) == (3, "3", [b"3", b"4"])
    store.extend([b"%d" % number for number in range(103, 140)])
    assert (store.first, store.line(40), store.line(139)) == (40, "40", "139")


def test_snapshot_keeps_what_the_store_drops_or_forgets():
    store = LogStore(4, 10_000)
    store.begin_run()
    store.extend([b"gone", b"one", b"two"])
    store.mark(dump_mark(started(12)))
    store.extend([b"three"])
    held = store.snapshot()
    store.begin_run()
    store.extend([b"four"] * 3, Source.PANIC_FILE)
    store.mark(b"another")
    store.clear()

    numbers = range(held.first, held.end)
    assert [held.line(n)[:5] for n in numbers] == ["one", "two", '{"lev', "three"]
    assert [held.run_number(n) for n in numbers] == [12] * 4
    assert [held.source(n) for n in numbers] == [
        *[Source.OUTPUT] * 2,
        Source.TRAY,
        Source.OUTPUT,
    ]
    assert (held.total, held.run_id) == (4, 1)


def test_snapshot_hides_a_key_whose_beginning_the_store_drops():
    store = LogStore(6, 10_000)
    store.begin_run()
    store.extend([b"-----BEGIN PRIVATE KEY-----", *[b"c2hvcnQx"] * 5])
    held = store.snapshot()
    store.extend([b"c2hvcnQz"])
    store.line(2)

    assert held.line(3) == MASK
