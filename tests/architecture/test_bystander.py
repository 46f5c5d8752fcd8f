"""Who signals somebody else's gateway fails, whatever else the test was about."""

from __future__ import annotations

import pytest

from tests.support.source_tree import REPOSITORY

pytestmark = [pytest.mark.linux, pytest.mark.macos]  # on Windows nobody stands by

HARMING = """
    import os, signal

    def test_terminates(bystander):
        os.kill(bystander.pid, signal.SIGTERM)

    def test_kills(bystander):
        os.kill(bystander.pid, signal.SIGKILL)
        bystander.wait()

    def test_harms_nobody(bystander):
        assert bystander.is_running
"""


def test_signal_to_the_bystander_fails_the_test(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(REPOSITORY))
    pytester.makeconftest("pytest_plugins = ['tests.support.bystander']")
    pytester.makepyfile(HARMING)

    result = pytester.runpytest_subprocess("-p", "no:randomly", timeout=50)

    result.assert_outcomes(passed=3, errors=2)
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_terminates*", "*('SIGTERM',) == ()*"])
    result.stdout.fnmatch_lines(["*ERROR at teardown of test_kills*"])
