from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.go_quoting import quote
from picoclaw_tray.gateway.reload import is_reload_done, reload_complaint, reload_problem
from picoclaw_tray.presentation.text import render

HEAD = "12:34:56 ERR gateway ../../home/runner/gateway.go:292 > "
LOADING = "Error loading config for manual reload"
UNKNOWN = "config.json contains unknown field(s): tray"
PREVIEW = 'type error at line 3:\n  3 | "api_keys": "canary"\n'


def entry(message: str, **fields: object) -> str:
    """A line of ``gateway.log``."""
    return json.dumps({"level": "error", "component": "gateway", **fields, "message": message})


def test_accepted_reload_is_no_problem():
    assert reload_problem(200) is None


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "refused to take over its configuration. Restart it instead."),
        (405, "refused to take over its configuration. Restart it instead."),
        (500, "is already taking over its configuration. Try again in a moment."),
        (503, "is still starting. Try again in a moment."),
        (302, "cannot be understood (HTTP status 302). Restart it instead."),
        (404, "cannot be understood (HTTP status 404). Restart it instead."),
    ],
)
def test_other_answers_are_problems_with_a_next_step(status, words):
    problem = reload_problem(status)

    assert problem is not None
    assert words in render(problem)


@pytest.mark.parametrize(
    ("line", "done"),
    [
        ("  ✓ Channels restarted.", True),
        ("✓ Channels restarted.\r", True),
        ("  ✓ Cron service restarted", False),
        ("12:34:56 INF gateway a.go:1 >   ✓ Channels restarted.", False),
        ("a ✓ Channels restarted.", False),
        ("", False),
    ],
)
def test_reload_is_done_when_the_channels_are_restarted(line, done):
    assert is_reload_done(line) is done


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (f"{HEAD}{LOADING}: {UNKNOWN}", f"{LOADING}: {UNKNOWN}"),
        (f"{HEAD}{LOADING}: {UNKNOWN}\r", f"{LOADING}: {UNKNOWN}"),
        (f"{HEAD}  Manual reload failed: no model", "Manual reload failed: no model"),
        (
            f"{HEAD}Config validation failed: model_list[0]: model is required",
            "Config validation failed: model_list[0]: model is required",
        ),
        (f"{HEAD}Manual reload failed error=boom path=/x", "Manual reload failed: boom"),
        (
            f'{HEAD}Manual reload failed error="a \\"b\\" c" path="/x y"',
            'Manual reload failed: a "b" c',
        ),
        (
            '12:34:56 FTL gateway C:/x/y.go:1 > Manual reload failed error="cut off',
            "Manual reload failed: cut",
        ),
        (entry(f"{LOADING}: {UNKNOWN}"), f"{LOADING}: {UNKNOWN}"),
        (entry("Manual reload failed", error="boom"), "Manual reload failed: boom"),
        (entry("Manual reload failed", error=7), "Manual reload failed"),
    ],
)
def test_complaint_is_found_in_either_log(line, complaint):
    noise = ["", "  ✓ Cron service restarted", "12:34:56 WRN agent a.go:1 > slow", "{", "{}"]

    assert reload_complaint([*noise, line, *noise]) == complaint


@pytest.mark.parametrize(
    "line",
    [
        "",
        "Manual reload failed: said by somebody else",
        "12:34:56 WRN gateway a.go:1 > Manual reload failed",
        "12:34:56 ERR gateway a.go:1 > Config reload failed: that was a hot one",
        "12:34:56 ERR agent a.go:1 > I say: Manual reload failed",
        "12:34:56 INF gateway a.go:1 > Manual reload completed successfully",
        entry("Manual reload completed successfully"),
        json.dumps({"message": ["Manual reload failed"]}),
        '{"message":"Manual reload failed"',
        '["Manual reload failed"]',
        entry("Manual reload failed " + "x" * 70_000),
    ],
)
def test_other_lines_are_no_complaints(line):
    assert reload_complaint([line]) == ""


@pytest.mark.parametrize(
    "line",
    [
        entry(f"{LOADING}: {PREVIEW}"),
        entry("Manual reload failed", error=PREVIEW),
        f"{HEAD}Manual reload failed error={quote(PREVIEW)}",
    ],
)
def test_complaint_leaves_out_the_lines_that_quote_the_config(line):
    complaint = reload_complaint([line])

    assert complaint.endswith(": type error at line 3:")
    assert "canary" not in complaint


def test_first_complaint_counts():
    lines = [f"{HEAD}Manual reload failed: one", entry("Manual reload failed: two")]

    assert reload_complaint(lines) == "Manual reload failed: one"


@given(st.lists(st.text() | st.text().map(lambda text: HEAD + text) | st.text().map(entry)))
def test_any_lines_can_be_looked_at(lines):
    complaint = reload_complaint(lines)

    assert "\n" not in complaint


@given(
    st.text(st.characters(exclude_categories=["Cs"])).map(
        lambda text: f"Manual reload failed: {text}"
    )
)
def test_complaint_is_one_line_whatever_it_says(message):
    (line,) = message.strip().split("\n")[:1]

    assert reload_complaint([entry(message)]) == line.rstrip()


@pytest.mark.parametrize(
    "message",
    [
        "Config reload failed: error creating new provider",
        "Error loading config for hot reload: odd",
        "Hot reload failed: odd",
    ],
)
def test_complaint_about_a_reload_that_nobody_asked_for_is_told_apart(message):
    line = f"12:00:00 ERR gateway a/b.go:1 > {message}"

    assert reload_complaint([line], hot=True) == message
    assert reload_complaint([line]) == ""
