"""The texts that are marked for the translator anywhere in the package."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from picoclaw_tray.text import Template
from tests.support.source_tree import modules

if TYPE_CHECKING:
    from collections.abc import Iterator


def marked() -> Iterator[Template]:
    """Each template as it stands in the source; a test of the rules forbids all but literals."""
    for module in modules():
        for node in ast.walk(module.tree):
            match node:
                case ast.Call(
                    func=ast.Name(id="QT_TRANSLATE_NOOP"),
                    args=[ast.Constant(value=str(context)), ast.Constant(value=str(source))],
                ):
                    yield Template(context, source)
