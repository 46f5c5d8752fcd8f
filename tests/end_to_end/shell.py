"""A person at a shell: each verb a process of its own, told apart by exit code and streams."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.end_to_end.tray_program import variables_of
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.support.gateway_home import GatewayHome

PATIENCE_S = 45.0


@dataclass(frozen=True, slots=True)
class Said:
    """What a verb said."""

    status: int
    out: str
    err: str

    @property
    def payload(self) -> dict[str, Any]:
        """What it printed with ``--json``: one line."""
        assert self.out.count("\n") == 1, self
        payload = json.loads(self.out)
        assert isinstance(payload, dict)
        return payload


class Shell:
    """A shell in which one home is chosen, by variables as a person's profile would."""

    def __init__(self, home: GatewayHome, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = {**environment, **variables_of(home)}

    def __call__(self, *words: str, **variables: str) -> Said:
        """What a verb says, once it has ended."""
        ended = subprocess.run(
            self._command(words),
            env={**self._environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert "Traceback" not in ended.stderr
        return Said(ended.returncode, ended.stdout, ended.stderr)

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """A verb that goes on meanwhile."""
        return subprocess.Popen(
            self._command(words),
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def until(self, **expected: object) -> dict[str, Any]:
        """The status, once it is so."""
        status: dict[str, Any] = {}

        def is_so() -> bool:
            status.update(self("status", "--json").payload)
            return status.items() >= expected.items()

        wait_until(is_so, PATIENCE_S, what=f"status {expected}")
        return status

    @staticmethod
    def _command(words: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-m", "picoclaw_tray", *words]


def said(process: subprocess.Popen[str]) -> Said:
    """What a verb that went on meanwhile has said."""
    out, err = process.communicate(timeout=PATIENCE_S)
    assert "Traceback" not in err
    return Said(process.returncode, out, err)
