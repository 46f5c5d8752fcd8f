from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs.entry import (
    MAX_ENTRY_LINES,
    Entry,
    Level,
    Source,
    entries,
    is_continuation,
    parse_entry,
    starts_entry,
)
from picoclaw_tray.logs.fields import parse_fields, unquote

FAILED = (
    "10:11:12 ERR gateway ../x/gateway.go:146 > Gateway startup failed "
    'error="singleton check failed: gateway is already running (PID: 123, version: \\"0.2.9\\")" '
    "allow_empty=true config_path=/home/alice/.picoclaw/config.json debug=false"
)
WARNED = (
    '{"level":"warn","component":"gateway","limited_mode":true,"time":"2026-04-24T16:50:19+08:00",'
    '"caller":"/build/pkg/gateway/gateway.go:330",'
    '"message":"Gateway started without default model"}'
)


def test_parse_entry_reads_a_console_line():
    entry = parse_entry(FAILED)

    assert entry == Entry(
        time="10:11:12",
        level=Level.ERROR,
        component="gateway",
        caller="../x/gateway.go:146",
        message="Gateway startup failed",
        fields=(
            (
                "error",
                'singleton check failed: gateway is already running (PID: 123, version: "0.2.9")',
            ),
            ("allow_empty", "true"),
            ("config_path", "/home/alice/.picoclaw/config.json"),
            ("debug", "false"),
        ),
        raw=FAILED,
    )
    assert entry.field("debug") == "false"
    assert entry.field("absent") is None


def test_parse_entry_reads_a_line_of_the_log_file():
    assert parse_entry(WARNED, Source.LOG_FILE) == Entry(
        time="2026-04-24T16:50:19+08:00",
        level=Level.WARN,
        component="gateway",
        caller="/build/pkg/gateway/gateway.go:330",
        message="Gateway started without default model",
        fields=(("limited_mode", "true"),),
        raw=WARNED,
        source=Source.LOG_FILE,
    )


def test_parse_entry_keeps_event_fields_that_are_named_like_parts():
    entry = parse_entry(
        '{"level":"info","component":"a","level":"x","message":{"b":[1, "c"]},"message":"m"}'
    )

    assert (entry.level, entry.component, entry.message) == (Level.INFO, "a", "m")
    assert entry.fields == (("level", "x"), ("message", '{"b":[1,"c"]}'))


def test_parse_entry_makes_decoded_text_safe():
    entry = parse_entry(
        '{"level":"info","message":"\\u001b[31mred\\ud800\\nnext","k\\u0000":"\\u0007"}'
    )

    assert entry.message == "red\\ud800\nnext"
    assert entry.fields == (("k␀", "␇"),)
    assert parse_entry('10:11:12 INF a b.go:1 > m k="\\x1b[31m red"').field("k") == " red"


@pytest.mark.parametrize(
    ("token", "level"),
    [
        ("TRC", Level.TRACE),
        ("DBG", Level.DEBUG),
        ("INF", Level.INFO),
        ("WRN", Level.WARN),
        ("ERR", Level.ERROR),
        ("FTL", Level.FATAL),
        ("PNC", Level.PANIC),
        ("???", None),
    ],
)
def test_parse_entry_knows_the_console_levels(token, level):
    assert parse_entry(f"10:11:12 {token} a b.go:1 > m").level == level


def test_levels_are_in_order():
    assert Level.DEBUG < Level.INFO < Level.WARN < Level.ERROR < Level.FATAL


@pytest.mark.parametrize(
    "text",
    [
        "",
        "✓ Gateway started on 127.0.0.1:18790",
        "10:11:12 INF no caller",
        "[" * 100_000,
        '{"a":' * 100_000,
        "[1]",
        "{}",
        '{"level":',
    ],
)
def test_parse_entry_takes_anything_else_as_a_plain_entry(text):
    assert parse_entry(text) == Entry("", None, "", "", text, (), text)


@given(
    st.text()
    | st.text("10:ERa .go>={[\"\\'\n]}", max_size=80).map("10:11:12 ERR a b.go:1 > ".__add__)
)
def test_parse_entry_gives_an_entry_for_any_text(text):
    assert parse_entry(text).raw == text


@given(st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists))
def test_parse_entry_gives_an_entry_for_any_json(value):
    assert parse_entry(json.dumps({"level": value, "x": value})).field("x") is not None


