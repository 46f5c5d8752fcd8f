from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs import looking
from picoclaw_tray.logs import printed as printed_module
from picoclaw_tray.logs import selection as selection_module
from picoclaw_tray.logs.all_lines import AllLines
from picoclaw_tray.logs.entry import Level, Source, entries
from picoclaw_tray.logs.match_index import MatchIndex
from picoclaw_tray.logs.printed import AT_ONCE, printed_pieces
from picoclaw_tray.logs.query import Matcher, Query, Search, matcher
from picoclaw_tray.logs.selection import Selection, components, level_and_component
from picoclaw_tray.logs.store import LogStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from picoclaw_tray.logs.entry import Entry

MARK = b'{"level":"info","component":"picoclaw-tray","time":"t","message":"gateway ended"}'
LINES = (
    b"12:00:00 ERR agent a.go:1 > Went wrong error=no",
    b"12:00:00 WRN gateway a.go:1 > Hm",
    b"12:00:00 INF gateway a.go:1 > Fine",
    b"12:00:00 DBG voice a.go:1 > sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2M3n4",
    b"12:00:00 ??? odd a.go:1 > x",
    b"12:00:00 INF no caller",
    b"  goes wrong on",
    b"goes on",
    "✓ Cron service started".encode(),
    "⚠ Warning: No channels enabled".encode(),
    b'{"level":"error","component":"agent","time":"t","caller":"a:1","message":"Wrong in JSON"}',
    b'{"component":"voice","level":"debug","message":"Other order"}',
    b'{"level":"odd","component":"x","message":"m"}',
    b"\x1b[31m12:00:00 ERR agent a.go:1 > Red\x1b[0m",
    b"",
    b"panic: wrong",
    b"goroutine 1 [running]:",
)
PANIC = (b"panic: wrong", b"goroutine 1 [running]:", b"Error: wrong", b"", b"exit status 2")


def store_of(*lines: bytes, held: int = 100) -> LogStore:
    store = LogStore(held, 1_000_000)
    store.begin_run()
    store.extend(lines)
    return store


def selected(store: LogStore, query: Query, step: int = 100) -> list[str]:
    selection = Selection(store, query)
    while selection.advance(step):
        pass
    return [store.line(selection.line_at(row)) for row in range(len(selection))]


def test_entry_passes_with_all_its_lines():
    store = store_of(LINES[0], b"  stack", LINES[2], b"  more", LINES[1])

    assert selected(store, Query(level=Level.WARN)) == [
        store.line(0), "  stack", store.line(4),
    ]  # fmt: skip


def test_panic_is_not_hidden_with_the_entry_above_it():
    store = store_of(LINES[2], *PANIC[:2], b"", b"\tmain.go:7", LINES[2])

    assert selected(store, Query(level=Level.ERROR)) == [store.line(n) for n in range(1, 5)]


def test_entry_passes_by_what_any_of_its_lines_says():
    store = store_of(LINES[2], b"one", b"needle", b"three", LINES[2])
    query = Query(search=Search("NEEDLE"))

    assert selected(store, query) == [store.line(n) for n in range(4)]


def test_entry_that_goes_on_may_pass_later():
    store = store_of(LINES[2], b"one")
    selection = Selection(store, Query(search=Search("needle")))
    assert not selection.advance(10)
    assert len(selection) == 0

    store.extend([b"needle", b"after"])
    assert not selection.advance(10)

    assert [selection.line_at(row) for row in range(4)] == [0, 1, 2, 3]


def test_lines_of_the_log_file_pass_by_their_level_and_component():
    store = store_of()
    lines = [
        b'{"level":"%s","component":"%s","time":"t","caller":"a:1","message":"m"}' % head
        for head in ((b"debug", b"a"), (b"error", b"a"), (b"odd", b"a"), (b"fatal", b"b"))
    ]
    store.extend([*lines, b"no JSON"], Source.LOG_FILE)

    assert selected(store, Query(level=Level.ERROR)) == [
        line.decode() for line in (lines[1], lines[3], b"no JSON")
    ]
    assert selected(store, Query(level=Level.INFO, component="a")) == [
        line.decode() for line in lines[1:3]
    ]


def test_notes_of_ours_pass_level_and_component_but_no_search():
    store = store_of(LINES[2])
    store.mark(MARK)

    assert selected(store, Query(level=Level.FATAL)) == [MARK.decode()]
    assert selected(store, Query(component="agent")) == [MARK.decode()]
    assert selected(store, Query(search=Search("needle"))) == []


