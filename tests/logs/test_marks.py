from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs.entry import Level, Source, parse_entry
from picoclaw_tray.logs.marks import (
    COMPONENT,
    MarkKind,
    RunMark,
    dump_mark,
    dump_note,
    parse_mark,
    parse_note,
    without_notes,
)

TIME = "2026-04-24T16:50:19+08:00"

MARKS = [
    RunMark(MarkKind.STARTED, TIME, run=3, pid=4711),
    RunMark(MarkKind.RESTARTED, TIME, run=4, pid=4712),
    RunMark(MarkKind.FOUND, TIME, pid=4713),
    RunMark(MarkKind.ENDED, TIME, run=3, pid=4711, exit_code=-9),
    RunMark(MarkKind.SOURCE, TIME, source=Source.PANIC_FILE),
]


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.kind.name)
def test_mark_comes_back_from_its_line(mark):
    line = dump_mark(mark)

    assert parse_mark(line) == mark
    assert parse_mark(line.decode()) == mark
    assert b"\n" not in line


@pytest.mark.parametrize("mark", MARKS, ids=lambda mark: mark.kind.name)
def test_note_comes_back_from_its_line(mark):
    line = dump_note(mark)

    assert line.endswith(b"\n")
    assert parse_note(line.rstrip(b"\n")) == mark
    assert parse_note(dump_mark(mark)) is None


NOTE = dump_note(MARKS[3]).rstrip(b"\n")


@given(st.lists(st.binary().map(lambda line: line.replace(b"\n", b"")) | st.just(NOTE)))
def test_no_line_of_a_gateway_is_a_note(lines):
    block = b"".join(line + b"\n" for line in lines)

    kept = without_notes(block).split(b"\n")[:-1]

    assert [parse_note(line) for line in kept] == [None] * len(lines)
    assert [line.removeprefix(b" ") if b"\x1e" in line else line for line in kept] == [
        line.removeprefix(b" ") if b"\x1e" in line else line for line in lines
    ]


def test_mark_is_an_entry_as_of_the_log():
    entry = parse_entry(dump_mark(MARKS[0]).decode(), Source.TRAY)

    assert (entry.time, entry.level, entry.component) == (TIME, Level.INFO, COMPONENT)
    assert entry.message == "gateway started"
    assert entry.fields == (("run", "3"), ("pid", "4711"))
    assert entry.source is Source.TRAY


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[" * 100_000,
        "12:00:00 INF x y.go:1 > gateway started",
        "[1]",
        '{"component":"picoclaw-tray"}',
        ' {"component":"picoclaw-tray","message":"gateway ended","time":"t"}',
        "{broken",
        '{"component":"picoclaw-tray","message":"gateway started","time":7}',
        '{"component":"picoclaw-tray","message":"something else","time":"now"}',
        '{"component":"gateway","message":"gateway started","time":"now"}',
    ],
    ids=lambda line: line[:40] or "empty",
)
def test_other_lines_are_no_marks(line):
    assert parse_mark(line) is None


def test_what_is_no_number_is_left_out():
    line = '{"component":"picoclaw-tray","message":"gateway ended","time":"t","run":"3","pid":true}'

    assert parse_mark(line) == RunMark(MarkKind.ENDED, "t")
