"""Reading of what tells where a process comes from, and judging it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.gateway.origin import origin_of
from picoclaw_tray.gateway.service import Service, ServiceManager
from picoclaw_tray.system import service_manager
from picoclaw_tray.system.service_manager import (
    GENERATIONS,
    lineage_by_psutil,
    traces_in,
    traces_of,
)
from tests.support.proc_folder import proc_folder
from tests.support.processes import sleeper

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.gateway.service import Kin

pytestmark = pytest.mark.linux

UNIT = "0::/system.slice/picoclaw.service\n"


def service_in(proc: Path, pid: int) -> Service | None:
    return origin_of(traces_in(proc, pid)).service


def service_running(pid: int) -> Service | None:
    return origin_of(traces_of(pid)).service


def test_process_beside_us_belongs_to_no_service() -> None:
    """The tests may themselves run in a unit or in a container: it owns both of them."""
    with sleeper() as process:
        assert service_running(process.pid) is None
        assert service_running(os.getpid()) is None


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 1, 2**40])
def test_process_that_does_not_exist_belongs_to_no_service(pid: int) -> None:
    assert service_running(pid) is None


def test_init_belongs_to_no_service() -> None:
    assert service_running(1) is None


def test_process_belongs_to_the_unit_of_its_group(tmp_path: Path) -> None:
    with sleeper() as process:
        service = service_in(proc_folder(tmp_path, process.pid, UNIT), process.pid)

    assert service is not None
    assert (service.manager, service.unit) == (ServiceManager.SYSTEMD, "picoclaw.service")


def test_process_belongs_to_a_unit_of_cgroup_v1(tmp_path: Path) -> None:
    groups = "12:pids:/system.slice\n1:name=systemd:/system.slice/picoclaw.service\n"
    with sleeper() as process:
        service = service_in(proc_folder(tmp_path, process.pid, groups), process.pid)

    assert service is not None
    assert service.unit == "picoclaw.service"


def test_process_in_our_own_unit_belongs_to_none(tmp_path: Path) -> None:
    with sleeper() as process:
        proc = proc_folder(tmp_path, process.pid, UNIT, own=UNIT)

        assert service_in(proc, process.pid) is None


@pytest.mark.parametrize("content", [b"", b"SYSTEMD_EXEC_PID=", b"SYSTEMD_EXEC_PID=1\0A=\xff"])
def test_process_whose_environment_names_another_main_process_belongs_to_none(
    tmp_path: Path, content: bytes
) -> None:
    with sleeper() as process:
        proc = proc_folder(tmp_path, process.pid, UNIT)
        (proc / str(process.pid) / "environ").write_bytes(content)
        service = service_in(proc, process.pid)

    assert (service is None) is bool(content)


@pytest.mark.parametrize("name", ["cgroup", "stat", "cmdline", "environ"])
@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"(", b"9" * 200_000, b"1 (x) S a b c"])
def test_odd_files_prove_nothing_and_raise_nothing(
    tmp_path: Path, name: str, content: bytes
) -> None:
    with sleeper() as process:
        proc = proc_folder(tmp_path, process.pid, UNIT)
        (proc / str(process.pid) / name).write_bytes(content)
        service = service_in(proc, process.pid)

    assert service is None or name in {"cmdline", "environ"}


def test_folder_without_processes_proves_nothing(tmp_path: Path) -> None:
    assert service_in(tmp_path, 7) is None


def test_process_that_is_its_own_parent_ends_the_search(tmp_path: Path) -> None:
    (tmp_path / "7").mkdir()
    (tmp_path / "7" / "stat").write_bytes(b"7 (x) S 7 7 7 0")

    assert len(traces_in(tmp_path, 7).lineage) == GENERATIONS
    assert service_in(tmp_path, 7) is None


def test_proc_is_where_linux_has_it() -> None:
    assert (service_manager.PROC / "self" / "stat").exists()


# -- lineage and terminal -------------------------------------------------------------------------


def test_lineage_is_read_alike_from_proc_and_by_psutil() -> None:
    def told(lineage: tuple[Kin, ...]) -> list[tuple[int, tuple[str, ...], str]]:
        return [(kin.pid, kin.argv[1:], kin.terminal) for kin in lineage]

    with sleeper() as process:
        by_files, by_psutil = traces_of(process.pid).lineage, lineage_by_psutil(process.pid)

    assert by_files[0].pid == process.pid
    assert by_files[1].pid == os.getpid()
    assert told(by_files) == told(by_psutil)


@pytest.mark.parametrize("pid", [0, -1, 2**22 + 1, 2**40])
def test_lineage_of_a_process_that_does_not_exist_is_empty(pid: int) -> None:
    assert traces_of(pid).lineage == ()
    assert lineage_by_psutil(pid) == ()
