"""The project's own files, and what can be read from them without running them."""

from __future__ import annotations

import ast
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

REPOSITORY = Path(__file__).resolve().parents[2]
PACKAGE = REPOSITORY / "picoclaw_tray"


@dataclass(frozen=True)
class Module:
    """One module of the package.

    Attributes:
        path: Relative to the package: ``desktop/tray.py``.
        tree: Its parsed source.
    """

    path: str
    tree: ast.Module

    @property
    def room(self) -> str:
        """The folder it is in; a module at the top is a room of its own: ``text``."""
        return self.path.split("/", maxsplit=1)[0].removesuffix(".py")


@cache
def modules() -> tuple[Module, ...]:
    """All modules of the package."""
    return tuple(
        Module(path.relative_to(PACKAGE).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(PACKAGE.rglob("*.py"))
    )


def imported(tree: ast.AST) -> Iterator[tuple[ast.stmt, str]]:
    """Every absolute name that is imported anywhere: ``os``, ``os.path``, ``os.path.join``."""
    for node in ast.walk(tree):
        match node:
            case ast.Import():
                for alias in node.names:
                    yield node, alias.name
            case ast.ImportFrom(module=str(module)):
                for alias in node.names:
                    yield node, f"{module}.{alias.name}"


def used(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Every dotted name in an expression: ``self.timer.start`` as it is written."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name):
            yield node, ast.unparse(node)


@cache
def tracked_files() -> tuple[Path, ...]:
    """The files that git knows or would add, those deleted meanwhile apart."""
    command = ["git", "-c", f"safe.directory={REPOSITORY}", "-C", str(REPOSITORY), "ls-files"]
    listed = subprocess.run(
        [*command, "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        check=True,
    )
    names = listed.stdout.decode().split("\0")[:-1]
    return tuple(path for name in names if (path := REPOSITORY / name).is_file())
