"""The kernel's counters, in folders of our own and, where root may, in a group of our own."""

from __future__ import annotations

import os
import signal
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.memory_kills import MemoryCounters, MemoryKills, counter_files
from picoclaw_tray.system.memory_kills import PROC, kills_since, mark
from tests.support.proc_folder import proc_folder
from tests.support.programs import Program
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.linux

GROUP = "0::/claw.service\n"
EVENTS = "low 0\nhigh 0\nmax 0\noom {limits}\noom_kill {kills}\noom_group_kill 0\n"
LIMIT_BYTES = 24 * 1024 * 1024

_HUNGRY = """
import pathlib, sys, time
while not pathlib.Path(sys.argv[1]).exists():
    time.sleep(0.01)
hoard = []
while True:
    hoard.append(bytearray(b"x") * 1_000_000)
"""


class Kernel:
    """A folder like `/proc`, and the group of one process."""

    def __init__(self, folder: Path, own_cgroup: str = "0::/session.scope\n") -> None:
        self.proc = proc_folder(folder / "proc", os.getpid(), GROUP, own_cgroup)
        self._mount = folder / "cgroup"
        for group in ("claw.service", "session.scope"):
            (self._mount / group).mkdir(parents=True)
        mountinfo = f"29 23 0:26 / {self._mount} rw - cgroup2 cgroup2 rw\n"
        (self.proc / "self" / "mountinfo").write_text(mountinfo, encoding="utf-8")
        self.count(machine=3)

    @property
    def group(self) -> Path:
        return self._mount / "claw.service"

    def count(self, *, machine: int) -> None:
        vmstat = f"nr_free_pages 7\noom_kill {machine}\n"
        (self.proc / "vmstat").write_text(vmstat, encoding="ascii")

    def count_in_group(self, kills: int, limits: int = 0, group: str = "claw.service") -> None:
        text = EVENTS.format(kills=kills, limits=limits)
        (self._mount / group / "memory.events").write_text(text, encoding="ascii")


@pytest.fixture
def kernel(tmp_path: Path) -> Kernel:
    return Kernel(tmp_path)


def test_kills_are_those_of_the_machine_where_the_group_counts_none(kernel):
    before = mark(os.getpid(), kernel.proc)
    quiet = kills_since(before, kernel.proc)

    kernel.count(machine=4)

    assert (quiet, kills_since(before, kernel.proc)) == (MemoryKills.NONE, MemoryKills.ON_MACHINE)


def test_kills_are_those_of_the_group_where_it_counts(kernel):
    kernel.count_in_group(1)
    before = mark(os.getpid(), kernel.proc)
    kernel.count(machine=9)
    elsewhere = kills_since(before, kernel.proc)
    kernel.count_in_group(2)
    in_group = kills_since(before, kernel.proc)
    kernel.count_in_group(2, limits=1)

    assert elsewhere is MemoryKills.NONE
    assert in_group is MemoryKills.IN_GROUP
    assert kills_since(before, kernel.proc) is MemoryKills.BY_LIMIT


def test_kills_are_those_of_the_machine_once_the_group_is_gone(kernel):
    kernel.count_in_group(0)
    before = mark(os.getpid(), kernel.proc)

    (kernel.group / "memory.events").unlink()
    kernel.group.rmdir()
    kernel.count(machine=4)

    assert kills_since(before, kernel.proc) is MemoryKills.ON_MACHINE


def test_gateway_that_is_about_to_be_started_will_be_in_our_group(kernel):
    kernel.count_in_group(0, group="session.scope")
    before = mark(proc=kernel.proc)

    kernel.count_in_group(1, group="session.scope")

    assert kills_since(before, kernel.proc) is MemoryKills.IN_GROUP


def test_nothing_is_told_where_nothing_can_be_read(tmp_path):
    before = mark(os.getpid(), tmp_path)

    assert before.counters == MemoryCounters()
    assert kills_since(before, tmp_path) is MemoryKills.UNKNOWN


def test_mark_of_any_process_can_be_had():
    for pid in (os.getpid(), 1, 2**31 - 1):
        assert kills_since(mark(pid)) in set(MemoryKills)


def test_real_kill_for_want_of_memory_is_seen(tmp_path):
    go = tmp_path / "go"
    command = (sys.executable, "-c", _HUNGRY, str(go))
    with (
        _limited_group() as group,
        Program(command, environment=os.environ, output_path=tmp_path / "out") as program,
    ):
        (group / "cgroup.procs").write_text(str(program.pid), encoding="ascii")
        before = mark(program.pid)
        go.touch()

        assert program.wait(30) == -signal.SIGKILL
        assert before.group_file is not None
        assert before.group_file.is_relative_to(group)
        is_v2 = before.group_file.name == "memory.events"
        expected = MemoryKills.BY_LIMIT if is_v2 else MemoryKills.IN_GROUP
        assert kills_since(before) is expected


@contextmanager
def _limited_group() -> Iterator[Path]:
    """A control group whose processes together get little memory."""
    own = (PROC / "self" / "cgroup").read_text(encoding="utf-8")
    mountinfo = (PROC / "self" / "mountinfo").read_text(encoding="utf-8")
    candidates = map(Path, counter_files(own, mountinfo))
    parent = next((file.parent for file in candidates if file.exists()), None)
    if parent is None:
        pytest.skip("only root may: and nobody here, no memory is counted")
    group = parent / f"test-{uuid.uuid4().hex[:12]}"
    try:
        group.mkdir()
    except OSError:
        pytest.skip("only root may make control groups")
    try:
        _limit(group)
        yield group
    finally:
        wait_until(lambda: _is_removed(group), what="the end of the control group")


def _limit(group: Path) -> None:
    limits = [group / name for name in ("memory.max", "memory.limit_in_bytes")]
    limit = next((file for file in limits if file.exists()), None)
    if limit is None:
        pytest.skip("only root may limit memory, and only where the group above allows it")
    limit.write_text(str(LIMIT_BYTES), encoding="ascii")
    for name in ("memory.swap.max", "memory.memsw.limit_in_bytes"):
        file = group / name
        if file.exists():
            file.write_text(
                "0" if name == "memory.swap.max" else str(LIMIT_BYTES), encoding="ascii"
            )


def _is_removed(group: Path) -> bool:
    try:
        group.rmdir()
    except OSError:
        return False
    return True
