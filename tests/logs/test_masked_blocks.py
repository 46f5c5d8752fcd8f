from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from picoclaw_tray.logs.masked_blocks import BlockMasker, line_pieces, mask_block
from picoclaw_tray.logs.masked_pieces import PieceSizes, hide_in_pieces
from picoclaw_tray.logs.redaction import MASK, Redactor, mask
from picoclaw_tray.logs.splitter import decode_line
from picoclaw_tray.logs.store import LogStore
from tests.support.planted_lines import PLANTED, Planted

if TYPE_CHECKING:
    from collections.abc import Callable


TOKEN = "93ff969686cdbcb3dd075e8fcecdcbfa"
KEY = "-----BEGIN RSA PRIVATE KEY-----", "-----END RSA PRIVATE KEY-----"
SMALL = PieceSizes(usual=64, longest=512, margin=48)


def masked(*lines: bytes, values: tuple[str, ...] = ()) -> list[bytes]:
    return BlockMasker(Redactor().knowing(*values)).mask_lines(lines).split(b"\n")[:-1]


def test_lines_without_a_secret_stay_the_bytes_they_are():
    lines = [b"plain", b"", b"\xff\0\r", "käse ✓".encode(), b"\x1b[31mred\x1b[0m", b"tokens=5"]

    assert masked(*lines) == lines


def test_lines_with_a_secret_are_masked_and_no_other():
    assert masked(b"a", b"x api_key=abcdef y", b"b") == [b"a", f"x api_key={MASK} y".encode(), b"b"]


@pytest.mark.parametrize(
    "escape", ["\\n", "\\t", "\\x1b", "\\u003c", "\\u001b[31m", "\\x1b[0m", "\\u000A"]
)
@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.text[:24])
def test_secret_behind_an_escape_is_masked(planted: Planted, escape: str):
    line = f'12:00:00 ERR x a.go:1 > f error="bad:{escape}{planted.text}"'

    assert planted.secret not in mask(line)
    assert planted.secret.encode() not in masked(line.encode())[0]


def test_no_lines_are_nothing():
    assert BlockMasker(Redactor()).mask_lines([]) == b""


def test_known_values_are_masked_also_in_colours():
    coloured = f"{TOKEN[:9]}\x1b[0m{TOKEN[9:]}"

    assert masked(TOKEN.encode(), coloured.encode(), values=(TOKEN,)) == [MASK.encode()] * 2


def test_value_that_no_line_can_hold_does_no_harm():
    assert masked(b"a?bcdefg", values=("a\ud800bcdefg",)) == [b"a?bcdefg"]


@given(st.lists(st.sampled_from(PLANTED), min_size=1, max_size=3), st.data())
def test_planted_secrets_do_not_survive_in_a_block(planted, data):
    around = st.text(" abc=:,.{}\"'", max_size=10)
    lines = [data.draw(around) + " " + one.text + " " + data.draw(around) for one in planted]

    told = mask_block("\n".join(lines).encode(), Redactor()).decode()

    assert not [one.secret for one in planted if one.secret in told]


@given(st.lists(st.text("ab =:.@-_/k1\"'\x1b[m", max_size=60), max_size=8))
def test_block_says_the_same_as_line_by_line(lines):
    told = masked(*(line.encode() for line in lines))

    assert [mask(decode_line(line)) for line in told] == [
        mask(decode_line(line.encode())) for line in lines
    ]


# -- long lines ------------------------------------------------------------------------------------


@given(st.text("abc ,;&)]}\n", max_size=3000))
def test_pieces_of_a_text_without_secrets_are_the_text(text):
    assert "".join(hide_in_pieces(text, mask, SMALL)) == text


@settings(max_examples=150)
@given(st.sampled_from(PLANTED), st.integers(0, 400), st.integers(0, 400), st.sampled_from("a,. "))
def test_planted_secret_does_not_survive_in_pieces(planted, before, after, letter):
    text = f"{letter * before} {planted.text} {letter * after}"
    sizes = PieceSizes(usual=64, longest=4096, margin=600)

    assert planted.secret not in "".join(hide_in_pieces(text, mask, sizes))


@pytest.mark.parametrize(
    "hide",
    [
        lambda secret: f"token={secret}",
        lambda secret: f'{{"api_key":"{secret}"}}',
        lambda secret: f"{KEY[0]}{secret}{KEY[1]}",
    ],
    ids=["pair", "json", "key"],
)
@pytest.mark.parametrize("after", ["", "\nand on", " " * 3000], ids=["end", "line", "blank"])
def test_secret_longer_than_a_piece_is_hidden_to_its_end(hide: Callable[[str], str], after: str):
    secret = "Zz9" * 2000
    text = "word " * 30 + hide(secret) + after

    told = "".join(hide_in_pieces(text, mask, SMALL))

    assert "Zz9Zz9" not in told
    assert MASK in told


def test_what_follows_a_hidden_stretch_is_shown_again():
    text = "word " * 30 + "token=" + "Zz9" * 2000 + "\n" + "after " * 100

    assert "".join(hide_in_pieces(text, mask, SMALL)).count("after") == 100


def test_hidden_stretch_does_not_end_inside_the_next_secret():
    secret = "Planted4in6a8bearer1header"
    text = f"{'word ' * 30}token={'Zz9' * 2000} Bearer\n{secret}\n" + "after " * 100

    told = "".join(hide_in_pieces(text, mask, SMALL))

    assert secret not in told
    assert told.count("after") == 100


def test_line_of_megabytes_is_told_whole_in_its_safe_form():
    raw = b"begin \x1b[1m\0" + b"word " * 400_000 + b"api_key=abcdefgh end"

    told = "".join(line_pieces(raw, Redactor()))

    assert told.startswith("begin ␀word")
    assert told.endswith(f"api_key={MASK} end")
    assert told.count("word") == 400_000


def test_pieces_of_a_long_line_leave_the_store_masked():
    store = LogStore(10, 10_000_000)
    store.begin_run()
    store.extend([b"word " * 20_000 + b"api_key=abcdefgh"])

    pieces = list(store.pieces(0))

    assert len(pieces) > 1
    assert "".join(pieces) == "word " * 20_000 + f"api_key={MASK}"
