from __future__ import annotations

import os
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picoclaw_tray.logs.splitter import CUT_MARK, MAX_LINE_BYTES
from picoclaw_tray.system import log_follower as module
from picoclaw_tray.system.log_follower import (
    BEFORE_MARK,
    MAX_BEHIND,
    NEAR_END_BYTES,
    SKIP_MARK,
    LogFollower,
    Turn,
)
from tests.support.huge_lines import HUGE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BEGIN = 1.8e9
GIB = 1024**3

needs_rename = pytest.mark.skipif(
    sys.platform == "win32", reason="other operating system: an open file keeps its name there"
)


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "gateway.log"


@pytest.fixture
def follow(log: Path) -> Iterator[Callable[..., LogFollower]]:
    followers: list[LogFollower] = []

    def begin(**options: object) -> LogFollower:
        followers.append(LogFollower(log, **options))  # type: ignore[arg-type]
        return followers[-1]

    yield begin
    for follower in followers:
        follower.close()


def append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def entry(at: float, message: str) -> bytes:
    clock = datetime.fromtimestamp(at, UTC).isoformat(timespec="seconds")
    return (
        f'{{"level":"warn","component":"x","time":"{clock}","caller":"x","message":"{message}"}}\n'
    ).encode()


def read_all(follower: LogFollower, limit: int = module.TURN_BYTES) -> list[bytes]:
    lines: list[bytes] = []
    while True:
        turn = follower.read_more(limit)
        lines += turn.lines
        if not turn.more:
            return lines


# -- where it begins -------------------------------------------------------------------------------


def test_file_that_comes_late_is_read_from_its_beginning(log, follow):
    follower = follow(since=BEGIN)
    assert follower.read_more() == Turn()

    append(log, b"one\ntwo\n")

    assert read_all(follower) == [b"one", b"two"]


def test_start_passes_over_what_was_there(log, follow):
    append(log, b"old\n")
    follower = follow(start=4)
    append(log, b"new\n")

    assert read_all(follower) == [b"new"]


def test_start_beyond_the_end_is_that_of_a_file_that_was_cut(log, follow):
    append(log, b"new\n")

    assert read_all(follow(start=100)) == [b"new"]


def test_lines_of_runs_before_are_passed_over(log, follow):
    append(log, entry(BEGIN - 60, "old") + b"panic: old\n")
    append(log, entry(BEGIN, "first") + b"no time\n" + entry(BEGIN - 9, "clock was set back"))
    follower = follow(since=BEGIN)

    lines = read_all(follower)

    assert [line[-20:] for line in lines] == [
        b'"x","message":"first"}'[-20:],
        b"no time",
        b'lock was set back"}'.rjust(20, b"c"),
    ]


def test_what_is_appended_is_of_this_run_whatever_its_time_says(log, follow):
    append(log, entry(BEGIN - 60, "old"))
    follower = follow(since=BEGIN)
    assert read_all(follower) == []

    append(log, entry(BEGIN - 60, "new"))

    assert read_all(follower) == [entry(BEGIN - 60, "new").rstrip()]


def test_line_that_was_half_there_is_of_this_run_whatever_its_time_says(log, follow):
    append(log, entry(BEGIN - 60, "old") + b"{half")
    follower = follow(since=BEGIN)
    follower.read_more(1)  # knows the size by now

    append(log, b" of it\nwhole\n")

    assert read_all(follower) == [b"{half of it", b"whole"]


