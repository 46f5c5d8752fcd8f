from __future__ import annotations

import re
import sys
import unicodedata
import warnings

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from picoclaw_tray.logs.expressions import (
    MOST_CHARACTERS,
    MOST_MEMBERS,
    MOST_PARTS,
    ExpressionTooLargeError,
    compiled,
)

A_LETTER_IN_SOME_CASE = "\u0345"
"""A sign below a letter, whose capital is a letter."""

Spans = list[tuple[int, int]]


def ours(pattern: str, line: str, *, is_case_sensitive: bool = False) -> Spans:
    expression = compiled(pattern, is_case_sensitive=is_case_sensitive)
    return [match.span() for match in expression.finditer(line, timeout=10)]


def pythons(pattern: str, line: str, *, is_case_sensitive: bool = False) -> Spans:
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        expression = re.compile(pattern, 0 if is_case_sensitive else re.IGNORECASE)
    return [match.span() for match in expression.finditer(line)]


@pytest.mark.parametrize(
    ("pattern", "line"),
    [
        *(("[[:alpha:]]", "ab :]l]"), ("[a&&b]", "a&b"), ("[a--b]", "a-b"), ("[a||b~~c]", "a|~")),
        *(("abc{e}", "abX abc{e}"), ("/users/{s}", "/users/x /users/{s}"), ("x{d<=2}", "x{d<=2}")),
        *(("a{,2}", "aaa"), ("a{}", "a{}"), ("a{ 2}", "a{ 2}"), ("{a", "{a"), ("a{2,1", "a{2,1")),
        (r"(?x) a {2} [ #] # twice", "aa #"),
        ("(?x)\x85a\xa0", "\x85a\xa0"),
        *((r"\w+", "e\u0301 a² \u200d"), (r"[^\W\d_]+", "ab_1c"), (r"\b\w", "e\u0301a b²c")),
        *((r"\B", ""), (r"\B", "ab c"), (r"\s+", "\x1c\x1f \x85"), (r"[\S\n]+", "a\x1c\nb")),
        *(("i", "iIİı"), ("I", "iIİı"), ("[h-j]", "iIİı"), ("[^ı]", "iIİıx"), ("ß", "ss ß ẞ")),
        *((r"(?a)[\w\s\d]+", "aé_ 1\xa0²"), (r"(?a)k[^s]", "kſ\u212as KS"), (r"(?a)(a)\1", "aA")),
        *((r"(?a)[é-þ]|[a-f]", "éÉB"), (r"(?a:\w)(?u:\w)", "éé aé"), ("(?s:.)(?-i:a)", "\nA\na")),
        *(("(?i:a)|[^b]", "B"), ("(?ms)^.a$", "xa\n.a"), (r"\Aa|a\Z", "aaa"), ("a$", "aa\n")),
        *(
            (r"(a)(?P<n>b)\1(?P=n)", "abAB"),
            (r"(a)\g", "a"),
            (r"(a)?(?(1)b|c)", "ab c"),
            (r"\0", "\0"),
        ),
        *(("(?>a+)a|a*+b|a?+", "aaab"), ("a+?b??", "aabb"), ("(?!)|(?=a)|(?<=b)|(?<!b)a", "aba")),
        ("(?P<DEFINE>a)(?(DEFINE)b|c)", "ab"),
        (r"(a)\1{1}0(?#not)", "aa0"),
    ],
)
@pytest.mark.parametrize("is_case_sensitive", [True, False])
def test_signs_mean_what_they_mean_to_python(pattern, line, is_case_sensitive):
    try:
        expected = pythons(pattern, line, is_case_sensitive=is_case_sensitive)
    except re.error:
        with pytest.raises(re.error):
            compiled(pattern, is_case_sensitive=is_case_sensitive)
        return

    assert ours(pattern, line, is_case_sensitive=is_case_sensitive) == expected


@pytest.mark.parametrize("pattern", [r"\w", r"\W", r"\d", r"\s", r"[^\S_]", r"(?a)\w", "(?a)[^k]"])
def test_kinds_of_characters_are_those_of_python(pattern):
    known = filter(lambda sign: unicodedata.category(sign) != "Cn", map(chr, range(sys.maxunicode)))
    line = "".join(known).replace(A_LETTER_IN_SOME_CASE, "")

    assert ours(pattern, line) == pythons(pattern, line)


def test_letters_without_case_are_those_of_python():
    signs = map(chr, range(0x10000))  # of letters beyond, Python's classes find but one form
    line = "".join(sign for sign in signs if sign != sign.swapcase())

    for begin in range(0, len(line), 40):
        pattern = f"[{line[begin : begin + 40]}]"
        assert ours(pattern, line) == pythons(pattern, line)


