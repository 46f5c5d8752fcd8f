"""Imports the modules that a file names, one a line, and does nothing else.

python -m tests.bench.programs.importing FILE
"""

from __future__ import annotations

import importlib
import sys
from contextlib import suppress


def import_all(path: str) -> None:
    """What cannot be imported was tried in vain by who was watched, too."""
    with open(path, encoding="ascii") as file:  # noqa: PTH123 - pathlib would be one import more
        for name in file.read().split():
            with suppress(ImportError):
                importlib.import_module(name)


if __name__ == "__main__":
    import_all(sys.argv[1])
