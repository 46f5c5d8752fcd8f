from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

import picoclaw_tray
from tests.demo.stand_in import Home
from tests.support.skips import OTHER_SYSTEM
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.linux, pytest.mark.macos]

ROOT = Path(picoclaw_tray.__file__).parents[1]
ENTRY = re.compile(r"^(\d\d:\d\d:\d\d) (DBG|INF|WRN|ERR|FTL) (\S+) (\S+:\d+) > (.*)$")


def failure_reason(lines: list[str]) -> str:
    (failure,) = [line for line in lines if "Gateway startup failed" in line]
    entry = ENTRY.match(failure)
    assert entry is not None
    assert entry[2] == "ERR"
    reason = re.match(
        r'Gateway startup failed error=("(?:\\.|[^"\\])*"|\S+) allow_empty=', entry[5]
    )
    assert reason is not None
    return reason[1].strip('"').replace('\\"', '"')


def test_start_prints_banner_and_progress_in_order_at_the_default_level(home, launch):
    home.configure(channels=("telegram", "pico"))

    gateway = launch()
    lines = gateway.wait_started()

    assert lines[0] == "\r"
    assert all(line.endswith("\r") for line in lines[:8])
    assert lines[7] == " \r"
    assert lines[8:] == [
        "📦 Agent Status:",
        "  • Tools: 21 loaded",
        "  • Skills: 3/5 available",
        "✓ Cron service started",
        "✓ Heartbeat service started",
        "✓ Channels enabled: [pico telegram]",
        (
            f"✓ Health endpoints available at http://localhost:{home.port}/health, "
            "/ready and /reload (POST)"
        ),
        f"✓ Gateway started on [::1]:{home.port}",
        f"✓ Gateway started on 127.0.0.1:{home.port}",
        "Press Ctrl+C to stop",
    ]


def test_start_writes_the_pid_file_of_the_contract(home, launch):
    gateway = launch()
    gateway.wait_started()

    record = home.record()

    assert stat.S_IMODE(home.pid_file.stat().st_mode) == 0o600
    assert list(record) == ["pid", "token", "version", "port", "host"]
    assert record["pid"] == gateway.pid
    assert re.fullmatch(r"[0-9a-f]{32}", str(record["token"]))
    assert record["version"] == "demo-1"
    assert record["port"] == home.port
    assert record["host"] == "localhost"
    assert home.pid_file.read_text().startswith('{\n  "pid": ')
    assert not home.pid_file.read_text().endswith("\n")
    assert not home.pid_file.with_name(".picoclaw.pid.tmp").exists()


def test_start_listens_without_answering_while_it_works_after_the_pid_file(home, launch):
    gateway = launch("--demo-startup=60")
    wait_until(home.pid_file.exists, what="the PID file")

    with pytest.raises(TimeoutError):
        gateway.ask(timeout_s=0.2)


def test_start_is_killed_by_sigterm_and_leaves_the_pid_file_while_it_works(home, launch):
    gateway = launch("--demo-startup=60")
    wait_until(home.pid_file.exists, what="the PID file")

    assert gateway.stop() == -signal.SIGTERM
    assert home.record()["pid"] == gateway.pid


def test_start_is_killed_by_sigint_while_it_works(home, launch):
    gateway = launch("--demo-startup=60")
    wait_until(home.pid_file.exists, what="the PID file")

    gateway.signal(signal.SIGINT)

    assert gateway.end() == -signal.SIGINT


def test_start_serves_both_loopbacks_for_localhost(launch):
    gateway = launch()
    gateway.wait_started()

    assert [gateway.ask(host=host).json["pid"] for host in ("127.0.0.1", "::1")] == [
        gateway.pid,
        gateway.pid,
    ]


def test_start_falls_back_to_one_loopback_when_the_other_is_taken(home, launch):
    with socket.create_server(("127.0.0.1", home.port)):
        gateway = launch()
        lines = gateway.wait_started()

    assert [line for line in lines if "Gateway started on" in line] == [
        f"✓ Gateway started on [::1]:{home.port}"
    ]
    assert home.record()["host"] == "localhost"


