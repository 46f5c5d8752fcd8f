from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from picoclaw_tray.logs.query import MAX_SEARCHED, Matcher, Search, matcher
from picoclaw_tray.presentation.text import render
from picoclaw_tray.text import Text


def found(pattern: str, **switches: bool) -> Matcher:
    result = matcher(Search(pattern, **switches))
    assert isinstance(result, Matcher)
    return result


def problem(pattern: str) -> str:
    result = matcher(Search(pattern, is_regex=True))
    assert isinstance(result, Text)
    return render(result)


def test_plain_text_is_found_whatever_its_case():
    assert found("Not [a").spans("not [A, NOT [a", 9) == ((0, 6), (8, 14))
    assert not found("Not", is_case_sensitive=True).matches("not")
    assert found("Ä").matches("ä")


def test_expression_is_found():
    assert found(r"\d+ms", is_regex=True).spans("took 12ms, then 7ms", 9) == ((5, 9), (16, 19))
    assert found("ERR", is_regex=True, is_case_sensitive=True).spans("err ERR", 9) == ((4, 7),)


def test_no_more_spans_than_asked_for_and_none_that_are_empty():
    assert len(found("a").spans("a" * 50, 7)) == 7
    assert found("x*", is_regex=True).spans("axxa", 9) == ((1, 3),)


def test_nothing_is_found_beyond_what_is_shown():
    line = "." * MAX_SEARCHED + "here"

    assert not found("here").matches(line)
    assert found("here").spans(line, 9) == ()


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("a[b", "The “[” at character 2 is not closed."),
        ("a(b", "The “(” at character 2 is not closed."),
        ("a)b", "The “)” at character 2 closes nothing."),
        ("*a", "There is nothing to repeat at character 1."),
        ("a**", "There is one sign of repetition too many at 3."),
        ("a\\", "The backslash at character 2 says nothing."),
        ("[z-a]", "The range at character 2 runs backwards."),
        ("(?P<1>a)", "This is no regular expression; look at character 5."),
        ("a{99999999999}", "This regular expression is too large."),
    ],
)
def test_bad_expression_is_explained(pattern, sentence):
    assert problem(pattern) == sentence


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+$", "(?:a*)*", "((a+)b)*", r"(\w+\s?){2,}", "(a{1,})+", "([+]a*)+"),
        *("(a|a)*$", "(?:a|aa)+$", "(a?a)+b", r"(\S+ ?){9}#", "(a+){3}"),
    ],
)
def test_repetition_of_a_repetition_is_refused(pattern):
    assert "could take for ever" in problem(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)b",
        "(a+)?",
        "(a|b)c+",
        r"(\(a\+)+",
        "([+*|])+",
        "(ab)+c*",
        "a+b*",
        "[]a+]+(b)",
        "(?:ab)+",
    ],
)
def test_other_repetitions_are_taken(pattern):
    assert isinstance(matcher(Search(pattern, is_regex=True)), Matcher)


@pytest.mark.parametrize("pattern", ["a*a*a*a*b", ".*.*.*=.*x", r"\w+\s*\w+\s*\w+\s*\w+!"])
def test_many_repetitions_look_at_the_beginning_of_a_line_alone(pattern):
    search = found(pattern, is_regex=True)

    assert not search.matches("a" * MAX_SEARCHED)
    assert search.matches("aa=aa=ab xabcd!")


def test_cheap_look_is_a_look_at_the_whole_line():
    assert found("ab").may_match(b"xABx")
    assert not found("ab").may_match(b"xx")
    assert not found("ab", is_case_sensitive=True).may_match(b"AB")
    assert found("ab").may_match(b"a\x1b[0mb")
    assert found("•").may_match(b"x")
    assert found('"').may_match(b"x")
    assert found("a", is_regex=True).may_match(b"x")
    assert found("go").may_match(b"\tmain.go:7")
    assert not found("no").may_match(b"\tmain.go:7")


@given(st.text(st.sampled_from("abAB(*[]+\\.{1,}?|^$"), max_size=12))
def test_any_expression_gives_a_matcher_or_a_sentence(pattern):
    result = matcher(Search(pattern, is_regex=True))

    if isinstance(result, Text):
        assert re.fullmatch(r"[A-Z][^{}]*\.", render(result))
    else:
        result.spans("abABabab", 9)


LETTERS = 'aAkK\u212aſsSßẞςσΣιİıµμΜǅǆ\t"• .'
"""Some that have more than two forms, or whose small form depends on what is beside them."""


@given(st.text(LETTERS, min_size=1, max_size=4), st.text(LETTERS, max_size=12), st.booleans())
@example("ΟΔΟΣ", "ΟΔΟΣΑ", False)
def test_cheap_look_loses_nothing(needle, line, is_case_sensitive):
    search = found(needle, is_case_sensitive=is_case_sensitive)

    assert search.may_match(line.encode()) or not search.matches(line)


@given(st.text(max_size=5), st.text(max_size=20), st.text(max_size=20))
def test_plain_text_is_found_where_it_is(needle, before, after):
    search = found(needle, is_case_sensitive=True)

    assert search.matches(before + needle + after)
    assert search.may_match((before + needle + after).encode("utf-8", "surrogatepass"))