@pytest.mark.parametrize(
    ("tail", "message", "fields"),
    [
        ("plain message", "plain message", ()),
        ("", "", ()),
        ("a=1", "", (("a", "1"),)),
        ("  ✓ indented a=1 b=", "  ✓ indented", (("a", "1"), ("b", ""))),
        ("x=1 in the message a=2", "x=1 in the message", (("a", "2"),)),
        ("not rising b=1 a=2", "not rising b=1", (("a", "2"),)),
        ("m error=e a=1", "m", (("error", "e"), ("a", "1"))),
        ("m a=1 error=e", "m a=1", (("error", "e"),)),
        (r"m path=C:\Users\me", "m", (("path", r"C:\Users\me"),)),
        (r'm path="C:\\Users\\me x" z=1', "m", (("path", r"C:\Users\me x"), ("z", "1"))),
        ('m a="b"c', "m", (("a", '"b"c'),)),
        ('m a="never closed b=1', 'm a="never closed', (("b", "1"),)),
        ('m j={"k": [1, 2]} l=[a b]', "m", (("j", '{"k": [1, 2]}'), ("l", "[a b]"))),
        ("m j={never closed", "m j={never closed", ()),
        ("m j={never", "m", (("j", "{never"),)),
        ("m j={never k=1", "m", (("j", "{never"), ("k", "1"))),
        ("m out=\nfirst\nsecond b=1", "m", (("out", "first\nsecond b=1"),)),
        ("two\nlines a=1", "two\nlines", (("a", "1"),)),
        ("trailing space a=1 ", "trailing space", (("a", "1"),)),
        ("m a=1\n  below b=2", "m\n  below b=2", (("a", "1"),)),
        ('m error="a b" tool=x\n\tmain.go:7', "m\n\tmain.go:7", (("error", "a b"), ("tool", "x"))),
        ('m j={"k": 1}\nbelow', "m\nbelow", (("j", '{"k": 1}'),)),
        ("m sum=aGk=\nbelow", "m\nbelow", (("sum", "aGk="),)),
        ('m a=""\nbelow', "m\nbelow", (("a", ""),)),
        ("m a=1 out=\nfirst b=1\nsecond", "m", (("a", "1"), ("out", "first b=1\nsecond"))),
        (
            "two\nlines a=1 out=\nfirst\nsecond",
            "two\nlines",
            (("a", "1"), ("out", "first\nsecond")),
        ),
        ("three\nlines b=1\nof text a=2", "three\nlines b=1\nof text", (("a", "2"),)),
        ("a sum:\n1 +\n1 =\n2", "a sum:\n1 +\n1 =\n2", ()),
        ("environment:\nA=1\nB=2", "environment:\nA=1\nB=2", ()),
        ("ends with a break\n a=1", "ends with a break\n", (("a", "1"),)),
    ],
)
def test_parse_fields_finds_where_the_message_ends(tail, message, fields):
    assert parse_fields(tail) == (message, fields)


tails = st.text('ab= {}[]"\\', max_size=30)


@given(tails, st.text('ab{}[]"\\', min_size=1), st.lists(tails))
def test_lines_below_change_no_field_and_belong_to_the_message(begin, value, below):
    first = f"{begin} a={value}"
    message, fields = parse_fields(first)

    assert parse_fields("\n".join((first, *below))) == ("\n".join((message, *below)), fields)


@given(tails, tails, tails)
def test_message_of_several_lines_has_its_fields_behind_the_last(first, second, last):
    above = f"{first} .\n{second} ."
    message, fields = parse_fields(f"x {last}")

    assert parse_fields(f"{above}\nx {last}") == (f"{above}\n{message}", fields)


@pytest.mark.parametrize(
    ("quoted", "text"),
    [
        (r"\n\t\"\\\a", '\n\t"\\\a'),
        (r"\x00\u200b\U0001f99e", "\x00\u200b🦞"),
        (r"\U00110000", "\ufffd"),
        (r"\q \x0 \u12", r"\q \x0 \u12"),
    ],
)
def test_unquote_resolves_the_escapes_of_go(quoted, text):
    assert unquote(quoted) == text


def test_entries_attach_continuation_lines_to_the_entry_above():
    lines = [
        "🦞 banner",
        "",
        "10:11:12 INF a b.go:1 > first",
        "second",
        "",
        "third k=v",
        WARNED,
        "more",
        "✓ Cron service started",
        "alone",
        "10:11:13 INF a b.go:1 > last",
    ]

    grouped = list(entries(lines, Source.OUTPUT))

    assert [entry.message for entry in grouped] == [
        "🦞 banner",
        "",
        "first\nsecond\n\nthird",
        "Gateway started without default model\nmore",
        "✓ Cron service started",
        "alone",
        "last",
    ]
    assert grouped[2].fields == (("k", "v"),)
    assert "\n".join(entry.raw for entry in grouped) == "\n".join(lines)


def test_entries_leave_a_blank_line_before_progress_out_of_the_fields():
    lines = ["10:11:12 DBG tools a.go:1 > Registered name=spawn", "", "📦 Agent Status:"]

    entry, progress = entries(lines)

    assert entry.fields == (("name", "spawn"),)
    assert entry.raw.endswith("\n")
    assert progress.message == "📦 Agent Status:"


def test_entries_end_an_entry_that_goes_on_for_ever():
    lines = ["10:11:12 INF a b.go:1 > first", *["more"] * MAX_ENTRY_LINES]

    grouped = list(entries(lines))

    assert [len(entry.raw.split("\n")) for entry in grouped] == [MAX_ENTRY_LINES, 1]