def test_start_fails_before_the_pid_file_when_the_port_is_taken_on_both_loopbacks(home, launch):
    with (
        socket.create_server(("127.0.0.1", home.port)),
        socket.create_server(("::1", home.port), family=socket.AF_INET6),
    ):
        gateway = launch()
        lines = gateway.read_rest()

    assert gateway.end() == 1
    assert failure_reason(lines) == (
        "error opening gateway listeners: "
        f"failed to open adaptive localhost listener on port {home.port}"
    )
    assert not home.pid_file.exists()


def test_start_says_why_it_fails_on_stdout_and_in_both_logs_but_not_on_stderr(home, launch):
    home.config_path.write_text('{"version":9,"gateway":{}}')

    gateway = launch()
    lines = gateway.read_rest()

    reason = "error loading config: unsupported config version: 9"
    assert gateway.end() == 1
    assert failure_reason(lines) == reason
    assert lines[-1].endswith(
        f" allow_empty=true config_path={home.config_path} debug=false home_path={home.path}"
    )
    assert home.panic_log() == f"Error: {reason}\n"
    assert gateway.stderr == ""
    (entry,) = home.log_entries()
    assert list(entry) == [
        "level", "component", "error", "allow_empty", "config_path", "debug", "home_path",
        "time", "caller", "message",
    ]  # fmt: skip
    assert entry["error"] == reason
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)", str(entry["time"]))


def test_start_says_nothing_about_its_failure_at_level_fatal(home, launch):
    home.configure(port=70000, log_level="fatal")

    gateway = launch()

    assert not any("startup failed" in line for line in gateway.read_rest())
    assert home.panic_log() == (
        "Error: config pre-check failed: "
        "invalid gateway port: 70000, port must be between 1 and 65535\n"
    )


def test_start_makes_the_panic_log_private(home, launch):
    launch().wait_started()

    mode = (home.path / "logs/gateway_panic.log").stat().st_mode

    assert stat.S_IMODE(mode) == 0o600


def test_start_refuses_a_second_gateway_of_the_same_home(home, launch, tmp_path):
    first = launch("--demo-version=0.2.9")
    first.wait_started()
    record = home.record()
    home.configure(port=Home(tmp_path / "other").port)

    second = launch()
    lines = second.read_rest()

    assert second.end() == 1
    assert failure_reason(lines) == (
        f"singleton check failed: gateway is already running (PID: {first.pid}, version: 0.2.9)"
    )
    assert home.record() == record


@pytest.mark.skipif(sys.platform != "linux", reason=f"{OTHER_SYSTEM}: any live process counts")
def test_start_replaces_a_pid_file_of_a_process_with_another_name(home, launch):
    home.pid_file.write_text(f'{{"pid": {os.getpid()}, "version": "0.2.9"}}')

    gateway = launch()
    gateway.wait_started()

    assert home.record()["pid"] == gateway.pid


@pytest.mark.parametrize("content", ["", "not JSON", "[]", '{"pid": "x"}', '{"pid": 1}', "{}"])
def test_start_replaces_a_stale_pid_file(home, launch, content):
    home.pid_file.write_text(content)

    gateway = launch()
    gateway.wait_started()

    assert home.record()["pid"] == gateway.pid


def test_start_needs_a_default_model_or_allow_empty(home, launch):
    home.config_path.write_text(f'{{"version":3,"gateway":{{"port":{home.port}}}}}')

    refused = launch("gateway")

    assert failure_reason(refused.read_rest()) == (
        "error creating provider: no default model configured"
    )
    assert refused.end() == 1
    assert not home.pid_file.exists()

    lines = launch().wait_started()

    assert "⚠ Warning: no default model configured; gateway started in limited mode" in lines
    assert "Gateway started without default model limited_mode=true" in " ".join(lines)
    assert lines[lines.index("📦 Agent Status:") - 1] == ""


