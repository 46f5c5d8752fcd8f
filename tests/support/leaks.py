"""Fails a test that leaves something running: a thread, a timer, a process.

What it finds it ends, so that the next test is not blamed for it.
"""

from __future__ import annotations

import gc
import threading
from time import monotonic
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from PySide6.QtCore import QObject

_FAILED = pytest.StashKey[bool]()
_PATIENCE_S = 2.0


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, object]:
    """Remember that a test failed: its frames keep alive what it held."""
    report = yield
    if report.failed:
        item.stash[_FAILED] = True
    return report


@pytest.fixture(autouse=True)
def _nothing_is_left_running(request: pytest.FixtureRequest, own_machine: Path) -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = _threads_left(before)
    if "qapp" in request.fixturenames:
        left += _qt_objects_left()
    if left and not request.node.stash.get(_FAILED, False):
        pytest.fail("the test left running: " + ", ".join(left), pytrace=False)


def _threads_left(before: set[threading.Thread]) -> list[str]:
    deadline = monotonic() + _PATIENCE_S
    extra = [thread for thread in threading.enumerate() if thread not in before]
    for thread in extra:
        thread.join(max(0.0, deadline - monotonic()))
    return [f"thread {thread.name!r}" for thread in extra if thread.is_alive()]


def _qt_objects_left() -> list[str]:
    from PySide6.QtCore import QCoreApplication, QEvent  # noqa: PLC0415 - Qt tests have it anyway

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    if _running_objects():
        gc.collect()  # an object in a cycle goes with its cycle
    names = []
    for running in _running_objects():
        names.append(f"{type(running).__name__} {running.objectName()!r}")
        _end(running)
    return names


def _running_objects() -> list[QObject]:
    from PySide6.QtCore import QProcess, QThread, QTimer  # noqa: PLC0415
    from shiboken6 import Shiboken  # noqa: PLC0415

    found: list[QObject] = []
    for wrapper in Shiboken.getAllValidWrappers():
        match wrapper:
            case QTimer() if wrapper.isActive():
                found.append(wrapper)
            case QProcess() if wrapper.state() != QProcess.ProcessState.NotRunning:
                found.append(wrapper)
            case QThread() if wrapper.isRunning() and wrapper != QThread.currentThread():
                found.append(wrapper)
    return found


def _end(running: object) -> None:
    from PySide6.QtCore import QProcess, QThread, QTimer  # noqa: PLC0415

    match running:
        case QTimer():
            running.stop()
        case QProcess():
            running.kill()
            running.waitForFinished()
        case QThread():
            running.quit()
            running.wait(int(_PATIENCE_S * 1000))
