from __future__ import annotations

import os
import signal
import socket

import psutil
import pytest

from tests.support.waiting import wait_until

pytestmark = [pytest.mark.linux, pytest.mark.macos]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_is_silent_and_clean_at_the_default_level(home, launch, number):
    gateway = launch()
    gateway.wait_started()

    gateway.signal(number)

    assert gateway.read_rest() == []
    assert gateway.end() == 0
    assert not home.pid_file.exists()
    assert home.log_entries() == []
    assert home.panic_log() == gateway.stderr == ""


def test_stop_tells_its_two_steps_at_level_info(home, launch):
    gateway = launch(PICOCLAW_LOG_LEVEL="info")
    gateway.wait_started()

    gateway.signal(signal.SIGTERM)

    messages = [line.partition(" > ")[2] for line in gateway.read_rest()]
    assert messages == ["Shutting down...", "✓ Gateway stopped"]
    assert [entry["message"] for entry in home.log_entries()][-2:] == messages


def test_stop_ends_http_first_and_removes_the_pid_file_last(home, launch):
    gateway = launch("--demo-linger=60")
    gateway.wait_started()

    gateway.signal(signal.SIGTERM)

    def refuses() -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", home.port)) != 0

    wait_until(refuses, what="a refused connection")
    gateway.signal(signal.SIGTERM)  # swallowed
    assert gateway.is_running
    assert home.record()["pid"] == gateway.pid


def test_stop_leaves_a_pid_file_that_names_another(home, launch):
    gateway = launch()
    gateway.wait_started()
    home.pid_file.write_text('{"pid": 4242}')

    assert gateway.stop() == 0
    assert home.record() == {"pid": 4242}


def test_stop_does_nothing_with_ignore_sigterm(launch):
    gateway = launch("--demo-ignore-sigterm")
    gateway.wait_started()

    gateway.signal(signal.SIGTERM)

    assert gateway.ask().status == 200
    gateway.signal(signal.SIGINT)
    assert gateway.end() == 0


def test_stop_works_while_nobody_is_answered(home, launch):
    gateway = launch("--demo-mute")
    gateway.wait_started()

    assert gateway.stop() == 0
    assert not home.pid_file.exists()


def test_stop_dies_from_sigpipe_at_level_info_when_the_reader_has_gone(home, launch):
    gateway = launch(PICOCLAW_LOG_LEVEL="info")
    gateway.wait_started()
    gateway.close_stdout()

    assert gateway.stop() == -signal.SIGPIPE
    assert home.record()["pid"] == gateway.pid


def test_stop_is_clean_at_level_warn_when_the_reader_has_gone(home, launch):
    gateway = launch()
    gateway.wait_started()
    gateway.close_stdout()

    assert gateway.stop() == 0
    assert not home.pid_file.exists()


def test_sighup_kills(home, launch):
    gateway = launch()
    gateway.wait_started()

    gateway.signal(signal.SIGHUP)

    assert gateway.end() == -signal.SIGHUP
    assert home.pid_file.exists()


def test_children_outlive_a_graceful_stop_and_sigterm(launch):
    gateway = launch("--demo-children=2")
    gateway.wait_started()
    children = psutil.Process(gateway.pid).children()

    try:
        assert len(children) == 2
        assert gateway.stop() == 0
        assert gateway.read_rest() == []  # nor do they hold the pipe
        for child in children:
            child.send_signal(signal.SIGTERM)
            assert os.getsid(child.pid) == os.getsid(0)
            assert child.is_running()
            assert child.status() != psutil.STATUS_ZOMBIE
    finally:
        for child in children:
            child.kill()
