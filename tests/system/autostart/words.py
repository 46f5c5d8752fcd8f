"""Commands with everything that quoting may stumble over."""

from __future__ import annotations

from hypothesis import strategies as st

AWKWARD = (
    "two  words 'single' \"double\" 100% %f $HOME `id` \\ back\\\\slash ~ #x (y) ä€😀 ;c&d|e*f?g<h>"
)
"""As the name of a folder: no slash, and nothing that a format cannot hold."""

_CHARACTERS = st.one_of(
    st.sampled_from(" \t\"'\\`$%><~|&;*?#()=fFuUick-/."),
    st.characters(exclude_categories=["Cc", "Cs"]),
)
arguments = st.lists(st.text(_CHARACTERS, max_size=12), max_size=5)


def commands(program: str) -> st.SearchStrategy[tuple[str, ...]]:
    """This program with any arguments."""
    return arguments.map(lambda words: (program, *words))
