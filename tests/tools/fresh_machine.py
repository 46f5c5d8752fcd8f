"""Proves on a bare Debian that `make run`, `make test` and `make bundle` are each enough.

    make test-fresh                    # or: python3 tests/tools/fresh_machine.py --keep FOLDER

Builds a minimal root with debootstrap, adds what the README names as prerequisites, clones the
last commit into it and runs each command there; nothing else is typed. Each gets a copy of that
root, so that none profits from what another installed. The bundle is run after all Python has been
removed from the system that made it. How this machine reaches its package sources (apt,
pip, proxies, certificates) is taken over while it runs and goes with the root. Needs root.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

PREREQUISITES = ("git", "make", "python3", "python3-venv")
"""What the README asks a person to install first."""

REPOSITORY = Path(__file__).resolve().parents[2]
CHECKOUT = "/srv/picoclaw-tray"
BUNDLED_TRAY = f"{CHECKOUT}/dist/picoclaw-tray/picoclaw-tray"
TAKEN_OVER = "/opt/taken-over"

_NEEDED = ("apt-config", "apt-get", "cp", "debootstrap", "git", "unshare")
_VARIABLES = re.compile(
    r"(?i:(https?|no|all)_proxy)|PIP_.+|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO"
)
_PIP_FILES = ("/etc/pip.conf", "~/.config/pip/pip.conf", "~/.pip/pip.conf")
_PATH = re.compile(r"(?<![\w:/.~-])/[\w.~/+-]+")
_RUN_BUDGET_S = 600
_TEST_BUDGET_S = 2400


class FreshMachineError(Exception):
    """The proof failed; the message says where."""


def output_of(*command: str) -> str:
    """What a program prints."""
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Root:
    """A folder that is the whole file system of what runs in it.

    Attributes:
        folder: Where it is.
        environment: All the variables that a command in it gets.
    """

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder = folder
        self.environment = environment

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """Start a command in the checkout; mounts and stray processes end with it."""
        script = (
            'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev";'
            ' exec chroot "$0" sh -c \'cd "$0" 2>/dev/null || cd /; exec "$@"\' "$@"'
        )
        namespace = ("unshare", "--mount", "--pid", "--fork", "--kill-child")
        return subprocess.Popen(
            [*namespace, "sh", "-ec", script, str(self.folder), CHECKOUT, *command],
            env=self.environment,
            stdin=subprocess.DEVNULL,
        )

    def run(self, *command: str, budget_s: float = _RUN_BUDGET_S) -> None:
        """Run a command to its end; it must succeed within its budget."""
        said = " ".join(command)
        with self.start(*command) as process:
            try:
                code = process.wait(budget_s)
            except subprocess.TimeoutExpired as late:
                process.kill()
                message = f"{said}: not finished after {budget_s:.0f} s"
                raise FreshMachineError(message) from late
        if code:
            message = f"{said}: exit status {code}"
            raise FreshMachineError(message)

    def processes(self) -> dict[int, list[str]]:
        """The command lines of everything that runs in it, by PID as seen from outside."""
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            try:
                if (entry / "root").readlink() == self.folder:
                    words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                    found[int(entry.name)] = words
            except OSError:
                continue  # it has ended meanwhile
        return found

    def copy(self, folder: Path) -> Root:
        """The same machine once more."""
        subprocess.run(["cp", "--archive", str(self.folder), str(folder)], check=True)
        return Root(folder, self.environment)


def suite_and_sources() -> tuple[str, list[tuple[str, str, str]]]:
    """This machine's Debian or Ubuntu release, and where its packages come from.

    Returns:
        The code name, and address, suite and component of every source that carries it.
    """
    release = Path("/etc/os-release").read_text(encoding="utf-8")
    found = re.search(r"^VERSION_CODENAME=(\w+)$", release, re.MULTILINE)
    if found is None:
        raise FreshMachineError("/etc/os-release names no release to build")
    name = found[1]
    targets = output_of(
        "apt-get",
        "indextargets",
        "--format",
        "$(REPO_URI) $(RELEASE) $(COMPONENT)",
        "Identifier: Packages",
    )
    sources = sorted(
        {(uri, suite, part) for uri, suite, part in map(str.split, targets.split("\n")[:-1])}
    )
    return name, [source for source in sources if source[1].split("-")[0] == name]


def take_over(text: str, folder: Path) -> str:
    """Copy the files that a setting names into the root, and name the copies instead."""
    store = folder / TAKEN_OVER.lstrip("/")

    def copied(match: re.Match[str]) -> str:
        path = Path(match[0])
        if not path.exists():
            return match[0]
        copy = store / str(path).strip("/").replace("/", "-")
        if path.is_dir():
            shutil.copytree(path, copy, dirs_exist_ok=True)
        else:
            shutil.copy(path, copy)
        return f"{TAKEN_OVER}/{copy.name}"

    store.mkdir(parents=True, exist_ok=True)
    return _PATH.sub(copied, text)


def configure(folder: Path, sources: list[tuple[str, str, str]]) -> dict[str, str]:
    """Let a new root reach the network as this machine does.

    Returns:
        The environment of its commands.
    """
    for name in ("hosts", "resolv.conf"):
        shutil.copy(Path("/etc") / name, folder / "etc" / name)
    apt = folder / "etc" / "apt"
    (apt / "sources.list").write_text("".join(f"deb {' '.join(source)}\n" for source in sources))
    settings = re.findall(r"^Acquire::.*$", output_of("apt-config", "dump"), re.MULTILINE)
    (apt / "apt.conf.d" / "90network").write_text(take_over("\n".join(settings) + "\n", folder))
    if Path("/etc/apt/auth.conf.d").is_dir():
        shutil.copytree("/etc/apt/auth.conf.d", apt / "auth.conf.d", dirs_exist_ok=True)
    pip_files = [Path(name).expanduser() for name in _PIP_FILES]
    pip_settings = [path.read_text() for path in pip_files if path.is_file()]
    (folder / "etc" / "pip.conf").write_text(take_over("\n".join(pip_settings), folder))
    return {
        "HOME": "/root",
        "LANG": "C.UTF-8",
        "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        **{
            name: take_over(value, folder)
            for name, value in os.environ.items()
            if _VARIABLES.fullmatch(name)
        },
    }


def bare_machine(folder: Path) -> Root:
    """Build a minimal root with the prerequisites and a clone of the last commit."""
    suite, sources = suite_and_sources()
    main = next(uri for uri, name, part in sources if (name, part) == (suite, "main"))
    print(f"Building a bare {suite}", flush=True)
    log = folder.with_name("debootstrap.log")
    with log.open("wb") as lines:
        built = subprocess.run(
            ["debootstrap", "--variant=minbase", suite, str(folder), main],
            stdout=lines,
            stderr=lines,
            check=False,
        )
    if built.returncode:
        message = f"debootstrap failed: {log.read_text(errors='replace').splitlines()[-3:]}"
        raise FreshMachineError(message)
    root = Root(folder, configure(folder, sources))
    quiet = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
    root.run(*quiet, "update")
    root.run(*quiet, "install", "-y", "--no-install-recommends", *PREREQUISITES)
    checkout = folder / CHECKOUT.lstrip("/")
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(checkout)], check=True)
    # The clone's address would be a path that does not exist in there.
    subprocess.run(["git", "-C", str(checkout), "remote", "remove", "origin"], check=True)
    return root


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
        deadline = time.monotonic() + _RUN_BUDGET_S
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
    packages = ("python3*", "libpython3*")
    quiet = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
    root.run(*quiet, "purge", "-y", *packages)
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
    if lacking := [name for name in _NEEDED if shutil.which(name) is None]:
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
