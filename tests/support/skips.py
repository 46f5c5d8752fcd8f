"""Decides which tests may be skipped; where `CI` is `true` any other skip is a failure.

`-ra` lists all skips at the end of every run.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator

NO_REAL_GATEWAY = "no real gateway given"
ONLY_ROOT = "only root may"
OTHER_SYSTEM = "other operating system"

_SYSTEMS = {"linux": "linux", "macos": "darwin", "windows": "win32"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what is marked with the name of another system."""
    for item in items:
        systems = [mark.name for mark in item.iter_markers() if mark.name in _SYSTEMS]
        if systems and sys.platform not in {_SYSTEMS[name] for name in systems}:
            reason = f"{OTHER_SYSTEM}: needs {' or '.join(sorted(systems))}"
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn the skip of a test into a failure unless its reason is allowed."""
    return _judge((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Do the same for a module that skips all of its tests."""
    return _judge((yield))


def _judge(report):
    if os.environ.get("CI") != "true" or not report.skipped or hasattr(report, "wasxfail"):
        return report
    reason = report.longrepr[2].removeprefix("Skipped: ")
    if not reason.startswith((NO_REAL_GATEWAY, ONLY_ROOT, OTHER_SYSTEM)):
        report.outcome = "failed"
        report.longrepr = f"skipped, which may not be: {reason}"
    return report
