"""A test that leaves something running fails, and nothing of it reaches the next one."""

from __future__ import annotations

import pytest

from tests.support.source_tree import REPOSITORY

LEAKING = {
    "thread": """
        import threading

        def test_leaks():
            threading.Thread(target=threading.Event().wait, name="lane", daemon=True).start()
    """,
    "QTimer": """
        from PySide6.QtCore import QTimer

        def test_leaks(qapp):
            global kept
            kept = QTimer()
            kept.start(1000)

        def test_next(qapp):
            assert not kept.isActive()
    """,
    "QProcess": """
        import sys
        from PySide6.QtCore import QProcess

        def test_leaks(qtbot):
            global kept
            kept = QProcess()
            with qtbot.waitSignal(kept.started):
                kept.start(sys.executable, ["-c", "input()"])

        def test_next(qapp):
            assert kept.state() == QProcess.ProcessState.NotRunning
    """,
    "QThread": """
        from PySide6.QtCore import QThread

        def test_leaks(qtbot):
            global kept
            kept = QThread()
            with qtbot.waitSignal(kept.started):
                kept.start()

        def test_next(qapp):
            assert not kept.isRunning()
    """,
}

TIDY = """
    import threading
    from PySide6.QtCore import QObject, QTimer

    def test_ends_with_its_owner(qapp):
        owner = QObject()
        QTimer(owner, interval=1000).start()

    def test_is_deleted_later(qapp):
        global kept
        kept = QTimer()
        kept.start(1000)
        kept.deleteLater()

    def test_thread_ends_soon():
        threading.Timer(0.05, int).start()
"""


FAILING = """
    from PySide6.QtCore import QTimer

    def test_fails(qapp):
        timer = QTimer()
        timer.start(1000)
        assert timer is None
"""


@pytest.fixture
def run(pytester, monkeypatch):
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    plugins = ["tests.support.isolation", "tests.support.leaks"]
    pytester.makeconftest(f"pytest_plugins = {plugins}")

    def run(**sources: str) -> pytest.RunResult:
        pytester.makepyfile(**{f"test_{name}": source for name, source in sources.items()})
        return pytester.runpytest_subprocess("-p", "no:randomly", timeout=50)

    return run


def test_leak_fails_its_test_and_is_ended(run):
    result = run(**LEAKING)

    result.assert_outcomes(passed=2 * len(LEAKING) - 1, errors=len(LEAKING))
    for kind in LEAKING:
        result.stdout.fnmatch_lines_random([f"the test left running: {kind} *"])


def test_what_ends_by_itself_is_no_leak(run):
    run(tidy=TIDY).assert_outcomes(passed=3)


def test_failed_test_is_not_blamed_twice(run):
    run(failing=FAILING).assert_outcomes(failed=1)
