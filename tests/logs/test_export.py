from __future__ import annotations

import json

import pytest

from picoclaw_tray.logs import whole_entry
from picoclaw_tray.logs.entry import Level, Source
from picoclaw_tray.logs.export import LONGEST, export_json, export_text
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
        "run": 1,
    }
    assert found[1]["message"] == "✓ Fine"
    assert found[1]["level"] is None
    assert [entry.get("bytes_cut") for entry in found] == [None, None, 5]


def test_lines_that_are_dropped_meanwhile_are_missing():
    store = LogStore(2, 1000)
    store.begin_run()
    store.extend([b"a", b"b"])
    text, objects = export_text(store, range(2)), export_json(store, range(2))

    store.extend([b"c"])

    assert "".join(text) == "b\n"
    assert [json.loads(line)["message"] for line in objects] == ["b"]
