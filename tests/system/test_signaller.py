from __future__ import annotations

import os
import signal
import sys
from dataclasses import replace

import psutil
import pytest

from picoclaw_tray.lifecycle.messages import Obstacle
from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.system import processes, signaller
from picoclaw_tray.system.process_key import key_of
from tests.support.processes import signal_recorder, sleeper, tree_of_children
from tests.support.waiting import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="other operating system")

NO_PID = 2**31 - 1


@pytest.fixture(params=["pidfd", "psutil"], autouse=True)
def way_of_sending(request, monkeypatch):
    """Both ways keep every promise of this file."""
    if request.param == "pidfd" and sys.platform != "linux":
        pytest.skip("other operating system")
    if request.param == "psutil":
        monkeypatch.setattr(signaller, "_send", signaller._send_by_psutil)


def all_ended(tree: tuple[ProcessKey, ...]) -> bool:
    return processes.survivors(tree) == ()


def test_terminate_sends_sigterm_and_nothing_else(tmp_path):
    with signal_recorder(tmp_path) as recorder:
        answer = signaller.terminate(Process(recorder.key))

        wait_until(recorder.received, what="the signal")

        assert recorder.received() == ("SIGTERM",)
        assert answer == ()


def test_terminate_asks_the_leader_alone_and_lists_the_others():
    with tree_of_children() as tree:
        answer = signaller.terminate(Process(tree.leader.key))
        status = tree.leader.wait()

        assert status == -signal.SIGTERM
        assert isinstance(answer, tuple)
        assert set(answer) == set(tree.offspring)
        assert set(processes.survivors(answer)) == {key.pid for key in tree.offspring}


def test_kill_ends_the_whole_tree():
    with tree_of_children() as tree:
        answer = signaller.kill(Process(tree.leader.key), ())
        status = tree.leader.wait()

        assert status == -signal.SIGKILL
        assert isinstance(answer, tuple)
        assert set(answer) == set(tree.offspring)
        wait_until(lambda: all_ended(tree.offspring), what="the end of the tree")


@pytest.mark.parametrize("reaped", [False, True])
def test_kill_ends_the_session_of_a_dead_leader(reaped):
    with tree_of_children() as tree:
        key = tree.leader.key
        tree.leader.become_zombie()
        if reaped:
            tree.leader.wait()

        answer = signaller.kill(Process(key), ())

        assert answer is Obstacle.NOT_OUR_GATEWAY
        wait_until(lambda: all_ended(tree.offspring), what="the end of the tree")


def test_kill_ends_those_that_left_the_session_but_were_listed_before():
    with tree_of_children() as tree, sleeper() as stray:
        signaller.kill(Process(tree.leader.key), (stray.key,))

        assert stray.wait() == -signal.SIGKILL


def test_kill_passes_over_a_listed_number_that_changed_hands(tmp_path):
    with signal_recorder(tmp_path) as recorder, sleeper() as gateway:
        reused = replace(recorder.key, created="another")

        answer = signaller.kill(Process(gateway.key), (reused,))

        assert gateway.wait() == -signal.SIGKILL
        assert answer == (reused,)
        assert recorder.is_running
        assert recorder.received() == ()


@pytest.mark.parametrize("created", ["another", ""])
def test_nothing_is_sent_to_another_process_with_the_same_number(tmp_path, created):
    with signal_recorder(tmp_path) as recorder:
        process = Process(replace(recorder.key, created=created))

        answers = (signaller.terminate(process), signaller.kill(process, ()))

        assert answers == (Obstacle.NOT_OUR_GATEWAY, Obstacle.NOT_OUR_GATEWAY)
        assert recorder.is_running
        assert recorder.received() == ()


def test_nothing_is_sent_to_a_process_of_unknown_creation(tmp_path, monkeypatch):
    with signal_recorder(tmp_path) as recorder:
        key = ProcessKey(recorder.pid, "")
        monkeypatch.setattr(processes, "key_of", lambda pid: ProcessKey(pid, ""))

        assert processes.is_alive(key)
        assert signaller.terminate(Process(key)) is Obstacle.NOT_OUR_GATEWAY
        assert recorder.received() == ()


def test_nothing_is_sent_to_nobody():
    nobody = Process(ProcessKey(NO_PID, "x"))

    assert signaller.terminate(nobody) is Obstacle.NOT_OUR_GATEWAY
    assert signaller.kill(nobody, ()) is Obstacle.NOT_OUR_GATEWAY


def test_nothing_is_sent_to_ourselves():
    ours = key_of(os.getpid())
    assert ours is not None

    assert signaller.terminate(Process(ours)) is Obstacle.NOT_OUR_GATEWAY


def test_a_zombie_is_no_gateway_any_more():
    with sleeper() as process:
        key = process.key
        process.become_zombie()

        assert signaller.terminate(Process(key)) is Obstacle.NOT_OUR_GATEWAY


def test_a_process_that_ends_during_the_call_is_a_success(monkeypatch):
    with sleeper() as process:
        key = process.key

        def end_after_the_check(asked: ProcessKey) -> bool:
            process.become_zombie()
            process.wait()
            return True

        monkeypatch.setattr(signaller, "is_alive", end_after_the_check)

        assert signaller.terminate(Process(key)) == ()


def test_no_permission_is_said_and_spares_the_descendants(monkeypatch):
    def refuse(*_: object) -> None:
        raise PermissionError

    with tree_of_children() as tree:
        monkeypatch.setattr(signal, "pidfd_send_signal", refuse)
        monkeypatch.setattr(psutil.Process, "send_signal", refuse)
        process = Process(tree.leader.key)

        answers = (signaller.terminate(process), signaller.kill(process, tree.offspring))

        assert answers == (Obstacle.NO_PERMISSION, Obstacle.NO_PERMISSION)
        assert len(processes.survivors(tree.offspring)) == len(tree.offspring)


@pytest.mark.linux
@pytest.mark.parametrize("missing", [(os, "pidfd_open"), (signal, "pidfd_send_signal")])
def test_a_python_without_pidfds_is_no_obstacle(monkeypatch, missing):
    monkeypatch.delattr(*missing)
    with sleeper() as process:
        assert signaller.terminate(Process(process.key)) == ()
        assert process.wait() == -signal.SIGTERM


def test_a_kernel_without_pidfds_is_no_obstacle(monkeypatch):
    def unknown_call(pid: int) -> int:
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(os, "pidfd_open", unknown_call)
    with sleeper() as process:
        assert signaller.terminate(Process(process.key)) == ()
        assert process.wait() == -signal.SIGTERM
