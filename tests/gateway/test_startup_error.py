from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.startup_error import StartupError, find_startup_error

SINGLETON = "singleton check failed: gateway is already running (PID: 123, version: 0.2.9)"
CONSOLE = (
    "10:11:12 ERR gateway ../x/gateway.go:146 > Gateway startup failed "
    f'error="{SINGLETON}" allow_empty=true config_path=/home/alice/.picoclaw/config.json '
    "debug=false home_path=/home/alice/.picoclaw"
)
FILE = (
    '{"level":"error","component":"gateway","allow_empty":true,"error":"' + SINGLETON + '",'
    '"time":"2026-04-24T16:50:19+08:00","caller":"/b/gateway.go:146",'
    '"message":"Gateway startup failed"}'
)


@pytest.mark.parametrize("line", [CONSOLE, FILE])
def test_startup_error_is_found_in_both_log_formats(line):
    assert find_startup_error(("banner", line, "later"), ()) == StartupError(SINGLETON, line)


@pytest.mark.parametrize(
    ("field", "error"),
    [
        ("error=EOF allow_empty=true", "EOF"),
        (r'error="model \"x\" not found\nin C:\\y" debug=false', 'model "x" not found\nin C:\\y'),
        ('error="cut in the mid', "cut in the mid"),
    ],
)
def test_startup_error_is_unquoted(field, error):
    line = f"10:11:12 ERR gateway g.go:1 > Gateway startup failed {field}"

    found = find_startup_error((line,), ())

    assert found is not None
    assert found.error == error


def test_startup_error_is_the_last_one_given():
    older = CONSOLE.replace("123", "122")

    found = find_startup_error((older, CONSOLE), ("Error: something else",))

    assert found == StartupError(SINGLETON, CONSOLE)


def test_startup_error_is_taken_from_the_panic_file_when_the_log_is_silent():
    found = find_startup_error(("Error: in the output",), ("noise", "Error: no such model ", "end"))

    assert found == StartupError("no such model", "Error: no such model ")


def test_startup_error_is_taken_from_the_output_when_nothing_else_is_left():
    found = find_startup_error(("Usage:", "Error: unknown flag: --x"), ("noise",))

    assert found == StartupError("unknown flag: --x", "Error: unknown flag: --x")


@pytest.mark.parametrize(
    "line",
    [
        "",
        "10:11:12 ERR gateway g.go:1 > Gateway startup failed",
        "10:11:12 ERR gateway g.go:1 > Gateway startup failed error= debug=false",
        '{"message":"Gateway startup failed"}',
        '{"message":"Gateway startup failed","error":5}',
        '{"message":"else","error":"Gateway startup failed"}',
        '{"message":"Gateway startup failed","error":',
        "Error: ",
        "An Error: inside",
    ],
)
def test_startup_error_is_none_when_no_line_gives_one(line):
    assert find_startup_error((line,), (line,)) is None


@given(st.lists(st.text() | st.text().map(lambda tail: CONSOLE[:80] + tail)).map(tuple))
def test_startup_error_never_raises_for_any_lines(lines):
    find_startup_error(lines, lines)
