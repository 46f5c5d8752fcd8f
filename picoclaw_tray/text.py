"""The one vocabulary that every room shares: a sentence that is not rendered yet.

Pure rooms never make a finished sentence. They return a ``Text``: a template marked for the
translator, and what goes into it. ``presentation.text`` renders it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

Argument: TypeAlias = "str | int | Text"


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with ``{name}`` gaps; ``%n`` stands for the count of a numerus form."""

    context: str
    source: str


@dataclass(frozen=True, slots=True)
class Text:
    """A template and its arguments, sorted by name. A ``Text`` may be an argument of another."""

    template: Template
    args: tuple[tuple[str, Argument], ...] = ()
    count: int | None = None


def QT_TRANSLATE_NOOP(context: str, source: str) -> Template:
    """Marks a literal for lupdate, which finds it by this very name; does not need Qt."""
    return Template(context, source)


def text(template: Template, *, count: int | None = None, **args: Argument) -> Text:
    """Fills a template: ``text(NOT_FOUND, path="/usr/bin/picoclaw")``."""
    return Text(template, tuple(sorted(args.items())), count)
