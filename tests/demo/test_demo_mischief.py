from __future__ import annotations

import signal

import pytest

from tests.demo.stand_in import LAST_STARTED_LINE

pytestmark = [pytest.mark.linux, pytest.mark.macos]


def test_crash_ends_as_after_a_fatal_log_entry(home, launch):
    gateway = launch("--demo-crash-after=0")

    lines = gateway.read_rest()

    assert gateway.end() == 1
    assert " FTL " in lines[-1]
    assert home.pid_file.exists()


def test_crash_ends_as_after_a_panic_with_code_2(home, launch):
    gateway = launch("--demo-crash-after=0.1", "--demo-crash-code=2")

    lines = gateway.read_rest()

    assert gateway.end() == 2
    assert lines[-1] == LAST_STARTED_LINE
    assert home.panic_log().startswith("panic: ")
    assert home.pid_file.exists()


@pytest.mark.parametrize("name", ["KILL", "SIGSEGV", "PIPE"])
def test_crash_ends_by_a_signal(home, launch, name):
    gateway = launch(PICOCLAW_DEMO=f"crash-signal={name}")

    assert gateway.end() == -signal.Signals["SIG" + name.removeprefix("SIG")]
    assert home.pid_file.exists()


def test_flood_loses_no_line_and_each_has_120_bytes(launch):
    gateway = launch("--demo-flood=20000")
    gateway.wait_started()

    flood = gateway.read_to("flood line 000020000")

    assert [int(line[11:20]) for line in flood] == list(range(1, 20001))
    assert {len(line) + 1 for line in flood} == {120}


def test_flood_can_be_stopped(home, launch):
    gateway = launch("--demo-flood=100000000")
    gateway.wait_started()

    gateway.signal(signal.SIGTERM)

    assert gateway.read_rest()
    assert gateway.end() == 0


def test_line_is_said_as_it_was_given(launch):
    gateway = launch("--demo-say=Bearer 1, 2")
    gateway.wait_started()

    assert gateway.read_line() == "Bearer 1, 2"


def test_long_line_is_longer_than_a_mebibyte(launch):
    gateway = launch("--demo-long-line")
    gateway.wait_started()

    assert len(gateway.read_line()) > 1024 * 1024


def test_long_line_has_the_given_size(launch):
    gateway = launch("--demo-long-line=3000")
    gateway.wait_started()

    assert gateway.read_line() == "x" * 3000


def test_mute_accepts_connections_and_never_answers(home, launch):
    gateway = launch("--demo-mute")
    gateway.wait_started()

    with pytest.raises(TimeoutError):
        gateway.ask(timeout_s=0.2)
    assert home.record()["pid"] == gateway.pid


def test_hang_stops_answers_but_not_the_process(launch):
    gateway = launch("--demo-hang-after=0", "--demo-chatter=0.01")
    gateway.wait_started()
    gateway.read_to("still here")

    with pytest.raises(TimeoutError):
        gateway.ask(timeout_s=0.2)
    assert gateway.stop() == 0


def test_chatter_writes_log_lines_of_level_warn(home, launch):
    gateway = launch("--demo-chatter=0.01")

    gateway.read_to("still here times=3")

    assert home.log_entries()[0]["level"] == "warn"


def test_chatter_dies_from_sigpipe_when_the_reader_has_gone(home, launch):
    gateway = launch("--demo-chatter=0.01")
    gateway.wait_started()

    gateway.close_stdout()

    assert gateway.end() == -signal.SIGPIPE
    assert home.pid_file.exists()


def test_foreign_pid_is_answered(launch):
    gateway = launch("--demo-foreign-pid=4242")
    gateway.wait_started()

    assert gateway.ask().json["pid"] == 4242


def test_foreign_pid_without_a_value_is_not_ours(launch):
    gateway = launch("--demo-foreign-pid")
    gateway.wait_started()

    assert gateway.ask().json["pid"] not in {0, gateway.pid}
