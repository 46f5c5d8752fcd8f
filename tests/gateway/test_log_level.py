from __future__ import annotations

import pytest

from picoclaw_tray.gateway.log_level import forced_log_level

RUN = ("/usr/bin/picoclaw", "gateway")


@pytest.mark.parametrize(
    ("words", "debug"),
    [
        (("-E",), False),
        (("-d",), True),
        (("-E", "-d", "-T"), True),
        (("-dE",), True),
        (("-ETd",), True),
        (("--debug",), True),
        (("--debug=true",), True),
        (("--debug=1",), True),
        (("--debug=false",), False),
        (("--host", "d"), False),
        (("--no-color",), False),
    ],
)
def test_debug_flag_outdoes_all_else(words, debug):
    expected = "debug" if debug else "error"

    assert forced_log_level((*RUN, *words), {"PICOCLAW_LOG_LEVEL": "error"}) == expected
    assert forced_log_level(("picoclaw", *words, "gateway"), {}) == ("debug" if debug else "")


def test_options_of_an_interpreter_are_not_the_gateways():
    run = ("python", "-d", "-m", "picoclaw_tray.demo", "gateway", "-E")

    assert forced_log_level(run, {}) == ""
    assert forced_log_level((*run, "-d"), {}) == "debug"


@pytest.mark.parametrize(
    ("environ", "level"),
    [
        ({}, ""),
        ({"PICOCLAW_LOG_LEVEL": ""}, ""),
        ({"PICOCLAW_LOG_LEVEL": "INFO"}, "info"),
        ({"PICOCLAW_LOG_LEVEL": "warning"}, "warn"),
        ({"PICOCLAW_LOG_LEVEL": "loud"}, "warn"),
        (None, None),
    ],
)
def test_environment_fixes_the_level(environ, level):
    assert forced_log_level(RUN, environ) == level


def test_nothing_is_known_of_a_process_that_cannot_be_read():
    assert forced_log_level(None, {}) is None
    assert forced_log_level((*RUN, "-d"), None) == "debug"
