from __future__ import annotations

import json

import pytest

from picoclaw_tray.logs import whole_entry
from picoclaw_tray.logs.entry import Level, Source, parse_entry
from picoclaw_tray.logs.export import (
    LONGEST,
    entry_json,
    entry_text,
    export_json,
    export_text,
)
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_mark
from picoclaw_tray.logs.redaction import MASK
from picoclaw_tray.logs.store import LogStore
from picoclaw_tray.logs.whole_entry import entry_at, lines_of_entry

HEAD = b"12:00:00 ERR agent a.go:1 > Went wrong error=no x_api_key=abc"
NEXT = b"12:00:01 INF agent a.go:1 > Fine"
LOGGED = (
    b'{"level":"warn","component":"x","n":1,"time":"2026-04-24T16:50:19+08:00",'
    b'"caller":"a.go:1","message":"Hm"}'
)


@pytest.fixture
def store() -> LogStore:
    store = LogStore(20, 10_000_000)
    store.begin_run()
    return store


def test_lines_of_an_entry_are_found_from_any_of_them(store):
    store.extend([b"banner", HEAD, b"  one", b"  two", NEXT])

    assert [lines_of_entry(store, n) for n in range(5)] == [
        range(1), range(1, 4), range(1, 4), range(1, 4), range(4, 5),
    ]  # fmt: skip


def test_panic_on_a_pipe_is_an_entry_that_json_tells(store):
    store.extend([NEXT, b"panic: oh", b"", b"goroutine 1 [running]:", NEXT])

    assert [lines_of_entry(store, n) for n in (0, 2, 4)] == [range(1), range(1, 4), range(4, 5)]
    told = [json.loads(line) for line in export_json(store, [0, 3])]
    assert [(entry["level"], entry["message"]) for entry in told] == [
        ("info", "Fine"),
        ("panic", "panic: oh\n\ngoroutine 1 [running]:"),
    ]


def test_entry_ends_where_another_run_or_source_begins(store):
    store.extend([HEAD, b"one"])
    store.extend([b"goroutine 1"], Source.PANIC_FILE)
    store.begin_run()
    store.extend([b"two"])

    assert [lines_of_entry(store, n) for n in range(4)] == [
        range(2), range(2), range(2, 3), range(3, 4),
    ]  # fmt: skip


def test_line_whose_head_was_dropped_stands_alone():
    store = LogStore(2, 1000)
    store.begin_run()
    store.extend([HEAD, b"one", b"two"])

    assert lines_of_entry(store, 2) == range(2, 3)
    with pytest.raises(IndexError):
        lines_of_entry(store, 0)


def test_entry_of_endless_lines_is_bounded(monkeypatch):
    monkeypatch.setattr(whole_entry, "MAX_ENTRY_LINES", 3)
    store = LogStore(20, 1000)
    store.begin_run()
    store.extend([HEAD, *[b"x"] * 9])

    assert lines_of_entry(store, 1) == range(3)
    assert lines_of_entry(store, 9) == range(9, 10)


def test_whole_entry_is_masked_and_says_what_is_missing(store):
    store.extend([b"12:00:00 ERR agent a.go:1 > Went wrong", b"x" * 1000, HEAD])

    entry, excess = entry_at(store, 1, 200)

    assert (entry.level, entry.component) == (Level.ERROR, "agent")
    assert excess == 1000 - (200 - len(store.line(0)))
    assert entry_at(store, 2, 200)[0].field("x_api_key") == MASK


def test_text_is_what_a_console_would_show(store):
    store.extend([HEAD, b"  one"])
    store.extend([LOGGED, b"no JSON"], Source.LOG_FILE)

    assert "".join(export_text(store, [0, 1, 2, 3])) == (
        f"12:00:00 ERR agent a.go:1 > Went wrong error=no x_api_key={MASK}\n"
        "  one\n"
        "16:50:19 WRN x a.go:1 > Hm n=1\n"
        "no JSON\n"
    )


def test_json_has_each_entry_once(store):
    store.extend([HEAD[:38], b"one x_api_key=abc", "✓ Fine".encode(), b"y" * (LONGEST + 5)])

    found = [json.loads(line) for line in export_json(store, range(4))]

    assert found[0] == {
        "time": "12:00:00",
        "level": "error",
        "component": "agent",
        "caller": "a.go:1",
        "message": "Went wrong\none",
        "fields": {"x_api_key": MASK},
        "source": "output",
        "run": None,
    }
    assert found[1]["message"] == "✓ Fine"
    assert found[1]["level"] is None
    assert [entry.get("bytes_cut") for entry in found] == [None, None, 5]