GIVEN_UP = (
    "panic: runtime error: invalid memory address or nil pointer dereference",
    "[signal SIGSEGV: segmentation violation code=0x1 addr=0x0 pc=0x4a1b2c]",
    "",
    "goroutine 1 [running]:",
    "main.main()",
    "\t/build/main.go:7 +0x1b",
    "created by main.start in goroutine 1",
    "exit status 2",
)
"""By Go, on a pipe."""


def test_panic_between_the_lines_of_the_console_is_an_entry_with_its_trace():
    above, below = "10:11:12 INF a b.go:1 > first k=v", "10:11:13 INF a b.go:1 > last"

    first, panic, last = entries([above, *GIVEN_UP, below])

    assert (first.level, first.message, first.fields) == (Level.INFO, "first", (("k", "v"),))
    assert (panic.level, panic.time, panic.fields) == (Level.PANIC, "", ())
    assert panic.message == panic.raw == "\n".join(GIVEN_UP)
    assert last.message == "last"


@pytest.mark.parametrize(
    "line",
    [
        "panic: oh",
        "fatal error: all goroutines are asleep - deadlock!",
        "unexpected fault address 0xb01dfacedebac1e",
        "SIGQUIT: quit",
    ],
)
def test_each_way_in_which_go_gives_up_starts_an_entry(line):
    assert starts_entry(line)
    assert not is_continuation(line)
    assert parse_entry(line).level is Level.PANIC


@pytest.mark.parametrize(
    "line", ["goroutine 1 [running]:", "\tpanic: again", "panicked", "SIGNAL: Strong", "SIGINT: No"]
)
def test_what_only_resembles_it_belongs_to_the_entry_above(line):
    assert is_continuation(line)
    assert parse_entry(line).level is None


@given(
    st.lists(
        st.sampled_from(
            ["", "x", "✓ y", "10:11:12 INF a b.go:1 > m", WARNED, *GIVEN_UP[0:4:3], "\tx"]
        )
    )
)
def test_entries_lose_no_line(lines):
    assert "\n".join(entry.raw for entry in entries(lines)) == "\n".join(lines)


# -- other sources ---------------------------------------------------------------------------------

PANIC = """\
panic: runtime error: index out of range [3] with length 3

goroutine 1 [running]:
main.main()
	/build/main.go:7 +0x1b
Error: no way
zerolog: could not write event: write |1: broken pipe""".splitlines()


def test_panic_text_is_grouped_and_never_harmless():
    found = list(entries(PANIC, Source.PANIC_FILE))

    assert [(entry.level, len(entry.raw.splitlines())) for entry in found] == [
        (Level.PANIC, 5),
        (Level.ERROR, 1),
        (Level.ERROR, 1),
    ]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("fatal error: all goroutines are asleep", (Level.PANIC, "")),
        ("runtime: out of memory: cannot allocate", (Level.PANIC, "")),
        ("SIGSEGV: segmentation violation", (Level.PANIC, "")),
        ("[2026-04-24 16:50:19] PANIC OCCURRED: nil map", (Level.PANIC, "16:50:19")),
        ("2026/04/24 16:50:19 http: panic serving [::1]:4: x", (Level.PANIC, "16:50:19")),
        ("2026/04/24 16:50:19 events: subscriber a recovered panic: x", (Level.PANIC, "16:50:19")),
        ("2026/04/24 16:50:19.123456 [cron] ✓ job 'a' completed", (Level.INFO, "16:50:19")),
        ("2026/04/24 16:50:19 [cron] job a not found, skipping", (Level.WARN, "16:50:19")),
        ("====================", (Level.ERROR, "")),
        ("Error: no way", (Level.ERROR, "")),
    ],
)
def test_each_kind_of_panic_text_starts_an_entry_with_its_level_and_time(line, expected):
    entry = parse_entry(f"{line}\n\tmain.go:7", Source.PANIC_FILE)

    assert starts_entry(line, Source.PANIC_FILE)
    assert (entry.level, entry.time) == expected
    assert line.endswith(entry.message.removesuffix("\n\tmain.go:7"))
    assert entry.raw == f"{line}\n\tmain.go:7"


def test_panic_that_the_gateway_caught_is_an_entry_with_its_stack():
    lines = (
        *("Error: before", "", "", "===================="),
        *("[2026-04-24 16:50:19] PANIC OCCURRED: nil map", "goroutine 1 [running]:", "\tmain.go:7"),
    )

    *_, caught = entries(lines, Source.PANIC_FILE)

    assert (caught.level, caught.time) == (Level.PANIC, "16:50:19")
    assert caught.message == "PANIC OCCURRED: nil map\ngoroutine 1 [running]:\n\tmain.go:7"


def test_stack_without_its_beginning_stands_alone():
    assert [entry.level for entry in entries(PANIC[2:4], Source.PANIC_FILE)] == [Level.ERROR] * 2


def test_note_of_the_tray_neither_continues_nor_is_continued():
    note = '{"level":"info","component":"picoclaw-tray","time":"t","message":"gateway ended"}'

    assert not starts_entry(note, Source.TRAY)
    assert not is_continuation(note, Source.TRAY)
    assert not is_continuation("  x", Source.TRAY)
