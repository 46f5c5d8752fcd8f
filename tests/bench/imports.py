"""Which modules a program of ours imports, for a baseline that imports the same."""

from __future__ import annotations

import re
import sys

_LINE = re.compile(r"^import time: +\d+ \| +\d+ \| *(\S+)$", re.MULTILINE)
_NOT_OURS_TO_IMPORT = re.compile(r"__main__$|^__|^site$|^sitecustomize$|^usercustomize$")

WATCHED_PYTHON = (sys.executable, "-X", "importtime")
"""A Python that prints what it imports, when, and in which thread."""


def imported_modules(output: str) -> list[str]:
    """Everything that such a Python said it imported, in order."""
    return [name for name in _LINE.findall(output) if not _NOT_OURS_TO_IMPORT.search(name)]
