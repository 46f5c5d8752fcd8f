from __future__ import annotations

import os
import stat
import sys
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_mark, dump_note
from picoclaw_tray.system.log_archive import (
    DAY_S,
    MEGABYTE,
    ArchiveLimits,
    LogArchive,
    archive_folder,
    archive_limits,
    archived_runs,
)
from picoclaw_tray.system.run_reading import REST_MARK, read_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from picoclaw_tray.system.log_archive import ArchivedRun

TIME = "2026-11-26T23:55:0{}+01:00"
SMALL = ArchiveLimits(part_bytes=100, run_bytes=300, total_bytes=1000)


def started(number: int = 12, second: int = 0) -> RunMark:
    return RunMark(MarkKind.STARTED, TIME.format(second), run=number, pid=4711)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[LogArchive]:
    archive = LogArchive(tmp_path / "log" / "runs", SMALL)
    yield archive
    archive.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "log" / "runs"


def write_run(archive: LogArchive, mark: RunMark, *lines: bytes) -> None:
    archive.begin(mark)
    archive.write(dump_note(mark))
    for line in lines:
        archive.write(line + b"\n")
    archive.close()


def lines_of(run: ArchivedRun, limit: int = MEGABYTE) -> list[bytes]:
    return [line for _, lines in read_run(run, limit) for line in lines]


def test_run_is_read_as_it_was_written(archive, folder):
    ended = RunMark(MarkKind.ENDED, TIME.format(9), run=12, pid=4711, exit_code=1)
    source = RunMark(MarkKind.SOURCE, "", source=Source.PANIC_FILE)
    note, end = dump_note(source).rstrip(), dump_note(ended).rstrip()
    write_run(archive, started(), b"one", note, b"panic: two", end)

    (run,) = archived_runs(folder)

    assert (run.number, run.started, run.pid) == (12, "20261126-235500", 4711)
    assert (run.begun, run.ended) == (started(), ended)
    assert list(read_run(run, MEGABYTE)) == [
        (Source.TRAY, (dump_mark(started()),)),
        (Source.OUTPUT, (b"one",)),
        (Source.PANIC_FILE, (b"panic: two",)),
        (Source.TRAY, (dump_mark(ended),)),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="other operating system: has no modes")
def test_files_are_for_the_user_alone(archive, folder):
    write_run(archive, started())

    (path,) = folder.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_run_of_a_killed_tray_has_no_end_and_is_read_all_the_same(archive, folder):
    archive.begin(started())
    archive.write(dump_note(started()) + b"half")

    (run,) = archived_runs(folder)

    assert run.ended is None
    assert lines_of(run) == [dump_mark(started()), b"half", REST_MARK.encode()]


def test_long_run_keeps_its_first_part_and_its_newest(archive, folder):
    lines = [b"line %03d %s" % (number, b"x" * 40) for number in range(40)]
    write_run(archive, started(), *lines)

    (run,) = archived_runs(folder)
    told = lines_of(run)

    assert run.size <= SMALL.run_bytes + SMALL.part_bytes
    assert next(part for part, _ in run.parts) == 1
    assert told[0] == dump_mark(started())
    assert told[-1] == lines[-1]
    gap = next(line for line in told if b"removed to save room" in line)
    assert gap.decode().startswith("… [parts 2 to ")


def test_half_line_before_a_gap_is_not_joined_to_what_follows_it(folder):
    folder.mkdir(parents=True)
    for part, content in ((1, b"one\nhalf"), (3, b"three\n")):
        (folder / f"run-000001-20261126-235500-1.{part}.log").write_bytes(content)

    (run,) = archived_runs(folder)

    assert [line.decode() for line in lines_of(run)] == [
        "one", "half", "… [parts 2 to 2 of this run were removed to save room]", "three",
    ]  # fmt: skip


def test_old_runs_make_room(archive, folder):
    for number in range(1, 8):
        write_run(archive, started(number, number), *[b"x" * 50] * 5)

    runs = archived_runs(folder)

    assert runs[-1].number == 7
    assert 1 < len(runs) < 7
    assert sum(run.size for run in runs) <= SMALL.total_bytes + SMALL.run_bytes


def test_runs_that_are_too_old_go(folder, tmp_path):
    archive = LogArchive(folder, ArchiveLimits(age_s=DAY_S))
    write_run(archive, started(1, 1))
    write_run(archive, started(2, 2))
    old = archived_runs(folder)[0].parts[0][1]
    os.utime(old, (1, 1))

    write_run(archive, started(3, 3))

    assert [run.number for run in archived_runs(folder)] == [2, 3]