def test_start_refuses_an_unknown_default_model_even_with_allow_empty(launch):
    gateway = launch(PICOCLAW_AGENTS_DEFAULTS_MODEL_NAME="gpt-6")

    assert failure_reason(gateway.read_rest()).startswith(
        'error creating provider: model "gpt-6" not found in model_list: '
    )


def test_start_takes_host_from_the_flag_and_port_and_level_from_the_environment(
    home, launch, tmp_path
):
    port = Home(tmp_path / "other").port

    lines = launch(
        "gateway",
        "-E",
        "--host",
        "127.0.0.1",
        PICOCLAW_GATEWAY_HOST="::1",
        PICOCLAW_GATEWAY_PORT=str(port),
        PICOCLAW_LOG_LEVEL="INFO",
    ).wait_started()

    assert [line for line in lines if "Gateway started on" in line] == [
        f"✓ Gateway started on 127.0.0.1:{port}"
    ]
    assert any(" INF gateway " in line for line in lines)
    assert home.record()["host"] == "127.0.0.1"


def test_start_logs_everything_with_debug(launch):
    lines = launch("gateway", "-dE", PICOCLAW_LOG_LEVEL="error").wait_started()

    assert "🔍 Debug mode enabled" in lines
    assert any(" DBG pid " in line for line in lines)


def test_start_with_fail_before_pid_never_writes_the_pid_file(home, launch):
    gateway = launch("--demo-fail-before-pid=error setting up cron service: a, b", "gateway")

    assert failure_reason(gateway.read_rest()) == "error setting up cron service: a, b"
    assert gateway.end() == 1
    assert not home.pid_file.exists()


def test_start_with_fail_after_pid_removes_the_pid_file_again(home, launch):
    gateway = launch(PICOCLAW_DEMO="fail-after-pid,startup=0.5")
    wait_until(home.pid_file.exists, what="the PID file")

    assert failure_reason(gateway.read_rest()).startswith("error creating provider: ")
    assert gateway.end() == 1
    assert not home.pid_file.exists()


def test_start_fails_only_as_often_as_times_says(launch):
    assert [launch(PICOCLAW_DEMO="fail-before-pid,times=2").end() for _ in range(2)] == [1, 1]

    launch(PICOCLAW_DEMO="fail-before-pid,times=2").wait_started()


def test_start_without_pid_file_answers_like_an_old_release(home, launch):
    gateway = launch("--demo-no-pid-file")
    gateway.wait_started()

    assert not home.pid_file.exists()
    assert set(gateway.ask().json) == {"status", "uptime"}
    assert gateway.ask("/reload", method="POST").status == 200


def test_start_survives_closed_standard_streams(home):
    """No file of its own may take the number of a stream that is missing."""
    command = f"exec '{sys.executable}' -m picoclaw_tray.demo gateway -E 0<&- 1>&- 2>&-"
    environment = {"PATH": os.environ["PATH"], "PICOCLAW_HOME": str(home.path)}
    with subprocess.Popen(["/bin/sh", "-c", command], env=environment) as process:
        try:
            wait_until(home.pid_file.exists, what="the PID file")

            assert home.record()["pid"] == process.pid
        finally:
            process.kill()


def test_start_imports_the_standard_library_only_and_little_of_it():
    code = "import sys, picoclaw_tray.demo.__main__; print(*sys.modules)"
    search = f"import sys; sys.path.insert(0, {str(ROOT)!r})"

    output = subprocess.check_output([sys.executable, "-ISc", f"{search}; {code}"], text=True)

    loaded = {name.partition(".")[0] for name in output.split()} - {"__main__", "picoclaw_tray"}
    assert loaded <= sys.stdlib_module_names
    assert loaded.isdisjoint({"asyncio", "email", "http", "logging", "subprocess"})
