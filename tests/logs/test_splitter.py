from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs.splitter import CUT_MARK, LineSplitter, decode_line, display_safe
from tests.support.huge_lines import HUGE

STREAM = st.lists(
    st.sampled_from([b"\n", b"\r", b"\r\n", b"a", b"bc", b"\xc3\xa9", b"\xff", b"\0"])
)


def expected(stream: bytes, limit: int) -> list[bytes]:
    """The definition of a line, with the whole stream at hand."""
    *whole, last = stream.split(b"\n")
    lines = [line.removesuffix(b"\r") for line in whole] + ([last] if last else [])
    return [
        line
        if len(line) <= limit
        else line[:limit] + CUT_MARK.format(count=len(line) - limit).encode()
        for line in lines
    ]


@given(st.lists(STREAM.map(b"".join)), st.integers(1, 6))
def test_splitter_gives_the_same_lines_wherever_the_stream_is_cut(chunks, limit):
    splitter = LineSplitter(limit)

    lines = [line for chunk in chunks for line in splitter.feed(chunk)] + splitter.finish()

    assert lines == expected(b"".join(chunks), limit)


@given(st.binary(), st.integers(1, 5))
def test_splitter_gives_the_same_lines_for_any_bytes(stream, step):
    splitter = LineSplitter()

    parts = [stream[at : at + step] for at in range(0, len(stream), step)]
    lines = [line for part in parts for line in splitter.feed(part)] + splitter.finish()

    assert lines == expected(stream, len(stream))


@pytest.mark.parametrize(
    ("chunks", "lines"),
    [
        ([b"one\ntwo\r\nthree"], [b"one", b"two", b"three"]),
        ([b"one\r", b"\ntwo\n"], [b"one", b"two"]),
        ([b"50%\r100%\n"], [b"50%\r100%"]),
        ([b"last\r"], [b"last\r"]),
        ([b"\n\r\n"], [b"", b""]),
        ([b""], []),
        ([b"\xf0\x9f", b"\xa6\x9e picoclaw\n"], ["🦞 picoclaw".encode()]),
    ],
)
def test_splitter_ends_lines_at_lf_and_crlf_only(chunks, lines):
    splitter = LineSplitter()

    assert [line for chunk in chunks for line in splitter.feed(chunk)] + splitter.finish() == lines


@pytest.mark.parametrize("line", HUGE.values(), ids=HUGE)
def test_splitter_keeps_a_huge_line_whole(line):
    splitter = LineSplitter()
    stream = b"before\n" + line + b"\r\nafter\n"

    parts = [stream[at : at + 65_536] for at in range(0, len(stream), 65_536)]
    lines = [found for part in parts for found in splitter.feed(part)]

    assert lines == [b"before", line, b"after"]
    assert not splitter._pending


def test_splitter_goes_on_after_a_line_over_the_limit():
    splitter = LineSplitter(10)

    lines = splitter.feed(b"x" * 25) + splitter.feed(b"x" * 10 + b"\r\nnext\n")

    assert lines == ["xxxxxxxxxx …[25 bytes cut]".encode(), b"next"]


def test_splitter_holds_no_more_than_the_limit_when_a_line_never_ends():
    splitter = LineSplitter(1000)

    for _ in range(1000):
        assert splitter.feed(b"x" * 1000) == []

    assert len(splitter._pending) == 1000
    assert splitter.finish() == [b"x" * 1000 + CUT_MARK.format(count=999_000).encode()]


def test_splitter_starts_afresh_after_finish():
    splitter = LineSplitter(3)
    splitter.feed(b"abcdef\r")

    assert splitter.finish() == ["abc …[4 bytes cut]".encode()]
    assert splitter.finish() == []
    assert splitter.feed(b"new\n") == [b"new"]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"plain", "plain"),
        ("✓ Grüße 🦞".encode(), "✓ Grüße 🦞"),
        (b"a\tb", "a\tb"),
        (b"bad \xff\xc3", "bad \ufffd\ufffd"),
        (b"nul\0 bell\x07 cr\r del\x7f", "nul␀ bell␇ cr␍ del␡"),
        (b"a\nb", "a␊b"),
        (b"\x1b[31mred\x1b[0m \x1b[1;38;5;208mbold\x1b[m", "red bold"),
        (b"\x1b]0;title\x07text \x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "text link"),
        (b"\x1bPq#0\x1b\\sixel \x1b(Bset \x1b=keypad \x1b7saved", "sixel set keypad saved"),
        (b"lone \x1b", "lone ␛"),
        (b"\x1b\x1b[0m[31m", "␛[31m"),
        (b"\x1b]never ends", "␛]never ends"),
        ("\x9b31mred \x85".encode(), "red \\x85"),
        ("\u202egnp.exe \u2028".encode(), "\\u202egnp.exe \\u2028"),
    ],
)
def test_decode_line_makes_a_line_safe_for_display(raw, shown):
    assert decode_line(raw) == shown


@given(st.binary() | st.text().map(str.encode))
def test_decode_line_leaves_nothing_that_steers_a_terminal(raw):
    text = decode_line(raw)

    codes = {ord(char) for char in text} - {ord("\t")}
    assert not codes & {*range(0x20), *range(0x7F, 0xA0)}
    assert display_safe(text) == text


def test_display_safe_keeps_newlines_and_replaces_lone_surrogates():
    assert display_safe("a\n\tb\ud800") == "a\n\tb\\ud800"
