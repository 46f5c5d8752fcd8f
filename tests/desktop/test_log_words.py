"""Which runs the box offers, and how they are called."""

from __future__ import annotations

from pathlib import Path

import pytest

from picoclaw_tray.desktop.log_words import runs_in, runs_on_disk
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_mark
from picoclaw_tray.logs.store import LogStore
from picoclaw_tray.system.log_archive import ArchivedRun


@pytest.fixture
def store():
    """Three runs: one that nobody has numbered, run 12, and one without a note yet."""
    store = LogStore(10, 1000)
    for run in (None, 12):
        store.begin_run()
        store.mark(dump_mark(RunMark(MarkKind.STARTED, "2026-11-26T23:55:00+01:00", run, 4711)))
        store.extend([b"line"])
    store.begin_run()
    store.extend([b"line"])
    return store


def on_disk(number: int, pid: int = 4711) -> ArchivedRun:
    path = Path(f"run-{number:06}-20261126-235500-{pid}.1.log")
    return ArchivedRun(number, "20261126-235500", pid, ((1, path),))


def test_runs_in_memory_are_called_by_number_or_process_the_newest_first(qapp, store):
    offered = [(choice.label, choice.key) for choice in runs_in(store)]

    assert offered == [
        ("Other lines", 3), ("Run 12 · 23:55", 2), ("PID 4711 · 23:55", 1),
    ]  # fmt: skip


def test_run_that_was_cleared_while_it_went_on_is_called_as_before(qapp, store):
    store.begin_run()
    store.mark(dump_mark(RunMark(MarkKind.STARTED, "2026-11-26T23:58:00+01:00", 13, 4712)))
    store.clear()
    store.extend([b"line"])

    assert [choice.label for choice in runs_in(store)] == ["Run 13 · 23:58"]


def test_runs_on_disk_are_those_whose_beginning_is_not_in_memory(qapp, store):
    archived = [on_disk(0, 1), on_disk(11), on_disk(12)]

    assert [choice.key for choice in runs_on_disk(archived, store)] == archived[1::-1]
    store.extend([b"line"] * 9)  # the note of run 12 has to go
    assert [choice.key for choice in runs_on_disk(archived, store)] == archived[::-1]


def test_run_on_disk_without_a_number_is_called_by_its_process(qapp, store):
    (choice,) = runs_on_disk([on_disk(0, 99)], store)

    assert choice.label.startswith("PID 99 · ")