def test_runs_are_told_apart():
    store = store_of(b"old")
    store.begin_run()
    store.extend([b"new"])

    assert selected(store, Query(run=1)) == ["old"]
    assert selected(store, Query(run=2)) == ["new"]


def test_secret_is_not_found_and_its_mask_is():
    store = store_of(LINES[3])

    assert selected(store, Query(search=Search("A1b2C3"))) == []
    assert selected(store, Query(search=Search("•••"))) == [store.line(0)]


def test_expression_that_cannot_be_used_hides_nothing():
    assert selected(store_of(b"a"), Query(search=Search("(", is_regex=True))) == ["a"]


def test_selection_tells_that_its_expression_takes_too_long():
    store = store_of(b"a" * 3000, b"ab")
    selection = Selection(store, Query(search=Search("(a+)+b", is_regex=True)))

    assert not selection.advance(10)

    assert selection.problem is not None
    assert Selection(store, Query()).problem is None
    assert [selection.line_at(row) for row in range(len(selection))] == [1]


def test_dropped_rows_are_forgotten_from_the_front():
    store = store_of(*[b"x"] * 5, held=5)
    selection = Selection(store, Query(level=Level.INFO))
    selection.advance(10)
    store.extend([b"y"] * 2)

    assert selection.drop() == 2
    assert selection.drop() == 0
    assert [selection.line_at(row) for row in range(len(selection))] == [2, 3, 4]
    assert (selection.row_of(0), selection.row_of(3), selection.row_of(9)) == (0, 1, 3)


def test_lines_that_were_dropped_while_they_waited_do_not_come_back():
    store = store_of(LINES[2], b"one", held=2)
    selection = Selection(store, Query(search=Search("needle")))
    selection.advance(10)
    store.extend([b"needle"])

    selection.advance(10)

    assert [selection.line_at(row) for row in range(len(selection))] == [1, 2]


def test_line_whose_entry_was_dropped_unseen_stands_alone():
    store = store_of(LINES[0], held=2)
    selection = Selection(store, Query(level=Level.ERROR))
    selection.advance(10)
    store.extend([b"a", b"b", b"c"])

    selection.advance(10)

    assert len(selection) == 1


def test_components_are_those_that_occur():
    store = store_of(*LINES)
    store.mark(MARK)
    store.extend(PANIC, Source.PANIC_FILE)

    assert components(store) == ("agent", "gateway", "odd", "voice", "x")


def test_component_that_is_a_secret_is_not_offered():
    assert components(store_of(b"12:00:00 INF sk-proj-A1b2C3d4E5f6G7h8I9j0K1l2 a.go:1 > x")) == ()


def test_components_are_bounded():
    lines = [b"12:00:00 INF c%d a.go:1 > x" % number for number in range(300)]

    assert len(components(store_of(*lines, held=1000))) == 200


# -- what is looked for ----------------------------------------------------------------------------


def index_of(store: LogStore, pattern: str, lines: object = None) -> MatchIndex:
    found = matcher(Search(pattern))
    assert isinstance(found, Matcher)
    rows = AllLines(store)
    rows.advance(0)
    return MatchIndex(store, lines or rows, found)  # type: ignore[arg-type]


def test_matches_are_counted_and_gone_through_in_a_ring():
    store = store_of(b"a", b"x", b"a", b"x", b"a")
    index = index_of(store, "a")

    while index.advance(2):
        pass

    assert index.count == 3
    assert [index.position_of(n) for n in range(5)] == [1, 0, 2, 0, 3]
    assert [index.nearest(n) for n in (-1, 0, 1, 4, 5)] == [0, 0, 2, 4, 4]
    assert [index.next_after(n) for n in (-1, 0, 1, 4)] == [0, 2, 2, 0]
    assert [index.previous_before(n) for n in (0, 1, 2, 5)] == [4, 0, 0, 4]


def test_nothing_that_matches_leads_nowhere():
    index = index_of(store_of(b"x"), "a")
    index.advance(10)

    assert index.count == 0
    assert (index.nearest(0), index.next_after(0), index.previous_before(0)) == (None, None, None)


def test_only_rows_are_searched():
    store = store_of(LINES[0], LINES[2], LINES[0])
    selection = Selection(store, Query(level=Level.ERROR))
    selection.advance(10)
    index = index_of(store, "a.go", selection)
    index.advance(10)

    assert index.count == 2


def test_match_that_was_dropped_is_forgotten():
    store = store_of(b"a", b"a", held=2)
    index = index_of(store, "a")
    index.advance(10)
    store.extend([b"x"])

    index.advance(10)

    assert (index.count, index.next_after(-1)) == (1, 1)


# -- long lines ------------------------------------------------------------------------------------

