from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs.backlog import (
    LONG_LINE,
    SLICE_BYTES,
    Backlog,
    Batch,
    Begin,
    End,
    Item,
    Lost,
)
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark

BEGIN = Begin(RunMark(MarkKind.STARTED, "2026-11-26T23:55:00+01:00", run=12, pid=4711))
END = End()


def taken_out(backlog: Backlog) -> list[Item]:
    items = []
    while backlog:
        items.append(backlog.pop())
    return items


def lines_of(items: list[Item]) -> list[bytes]:
    return [line for item in items if isinstance(item, Batch) for line in item.lines]


def test_everything_comes_out_in_its_order():
    backlog = Backlog(1000)
    backlog.append(BEGIN)
    backlog.extend([b"one", b"two"], Source.OUTPUT)
    backlog.extend([], Source.OUTPUT)
    backlog.extend([b"panic: three"], Source.PANIC_FILE)
    backlog.append(END)
    assert backlog.size == 8 + 13

    assert taken_out(backlog) == [
        BEGIN,
        Batch([b"one", b"two"], Source.OUTPUT, 8),
        Batch([b"panic: three"], Source.PANIC_FILE, 13),
        END,
    ]
    assert backlog.size == 0


def test_there_is_nothing_to_take_out_of_an_empty_one():
    with pytest.raises(IndexError):
        Backlog(1000).pop()


def test_oldest_lines_are_dropped_and_counted_where_they_were():
    backlog = Backlog(100)
    backlog.append(BEGIN)
    for number in range(12):
        backlog.extend([b"%09d" % number] * 2, Source.OUTPUT)
    backlog.append(END)

    begin, lost, *batches, end = taken_out(backlog)

    assert (begin, lost, end) == (BEGIN, Lost(14), END)
    assert lines_of(batches) == [b"%09d" % number for number in range(7, 12) for _ in range(2)]


def test_losses_are_those_of_their_run():
    backlog = Backlog(1000)
    backlog.extend([b"one"], Source.OUTPUT)
    backlog.append(END)
    backlog.append(BEGIN)
    backlog.extend([b"two", b"three"], Source.OUTPUT)
    backlog.drop_lines()

    assert taken_out(backlog) == [Lost(1), END, BEGIN, Lost(2)]


def test_newest_lines_stay_however_large_they_are():
    backlog = Backlog(10)
    backlog.extend([b"one"], Source.OUTPUT)
    backlog.extend([b"x" * 100], Source.OUTPUT)

    assert taken_out(backlog) == [Lost(1), Batch([b"x" * 100], Source.OUTPUT, 101)]


def test_cleared_backlog_is_empty():
    backlog = Backlog(10)
    backlog.append(BEGIN)
    backlog.extend([b"one"], Source.OUTPUT)
    backlog.clear()

    assert not backlog
    assert backlog.size == 0


def test_long_line_comes_out_alone():
    long = b"x" * (LONG_LINE + 1)
    backlog = Backlog(10**9)
    backlog.extend([b"one", b"two", long, b"three"], Source.OUTPUT)

    assert [item.lines for item in taken_out(backlog) if isinstance(item, Batch)] == [
        [b"one", b"two"],
        [long],
        [b"three"],
    ]


@given(st.lists(st.lists(st.integers(0, 2 * SLICE_BYTES), max_size=20), max_size=20))
def test_every_line_is_kept_or_counted(batches):
    backlog = Backlog(8 * SLICE_BYTES)
    for sizes in batches:
        backlog.extend([b"x" * size for size in sizes], Source.OUTPUT)
    items = taken_out(backlog)

    sizes = [size for batch in batches for size in batch]
    kept = [len(line) for line in lines_of(items)]
    lost = sum(item.count for item in items if isinstance(item, Lost))
    assert kept == sizes[lost:]
    assert len(kept) + lost == len(sizes)
    slices = [item for item in items if isinstance(item, Batch)]
    assert all(
        item.size <= SLICE_BYTES + 2 * SLICE_BYTES + 1 or len(item.lines) == 1 for item in slices
    )
