"""A folder like `/proc`, filled from it, in which a process belongs to a group of our choice."""

from __future__ import annotations

import os
from pathlib import Path

INIT_CGROUP = "0::/init.scope\n"
OUR_CGROUP = "0::/user.slice/user-1000.slice/session-1.scope\n"


def proc_folder(folder: Path, pid: int, cgroup: str, own: str = OUR_CGROUP) -> Path:
    """The folder, with this process as the leader of its session and the one that started it.

    What init and a service manager may do, and a test may not, is only this: to be another group.
    """
    fields = _fields(pid)
    fields[3] = str(pid)
    _write(folder, pid, f"{pid} (a (name) {pid}) {' '.join(fields)}", cgroup)
    parent = int(fields[1])
    _write(folder, parent, f"{parent} (init) {' '.join(_fields(parent))}", INIT_CGROUP)
    (folder / "self").mkdir(exist_ok=True)
    (folder / "self" / "cgroup").write_text(own, encoding="ascii")
    return folder


def _fields(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()


def _write(folder: Path, pid: int, stat: str, cgroup: str) -> None:
    process = folder / str(pid)
    process.mkdir(parents=True, exist_ok=True)
    (process / "stat").write_text(stat + "\n", encoding="utf-8")
    (process / "cmdline").write_bytes(Path(f"/proc/{pid}/cmdline").read_bytes())
    (process / "cgroup").write_bytes(os.fsencode(cgroup))
