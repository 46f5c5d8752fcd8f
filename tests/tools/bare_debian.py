"""A bare Debian in a folder: a minimal root, with what the README asks for and a clone.

How this machine reaches its package sources (apt, pip, proxies, certificates) is taken over while
it lasts and goes with the folder. Needs root.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

PREREQUISITES = ("git", "make", "python3", "python3-venv")
"""What the README asks a person to install first."""
NEEDED_PROGRAMS = ("apt-config", "apt-get", "cp", "debootstrap", "git", "unshare")
"""What this machine needs to build one."""

REPOSITORY = Path(__file__).resolve().parents[2]
CHECKOUT = "/srv/picoclaw-tray"
TAKEN_OVER = "/opt/taken-over"
BUDGET_S = 600

_APT_GET = ("env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq")
_VARIABLES = re.compile(
    r"(?i:(https?|no|all)_proxy)|PIP_.+|SSL_CERT_FILE|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|GIT_SSL_CAINFO"
)
_PIP_FILES = ("/etc/pip.conf", "~/.config/pip/pip.conf", "~/.pip/pip.conf")
_PATH = re.compile(r"(?<![\w:/.~-])/[\w.~/+-]+")


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

    def run(self, *command: str, budget_s: float = BUDGET_S) -> None:
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

    def change_packages(self, *words: str) -> None:
        """Run apt-get without questions."""
        self.run(*_APT_GET, *words)

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
    root.change_packages("update")
    root.change_packages("install", "-y", "--no-install-recommends", *PREREQUISITES)
    checkout = folder / CHECKOUT.lstrip("/")
    subprocess.run(["git", "clone", "--quiet", str(REPOSITORY), str(checkout)], check=True)
    # The clone's address would be a path that does not exist in there.
    subprocess.run(["git", "-C", str(checkout), "remote", "remove", "origin"], check=True)
    return root
