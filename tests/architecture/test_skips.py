"""A skip is honest: it has a reason that is allowed, or under CI it is a failure."""

from __future__ import annotations

import sys

import pytest

from tests.support.gateways import VARIABLE
from tests.support.skips import NO_REAL_GATEWAY, ONLY_ROOT, OTHER_SYSTEM


@pytest.fixture
def run(pytester, monkeypatch):
    def run(source: str, **variables: str) -> pytest.RunResult:
        monkeypatch.delenv("CI", raising=False)
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        plugins = ["tests.support.skips", "tests.support.gateways"]
        pytester.makeconftest(f"pytest_plugins = {plugins}")
        pytester.makeini("[pytest]\nmarkers =\n  linux: x\n  macos: x\n  windows: x")
        pytester.makepyfile(source)
        return pytester.runpytest_inprocess("-ra", "-v")

    return run


SKIPS = """
    import pytest

    def test_skips():
        pytest.skip({reason!r})
"""
ON_EVERY_GATEWAY = "def test_starts(gateway_command): assert {check}"


def test_any_skip_is_possible_at_home(run):
    run(SKIPS.format(reason="no time")).assert_outcomes(skipped=1)


def test_skip_fails_under_ci(run):
    result = run(SKIPS.format(reason="no time"), CI="true")

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*skipped, which may not be: no time"])


def test_skip_of_a_whole_module_fails_under_ci(run):
    source = "import pytest\npytest.importorskip('no_such_module_anywhere')"

    run(source, CI="true").assert_outcomes(errors=1)


@pytest.mark.parametrize(
    "reason", [NO_REAL_GATEWAY, f"{ONLY_ROOT}: denied", f"{OTHER_SYSTEM}: needs a Mac"]
)
def test_allowed_reason_may_skip_under_ci(run, reason):
    run(SKIPS.format(reason=reason), CI="true").assert_outcomes(skipped=1)


def test_expected_failure_is_no_skip(run):
    source = "import pytest\n@pytest.mark.xfail\ndef test_fails(): assert False"

    run(source, CI="true").assert_outcomes(xfailed=1)


def test_marked_test_runs_on_its_own_system_only(run):
    source = """
        import pytest
        import sys

        @pytest.mark.linux
        def test_linux(): assert sys.platform == "linux"

        @pytest.mark.macos
        def test_macos(): assert sys.platform == "darwin"

        @pytest.mark.windows
        def test_windows(): assert sys.platform == "win32"

        @pytest.mark.linux
        @pytest.mark.macos
        @pytest.mark.windows
        def test_everywhere(): pass
    """

    run(source, CI="true").assert_outcomes(passed=2, skipped=2)


def test_gateway_is_the_stand_in_and_the_real_one_is_missed(run):
    check = "gateway_command[1:] == ('-m', 'picoclaw_tray.demo')"

    result = run(ON_EVERY_GATEWAY.format(check=check), CI="true")

    result.assert_outcomes(passed=1, skipped=1)
    result.stdout.fnmatch_lines(["*[[]standin[]] PASSED*", f"*{NO_REAL_GATEWAY}*"])


def test_gateway_is_the_real_one_too_when_it_is_given(run):
    check = f"gateway_command[0] == {sys.executable!r}"

    result = run(ON_EVERY_GATEWAY.format(check=check), **{VARIABLE: sys.executable})

    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["*[[]real[]] PASSED*"])


def test_gateway_that_is_none_stops_the_run(run):
    result = run(ON_EVERY_GATEWAY.format(check=True), **{VARIABLE: "/no/such/program"})

    assert result.ret == pytest.ExitCode.USAGE_ERROR
