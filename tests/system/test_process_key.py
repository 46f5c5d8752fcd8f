from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from picoclaw_tray.lifecycle.state import ProcessKey
from picoclaw_tray.system.process_key import key_of
from tests.support.processes import sleeper

NO_PID = 2**31 - 1


def test_key_of_stays_the_same_for_one_process():
    with sleeper() as process:
        assert key_of(process.pid) == key_of(process.pid)


def test_key_of_tells_processes_apart():
    with sleeper() as process:
        key = key_of(process.pid)
        ours = key_of(os.getpid())

    assert key is not None
    assert ours is not None
    assert key.created != ours.created


@pytest.mark.linux
@pytest.mark.macos
def test_key_of_a_zombie_is_that_of_the_process():
    with sleeper() as process:
        before = key_of(process.pid)
        process.become_zombie()

        assert key_of(process.pid) == before


@pytest.mark.parametrize("pid", [NO_PID, 2**40, -1])
def test_key_of_nobody_is_none(pid):
    assert key_of(pid) is None


@pytest.mark.linux
@pytest.mark.macos
def test_key_of_a_reaped_process_is_none():
    with sleeper() as process:
        process.become_zombie()
        process.wait()

        assert key_of(process.pid) is None


@pytest.mark.linux
def test_key_of_reads_past_spaces_and_parentheses_in_the_name(tmp_path):
    script = tmp_path / "a) (b c) 1"
    script.write_text("#!/bin/sh\necho ready\nread line\n")
    script.chmod(0o755)
    with subprocess.Popen([script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"

        name = psutil.Process(process.pid).name()
        key = key_of(process.pid)
        process.communicate(b"\n")

    assert name == script.name
    assert key is not None
    assert key.created.rpartition(":")[2].isdigit()


@pytest.mark.linux
def test_key_of_is_that_of_psutil_in_other_words():
    created = key_of(os.getpid())
    assert created is not None
    ticks = int(created.created.rpartition(":")[2])

    age_at_boot = psutil.Process().create_time() - psutil.boot_time()

    assert ticks / os.sysconf("SC_CLK_TCK") == pytest.approx(age_at_boot, abs=2)


def test_key_of_works_through_psutil_too(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")

    key = key_of(os.getpid())

    assert key == ProcessKey(os.getpid(), repr(psutil.Process().create_time()))
    assert [key_of(pid) for pid in (NO_PID, 2**40, -1)] == [None, None, None]


@pytest.mark.linux
def test_key_of_is_empty_when_the_system_does_not_tell(monkeypatch):
    def refuse(_: object) -> bytes:
        raise PermissionError

    monkeypatch.setattr(Path, "read_bytes", refuse)

    assert key_of(1) == ProcessKey(1, "")


@pytest.mark.linux
def test_module_needs_no_psutil_on_linux():
    code = "import sys, picoclaw_tray.system.process_key as k; k.key_of(1); print(*sys.modules)"

    modules = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()

    assert "psutil" not in modules
