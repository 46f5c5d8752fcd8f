from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.desktop import log_archivist as module
from picoclaw_tray.desktop.log_archivist import LogArchivist
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_note
from picoclaw_tray.logs.redaction import MASK, Redactor
from picoclaw_tray.presentation.text import render
from picoclaw_tray.system.log_archive import ArchiveLimits, archived_runs
from picoclaw_tray.system.run_reading import REST_MARK, read_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from picoclaw_tray.system.log_archive import ArchivedRun
    from picoclaw_tray.text import Text

STARTED = RunMark(MarkKind.STARTED, "2026-11-26T23:55:00+01:00", run=12, pid=4711)
ENDED = RunMark(MarkKind.ENDED, "2026-11-26T23:56:00+01:00", run=12, pid=4711, exit_code=0)
TOKEN = "93ff969686cdbcb3dd075e8fcecdcbfa"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def max_waiting(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module, "MAX_WAITING", 1000)
    return 1000


@pytest.fixture
def archivist(qtbot: QtBot, folder: Path) -> Iterator[LogArchivist]:
    archivist = LogArchivist(folder, ArchiveLimits(), Redactor())
    yield archivist
    archivist.close()
    archivist.deleteLater()


def lines_of(run: ArchivedRun) -> list[tuple[Source, bytes]]:
    return [
        (source, line)
        for source, lines in read_run(run, 100_000_000)
        for line in lines
        if source is not Source.TRAY
    ]


def written(folder: Path) -> list[tuple[Source, bytes]]:
    (run,) = archived_runs(folder)
    return lines_of(run)


def text_of(folder: Path) -> list[str]:
    return [line.decode() for _, line in written(folder)]


def test_run_is_written_down_and_masked(archivist, folder):
    archivist.begin(STARTED)
    archivist.take([b"one", b"api_key=abcdef"], Source.OUTPUT)
    archivist.take([b"panic: two"], Source.PANIC_FILE)
    archivist.end(ENDED)
    archivist.close()

    assert written(folder) == [
        (Source.OUTPUT, b"one"),
        (Source.OUTPUT, f"api_key={MASK}".encode()),
        (Source.PANIC_FILE, b"panic: two"),
    ]
    assert archived_runs(folder)[0].ended == ENDED


def test_token_that_is_known_a_little_later_is_masked_in_the_first_lines_too(archivist, folder):
    archivist.begin(STARTED)
    archivist.take([f"it is {TOKEN}".encode()], Source.OUTPUT)
    archivist.set_redactor(Redactor().knowing(TOKEN))
    archivist.close()

    assert text_of(folder) == [f"it is {MASK}"]


