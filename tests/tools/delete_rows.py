"""Deletes the rows of the life cycle's table one by one, and demands that a test turns red.

Every ``case`` of ``transition.py`` is a row. Three things are done to it, each on a copy of its
own: the case is deleted, one of its alternatives (``A() | B()``) is deleted, its guard is
dropped. The tests of the life cycle run on the copy: first those of the table, and where they see
nothing, the random walks. What survives must stand in ``EXPLAINED``.

The working tree is only read. Run it with ``python -m tests.tools.delete_rows``.
"""

from __future__ import annotations

import argparse
import ast
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[2]
TABLE = Path("picoclaw_tray/lifecycle/transition.py")
NEEDED = ("picoclaw_tray/__init__.py", "picoclaw_tray/text.py", "picoclaw_tray/lifecycle")
TESTS = ("tests/lifecycle", "tests/support/simulated_os.py", "tests/support/supervision.py")
WALKS = "tests/lifecycle/test_life_walks.py"
SETTINGS = """[pytest]
pythonpath = .
addopts = --import-mode=importlib
filterwarnings = ignore::pytest.PytestUnknownMarkWarning
"""
TIME_LIMIT_S = 300.0

EXPLAINED: dict[str, str] = {}
"""Mutations that no test can see, by their description, and why."""


@dataclass(frozen=True)
class Mutation:
    """One change to the table: what, where, and the source that results."""

    what: str
    line: int
    source: str


def mutations(source: str) -> Iterator[Mutation]:
    """All changes to all cases, in the order of the file."""
    tree = ast.parse(source)
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef)]:
        for match in [node for node in ast.walk(function) if isinstance(node, ast.Match)]:
            for index, case in enumerate(match.cases):
                if not _is_row(case):
                    continue
                for what, replacement in _replacements(case):
                    original = match.cases[:]
                    match.cases[index : index + 1] = replacement
                    yield Mutation(f"{function.name}: {what}", case.pattern.lineno, _written(tree))
                    match.cases[:] = original


def _is_row(case: ast.match_case) -> bool:
    """``case _`` without a guard is no row: it hands over to the rows of several phases."""
    is_wildcard = isinstance(case.pattern, ast.MatchAs) and case.pattern.pattern is None
    return case.guard is not None or not is_wildcard


def _replacements(case: ast.match_case) -> Iterator[tuple[str, list[ast.match_case]]]:
    """What may stand in place of a case, each with its description."""
    row = _described(case)
    yield f"without {row}", []
    if isinstance(case.pattern, ast.MatchOr):
        for alternative in case.pattern.patterns:
            rest = [pattern for pattern in case.pattern.patterns if pattern is not alternative]
            changed = deepcopy(case)
            changed.pattern = ast.MatchOr(rest) if len(rest) > 1 else rest[0]
            yield f"without {ast.unparse(alternative)} in {row}", [changed]
    if case.guard is not None and not isinstance(case.pattern, ast.MatchAs):
        changed = deepcopy(case)
        changed.guard = None
        yield f"without the guard of {row}", [changed]


def _described(case: ast.match_case) -> str:
    guard = f" if {ast.unparse(case.guard)}" if case.guard else ""
    return f"case {ast.unparse(case.pattern)}{guard}"


def _written(tree: ast.Module) -> str:
    """The source of the tree; a match that lost its only case gets one that never fits."""
    tree = deepcopy(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Match) and not node.cases:
            never = ast.MatchAs()
            node.cases = [ast.match_case(never, ast.Constant(value=False), [ast.Pass()])]
    return ast.unparse(ast.fix_missing_locations(tree))


def copy_project(folder: Path) -> None:
    """The life cycle and its tests, and nothing that makes pytest slow."""
    for name in (*NEEDED, *TESTS):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    (folder / "pytest.ini").write_text(SETTINGS, encoding="utf-8")


def run_tests(folder: Path, *arguments: str) -> bool:
    """Whether the tests are green on this copy. Tests that do not end are red."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(folder),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
    }
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *arguments]
    try:
        result = subprocess.run(
            command,
            cwd=folder,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=TIME_LIMIT_S,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False
    if result.returncode not in {0, 1, 2}:  # green, red, an error while collecting
        raise RuntimeError(result.stdout.decode(errors="replace"))
    return result.returncode == 0


def survives(mutation: Mutation) -> bool:
    """Whether no test sees the change."""
    with tempfile.TemporaryDirectory(prefix="rows-") as name:
        folder = Path(name)
        copy_project(folder)
        (folder / TABLE).write_text(mutation.source, encoding="utf-8")
        table_is_green = run_tests(folder, "tests/lifecycle", f"--ignore={WALKS}")
        return table_is_green and run_tests(folder, WALKS)


def check_untouched(source: str) -> None:
    """Without a change the tests are green on a copy, and it is the copy that they test.

    Raises:
        RuntimeError: They are not, so that a red test would prove nothing.
    """
    with tempfile.TemporaryDirectory(prefix="rows-") as name:
        folder = Path(name)
        copy_project(folder)
        (folder / TABLE).write_text(ast.unparse(ast.parse(source)), encoding="utf-8")
        if not run_tests(folder, "tests/lifecycle"):
            raise RuntimeError("the tests are red before anything was deleted")
        (folder / TABLE).write_text("raise ImportError", encoding="utf-8")
        if run_tests(folder, "tests/lifecycle"):
            raise RuntimeError("the tests do not test the copy")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--only", default="", help="only changes whose description has this in it")
    parser.add_argument("--jobs", type=int, default=2, help="how many run at the same time")
    options = parser.parse_args()
    source = (ROOT / TABLE).read_text(encoding="utf-8")
    chosen = [mutation for mutation in mutations(source) if options.only in mutation.what]
    began = time.monotonic()
    check_untouched(source)
    with ThreadPoolExecutor(options.jobs) as executor:
        outcomes = list(zip(chosen, executor.map(survives, chosen), strict=True))
    survivors = [mutation for mutation, survived in outcomes if survived]
    return report(chosen, survivors, time.monotonic() - began, is_complete=not options.only)


def report(
    chosen: list[Mutation], survivors: list[Mutation], seconds: float, *, is_complete: bool
) -> int:
    """Prints what survived, and returns the exit code."""
    unexplained = [mutation for mutation in survivors if mutation.what not in EXPLAINED]
    for mutation in survivors:
        reason = EXPLAINED.get(mutation.what, "NOT EXPLAINED")
        print(f"{TABLE}:{mutation.line}: {mutation.what}\n    survives: {reason}")
    outdated = EXPLAINED.keys() - {mutation.what for mutation in survivors} if is_complete else ()
    for what in outdated:
        print(f"explained, but does not survive: {what}")
    print(
        f"{len(chosen)} changes to the table, {len(chosen) - len(survivors)} seen by a test, "
        f"{len(survivors)} survive, {len(unexplained)} of them unexplained, in {seconds:.0f} s"
    )
    return 1 if unexplained or outdated else 0


if __name__ == "__main__":
    sys.exit(main())
