"""Renders a ``Text``: in English on the command line, in the user's language on the desktop."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from picoclaw_tray.text import Text

Translate: TypeAlias = Callable[[str, str, int], str]
"""From context, source and count (-1 where there is none) to a sentence, ``%n`` replaced."""

NO_COUNT = -1


def untranslated(_context: str, source: str, count: int) -> str:
    """The source itself."""
    return source if count == NO_COUNT else source.replace("%n", str(count))


def render(text: Text, translate: Translate = untranslated) -> str:
    """The finished sentence.

    A gap that a translation names wrongly stays visible instead of failing.
    """
    count = NO_COUNT if text.count is None else text.count
    sentence = translate(text.template.context, text.template.source, count)
    values = _Gaps(
        {
            name: value if isinstance(value, str | int) else render(value, translate)
            for name, value in text.args
        }
    )
    try:
        return sentence.format_map(values)
    except (ValueError, AttributeError, IndexError, TypeError):
        return sentence


class _Gaps(dict[str, "str | int"]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"