def test_newest_runs_are_kept_where_there_are_too_many(folder):
    archive = LogArchive(folder, ArchiveLimits(runs=3))

    for number in range(1, 6):
        write_run(archive, started(number, number))

    assert [run.number for run in archived_runs(folder)] == [3, 4, 5]


def test_run_that_is_written_stays_however_old_it_is(archive, folder):
    archive.begin(started())
    archive.write(b"x" * 60 + b"\n")
    os.utime(next(folder.iterdir()), (1, 1))

    archive.write(b"y" * 60 + b"\n")

    assert len(archived_runs(folder)) == 1


def test_newest_bytes_are_read_of_a_large_run(archive, folder):
    write_run(archive, started(), b"first", b"second", b"third")

    (run,) = archived_runs(folder)
    told = lines_of(run, 12)

    assert told[0] == dump_mark(started())
    assert told[1].decode() == f"… [{run.size - 12} bytes before this are not shown]"
    assert told[2:] == [b"third"]


def test_other_files_are_passed_over(folder):
    folder.mkdir(parents=True)
    for name in ("x", "run-1.log", "run-000001-20261126-235500-1.log", "run-a-b-c.1.log"):
        (folder / name).write_bytes(b"\xff\0")
    (folder / "run-000001-20261126-235500-1.1.log").mkdir()

    assert archived_runs(folder) == ()
    assert archived_runs(folder / "no such folder") == ()


def test_garbage_in_a_file_of_a_run_is_shown_as_lines(folder):
    folder.mkdir(parents=True)
    (folder / "run-000001-20261126-235500-1.1.log").write_bytes(b'\xff\0\n{"level"\n\n')

    (run,) = archived_runs(folder)

    assert (run.begun, run.ended) == (None, None)
    assert lines_of(run) == [b"\xff\0", b'{"level"', b""]


def test_file_that_is_gone_meanwhile_is_passed_over(archive, folder):
    write_run(archive, started(), b"one")
    (run,) = archived_runs(folder)
    for _, path in run.parts:
        path.unlink()

    assert lines_of(run) == []
    assert (run.begun, run.ended) == (None, None)


@pytest.mark.skipif(sys.platform == "win32", reason="other operating system: links need rights")
def test_link_in_the_way_is_not_followed(archive, folder, tmp_path):
    target = tmp_path / "target"
    target.write_bytes(b"precious")
    folder.mkdir(parents=True)
    (folder / "run-000012-20261126-235500-4711.1.log").symlink_to(target)

    with pytest.raises(OSError, match="exists"):
        archive.begin(started())

    assert target.read_bytes() == b"precious"
    archive.write(b"nothing was begun\n")


def test_folder_that_cannot_be_made_is_an_error(tmp_path):
    (tmp_path / "log").write_bytes(b"")

    with pytest.raises(OSError, match=r"."):
        LogArchive(tmp_path / "log" / "runs", SMALL).begin(started())


def test_limits_follow_the_settings(tmp_path):
    assert archive_folder(tmp_path) == tmp_path / "runs"
    assert archive_limits(64, 14) == ArchiveLimits()
    tiny = archive_limits(1, 1)
    assert (tiny.total_bytes, tiny.run_bytes, tiny.age_s) == (MEGABYTE, MEGABYTE, DAY_S)


@pytest.mark.parametrize("megabytes", [1, 64, 100_000])
def test_runs_are_in_few_files_whatever_is_set(megabytes):
    limits = archive_limits(megabytes, 14)

    assert limits.total_bytes / limits.part_bytes + limits.runs < 250


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=90).filter(lambda line: b"\n" not in line), max_size=40))
def test_what_is_read_is_the_beginning_and_the_end_of_what_was_written(tmp_path_factory, lines):
    folder = tmp_path_factory.mktemp("archive")
    archive = LogArchive(folder, SMALL)
    write_run(archive, started(), *(b"x" + line.rstrip(b"\r") for line in lines))

    (run,) = archived_runs(folder)
    told = lines_of(run)[1:]

    expected = [b"x" + line.rstrip(b"\r") for line in lines]
    gaps = [place for place, line in enumerate(told) if line.endswith(b"to save room]")]
    if not gaps:
        assert told == expected
    else:
        (gap,) = gaps
        assert told[:gap] == expected[:gap]
        assert told[gap + 1 :] == expected[len(expected) - len(told) + gap + 1 :]
