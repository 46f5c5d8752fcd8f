from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given

from picoclaw_tray.gateway.memory_kills import MemoryKills
from picoclaw_tray.lifecycle.messages import Found
from picoclaw_tray.lifecycle.state import Failure, Process, ProcessKey
from picoclaw_tray.system import traces as module
from picoclaw_tray.system.diagnoser import Diagnoser
from picoclaw_tray.system.paths import GatewayPlace
from picoclaw_tray.system.traces import Trace, Traces, gained
from tests.support.spoilt import HUGE, spoilt

if TYPE_CHECKING:
    from collections.abc import Iterable

OURS = Process(ProcessKey(os.getpid(), "c"), ours=True, watched=True)
THEIRS = Process(ProcessKey(os.getpid(), "d"))
AN_HOUR_S = 3600.0


@pytest.fixture
def place(tmp_path: Path) -> GatewayPlace:
    (tmp_path / "logs").mkdir()
    return GatewayPlace(tmp_path, tmp_path / "config.json")


@pytest.fixture
def traces(place: GatewayPlace) -> Traces:
    return Traces(place)


def append(path: Path, *lines: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def entry(ago_s: float, message: str) -> str:
    """A line of `gateway.log` that was written so many seconds ago."""
    at = datetime.fromtimestamp(time.time() - ago_s, UTC).isoformat(timespec="seconds")
    return f'{{"level":"warn","component":"x","time":"{at}","caller":"x","message":"{message}"}}'


def found(process: Process = THEIRS, *, age: float = 0.0) -> Found:
    return Found(process, answering=True, age=age, announced=True)


def messages(lines: Iterable[str]) -> list[str]:
    return [line.partition('"message":')[2].strip('"}') for line in lines]


# -- what a file gained ---------------------------------------------------------------------------


def test_gained_is_what_was_written_since(tmp_path):
    path = tmp_path / "x.log"
    append(path, "panic: old")
    size = path.stat().st_size
    append(path, "panic: new", "", "goroutine 1 [running]:")

    assert gained(path, size) == ("panic: new", "", "goroutine 1 [running]:")


def test_gained_is_the_whole_file_when_it_was_cut(tmp_path):
    path = tmp_path / "x.log"
    append(path, "new")

    assert gained(path, 1000) == ("new",)


def test_gained_is_the_last_bytes_when_there_are_too_many(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LIMIT", 10)
    path = tmp_path / "x.log"
    path.write_bytes(b"first line\nsecond\nlast\n")

    assert gained(path, 0) == ("cond", "last")


def test_gained_is_nothing_without_a_file(tmp_path):
    (tmp_path / "folder").mkdir()

    assert gained(tmp_path / "none", 0) == gained(tmp_path / "folder", 0) == ()


@pytest.mark.linux
@pytest.mark.macos
def test_gained_does_not_wait_for_the_writer_of_a_pipe(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert gained(tmp_path / "pipe", 0) == ()


@pytest.mark.parametrize("content", HUGE.values(), ids=HUGE)
def test_gained_of_a_huge_file_are_its_last_bytes(tmp_path, content):
    path = tmp_path / "x.log"
    path.write_bytes(content)

    lines = gained(path, 0)

    assert sum(map(len, lines)) <= module.LIMIT


@given(spoilt(b"panic: x\n\ngoroutine 1 [running]:\nmain.main()\n\t/x/main.go:7 +0x1b\n"))
def test_any_bytes_in_both_files_lead_to_a_sentence(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("home")
    place = GatewayPlace(folder, folder / "config.json")
    traces = Traces(place)
    traces.find(found())
    (folder / "logs").mkdir()
    place.panic_log.write_bytes(content)
    place.log.write_bytes(content)

    explained = Diagnoser(traces, Path("errors.txt"), lambda: "picoclaw").diagnose(
        Failure("unknown", exit_code=2), THEIRS, ()
    )

    assert explained.reason is not None


# -- whose it is ----------------------------------------------------------------------------------


def test_nothing_is_told_of_a_gateway_that_was_never_marked(traces, place):
    append(place.panic_log, "panic: of another run")

    traces.begin(OURS.key)

    assert traces.of(OURS.key) == Trace()


def test_started_gateway_left_what_came_after_the_mark(traces, place):
    append(place.panic_log, "panic: old")
    append(place.log, entry(1, "old"), entry(0, "of the one that it replaced"))

    traces.mark_start()
    append(place.panic_log, "panic: new")
    append(place.log, entry(0, "new"))
    traces.begin(OURS.key)

    trace = traces.of(OURS.key)
    assert trace.panic == ("panic: new",)
    assert messages(trace.log) == ["new"]


def test_found_gateway_left_no_panic_that_was_there_already(traces, place):
    append(place.panic_log, "panic: of an earlier run")

    traces.find(found(age=AN_HOUR_S))
    before = traces.of(THEIRS.key).panic
    append(place.panic_log, "panic: of this run")
    traces.find(found(age=AN_HOUR_S))

    assert before == ()
    assert traces.of(THEIRS.key).panic == ("panic: of this run",)


def test_found_gateway_left_the_lines_of_the_log_since_its_start(traces, place):
    append(
        place.log,
        "no entry",
        entry(3610, "of an earlier run"),
        entry(3600, "in the second of its start"),
        entry(3590, "soon after"),
    )

    traces.find(found(age=AN_HOUR_S))
    append(place.log, entry(0, "later"))

    assert messages(traces.of(THEIRS.key).log) == ["soon after", "later"]


def test_found_gateway_left_of_a_log_that_was_cut_what_is_surely_its_own(traces, place):
    append(place.log, *(entry(5000, "of an earlier run") for _ in range(9)))
    traces.find(found(age=AN_HOUR_S))

    place.log.write_text("", encoding="utf-8")
    append(place.log, entry(5000, "kept of an earlier run"), entry(10, "its own"))

    assert messages(traces.of(THEIRS.key).log) == ["its own"]


def test_started_gateway_is_not_marked_anew_when_it_is_found(traces, place):
    outliving = Process(ProcessKey(os.getpid(), "e"), ours=True, outlives=True)
    traces.mark_start()
    append(place.panic_log, "panic: soon after the start")

    traces.begin(outliving.key)
    traces.find(found(outliving))

    assert traces.of(outliving.key).panic == ("panic: soon after the start",)


def test_our_child_is_marked_by_its_start_alone(traces, place):
    traces.find(found(OURS))
    append(place.panic_log, "panic: x")

    assert traces.of(OURS.key) == Trace()


def test_gateway_is_told_of_when_its_successor_is_there(traces, place):
    traces.find(found())
    append(place.panic_log, "panic: x")

    traces.find(found(Process(ProcessKey(os.getpid(), "its successor"))))

    assert traces.of(THEIRS.key).panic == ("panic: x",)


def test_gateways_of_long_ago_are_forgotten(traces):
    keys = [ProcessKey(os.getpid(), str(number)) for number in range(100)]

    for key in keys:
        traces.find(found(Process(key)))

    assert len(traces._marks) == module.MARKS_KEPT
    assert traces.of(keys[0]) == Trace()


@pytest.mark.linux
def test_no_memory_kill_is_told_where_there_was_none(traces):
    traces.mark_start()
    traces.begin(OURS.key)

    assert traces.of(OURS.key).memory in {MemoryKills.NONE, MemoryKills.UNKNOWN}
