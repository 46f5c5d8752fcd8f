from __future__ import annotations

import re
import time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from picoclaw_tray.logs import query
from picoclaw_tray.logs.query import LIMIT_S, MAX_SLOW, SHORT, Matcher, Search, matcher
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


def test_a_line_is_searched_up_to_its_end():
    line = "." * 60_000 + "here"

    assert found("here").matches(line)
    assert found("HERE$", is_regex=True).spans(line, 9) == ((60_000, 60_004),)


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


HOSTILE = [
    *("(a+)+$", "(?:a|aa)+$", "(a?a)+b", r"(\w+\s?){2,}!", ".*.*x", "a*a*a*a*b", r"(.*)\1!"),
    *(
        ".*.*.*=.*x",
        r"\w+\s*\w+\s*\w+\s*\w+!",
        "(?x)( a + ) +$",
        r"(\S+ ?){9}#",
        "(?:a?){99}a{99}b",
    ),
]


@pytest.mark.parametrize("pattern", HOSTILE)
def test_no_expression_holds_up_a_search_for_long(pattern):
    search = found(pattern, is_regex=True)
    line = "a" * (SHORT - 1) + "?"
    begin = time.perf_counter()

    for _ in range(20):
        search.matches(line)
        search.spans(line, 9)

    assert time.perf_counter() - begin < 20 * MAX_SLOW * LIMIT_S


def test_lines_that_take_too_long_are_told_and_then_given_up():
    search = found("(a+)+b", is_regex=True)
    before = search.problem

    said = []
    for _ in range(MAX_SLOW):
        assert not search.matches("a" * SHORT)
        assert search.problem is not None
        said.append(render(search.problem))

    assert before is None
    assert said[0] == "This expression takes too long in some lines; these were passed over."
    assert said[-1] == "This expression takes too long in many lines; the search was given up."
    assert not search.matches("ab")


def test_long_line_that_takes_too_long_counts_for_less():
    search = found("(a+)+b", is_regex=True)

    for _ in range(2 * MAX_SLOW - 1):
        search.matches("a" * 2 * SHORT)
    before = search.matches("ab")
    search.matches("a" * 2 * SHORT)

    assert before
    assert not search.matches("ab")


@pytest.mark.parametrize(
    "pattern",
    [
        *("(a+)+b", r"(\d+\.){3}\d+", "(ab|cd)+", r"\d+-\d+-\d+ \d+:\d+", "(?:x+y)*z"),
        "x|" + "-".join(["[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"] * 3),
        "x|" + " ".join([r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}"] * 4),
    ],
)
def test_expressions_that_could_be_hostile_are_taken(pattern):
    line = "." * 500 + "aab abcd 1.2.3.4 2026-11-26 12:30 xyz"

    assert found(pattern, is_regex=True).matches(line)


@pytest.mark.parametrize("pattern", ["((a{1000}){1000}){1000}", "(a{400,}){400}"])
def test_expression_of_too_many_copies_is_refused(pattern):
    assert problem(pattern) == "This regular expression is too large."


def test_cheap_look_is_a_look_at_the_whole_line():
    assert found("ab").prefilter.may_match(b"xABx")
    assert not found("ab").prefilter.may_match(b"xx")
    assert not found("ab", is_case_sensitive=True).prefilter.may_match(b"AB")
    assert found("ab").prefilter.may_match(b"a\x1b[0mb")
    assert found("•").prefilter.may_match(b"x")
    assert found('"').prefilter.may_match(b"x")
    assert found("a", is_regex=True).prefilter.may_match(b"x")
    assert found("go").prefilter.may_match(b"\tmain.go:7")
    assert not found("no").prefilter.may_match(b"\tmain.go:7")


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

    assert search.prefilter.may_match(line.encode()) or not search.matches(line)


@given(st.text(max_size=5), st.text(max_size=20), st.text(max_size=20))
def test_plain_text_is_found_where_it_is(needle, before, after):
    search = found(needle, is_case_sensitive=True)

    assert search.matches(before + needle + after)
    assert search.prefilter.may_match((before + needle + after).encode("utf-8", "surrogatepass"))


# -- lines of many pieces --------------------------------------------------------------------------


def in_pieces(text: str, size: int) -> list[str]:
    return [text[begin : begin + size] for begin in range(0, len(text), size)]


@given(
    st.text("aAbſ.\x1b", min_size=1, max_size=5),
    st.text("aAbB.ſ"),
    st.integers(1, 9),
    st.integers(1, 9),
)
def test_plain_text_is_found_wherever_a_line_is_cut(needle, line, size, looked_at):
    search = found(needle)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query, "_LOOKED_AT", looked_at)
        answers = list(search.looks(line.encode(), in_pieces(line, size)))

    assert any(answers) == search.matches(line)


@given(
    st.sampled_from(
        ["ab", "^a", "b$", r"^\.?b", r"\ba", r"b\b", "a(?=b)", "(?<=a)b", "a(?!b)", "b.?a", ".*b"]
    ),
    st.text("ab."),
    st.integers(1, 9),
)
@example("b$", "ab.ab.a.", 5)
@example("^a", ".....a", 5)
def test_expression_is_found_wherever_a_line_is_cut(pattern, line, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(query, "MARGIN", 4)
        search = found(pattern, is_regex=True)
    answers = list(search.looks(line.encode() or b" ", in_pieces(line, size)))

    assert any(answers) == search.matches(line)


def test_pieces_are_not_asked_for_where_the_bytes_have_it_not():
    line = b"." * 3 * 1024 * 1024

    pieces = iter([""])

    assert list(found("here").looks(line, pieces)) == [False, False, False]
    assert list(pieces) == [""]


def test_long_line_that_takes_too_long_is_passed_over():
    search = found("(a+)+b", is_regex=True)

    answers = list(search.looks(b"a", ["a" * 20_000] * 5))

    assert answers == [False]
    assert search.problem is not None
    assert search.matches("ab")