# -- any expression --------------------------------------------------------------------------------

CHARACTERS = "aAbB1_ -é\u0301²İıiIkK\u212asſßσς"
ONE = st.one_of(
    st.sampled_from("aAbB1_ "),
    st.sampled_from([re.escape(sign) for sign in CHARACTERS]),
    st.sampled_from(
        [r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", ".", "{e}", "{", "}", r"(?-i:(?P<n>[ab])(?P=n))"]
    ),
    st.lists(
        st.sampled_from(["a", "b-k", r"\w", r"\W", r"\S", "[", "&&", "--", ":", "^", r"\-", "ı"]),
        min_size=1,
    ).map(lambda members: f"[{''.join(members)}]"),
    st.sampled_from("aAbBıſ ").map("[^{}]".format),
)
SIGNS = ("", "*", "+", "?", "{2}", "{1,2}", "{,2}", "*?", "+?", "??", "{0,2}?")
PLACES = st.sampled_from([r"\b", r"\B", "^", "$", r"\A", r"\Z"])
GROUPS = ["(%s)", "(?:%s)", "(?=%s)", "(?!%s)", "(?<=%s)", "(?<!%s)", "(?>%s)", "(?i:%s)"]
GROUPS += ["(?-i:%s)", "(?s-i:%s)", "(?m:%s)", "(?x:%s)", "%s|", "%s|a"]
EXPRESSIONS = st.recursive(
    st.builds(str.__add__, ONE, st.sampled_from([*SIGNS, "*+", "?+"])) | PLACES,
    lambda inner: st.one_of(
        st.builds(str.__add__, inner, inner),
        st.builds(str.__mod__, st.sampled_from(GROUPS), inner),
        st.builds(lambda item, sign: f"(?:{item}){sign}", inner, st.sampled_from(SIGNS)),
    ),
    max_leaves=8,
)


@given(
    st.builds(str.__add__, st.sampled_from(["", "", "(?x)", "(?a)", "(?ms)"]), EXPRESSIONS),
    st.lists(st.text("aabbAB1_ ") | st.text(CHARACTERS + "\n"), min_size=1),
    st.booleans(),
)
def test_any_expression_finds_what_python_finds(pattern, lines, is_case_sensitive):
    try:
        expected = [pythons(pattern, line, is_case_sensitive=is_case_sensitive) for line in lines]
    except re.error:
        assume(False)

    found = [ours(pattern, line, is_case_sensitive=is_case_sensitive) for line in lines]

    assert found == expected


NOISE = "aAx(){}[]<>?:!=*+|^$.\\,-&~#12RLKXpPNuzG "


@given(st.text(NOISE, max_size=12), st.booleans())
@example("(?R)", False)
@example("(?|a)", False)
@example(r"\p{L}", False)
@example(r"\R|\X|\K|\L<a>|\m|\h", False)
@example("(?V1)a", False)
@example("(?(?=a)b)", False)
def test_what_python_refuses_is_refused_in_its_words(pattern, is_case_sensitive):
    reason = None
    try:
        pythons(pattern, "", is_case_sensitive=is_case_sensitive)
    except re.error as error:
        reason = error

    if reason is None:
        compiled(pattern, is_case_sensitive=is_case_sensitive)
    else:
        with pytest.raises(re.error, match=f"^{re.escape(str(reason))}$") as info:
            compiled(pattern, is_case_sensitive=is_case_sensitive)
        assert info.value.pos == reason.pos


# -- what is too large -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "pattern",
    [
        "a" * (MOST_CHARACTERS + 1),
        f"a{{{MOST_PARTS}}}",
        f"(?:ab{{{MOST_PARTS},}})?",
        "(a{50}){50}",
        "(?:(?:" + r"[a-z]+\d?" * 4 + "){300}){300}",
        "(?:" + "ab?" * 1000 + "){99999}",
        f"[{''.join(map(chr, range(0x4E00, 0x4E00 + MOST_MEMBERS + 1)))}]",
        "a{99999999999}",
        "(" * 1500 + ")" * 1500,
    ],
    ids=range(9),
)
def test_expression_that_is_too_large_is_refused(pattern):
    with pytest.raises(ExpressionTooLargeError):
        compiled(pattern, is_case_sensitive=True)


@pytest.mark.parametrize(
    "pattern", ["a{1000}", ".{0,9999}", r"(\w{20} ){50}", "a{300}b{300}c{300}"]
)
def test_expression_of_many_repetitions_is_taken(pattern):
    assert ours(pattern, "x") == pythons(pattern, "x")