LONG = b" ".join(b"word%d" % number for number in range(30_000))


@pytest.mark.parametrize(
    "needle", ["word0 ", "word15000 word15001", "word29999", "WORD29998 word"], ids=str
)
@pytest.mark.parametrize("is_regex", [False, True], ids=["text", "expression"])
def test_long_line_is_searched_to_its_end_in_many_steps(needle, is_regex):
    store = store_of(LINES[1], LINES[2], b"  more", LONG, b"  end", LINES[0])
    query = Query(level=Level.INFO, search=Search(needle, is_regex=is_regex))
    selection, found = Selection(store, query), matcher(query.search)
    assert isinstance(found, Matcher)
    index = MatchIndex(store, (rows := AllLines(store)), found)
    rows.advance(0)

    steps = [sum(1 for _ in iter(partial(it.advance, 100), False)) for it in (selection, index)]

    assert [selection.line_at(row) for row in range(len(selection))] == [1, 2, 3, 4]
    assert (index.count, index.position_of(3)) == (1, 1)
    assert min(steps) >= (1 if needle == "word0 " else 5)


def test_no_secret_of_a_long_line_is_found():
    store = store_of(LONG + b" api_key=hidden99 " + LONG)

    assert selected(store, Query(search=Search("hidden99"))) == []
    assert len(selected(store, Query(search=Search("api_key=•••")))) == 1


def test_long_line_that_is_dropped_while_it_is_searched_is_no_match():
    store = store_of(LONG, held=1)
    index = index_of(store, "word29999")
    assert index.advance(10)

    store.extend([b"x"])
    while index.advance(10):
        pass

    assert index.count == 0


def test_step_ends_early_when_its_time_is_over():
    store = store_of(*[b"x"] * 4)
    selection, index = Selection(store, Query(level=Level.INFO)), index_of(store, "x")
    answers = iter([False, True] * 2)
    is_over = partial(next, answers)

    assert selection.advance(100, is_over)
    assert index.advance(100, is_over)

    assert (len(selection), index.count) == (2, 2)


# -- against entries -------------------------------------------------------------------------------

acts = st.lists(
    st.lists(st.sampled_from(LINES), max_size=5)
    | st.lists(st.sampled_from(PANIC), max_size=3).map(tuple)
    | st.sampled_from(["run", "mark"]),
    max_size=12,
)
queries = st.builds(
    Query,
    level=st.none() | st.sampled_from(Level),
    component=st.sampled_from(["", "", "agent", "gateway"]),
    run=st.sampled_from([None, None, 1, 2]),
    search=st.builds(
        Search,
        st.sampled_from(["", "", "wrong", "on", "12:00", "•", "E"]),
        st.booleans(),
        st.booleans(),
    ),
)


lengths = st.sampled_from([0, 20, 65536])
"""From which length on a line takes several looks."""


@contextmanager
def limited(at_once: int) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (looking, printed_module):
            patch.setattr(module, "AT_ONCE", at_once)
        yield


@given(acts, queries, st.integers(1, 7), lengths)
def test_selection_is_what_reading_all_entries_would_give(acts, query, step, at_once):
    store = LogStore(10_000, 1_000_000)
    store.begin_run()
    selection = Selection(store, query)
    with limited(at_once):
        for act in acts:
            if act == "run":
                store.begin_run()
            elif act == "mark":
                store.mark(MARK)
            else:
                store.extend(act, Source.PANIC_FILE if isinstance(act, tuple) else Source.OUTPUT)
            selection.advance(step)
        while selection.advance(step):
            pass
        expected = [
            n for entry, lines in read(store) if passes(entry, query, store, lines) for n in lines
        ]

    assert [selection.line_at(row) for row in range(len(selection))] == expected


@given(st.lists(st.sampled_from(LINES)), st.integers(1, 7), st.integers(1, 20), lengths)
def test_lines_with_matches_are_those_that_have_it(lines, step, held, at_once):
    store = store_of(held=held)
    rows, matches = AllLines(store), matcher(Search("o"))
    assert isinstance(matches, Matcher)
    index = MatchIndex(store, rows, matches)

    with limited(at_once):
        for line in lines:
            store.extend([line])
            rows.advance(0)
            index.advance(step)
        rows.drop()
        while index.advance(step):
            pass

    held_ = range(store.first, store.end)
    have_it = [n for n in held_ if matches.matches(store.line(n))]
    assert [n for n in held_ if index.position_of(n)] == have_it
    assert index.count == len(have_it)


