"""The pure rooms are pure: a fresh interpreter says what importing one of them brings along."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

from tests.support.source_tree import imported, modules, used

PURE = {
    "text": {"text"},
    "remote": {"remote"},
    "lifecycle": {"lifecycle", "text"},
    "gateway": {"gateway", "text"},
    "logs": {"logs", "text"},
    "presentation": {"gateway", "lifecycle", "logs", "presentation", "remote", "text"},
}
"""The pure rooms, each with the rooms that it may bring along."""

STANDARD_LIBRARY = {
    "__future__",
    "base64",
    "binascii",
    "bisect",
    "codecs",
    "array",
    "collections",
    "collections.abc",
    "contextlib",
    "copy",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "ipaddress",
    "itertools",
    "json",
    "json.decoder",
    "json.scanner",
    "math",
    "operator",
    "re",
    "string",
    "struct",
    "textwrap",
    "types",
    "typing",
    "unicodedata",
    "urllib.parse",
    "warnings",
}
"""What a pure room may import: computes, and touches nothing."""

BESIDES = {"gateway": {"yaml"}, "logs": {"regex"}}
CLOCKS_AND_FILES = {"open", "input", "print", "exec", "eval", "__import__"}
CLOCK_METHODS = {"now", "today", "utcnow"}

LIST_MODULES = """
import importlib, json, pkgutil, sys
room, *allowed = json.loads(sys.argv[1])
for name in allowed:
    importlib.import_module(name)
before = set(sys.modules)
module = importlib.import_module(room)
for found in pkgutil.walk_packages(getattr(module, "__path__", []), room + "."):
    importlib.import_module(found.name)
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.mark.parametrize("room", PURE)
def test_room_brings_along_nothing_but_what_it_may(room):
    allowed = sorted(STANDARD_LIBRARY | BESIDES.get(room, set()))
    question = json.dumps([f"picoclaw_tray.{room}", *allowed])

    answer = subprocess.run(
        [sys.executable, "-c", LIST_MODULES, question], capture_output=True, check=True
    )

    names = json.loads(answer.stdout)
    foreign = [name for name in names if name.split(".")[0] != "picoclaw_tray"]
    rooms = {name.split(".")[1] for name in names if name.startswith("picoclaw_tray.")}
    assert foreign == []
    assert rooms <= PURE[room]


@pytest.mark.parametrize("module", [m for m in modules() if m.room in PURE], ids=lambda m: m.path)
def test_pure_module_imports_only_what_computes(module):
    allowed = STANDARD_LIBRARY | BESIDES.get(module.room, set())

    foreign = [
        f"{name}, line {node.lineno}"
        for node, name in imported(module.tree)
        if not name.startswith("picoclaw_tray.") and not {name, name.rpartition(".")[0]} & allowed
    ]

    assert foreign == []


@pytest.mark.parametrize("module", [m for m in modules() if m.room in PURE], ids=lambda m: m.path)
def test_pure_module_asks_neither_clock_nor_file(module):
    asked = [
        f"{name}, line {node.lineno}"
        for node, name in used(module.tree)
        if (isinstance(node, ast.Name) and name in CLOCKS_AND_FILES)
        or (isinstance(node, ast.Attribute) and node.attr in CLOCK_METHODS)
    ]

    assert asked == []
