from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.looking import Looker
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_mark
from picoclaw_tray.logs.printed import printed, printed_pieces
from picoclaw_tray.logs.query import Matcher, Search, matcher
from picoclaw_tray.logs.store import LogStore

TIME = "2026-04-24T16:50:19+08:00"
MARK = RunMark(MarkKind.STARTED, TIME, run=3, pid=4711)


def in_file(message, **fields):
    head = {"level": "info", "component": "agent", **fields}
    line = {**head, "time": TIME, "caller": "a/b.go:7", "message": message}
    return json.dumps(line, separators=(",", ":"), ensure_ascii=False).encode()


def store_of(line, source):
    store = LogStore(10, 10_000_000, words=lambda mark: f"Run {mark.run} began")
    store.begin_run()
    store.extend([line], source)
    return store


@pytest.mark.parametrize(
    ("line", "source", "told"),
    [
        (b"plain", Source.OUTPUT, "plain"),
        (in_file("Hm", a=1), Source.LOG_FILE, "16:50:19 INF agent a/b.go:7 > Hm a=1"),
        (in_file("Hm", a=1), Source.OUTPUT, in_file("Hm", a=1).decode()),
        (b"{odd", Source.LOG_FILE, "{odd"),
        (dump_mark(MARK), Source.TRAY, "--- 2026-04-24 16:50:19 Run 3 began"),
        ("… [3 bytes skipped]".encode(), Source.TRAY, "… [3 bytes skipped]"),
        (b"panic: x", Source.PANIC_FILE, "panic: x"),
    ],
    ids=["output", "log", "json-output", "no-entry", "note", "gap", "panic"],
)
def test_line_is_told_as_a_person_reads_it(line, source, told):
    assert printed(store_of(line, source), 0) == told
    assert "".join(printed_pieces(store_of(line, source), 0)) == told


def test_long_line_comes_in_pieces_as_it_is():
    line = in_file("word " * 20_000)
    pieces = list(printed_pieces(store_of(line, Source.LOG_FILE), 0))

    assert len(pieces) > 1
    assert "".join(pieces) == line.decode()


SECRET = r"sk\u002dproj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4"
TEXTS = st.text("\x1b[0m\u2028\u202e\x85abIN fF.=-:\"'\\/<é☃0123", max_size=12) | st.sampled_from(
    ["INFO", "pico", "channel=pico", "16:50", "true", "null", "[1,2]", '{"a":"b c"}', "<b>", SECRET]
)


@given(
    message=TEXTS,
    fields=st.dictionaries(
        st.sampled_from(["a", "channel", "x_y"]),
        TEXTS | st.integers() | st.floats() | st.booleans() | st.none(),
    ),
    part=st.tuples(st.integers(0, 80), st.integers(1, 20)),
    switches=st.tuples(st.booleans(), st.booleans()),
)
def test_whatever_is_printed_of_a_line_of_the_log_is_found(message, fields, part, switches):
    (place, length), (case, escapes) = part, switches
    line = in_file(message, **fields)
    if escapes:  # as Go writes what HTML would take for its own
        line = line.replace(b"<", rb"\u003c").replace(b">", rb"\u003e")
    store = store_of(line, Source.LOG_FILE)
    told = printed(store, 0)
    place %= len(told)
    pattern = told[place : place + length]
    found = matcher(Search(pattern if case else pattern.swapcase(), is_case_sensitive=case))
    assert isinstance(found, Matcher)

    expected = pattern in told if case else found.matches(told)

    assert Looker(store, found).look(0, line) == expected


def test_note_is_found_by_its_words_alone():
    store = store_of(dump_mark(MARK), Source.TRAY)

    def finds(pattern):
        found = matcher(Search(pattern))
        assert isinstance(found, Matcher)
        return Looker(store, found).look(0, dump_mark(MARK))

    assert finds("run 3 began")
    assert not finds("picoclaw-tray")
    assert not finds("info")


@given(line=TEXTS, part=st.tuples(st.integers(0, 80), st.integers(1, 20)), case=st.booleans())
def test_whatever_is_printed_of_the_output_is_found(line, part, case):
    raw = line.encode()
    store = store_of(raw, Source.OUTPUT)
    told = printed(store, 0)
    place = part[0] % (len(told) or 1)
    pattern = told[place : place + part[1]] or "x"
    found = matcher(Search(pattern if case else pattern.swapcase(), is_case_sensitive=case))
    assert isinstance(found, Matcher)

    assert Looker(store, found).look(0, raw) == found.matches(told)


@pytest.mark.parametrize("number", ["1e5", "1.5e-7", "0.10", "1E+2"])
def test_number_is_told_as_it_was_written(number):
    line = in_file("Hm", a="N", b=["N"]).replace(b'"N"', number.encode())

    assert printed(store_of(line, Source.LOG_FILE), 0).endswith(f"> Hm a={number} b=[{number}]")
