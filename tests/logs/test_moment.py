from __future__ import annotations

from datetime import UTC, datetime

import pytest

from picoclaw_tray.logs.moment import first_since, lines_after

START = datetime(2026, 4, 24, 8, 50, 19, tzinfo=UTC).timestamp()


def line(time: str) -> str:
    return f'{{"level":"warn","component":"gateway","time":"{time}","caller":"g.go:1"}}'


@pytest.mark.parametrize(
    ("time", "is_after"),
    [
        ("2026-04-24T16:50:21+08:00", True),
        ("2026-04-24T08:50:21Z", True),
        ("2027-01-01T00:00:00+00:00", True),
        ("2026-04-24T16:50:20+08:00", False),
        ("2026-04-24T16:50:19+08:00", False),
        ("2026-04-24T16:50:18+08:00", False),
        ("2026-04-24T16:50:21+14:00", False),
        ("2026-04-24T16:50:21", False),
        ("2026-13-45T16:50:21+08:00", False),
        ("0001-01-01T00:00:00+14:00", False),
        ("", False),
    ],
)
def test_line_is_of_the_run_when_its_time_proves_it(time, is_after):
    assert lines_after([line(time)], START) == ((line(time),) if is_after else ())


@pytest.mark.parametrize("odd", ["", "panic: x", "{", "{}", "[1]", '{"time": 7}', 'ed":"warn"}'])
def test_line_without_a_time_is_of_no_run(odd):
    assert lines_after([odd], 0.0) == ()


def test_time_is_the_last_one_of_a_line_that_has_two():
    later = '{"level":"warn","time":"2000-01-01T00:00:00Z","time":"2026-04-24T09:00:00Z"}'

    assert lines_after([later], START) == (later,)


def test_lines_keep_their_order():
    lines = [
        line("2026-04-24T09:00:00Z"),
        line("2020-01-01T00:00:00Z"),
        line("2026-04-24T08:55:00Z"),
    ]

    assert lines_after(lines, START) == (lines[0], lines[2])


@pytest.mark.parametrize(
    ("times", "first"),
    [
        ([], None),
        (["", "2026-04-24T08:50:18Z"], None),
        (["2026-04-24T08:50:19Z"], 0),
        (["2026-04-24T08:50:18Z", "", "2026-04-24T08:50:30Z"], 2),
        (["2026-04-24T08:50:18Z", "2026-04-24T16:50:19+08:00", "2020-01-01T00:00:00Z"], 1),
    ],
)
def test_first_line_that_may_be_of_the_run_is_found(times, first):
    assert first_since([line(time).encode() for time in times], START) == first
