from __future__ import annotations

import pytest

from picoclaw_tray.demo.banner import render_banner
from picoclaw_tray.gateway.chatter import is_banner, is_chatter
from picoclaw_tray.logs.entry import is_continuation

PROGRESS = (
    "📦 Agent Status:",
    "  • Tools: 21 loaded",
    "  • Skills: 3/5 available",
    "✓ Cron service started",
    "✓ Channels enabled: [pico telegram]",
    "✓ Gateway started on [::1]:18790",
    "Press Ctrl+C to stop",
    "⚠ Warning: No channels enabled",
    "🔍 Debug mode enabled",
    "  ✓ Channels restarted.",
)
TELLING = (
    "10:11:12 ERR gateway g.go:146 > Gateway startup failed error=x",
    '{"level":"warn","message":"m"}',
    "panic: oh",
    "\tmain.go:7 +0x1b",
    "the moon is full",
)


def test_banner_of_the_stand_in_is_one_line_by_line():
    lines = render_banner({"TZ": "Europe/Berlin"}, plain=True).splitlines()

    assert [line for line in lines if not is_banner(line)] == []


def test_banner_of_the_real_gateway_is_one():
    assert is_banner("██████╗ ██╗ ██████╗")
    assert is_banner("╚═╝     ╚═╝ ╚═════╝")
    assert is_banner("Error loading time zone: unknown time zone Nowhere")


@pytest.mark.parametrize("line", PROGRESS)
def test_progress_is_chatter_and_no_banner(line):
    assert is_chatter(line)
    assert not is_banner(line)
    assert not is_continuation(line), "the log reads it as no part of an entry either"


@pytest.mark.parametrize("line", TELLING)
def test_anything_else_is_neither(line):
    assert not is_chatter(line)