def test_fields_of_an_entry_are_not_lost_in_what_follows_it(store):
    store.extend([HEAD, b"  stack a=1", b"  more b=2"])

    (line,) = export_json(store, [2])

    told = json.loads(line)
    assert told["message"] == "Went wrong\n  stack a=1\n  more b=2"
    assert told["fields"] == {"error": "no", "x_api_key": MASK}


def test_lines_that_are_dropped_meanwhile_are_missing():
    store = LogStore(2, 1000)
    store.begin_run()
    store.extend([b"a", b"b"])
    text, objects = export_text(store, range(2)), export_json(store, range(2))

    store.extend([b"c"])

    assert "".join(text) == "b\n"
    assert [json.loads(line)["message"] for line in objects] == ["b"]


# -- one entry -------------------------------------------------------------------------------------

IN_FILE = (
    '{"level":"warn","component":"agent","error":"no way","n":7,'
    '"time":"2026-04-24T16:50:19+08:00","caller":"/pkg/x.go:3","message":"Tried"}'
)
ON_CONSOLE = '16:50:19 WRN agent /pkg/x.go:3 > Tried error="no way" n=7'


def test_line_of_the_log_is_copied_as_on_the_console():
    entry = parse_entry(IN_FILE, Source.LOG_FILE)

    assert entry_text(entry) == ON_CONSOLE


def test_lines_that_follow_are_copied_after_the_fields():
    entry = parse_entry(f"{IN_FILE}\n  goroutine 1\n", Source.LOG_FILE)

    assert entry_text(entry) == f"{ON_CONSOLE}\n  goroutine 1\n"


def test_line_of_another_source_is_copied_as_it_came():
    for source in (Source.OUTPUT, Source.TRAY, Source.PANIC_FILE):
        assert entry_text(parse_entry(IN_FILE, source)) == IN_FILE


def test_json_tells_the_parts():
    told = json.loads(entry_json(parse_entry(ON_CONSOLE), 3))

    assert told == {
        "time": "16:50:19",
        "level": "warn",
        "component": "agent",
        "caller": "/pkg/x.go:3",
        "message": "Tried",
        "fields": {"error": "no way", "n": "7"},
        "source": "output",
        "run": 3,
    }


def test_json_says_null_for_what_is_not_known():
    told = json.loads(entry_json(parse_entry("✓ Ready")))

    unknown = {name: told[name] for name in ("time", "level", "component", "caller", "run")}
    assert set(unknown.values()) == {None}
    assert told["message"] == "✓ Ready"


def test_json_keeps_every_value_of_a_name():
    entry = parse_entry('{"level":"info","a":1,"a":"ä","b":2,"message":"x"}', Source.LOG_FILE)

    written = entry_json(entry)

    assert json.loads(written)["fields"] == {"a": ["1", "ä"], "b": "2"}
    assert '"ä"' in written


def test_json_of_half_a_surrogate_pair_can_be_encoded():
    entry = parse_entry('{"level":"info","a":"\\ud800","message":"\\udfff"}', Source.LOG_FILE)

    assert entry_json(entry).encode()
    assert entry_text(entry).encode()


def test_run_is_told_as_a_person_counts():
    store = LogStore(10, 1000)
    store.begin_run()
    store.mark(dump_mark(RunMark(MarkKind.STARTED, "", run=12)))
    store.extend([b"a"])
    store.begin_run()
    store.extend([b"b"])

    told = [json.loads(line)["run"] for line in export_json(store, range(3))]

    assert told == [12, 12, None]


def test_line_of_megabytes_of_the_log_leaves_in_pieces_and_masked():
    line = b'{"level":"info","pad":"' + b"api_key=abcdefgh " * 10_000 + b'"}'
    store = LogStore(10, 10_000_000)
    store.begin_run()
    store.extend([line], Source.LOG_FILE)

    pieces = list(export_text(store, [0]))

    assert len(pieces) > 3
    assert "abcdefgh" not in "".join(pieces)


def test_entry_of_many_long_lines_is_told_as_far_as_there_is_room():
    store = LogStore(1000, 100_000_000)
    store.begin_run()
    store.extend([b"12:00:00 INF x a.go:1 > m", *[b" api_key=abcdefgh" * 3000] * 100])

    entry, excess = entry_at(store, 0, 60_000)

    assert entry.raw.count("\n") == 2
    assert excess > 97 * 51_000