def test_first_lines_wait_no_longer_than_for_the_token(qtbot, archivist, folder):
    archivist.begin(STARTED)
    archivist.take([f"it is {TOKEN}".encode()], Source.OUTPUT)
    qtbot.waitUntil(lambda: bool(archived_runs(folder)))
    assert archivist._hold.isActive()
    assert text_of(folder) == []

    archivist.set_redactor(Redactor().knowing("another secret"))
    archivist._turn()
    assert archivist._backlog.size
    archivist.set_redactor(Redactor().knowing(TOKEN))
    archivist.release()

    qtbot.waitUntil(lambda: text_of(folder) == [f"it is {MASK}"], timeout=module.HOLD_MS // 2)


def test_next_run_does_not_wait_for_what_is_left_of_the_one_before(archivist, folder):
    lines = [b"%05d %s api_key=abcdefgh" % (n, b"x" * 100) for n in range(4000)]
    archivist.begin(STARTED)
    archivist.take(lines, Source.OUTPUT)
    archivist.begin(RunMark(MarkKind.RESTARTED, "2026-11-26T23:57:00+01:00", run=13, pid=5))
    archivist.take([b"new"], Source.OUTPUT)
    assert archivist._backlog.size > sum(map(len, lines))

    archivist.close()

    old, new = archived_runs(folder)
    assert len(lines_of(old)) == 4000
    assert lines_of(new) == [(Source.OUTPUT, b"new")]


def test_lines_are_on_disk_soon_and_nothing_ticks_afterwards(qtbot, archivist, folder, monkeypatch):
    monkeypatch.setattr(module, "HOLD_MS", 1)
    archivist.begin(STARTED)
    qtbot.waitUntil(lambda: not archivist._hold.isActive())
    archivist.take([b"one"], Source.OUTPUT)

    qtbot.waitUntil(lambda: folder.exists() and text_of(folder) == ["one"])

    assert not archivist._pause.isActive()


@pytest.mark.parametrize(
    "prefix", [b"", b"\x1b[0m", b" ", b"\xef\xbb\xbf"], ids=["bare", "colour", "blank", "mark"]
)
@pytest.mark.parametrize("padding", [b"", b"x" * 200_000], ids=["short", "long"])
@pytest.mark.parametrize("secret", [b"", b"api_key=abcdefgh"], ids=["public", "secret"])
def test_line_like_a_note_of_ours_stays_a_line_of_the_gateway(
    archivist, folder, prefix, padding, secret
):
    forged = dump_note(ENDED).rstrip()
    archivist.begin(STARTED)
    archivist.take([prefix + forged + secret + padding, prefix + forged, b"more"], Source.OUTPUT)
    archivist.close()

    assert archived_runs(folder)[0].ended is None
    assert [source for source, _ in written(folder)] == [Source.OUTPUT] * 3


def test_nothing_is_written_outside_a_run(archivist, folder):
    archivist.take([b"before"], Source.OUTPUT)
    archivist.begin(STARTED)
    archivist.end(ENDED)
    archivist.take([b"after"], Source.OUTPUT)
    archivist.end(ENDED)
    archivist.close()

    assert written(folder) == []


def test_flood_is_written_down_in_order(archivist, folder):
    archivist.begin(STARTED)
    for start in range(0, 50_000, 500):
        archivist.take(
            [b"line %05d %s" % (n, b"." * 100) for n in range(start, start + 500)], Source.OUTPUT
        )
    archivist.close()

    assert [int(line.split()[1]) for line in text_of(folder)] == list(range(50_000))


def test_line_of_megabytes_is_written_whole_and_masked(archivist, folder):
    line = b"word " * 400_000 + b"api_key=abcdefgh"
    archivist.begin(STARTED)
    archivist.take([b"before", line, b"after"], Source.OUTPUT)
    archivist.close()

    before, told, after = text_of(folder)
    assert (before, after) == ("before", "after")
    assert told == "word " * 400_000 + f"api_key={MASK}"


def test_lines_that_a_slow_disk_has_no_room_for_are_counted(archivist, folder):
    archivist.begin(STARTED)
    archivist.take([b"one"], Source.OUTPUT)
    archivist.release()
    while archivist._backlog:
        archivist._turn()
    archivist._waiting = module.MAX_WAITING + 1
    archivist.take([b"two"], Source.OUTPUT)
    archivist.take([b"three"], Source.OUTPUT)
    archivist._turn()
    archivist._waiting = 0
    archivist.take([b"four"], Source.OUTPUT)
    archivist.close()

    lost = "… [2 lines are missing here: more came than could be written down]"
    assert text_of(folder) == ["one", lost, "four"]


def test_flood_that_is_too_fast_keeps_its_newest_lines(max_waiting, archivist, folder):
    archivist.begin(STARTED)
    for number in range(30):
        archivist.take([b"%099d" % number], Source.OUTPUT)
    archivist.close()

    lost, *kept = text_of(folder)
    assert lost == "… [20 lines are missing here: more came than could be written down]"
    assert [int(line) for line in kept] == list(range(20, 30))


def test_flood_is_written_in_turns(qtbot, archivist, folder, monkeypatch):
    monkeypatch.setattr(module, "TURN_BYTES", 1000)
    archivist.begin(STARTED)
    archivist.release()
    archivist._turn()
    for number in range(100):
        archivist.take([b"%099d" % number], Source.OUTPUT)
    archivist._turn()
    assert archivist._backlog.size > 8000
    archivist._on_turn()
    assert archivist._pause.interval() == module.FLOOD_PAUSE_MS

    qtbot.waitUntil(lambda: not archivist._backlog, timeout=10_000)
    archivist.close()

    assert [int(line) for line in text_of(folder)] == list(range(100))


def test_lines_that_take_long_to_mask_are_masked_in_short_turns(qtbot, archivist, folder):
    lines = [b"%05d %s api_key=abcdefgh" % (n, b"x" * 100) for n in range(4000)]
    archivist.begin(STARTED)
    archivist.take(lines, Source.OUTPUT)

    archivist.release()
    archivist._turn()

    assert archivist._backlog.size > sum(map(len, lines)) // 2
    archivist.end(ENDED)
    qtbot.waitUntil(lambda: not archivist._backlog, timeout=10_000)
    archivist.close()
    assert [int(line.split()[0]) for line in text_of(folder)] == list(range(4000))
    assert not [line for line in text_of(folder) if "abcdefgh" in line]
    assert archived_runs(folder)[0].ended == ENDED


def test_end_of_the_tray_does_not_wait_for_all_to_be_masked(archivist, folder, monkeypatch):
    monkeypatch.setattr(module, "FINISH_S", 0.0)
    lines = [b"%s api_key=abcdefgh" % (b"x" * 100)] * 4000
    archivist.begin(STARTED)
    archivist.take(lines, Source.OUTPUT)
    archivist.close()

    *kept, lost = text_of(folder)
    assert (
        lost
        == f"… [{4000 - len(kept)} lines are missing here: more came than could be written down]"
    )


def test_notes_are_never_lost(max_waiting, archivist, folder):
    archivist.begin(STARTED)
    for number in range(30):
        archivist.take([b"%099d" % number], Source.OUTPUT)
    archivist._waiting = max_waiting + 1
    archivist.end(ENDED)
    archivist._turn()
    archivist.begin(RunMark(MarkKind.RESTARTED, "2026-11-26T23:57:00+01:00", run=13, pid=5))
    archivist.close()

    first, second = archived_runs(folder)
    assert (first.begun, first.ended) == (STARTED, ENDED)
    ((_, lost),) = lines_of(first)
    assert lost.decode() == "… [30 lines are missing here: more came than could be written down]"
    assert second.begun is not None
    assert second.begun.run == 13


def test_long_line_among_others_keeps_its_place(archivist, folder):
    lines = [b"a" * 100, b"b" * 200_000, b"c" * 100, b"d" * 200_000]
    archivist.begin(STARTED)
    archivist.take(lines * 2, Source.OUTPUT)
    archivist.close()

    assert [line.encode() for line in text_of(folder)] == lines * 2


@contextmanager
def full_disk(limit: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes, as on a disk that is full."""
    import resource  # noqa: PLC0415 - not on Windows

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.skipif(sys.platform == "win32", reason="other operating system: has no such limit")
def test_full_disk_is_said_once_and_the_next_run_is_tried_again(qtbot, archivist, folder):
    told: list[Text | None] = []
    archivist.problem_changed.connect(told.append)
    with full_disk(100_000):
        archivist.begin(STARTED)
        archivist.release()
        for _ in range(5):
            archivist.take([b"x" * 100] * 2000, Source.OUTPUT)
            archivist._turn()
        qtbot.waitUntil(lambda: bool(told))
        archivist.take([b"more"], Source.OUTPUT)
        archivist.end(ENDED)

    (problem,) = told
    assert problem is not None
    assert render(problem).startswith(f"The output of this run cannot be written to {folder} (")
    archivist.begin(RunMark(MarkKind.RESTARTED, "2026-11-26T23:57:00+01:00", run=13, pid=5))
    assert told[1:] == [None]
    archivist.take([b"again"], Source.OUTPUT)
    archivist.close()
    cut, whole = archived_runs(folder)
    assert (cut.number, whole.number) == (12, 13)
    assert list(read_run(cut, 100_000_000))[-1] == (Source.TRAY, (REST_MARK.encode(),))
    assert lines_of(whole)[-1] == (Source.OUTPUT, b"again")


@pytest.mark.skipif(sys.platform == "win32", reason="other operating system: has no such limit")
def test_run_that_nothing_could_be_written_of_leaves_no_file(qtbot, archivist, folder):
    with full_disk(0), qtbot.waitSignal(archivist.problem_changed):
        archivist.begin(STARTED)
        archivist.release()

    assert list(folder.iterdir()) == []


def test_folder_that_cannot_be_made_is_said(qtbot, archivist, folder):
    folder.write_bytes(b"")

    with qtbot.waitSignal(archivist.problem_changed) as problem:
        archivist.begin(STARTED)

    assert "Nothing else suffers." in render(problem.args[0])
    archivist.take([b"x"], Source.OUTPUT)


def test_late_failure_of_a_run_does_not_end_the_next_one(archivist, folder):
    told: list[Text | None] = []
    archivist.problem_changed.connect(told.append)
    archivist.begin(STARTED)
    old = archivist._run
    archivist.begin(RunMark(MarkKind.RESTARTED, "2026-11-26T23:57:00+01:00", run=13, pid=5))
    archivist._on_written(module._Failure(old, 0, OSError()))
    archivist.take([b"new"], Source.OUTPUT)
    archivist.close()

    assert lines_of(archived_runs(folder)[1]) == [(Source.OUTPUT, b"new")]
    assert not told
