"""A private key that is printed line by line is shown by no line of it, wherever that stands."""

from __future__ import annotations

import string
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picoclaw_tray.logs.masked_blocks import BlockMasker
from picoclaw_tray.logs.private_keys import LONGEST_KEY
from picoclaw_tray.logs.redaction import MASK, Redactor
from picoclaw_tray.logs.splitter import decode_line
from picoclaw_tray.logs.store import LogStore

KEY = [
    "-----BEGIN RSA PRIVATE KEY-----",
    "Proc-Type: 4,ENCRYPTED",
    "",
    "MIIEpAIBAAKCAQEA7bq8c0Zr8Jm4f8sWb0X3y5kZ1Qm9d2uV6tL7nP0aRcYhKjGx",
    "  aGVsbG8gd29ybGQsIHRoaXMgaXMgbm8ga2V5IGF0IGFsbA==",
    "QmFzZQ==",
    "-----END RSA PRIVATE KEY-----",
]
BEGIN, BODY, END = KEY[0], KEY[3], KEY[-1]
OTHER = "12:00:00 INF agent a.go:1 > Something else went on"
BASE64 = string.ascii_letters + string.digits + "+/"


def in_store(*lines: str, max_lines: int = 10_000) -> list[str]:
    """What a store shows, asked from the last line up."""
    store = LogStore(max_lines, 10_000_000)
    store.begin_run()
    store.extend([line.encode() for line in lines])
    return [store.line(n) for n in reversed(range(store.first, store.end))][::-1]


def on_disk(*lines: str, cuts: tuple[int, ...] = ()) -> list[str]:
    masker = BlockMasker(Redactor())
    told = [
        masker.mask_lines([line.encode() for line in lines[begin:end]])
        for begin, end in pairwise((0, *sorted(cuts), len(lines)))
    ]
    return [decode_line(line) for line in b"".join(told).split(b"\n")[:-1]]


def shown(*lines: str) -> list[str]:
    told = in_store(*lines)
    assert on_disk(*lines) == told
    return told


def test_private_key_is_masked_line_by_line():
    assert shown("started", *KEY, "stopped", "QmFzZQ==") == [
        "started", BEGIN, MASK, "", MASK, MASK, MASK, END, "stopped", "QmFzZQ==",
    ]  # fmt: skip


@pytest.mark.parametrize("width", [64, 70, 76, 1600])
def test_body_is_masked_without_its_beginning(width: int):
    body = (BODY * 25)[:width]

    assert shown(OTHER, body, body, "QmFzZQ==", END) == [OTHER, MASK, MASK, MASK, END]


def test_body_is_masked_when_its_beginning_was_dropped():
    assert in_store(BEGIN, BODY, BODY, "QmFzZQ==", OTHER, max_lines=3) == [MASK, MASK, OTHER]


def test_body_is_masked_when_the_lines_above_were_cleared():
    store = LogStore(100, 10_000)
    store.begin_run()
    store.extend([BEGIN.encode()])
    store.line(0)
    store.clear()
    store.extend([BODY.encode(), b"QmFzZQ==", b"", b"word"])

    assert [store.line(n) for n in range(store.first, store.end)] == [MASK, MASK, "", "word"]


def test_lines_of_others_hide_no_beginning():
    assert shown(BEGIN, OTHER, BODY, OTHER, "QmFzZQ==", END, "word") == [
        BEGIN, OTHER, MASK, OTHER, MASK, END, "word",
    ]  # fmt: skip


def test_coloured_key_is_masked():
    told = shown("-----BEGIN \x1b[1mPRIVATE KEY-----", f"\x1b[33m{BODY}\x1b[0m", "\x9b1mQmFzZQ==")

    assert told[1:] == [MASK, MASK]


def test_unfinished_key_has_an_end_wherever_one_looks_first():
    words = [f"word{n}" for n in range(1000)]

    assert shown(BEGIN, *words)[1:] == [MASK] * LONGEST_KEY + words[LONGEST_KEY:]


@pytest.mark.parametrize(
    "line",
    [
        "93ff969686cdbcb3dd075e8fcecdcbfa93ff969686cdbcb3dd075e8fcecdcbfa",  # SHA-256
        "93FF969686CDBCB3DD075E8FCECDCBFA93FF969686CDBCB3DD075E8FCECDCBFA",
        BODY[:-1],
        f"{BODY[:30]}.{BODY[:33]}",
        f"value {BODY}",
        "x" * 64,
        "word",
        "",
        f"{OTHER} {'x' * 20_000}",
        BODY * 300,  # no key is so long
    ],
    ids=["hash", "capitals", "short", "dotted", "named", "one", "word", "none", "long", "picture"],
)
def test_what_only_looks_a_little_like_a_body_is_shown(line: str):
    assert shown(OTHER, line, OTHER) == [OTHER, line, OTHER]


def test_mark_at_the_end_of_a_long_line_counts():
    long = "x " * 20_000 + BEGIN

    assert shown(long, "word", f"{END} of it", "word")[1:] == [MASK, f"{END} of it", "word"]


def test_words_are_shown_where_no_key_has_begun():
    assert shown("-----BEGIN CERTIFICATE-----", "one", "", "two", "no PRIVATE KEY-----", "x") == [
        "-----BEGIN CERTIFICATE-----", "one", "", "two", "no PRIVATE KEY-----", "x",
    ]  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> str:
    width = draw(st.sampled_from([64, 70, 76]))
    return "aA" + draw(st.text(BASE64, min_size=width - 2, max_size=width - 2))


LINES = st.lists(
    bodies()
    | st.sampled_from(
        [
            *(BEGIN, END, BODY, OTHER, "", "word", "QmFzZQ==", "Proc-Type: 4,ENCRYPTED"),
            *(f"\x1b[33m{BODY}\x1b[0m", f" \t{BODY} ", "two words", f"x {BEGIN}", f"{BEGIN}{END}"),
            *("-----BEGIN CERTIFICATE-----", "api_key=abc", "\\n", "a" * 200, "a" * 17_000),
        ]
    ),
    max_size=12,
)


@settings(max_examples=150)
@given(LINES, st.integers(0, 250), st.lists(st.integers(0, 300), max_size=3), st.randoms())
def test_store_and_disk_hide_the_same_lines_in_whatever_order(lines, words, cuts, random):
    lines = [*lines, *["word"] * words, *lines[:3]]
    store = LogStore(10_000, 10_000_000)
    store.begin_run()
    store.extend([line.encode() for line in lines])
    numbers = list(range(len(lines)))
    random.shuffle(numbers)

    told = {n: store.line(n) for n in numbers}

    assert [told[n] for n in range(len(lines))] == on_disk(
        *lines, cuts=tuple(cut for cut in cuts if cut < len(lines))
    )


@given(LINES, bodies(), LINES, st.integers(1, 12))
def test_planted_body_survives_nowhere(above, body, below, max_lines):
    lines = [*above, body, *below]

    assert not [line for line in on_disk(*lines) if body in line]
    assert not [line for line in in_store(*lines, max_lines=max_lines) if body in line]


def test_inside_of_a_key_is_masked_on_every_way_out():
    store = LogStore(100, 10_000)
    store.begin_run()
    store.extend([BEGIN.encode(), BODY.encode()])

    assert store.line(1) == MASK
    assert store.beginning(1, 100) == (MASK, 0)
    assert list(store.pieces(1)) == [MASK]
    assert store.tail(100, 100).render() == (BEGIN, MASK)
    assert store.snapshot().line(1) == MASK
