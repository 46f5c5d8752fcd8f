"""The rules that hold for every module, each tried on code that breaks it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tests.support.source_tree import Module, imported, modules, used

if TYPE_CHECKING:
    from collections.abc import Iterator

STARTERS = re.compile(
    r"os\.(system|popen|exec[lv]\w*|spawn\w+|posix_spawnp?|fork|forkpty|startfile)"
    r"|asyncio\.create_subprocess_\w+|psutil\.Popen|pty\.\w+"
)
STARTING_MODULES = {"multiprocessing", "pty", "subprocess"}
EXITS = {"os._exit", "os.abort", "sys.exit"}


def starts_programs(module: Module) -> Iterator[str]:
    """Every other program is started by one function, so that no console ever flashes."""
    if module.path == "system/windows_console.py":
        return
    for statement, name in imported(module.tree):
        if name.split(".")[0] in STARTING_MODULES or STARTERS.fullmatch(name):
            yield f"{name}, line {statement.lineno}"
        if name.split(".")[-1] == "QProcess" and module.room != "desktop":
            yield f"{name}, line {statement.lineno}"
    for expression, name in used(module.tree):
        # The stand-in leaves a child behind on request; it has no console to hide.
        if STARTERS.fullmatch(name) and module.path != "demo/mischief.py":
            yield f"{name}, line {expression.lineno}"


def exits(module: Module) -> Iterator[str]:
    """Only `cli.main` ends the process, and the stand-in, which is a process to be ended."""
    if module.room in {"__main__", "cli", "demo"}:
        return
    for expression, name in used(module.tree):
        if name in EXITS:
            yield f"{name}, line {expression.lineno}"
    for node in ast.walk(module.tree):
        match node:
            case (
                ast.Call(func=ast.Name(id="exit" | "quit" | "SystemExit" as name))
                | ast.Raise(exc=ast.Name(id="SystemExit" as name))
            ):
                yield f"{name}, line {node.lineno}"


def connects_what_leaks(module: Module) -> Iterator[str]:
    """A lambda or partial runs in the emitter's thread and keeps what it captured alive."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="connect"), args=[ast.Lambda(), *_]):
                yield f"lambda, line {node.lineno}"
            case ast.Call(func=ast.Attribute(attr="connect"), args=[ast.Call(func=made), *_]) if (
                ast.unparse(made).endswith("partial")
            ):
                yield f"partial, line {node.lineno}"


def marks_what_is_no_literal(module: Module) -> Iterator[str]:
    """lupdate reads the source: it finds nothing but two literals."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Name(id="QT_TRANSLATE_NOOP")):
                match node.args, node.keywords:
                    case [ast.Constant(value=str()), ast.Constant(value=str())], []:
                        pass
                    case _:
                        yield f"line {node.lineno}"
            case (
                ast.Attribute(attr="QT_TRANSLATE_NOOP")
                | ast.alias(name="QT_TRANSLATE_NOOP", asname=str())
            ):
                yield f"under another name, line {node.lineno}"


RULES = (starts_programs, exits, connects_what_leaks, marks_what_is_no_literal)

BROKEN = [
    (starts_programs, "import subprocess"),
    (starts_programs, "def later():\n    from subprocess import run"),
    (starts_programs, "import os\nos.system('x')"),
    (starts_programs, "from os import popen"),
    (starts_programs, "import os\nos.spawnv(0, 'x', [])"),
    (starts_programs, "import os\nos.execvp('x', [])"),
    (starts_programs, "from PySide6.QtCore import QProcess"),
    (starts_programs, "from multiprocessing import Process"),
    (exits, "import sys\nsys.exit(1)"),
    (exits, "import os\nos._exit(1)"),
    (exits, "raise SystemExit"),
    (exits, "raise SystemExit(1)"),
    (exits, "exit()"),
    (connects_what_leaks, "a.clicked.connect(lambda: 1)"),
    (connects_what_leaks, "a.clicked.connect(partial(f, 1))"),
    (connects_what_leaks, "a.clicked.connect(functools.partial(f, 1), kind)"),
    (marks_what_is_no_literal, "QT_TRANSLATE_NOOP('a', f'{b}')"),
    (marks_what_is_no_literal, "QT_TRANSLATE_NOOP('a', b)"),
    (marks_what_is_no_literal, "QT_TRANSLATE_NOOP('a', source='b')"),
    (marks_what_is_no_literal, "text.QT_TRANSLATE_NOOP('a', 'b')"),
    (marks_what_is_no_literal, "from x import QT_TRANSLATE_NOOP as N"),
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds_in_every_module(rule):
    broken = [f"{module.path}: {what}" for module in modules() for what in rule(module)]

    assert broken == []


@pytest.mark.parametrize(("rule", "source"), BROKEN)
def test_rule_finds_what_breaks_it(rule, source):
    module = Module("lifecycle/sample.py", ast.parse(source))

    assert list(rule(module))


def test_one_function_may_start_programs():
    module = Module("system/windows_console.py", ast.parse("import subprocess"))

    assert list(starts_programs(module)) == []
