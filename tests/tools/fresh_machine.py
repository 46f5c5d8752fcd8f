"""Proves on a bare Debian that `make run`, `make test` and `make bundle` are each enough.

    make test-fresh                    # or: python3 -m tests.tools.fresh_machine --keep FOLDER

Each command gets a root of its own, so that none profits from what another installed; nothing else
is typed. The bundle is run after all Python has been removed from the system that made it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.tools.bare_debian import (
    BUDGET_S,
    CHECKOUT,
    NEEDED_PROGRAMS,
    PREREQUISITES,
    FreshMachineError,
    Root,
    bare_machine,
)

BUNDLED_TRAY = f"{CHECKOUT}/dist/picoclaw-tray/picoclaw-tray"

_TEST_BUDGET_S = 2400


def is_tray(words: list[str]) -> bool:
    """Whether a command line is that of our tray, from source or from a bundle."""
    return words[1:4] == ["-m", "picoclaw_tray", "run"] or words[:2] == [BUNDLED_TRAY, "run"]


def is_demo_gateway(words: list[str]) -> bool:
    """Whether a command line is that of the stand-in, from source or from a bundle."""
    named = any(("picoclaw_tray.demo" in word or "demo-gateway" in word) for word in words)
    return named and "gateway" in words


def tray_with_a_healthy_gateway(root: Root) -> int | None:
    """The PID of the tray in the root, once its gateway answers that it is well."""
    processes = root.processes()
    trays = [pid for pid, words in processes.items() if is_tray(words)]
    for pid in [pid for pid, words in processes.items() if trays and is_demo_gateway(words)]:
        try:
            variables = Path(f"/proc/{pid}/environ").read_bytes().decode().split("\0")
            home = next(v for v in variables if v.startswith("PICOCLAW_HOME=")).split("=", 1)[1]
            pid_file = root.folder / home.lstrip("/") / ".picoclaw.pid"
            port = json.loads(pid_file.read_bytes())["port"]
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=2) as answer:
                return trays[0] if answer.status == 200 else None
        except (OSError, StopIteration, ValueError, urllib.error.URLError):
            continue  # not there yet
    return None


def prove_demo(root: Root, *command: str) -> None:
    """The command brings up the tray and its gateway, and SIGTERM ends both in good order."""
    said = " ".join(command)
    root.environment = {**root.environment, "QT_QPA_PLATFORM": "offscreen"}
    with root.start(*command) as process:
        deadline = time.monotonic() + BUDGET_S
        while (tray := tray_with_a_healthy_gateway(root)) is None:
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                message = f"{said}: no healthy gateway (exit status {process.poll()})"
                raise FreshMachineError(message)
            time.sleep(0.5)
        print(f"{said}: the tray is up and its gateway answers; ending it", flush=True)
        os.kill(tray, signal.SIGTERM)
        try:
            code = process.wait(60)
        except subprocess.TimeoutExpired as late:
            process.kill()
            message = f"{said}: SIGTERM did not end it"
            raise FreshMachineError(message) from late
    if code or root.processes():
        message = f"{said}: exit status {code}, left behind: {root.processes()}"
        raise FreshMachineError(message)


def prove_make_run(root: Root) -> None:
    """`make run` brings up the demo."""
    prove_demo(root, "make", "run")


def prove_make_bundle(root: Root) -> None:
    """`make bundle` makes a folder whose programs run when there is no Python any more."""
    root.run("make", "bundle")
    root.change_packages("purge", "-y", "python3*", "libpython3*")
    shutil.rmtree(root.folder / CHECKOUT.lstrip("/") / ".venv")
    if left := list((root.folder / "usr").rglob("python3*")):
        message = f"there is still a Python: {left}"
        raise FreshMachineError(message)
    prove_demo(root, BUNDLED_TRAY, "run", "--demo")


def prove_make_test(root: Root) -> None:
    """`make test` passes, and no test is skipped that may not be."""
    root.environment = {**root.environment, "CI": "true"}
    root.run("make", "test", budget_s=_TEST_BUDGET_S)


_PROOFS = {"run": prove_make_run, "bundle": prove_make_bundle, "test": prove_make_test}


def main() -> int:
    """Run the proofs; 0 when all hold."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="build in here and keep it")
    parser.add_argument("--only", choices=tuple(_PROOFS), help="prove one of the commands")
    options = parser.parse_args()
    if sys.platform != "linux" or os.geteuid() != 0:
        print("make test-fresh builds a Linux system of its own and must be run as root.")
        return 1
    if lacking := [name for name in NEEDED_PROGRAMS if shutil.which(name) is None]:
        print(f"make test-fresh needs {', '.join(lacking)}; on Debian: apt-get install debootstrap")
        return 1
    folder = (options.keep or Path(tempfile.mkdtemp(prefix="fresh-machine-"))).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    try:
        bare = bare_machine(folder / "bare")
        for name in [options.only] if options.only else _PROOFS:
            print(
                f"make {name}, on a machine that has nothing but {', '.join(PREREQUISITES)}",
                flush=True,
            )
            started = time.monotonic()
            _PROOFS[name](bare.copy(folder / name))
            print(f"make {name}: good, {time.monotonic() - started:.0f} s", flush=True)
    except FreshMachineError as error:
        print(error)
        return 1
    finally:
        if not options.keep:
            shutil.rmtree(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