def test_beginning_near_the_end_gives_whole_lines_only(log, follow):
    line = entry(BEGIN, "x" * 1000)
    append(log, line * (2 * NEAR_END_BYTES // len(line)))

    lines = read_all(follow(since=float("-inf")))

    assert set(lines) == {line.rstrip()}
    assert len(lines) == NEAR_END_BYTES // len(line)


@pytest.mark.parametrize("count", [10, 2000, 20_000])
def test_every_line_since_a_moment_is_given(log, follow, count):
    old = b"".join(entry(BEGIN - 60 - n, "x" * 100) for n in range(10_000, 0, -1))
    new = [entry(BEGIN + n, f"line {n}") for n in range(count)]
    append(log, old + b"".join(new))

    assert read_all(follow(since=BEGIN)) == [line.rstrip() for line in new]


@given(
    sizes=st.lists(st.integers(0, 300_000) | st.just(20), max_size=12),
    old=st.lists(st.integers(0, 300_000) | st.just(20), max_size=12),
    few=st.booleans(),
)
@settings(max_examples=60)
def test_every_line_since_a_moment_is_given_however_long_lines_are(
    tmp_path_factory, sizes, old, few
):
    log = tmp_path_factory.mktemp("log") / "gateway.log"
    copies = 1 if few else 300  # of an ordinary line, between the others
    filler = entry(BEGIN - 50, "x" * 900) * copies
    append(log, b"".join(entry(BEGIN - 60, "x" * size) + filler for size in old))
    new = [entry(BEGIN + n, "x" * size) for n, size in enumerate(sizes)]
    append(log, b"".join(new))
    follower = LogFollower(log, since=BEGIN)
    told = read_all(follower)
    follower.close()

    assert told == [line.rstrip() for line in new]


def test_of_a_run_that_is_very_long_the_end_is_given_and_it_is_said(log, follow):
    line = entry(BEGIN, "x" * 1000)
    append(log, entry(BEGIN - 9, "old") + line * 1000)
    follower = follow(since=BEGIN)
    follower.max_behind = 500 * len(line)

    said, *lines = read_all(follower)

    assert said.decode() == BEFORE_MARK.format(count=log.stat().st_size - 500 * len(line) + 1)
    assert lines == [line.rstrip()] * 499


def test_line_that_begins_at_the_very_place_is_whole(log, follow):
    line = entry(BEGIN, "x" * 1000)
    line = line.replace(b"xxx", b"xxx" + b"y" * (1024 * 2 - len(line)), 1)
    append(log, line * (2 * NEAR_END_BYTES // len(line)))

    assert len(read_all(follow(since=float("-inf")))) == NEAR_END_BYTES // len(line)


def test_cost_does_not_depend_on_the_size(log, follow):
    with log.open("wb") as file:
        file.truncate(8 * GIB)
    line = entry(BEGIN, "here")
    append(log, b"\n" + line)
    follower = follow(since=BEGIN)
    begin = time.perf_counter()

    lines = read_all(follower)

    assert lines == [line.rstrip()]
    assert time.perf_counter() - begin < 1


def test_whoever_is_far_behind_goes_on_near_the_end(log, follow):
    follower = follow(start=0)
    append(log, b"first\n")
    assert read_all(follower) == [b"first"]
    line = entry(BEGIN, "x" * 1000)
    append(log, line * (2 * MAX_BEHIND // len(line)))
    behind = log.stat().st_size - len(b"first\n")

    lines = read_all(follower)

    assert lines[0].decode() == SKIP_MARK.format(count=behind - NEAR_END_BYTES)
    assert set(lines[1:]) == {line.rstrip()}
    assert len(lines) == 1 + NEAR_END_BYTES // len(line)


# -- what it reads ---------------------------------------------------------------------------------


def test_turn_is_bounded(log, follow):
    append(log, b"12345678\n" * 10)
    follower = follow(start=0)

    assert follower.read_more(20) == Turn((b"12345678",) * 2, more=True)


def test_line_waits_until_it_is_complete(log, follow):
    follower = follow(start=0)
    append(log, b"one\ntw")
    assert read_all(follower) == [b"one"]

    append(log, b"o\n")

    assert read_all(follower) == [b"two"]


def test_last_line_without_an_end_comes_at_the_end(log, follow):
    append(log, b"one\ntw")
    follower = follow(start=0)
    assert read_all(follower) == [b"one"]

    assert follower.close() == (b"tw",)


def test_half_line_at_the_beginning_is_no_last_line(log, follow):
    append(log, b"x" * (2 * NEAR_END_BYTES))
    follower = follow(since=float("-inf"))
    assert read_all(follower) == []

    assert follower.close() == ()


def test_bytes_that_are_no_text_come_as_they_are(log, follow):
    append(log, b"\xff\0\x1b\rx\r\n\n")

    assert read_all(follow(start=0)) == [b"\xff\0\x1b\rx", b""]


@pytest.mark.parametrize("line", HUGE.values(), ids=HUGE)
def test_huge_line_is_whole(log, follow, line):
    append(log, line + b"\nnext\n")

    assert read_all(follow(start=0)) == [line, b"next"]


def test_endless_line_is_cut(log, follow):
    append(log, b"x" * (MAX_LINE_BYTES + 9) + b"\n")
    follower = follow(start=0)

    (line,) = read_all(follower)

    assert line[MAX_LINE_BYTES:].decode() == CUT_MARK.format(count=9)


def test_news_are_told_by_the_size_alone(log, follow):
    follower = follow(start=4)
    assert not follower.has_news()  # there is no file

    append(log, b"old\n")
    assert not follower.has_news()
    append(log, b"new\n")
    assert follower.has_news()
    log.write_bytes(b"")
    assert follower.has_news()  # it was cut: whatever comes is new
    assert follower._file is None

    follower.read_more()
    assert follower.has_news()


def test_nothing_is_written(log, follow):
    append(log, b"one\n")
    before = log.stat()

    assert read_all(follow(start=0)) == [b"one"]

    assert (log.stat().st_mtime_ns, log.stat().st_size) == (before.st_mtime_ns, before.st_size)


def test_folder_in_its_place_gives_nothing(log, follow):
    log.mkdir()
    follower = follow()
    assert follower.read_more() == Turn()
    log.rmdir()
    append(log, b"one\n")

    assert read_all(follower) == [b"one"]


@pytest.mark.linux
def test_pipe_in_its_place_gives_nothing_and_does_not_hold_up(log, follow):
    os.mkfifo(log)

    assert follow().read_more() == Turn()


# -- cut, moved, deleted ---------------------------------------------------------------------------


@pytest.mark.parametrize("new", [b"a\n", b"one longer\nthan before\n", b"two\n"])
def test_file_that_was_cut_is_read_from_its_beginning(log, follow, new):
    append(log, b"one\nhalf")
    follower = follow(start=0)
    assert read_all(follower) == [b"one"]

    log.write_bytes(new)

    assert read_all(follower) == new.splitlines()


def numbered(*numbers: int) -> bytes:
    return b"".join(entry(BEGIN + 10 * number, f"line {number}") for number in numbers)


def numbers_in(lines: list[bytes]) -> list[int]:
    return [int(line.rpartition(b"line ")[2].rstrip(b'"}')) for line in lines]


@pytest.mark.parametrize("kept", [1, 30, 900])
def test_file_whose_beginning_was_cut_off_is_read_on(log, follow, kept):
    append(log, numbered(*range(-5000, 1000)))
    follower = follow(since=BEGIN)
    assert numbers_in(read_all(follower)) == list(range(1000))

    log.write_bytes(numbered(*range(1000 - kept, 1003)))

    assert numbers_in(read_all(follower)) == [1000, 1001, 1002]


@pytest.mark.parametrize("cut_off", [10, 1000, 100_000])
def test_file_whose_end_was_cut_off_brings_nothing_again(log, follow, cut_off):
    append(log, numbered(*range(-5000, 1000)))
    follower = follow(since=BEGIN)
    assert len(read_all(follower)) == 1000

    os.truncate(log, log.stat().st_size - cut_off)
    assert read_all(follower) == []
    append(log, b"\n" + numbered(1000, 1001))

    half, *lines = read_all(follower)
    assert half.startswith(b"{")
    assert numbers_in(lines) == [1000, 1001]


def test_lines_of_one_second_come_once_although_the_last_was_cut(log, follow):
    lines = [entry(BEGIN, f"line {number}") for number in range(1000)]
    append(log, b"".join(lines))
    follower = follow(since=BEGIN)
    assert len(read_all(follower)) == 1000

    os.truncate(log, log.stat().st_size - 10)
    assert read_all(follower) == []
    append(log, b"\n" + entry(BEGIN, "line 1000"))

    assert numbers_in(read_all(follower)[-1:]) == [1000]


def test_file_that_was_emptied_and_filled_again_is_read_whole(log, follow):
    append(log, numbered(*range(10)))
    follower = follow(since=BEGIN)
    assert len(read_all(follower)) == 10

    log.write_bytes(numbered(*range(10, 5000)))

    assert numbers_in(read_all(follower)) == list(range(10, 5000))


CUTS = st.lists(
    st.sampled_from(["write", "read", "turn"])
    | st.tuples(st.sampled_from(["end", "beginning"]), st.floats(0, 1)),
    max_size=40,
)


@given(steps=CUTS, limit=st.integers(1, 400))
def test_no_line_comes_twice_or_in_another_order_wherever_a_file_is_cut(
    tmp_path_factory, steps, limit
):
    log = tmp_path_factory.mktemp("log") / "gateway.log"
    log.touch()
    follower = LogFollower(log, start=0)
    told: list[bytes] = []
    count = 0

    for step in steps:
        lines = log.read_bytes().splitlines(keepends=True)
        match step:
            case "write":
                append(log, numbered(count, count + 1))
                count += 2
            case "turn":
                told += follower.read_more(limit).lines
            case "read":
                told += read_all(follower, limit)
            case ("beginning", float(share)):
                told += read_all(follower, limit)
                log.write_bytes(b"".join(lines[int(share * len(lines)) :]))
            case (_, float(share)):
                told += read_all(follower, limit)
                log.write_bytes(b"".join(lines[: int(share * len(lines))]))
    told += read_all(follower, limit)
    follower.close()

    assert numbers_in(told) == list(range(count))


@needs_rename
def test_file_that_was_moved_is_read_to_its_end_and_then_the_new_one(log, follow):
    follower = follow(start=0)
    append(log, b"one\n")
    assert read_all(follower) == [b"one"]
    append(log, b"two\nhalf")
    log.rename(log.with_name("moved"))
    append(log, b"three\n")

    assert read_all(follower) == [b"two", b"half", b"three"]


@needs_rename
def test_gateway_that_writes_on_into_the_moved_file_is_heard(log, follow):
    append(log, b"one\n")
    follower = follow(start=0)
    assert read_all(follower) == [b"one"]
    moved = log.rename(log.with_name("moved"))
    log.touch()

    append(moved, b"two\n")

    assert read_all(follower) == [b"two"]


@needs_rename
def test_file_that_was_deleted_and_made_again_is_read(log, follow):
    append(log, b"one\n")
    follower = follow(start=0)
    assert read_all(follower) == [b"one"]

    log.unlink()
    assert read_all(follower) == []
    append(log, b"two\n")

    assert read_all(follower) == [b"two"]


@needs_rename
def test_folder_that_takes_its_place_is_no_successor(log, follow):
    append(log, b"one\n")
    follower = follow(start=0)
    assert read_all(follower) == [b"one"]
    log.unlink()
    log.mkdir()

    assert read_all(follower) == []


PIECES = st.binary(max_size=12) | st.sampled_from([b"\n", b"\r\n", b"\xc3", b"a\nb\n"])
STEPS = st.lists(
    st.tuples(st.just("write"), PIECES)
    | st.tuples(st.sampled_from(["read", "turn", "cut", "rotate", "delete"]), st.just(b"")),
    max_size=40,
)


@needs_rename
@given(steps=STEPS, limit=st.integers(1, 40))
def test_no_complete_line_is_lost_or_doubled_unless_the_file_was_cut(
    tmp_path_factory, steps, limit
):
    log = tmp_path_factory.mktemp("log") / "gateway.log"
    follower = LogFollower(log, start=0)
    told: list[bytes] = []
    expected: list[bytes] = []
    content = b""  # of the file of this name, none before the first write
    is_open = False

    for number, (what, piece) in enumerate(steps):
        match what:
            case "write":
                # No two files begin alike: each line of a gateway tells its time.
                new = piece if content else b"%d " % number + piece
                content += new
                append(log, new)
            case "turn":
                told += follower.read_more(limit).lines
            case "read":
                told += read_all(follower, limit)
                is_open = bool(content)
            case "cut" if content:
                told += read_all(follower, limit)
                is_open = True
                expected += complete(content)
                content = b""
                os.truncate(log, 0)
            case "rotate" | "delete" if content:
                if not is_open:  # nobody can read what came and went unseen
                    told += read_all(follower, limit)
                if what == "rotate":
                    log.rename(log.with_name(f"moved-{number}"))
                else:
                    log.unlink()
                expected += with_the_last(content)
                content, is_open = b"", False
            case _:
                pass
    told += read_all(follower, limit)
    told += follower.close()
    expected += with_the_last(content)

    assert told == expected


UNSEEN = st.lists(
    st.sampled_from(["line", "half", "rest", "read", "turn", "cut", "rotate", "delete"]),
    max_size=60,
)


@needs_rename
@given(steps=UNSEEN, limit=st.integers(1, 40), start=st.sampled_from([0, None]))
def test_whatever_happens_unseen_no_line_is_doubled_or_made_up(
    tmp_path_factory, steps, limit, start
):
    log = tmp_path_factory.mktemp("log") / "gateway.log"
    follower = LogFollower(log, start=start)
    told: list[bytes] = []
    written: list[bytes] = []
    half = b""

    for number, what in enumerate(steps):
        match what:
            case "line":
                line = half + b"%d {" % number + b"x" * (number % 30)
                append(log, line[len(half) :] + b"\n")
                written.append(line)
                half = b""
            case "half" if not half:
                half = b"%d \xc2" % number
                append(log, half)
            case "rest" if half:
                written.append(half + b"\xbd")
                append(log, b"\xbd\r\n")
                half = b""
            case "turn":
                told += follower.read_more(limit).lines
            case "read":
                told += read_all(follower, limit)
            case "cut" if log.exists():
                os.truncate(log, 0)
                half = b""
            case "rotate" | "delete" if log.exists():
                written += filter(None, [half])
                half = b""
                take_away(log, f"moved-{number}" if what == "rotate" else None)
            case _:
                pass
    told += read_all(follower, limit)
    told += follower.close()

    places = [written.index(line) for line in told if line != half]
    assert places == sorted(set(places))


def take_away(log: Path, name: str | None) -> None:
    if name:
        log.rename(log.with_name(name))
    else:
        log.unlink()


def complete(content: bytes) -> list[bytes]:
    return [line.removesuffix(b"\r") for line in content.split(b"\n")[:-1]]


def with_the_last(content: bytes) -> list[bytes]:
    """The complete lines, and what stands after the last line end."""
    last = content.split(b"\n")[-1]
    return complete(content) + ([last] if last else [])
