"""Compares what is predicted for many configs with what a real gateway does; prints a table.

    python -m tests.tools.predictions PATH/TO/picoclaw

The homes are thrown away. No channel is enabled, and no model can be reached.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from picoclaw_tray.gateway.command_line import GatewayCommand
from picoclaw_tray.gateway.release import release_of
from picoclaw_tray.system.gateway_version import GatewayVersions
from tests.support.config_cases import CASES
from tests.support.real_start import outcome_of, predicted_of


def main() -> int:
    binary = str(Path(sys.argv[1]).absolute())
    version = GatewayVersions().version_of(GatewayCommand(binary), dict(os.environ))
    release = release_of(version.version if version else "")
    print(f"{version}\n")
    print("| config | predicted | the gateway |\n| --- | --- | --- |")
    surprises = 0
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            predicted = predicted_of(case, Path(folder), release)
            outcome = outcome_of(case, Path(folder), binary)
        mark = "" if outcome.is_as(predicted) else " **differs**"
        surprises += bool(mark)
        print(f"| {case} | {predicted} | {outcome}{mark} |", flush=True)
    return 1 if surprises else 0


if __name__ == "__main__":
    sys.exit(main())
