from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.go_quoting import quote, unquote

CHARACTERS = st.characters(exclude_categories=["Cs"])


@pytest.mark.parametrize(
    ("plain", "quoted"),
    [
        ("gpt-5.4", '"gpt-5.4"'),
        ("", '""'),
        ('say "hi"', r'"say \"hi\""'),
        ("C:\\x", r'"C:\\x"'),
        ("a\nb\tc\rd\ae\bf\fg\v", r'"a\nb\tc\rd\ae\bf\fg\v"'),
        ("\x00\x1b\x7f", r'"\x00\x1b\x7f"'),
        ("a\u200bb", r'"a\u200bb"'),
        ("\u00a0", r'"\u00a0"'),
        ("\U000e0001", r'"\U000e0001"'),
        ("模型 🦞 é", '"模型 🦞 é"'),
        ("it's", '"it\'s"'),
        ("\ud800", '"\ufffd"'),
    ],
)
def test_quote_follows_the_rules_of_go(plain, quoted):
    assert quote(plain) == quoted


@given(st.text(CHARACTERS))
def test_unquote_undoes_quote(plain):
    assert unquote(quote(plain)) == plain


@pytest.mark.parametrize(
    ("quoted", "plain"),
    [
        ('"cut off', "cut off"),
        ('"', ""),
        ("", ""),
        (r'"it\'s"', "it's"),
        (r'"\xff"', "\ufffd"),
        (r'"\ud800"', "\ufffd"),
        (r'"\Uffffffff"', "\ufffd"),
        (r'"\q\x1"', r"\q\x1"),
    ],
)
def test_unquote_makes_the_best_of_what_is_broken(quoted, plain):
    assert unquote(quoted) == plain


@given(st.text())
def test_unquote_never_raises_for_any_text(quoted):
    unquote(quoted)
