from __future__ import annotations

import re

import pytest

from picoclaw_tray.demo.endpoints import Endpoints, Reload, Request
from picoclaw_tray.demo.switches import Switches
from picoclaw_tray.demo.uptime import render_duration
from tests.support.waiting import wait_until

pytestmark = [pytest.mark.linux, pytest.mark.macos]


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
def test_health_names_status_uptime_and_pid_for_any_method(launch, method):
    gateway = launch()
    gateway.wait_started()

    answer = gateway.ask("/health?x=1", method=method)

    assert answer.status == 200
    assert answer.content_type == "application/json"
    assert re.fullmatch(
        rf'{{"status":"ok","uptime":"[0-9.]+(ms|µs|s)","pid":{gateway.pid}}}\n', answer.body
    )


def test_ready_answers_like_the_newest_release(launch):
    gateway = launch()
    gateway.wait_started()

    answer = gateway.ask("/ready")

    assert answer.status == 200
    assert answer.json["status"] == "ready"


def test_ready_answers_503_for_ever_with_not_ready(launch):
    gateway = launch("--demo-not-ready")
    gateway.wait_started()

    answer = gateway.ask("/ready")

    assert (answer.status, answer.body) == (503, '{"status":"not ready","uptime":""}\n')


def test_other_paths_are_not_found(launch):
    gateway = launch()
    gateway.wait_started()

    assert gateway.ask("/pico/ws").status == 404


def test_reload_prints_its_lines_and_takes_over_the_log_level(home, launch):
    gateway = launch()
    gateway.wait_started()
    home.configure(log_level="info")

    answer = gateway.ask("/reload", method="POST", token=str(home.record()["token"]))

    assert (answer.status, answer.body) == (200, '{"status":"reload triggered"}\n')
    assert [line for line in gateway.read_to("No channels") if line.startswith("  ")] == [
        "  ✓ Cron service restarted",
        "  ✓ Heartbeat service restarted",
        "  ✓ Channels restarted.",
        "  ⚠ Warning: No channels enabled",
    ]
    gateway.stop()
    assert any("Shutting down..." in line for line in gateway.read_rest())


def test_reload_tells_why_it_failed_in_one_line(home, launch):
    gateway = launch()
    gateway.wait_started()
    token = str(home.record()["token"])

    home.config_path.write_text("")
    assert gateway.ask("/reload", method="POST", token=token).status == 200
    first = gateway.read_line()
    home.configure(port=0)

    def ask_again() -> bool:
        return bool(gateway.ask("/reload", method="POST", token=token).status == 200)

    wait_until(ask_again, what="the end of the first reload")
    second = gateway.read_line()

    assert " ERR gateway " in first
    assert "Error loading config for manual reload: config.json syntax error at line 1" in first
    assert "Manual reload failed: invalid gateway port: 0" in second


def test_reload_comes_by_itself_with_hot_reload(home, launch):
    home.configure(hot_reload=True)
    gateway = launch()
    gateway.wait_started()

    home.configure(hot_reload=True, channels=("pico",))

    assert gateway.read_to("Channels restarted.")


@pytest.mark.parametrize(
    ("state", "method", "authorization", "status", "error"),
    [
        (Reload.IDLE, "GET", "Bearer t", 405, "method not allowed, use POST"),
        (Reload.IDLE, "POST", "", 401, "unauthorized"),
        (Reload.IDLE, "POST", "bearer t", 401, "unauthorized"),
        (Reload.IDLE, "POST", "Bearer x", 401, "unauthorized"),
        (Reload.NOT_CONFIGURED, "POST", "Bearer t", 503, "reload not configured"),
        (Reload.QUEUED, "POST", "Bearer t", 500, "reload already queued"),
        (Reload.RUNNING, "POST", "Bearer t", 500, "reload already in progress"),
    ],
)
def test_reload_is_refused_with_the_words_of_the_contract(
    state, method, authorization, status, error
):
    asked: list[bool] = []
    endpoints = Endpoints(token="t", switches=Switches(), on_reload=lambda: asked.append(True))
    endpoints.set_reload(state)

    response = endpoints.answer(Request(method, "/reload", authorization))

    assert (response.status, response.body) == (status, f'{{"error":"{error}"}}\n')
    assert not asked


def test_reload_is_queued_once():
    asked: list[bool] = []
    endpoints = Endpoints(token="t", switches=Switches(), on_reload=lambda: asked.append(True))
    endpoints.set_reload(Reload.IDLE)
    request = Request("POST", "/reload", "Bearer t")

    assert [endpoints.answer(request).status for _ in range(2)] == [200, 500]
    assert asked == [True]


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "1ns"),
        (1_500, "1.5µs"),
        (2_345_678, "2.345678ms"),
        (999_000_000, "999ms"),
        (1_500_000_000, "1.5s"),
        (90_000_000_000, "1m30s"),
        (3_723_500_000_000, "1h2m3.5s"),
        (360_000_000_000_000, "100h0m0s"),
        (12_345_678_901, "12.345678901s"),
        (600_000_000_000, "10m0s"),
    ],
)
def test_duration_is_written_as_go_does(nanoseconds, text):
    assert render_duration(nanoseconds) == text
