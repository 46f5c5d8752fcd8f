"""The gateways that the same tests run on: the stand-in always, a real one where one is given.

A test that asks for `gateway_command` runs once for each; their ids are `standin` and `real`.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

import pytest

from tests.support.skips import NO_REAL_GATEWAY

VARIABLE = "PICOCLAW_TRAY_TEST_BINARY"
_REAL = pytest.StashKey[Path | None]()


def pytest_configure(config: pytest.Config) -> None:
    """Read the variable once: inside a test it is not there any more."""
    given = os.environ.get(VARIABLE)
    if given and shutil.which(given) is None:
        message = f"{VARIABLE} names no program: {given}"
        raise pytest.UsageError(message)
    config.stash[_REAL] = Path(given).absolute() if given else None


def pytest_report_header(config: pytest.Config) -> str:
    """Name the real gateway at the top of every run."""
    return f"real gateway: {config.stash[_REAL] or 'none given'}"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for a gateway on both."""
    if "gateway_command" not in metafunc.fixturenames:
        return
    real = metafunc.config.stash[_REAL]
    metafunc.parametrize(
        "gateway_command",
        [
            pytest.param((sys.executable, "-m", "picoclaw_tray.demo"), id="standin"),
            pytest.param(
                (str(real),), id="real", marks=[] if real else pytest.mark.skip(NO_REAL_GATEWAY)
            ),
        ],
        indirect=True,
        scope="session",
    )


@pytest.fixture(scope="session")
def gateway_command(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The gateway under test: the program and its leading arguments."""
    return request.param


@pytest.fixture(scope="session")
def real_gateway(pytestconfig: pytest.Config) -> str:
    """The program of a real gateway, for what the stand-in is no judge of."""
    real = pytestconfig.stash[_REAL]
    if real is None:
        pytest.skip(NO_REAL_GATEWAY)
    return str(real)