@given(acts, queries, st.integers(1, 7), st.integers(1, 6), lengths)
def test_rows_are_lines_that_are_held_whatever_is_dropped_and_cleared(
    acts, query, step, held, at_once
):
    """What a store that drops shows is the rest of what one would show that drops nothing."""
    small, large = LogStore(held, 1_000_000), LogStore(10_000, 1_000_000)
    of_small, of_large = Selection(small, query), Selection(large, query)
    with limited(at_once):
        for count, act in enumerate(acts):
            for store in (small, large):
                if act == "run":
                    store.begin_run() if count % 2 else store.clear()
                elif act == "mark":
                    store.mark(MARK)
            lines = [] if isinstance(act, str) else act
            source = Source.PANIC_FILE if isinstance(act, tuple) else Source.OUTPUT
            for line in lines:
                for store, selection in ((small, of_small), (large, of_large)):
                    store.extend([line], source)
                    while selection.advance(step):
                        pass
        for selection in (of_small, of_large):
            while selection.advance(100):
                pass
            selection.drop()

    shown = [of_small.line_at(row) for row in range(len(of_small))]
    whole = [of_large.line_at(row) for row in range(len(of_large))]

    assert shown == [n for n in whole if n >= small.first]


def read(store: LogStore) -> list[tuple[Entry, range]]:
    """All entries, and their lines."""
    found, n = [], store.first
    stretches = store.stretches()
    ends = [*(stretch.first for stretch in stretches[1:]), store.end]
    for stretch, end in zip(stretches, ends, strict=False):
        lines = [store.line(number) for number in range(n, end)]
        for entry in entries(lines, stretch.source):
            count = entry.raw.count("\n") + 1
            found.append((entry, range(n, n + count)))
            n += count
    return found


def passes(entry: Entry, query: Query, store: LogStore, lines: range) -> bool:
    level = entry.level if entry.level is not None else Level.INFO
    if entry.raw.startswith("⚠"):
        level = Level.WARN
    if entry.source is not Source.TRAY:
        if query.level is not None and level < query.level:
            return False
        if query.component and entry.component != query.component:
            return False
    if query.run is not None and store.run(lines[0]) != query.run:
        return False
    found = matcher(query.search)
    assert isinstance(found, Matcher)
    return not query.search.pattern or any(
        found.matches("".join(printed_pieces(store, n))) for n in lines
    )


@pytest.mark.parametrize("lines", [LINES, PANIC])
def test_all_lines_are_all(lines):
    store = store_of(*lines)
    rows = AllLines(store)

    assert not rows.advance(1)

    assert [rows.line_at(row) for row in range(len(rows))] == list(range(len(lines)))
    assert (rows.row_of(-1), rows.row_of(2), rows.row_of(99)) == (0, 2, len(lines))


def test_all_lines_forget_what_was_dropped():
    store = store_of(b"a", b"b", b"c", held=3)
    rows = AllLines(store)
    rows.advance(1)
    store.extend([b"d", b"e"])

    assert (rows.drop(), len(rows), rows.line_at(0)) == (2, 1, 2)
    store.extend([b"x"] * 9)
    assert rows.drop() == 1
    rows.advance(1)
    rows.advance(1)
    assert (len(rows), rows.line_at(0)) == (3, 11)


def test_components_of_lines_in_an_unusual_form_are_read_up_to_a_limit(monkeypatch):
    monkeypatch.setattr(selection_module, "MAX_UNUSUAL", 2)
    store = LogStore(100, 10_000)
    store.begin_run()
    lines = [b'{"level": "info", "component": "c%d"}' % n for n in range(3)]
    store.extend([*lines, b"12:00:00 INF usual a.go:1 > x"])

    assert components(store) == ("c0", "c1", "usual")


def test_level_of_a_line_of_megabytes_is_read_from_its_beginning():
    head = '{"extra":1,"level":"error","component":"agent","pad":"'
    raw = head.encode() + b"x" * AT_ONCE + b'"}'

    assert level_and_component(head, raw, Source.LOG_FILE) == (Level.INFO, "")
    assert level_and_component(head, raw[: AT_ONCE // 2] + b'"}', Source.LOG_FILE) == (
        Level.ERROR,
        "agent",
    )


@pytest.mark.parametrize(
    ("line", "component"),
    [
        (b'{"level":"error","time":"t","caller":"c","message":"m"}', ""),
        (b'{"level":"error","time":"t","component":"late","message":"m"}', "late"),
    ],
    ids=["none", "late"],
)
def test_line_of_the_log_may_have_no_component(line, component):
    store = LogStore(100, 10_000)
    store.begin_run()
    store.extend([line], Source.LOG_FILE)

    assert components(store) == ((component,) if component else ())
