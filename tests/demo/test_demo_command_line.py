from __future__ import annotations

import re
import signal

import pytest

from picoclaw_tray.demo.banner import render_banner
from picoclaw_tray.demo.command_line import parse_command_line, wants_plain_banner
from picoclaw_tray.demo.switches import (
    Switches,
    UsageError,
    describe_switches,
    parse_switches,
    switches_from_variable,
)


def test_version_prints_lines_that_a_supervisor_can_parse(launch):
    run = launch("version")

    lines = run.read_rest()

    assert run.end() == 0
    assert lines[-2:] == ["🦞 picoclaw demo-1", "  Go: none, this is Python"]
    assert re.fullmatch(r"[^A-Za-z0-9]*picoclaw\s+([^\s(]*\d[^\s(]*)", lines[-2])


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("gateway", "--x"), "unknown flag: --x"),
        (("gateway", "--x=1"), "unknown flag: --x"),
        (("gateway", "-Ex"), "unknown shorthand flag: 'x' in -Ex"),
        (("gateway", "--demo-mute"), "unknown flag: --demo-mute"),
        (("--demo-moot", "gateway"), "unknown demo switch: moot"),
        (("gateway", "now"), "unknown command 'now'"),
        (("dance",), "unknown command 'dance'"),
        (("version", "-E"), "unknown flag: --allow-empty"),
        (("gateway", "-T"), "--no-truncate needs --debug"),
        (("gateway", "--host"), "flag needs an argument: --host"),
        (("gateway", "--host", " "), "invalid --host value: it is blank"),
        (("gateway", "--host=a,,b"), "invalid --host value: host list contains an empty entry"),
        (("gateway", "--debug=perhaps"), "invalid argument 'perhaps' for --debug"),
    ],
)
def test_command_line_refuses(words, complaint):
    with pytest.raises(UsageError) as caught:
        parse_command_line(words, {})

    assert str(caught.value) == complaint


def test_usage_error_goes_to_stderr_after_the_banner(home, launch):
    run = launch("gateway", "--x")

    assert len(run.read_rest()) == 8
    assert run.end() == 1
    assert run.stderr == "Error: unknown flag: --x\n"
    assert not (home.path / "logs").exists()


def test_unknown_switch_in_the_variable_is_a_usage_error(launch):
    run = launch(PICOCLAW_DEMO="startup=1,moot")

    assert run.end() == 1
    assert run.stderr == "Error: unknown demo switch: moot\n"


def test_help_names_every_switch(launch):
    run = launch("--help")

    assert run.read_rest()[-1] == describe_switches().splitlines()[-1]
    assert run.end() == 0


@pytest.mark.parametrize(
    "words",
    [
        ("gateway", "-E", "-d"),
        ("g", "-Ed"),
        ("-E", "gateway", "--debug", "--no-color"),
        ("gateway", "--allow-empty=true", "-d", "-T"),
    ],
)
def test_command_line_reads_the_flags_wherever_they_stand(words):
    invocation = parse_command_line(words, {})

    assert (invocation.command, invocation.allow_empty, invocation.debug) == ("gateway", True, True)


def test_command_line_takes_a_flag_back():
    assert not parse_command_line(("gateway", "-E", "--allow-empty=false"), {}).allow_empty


def test_switch_on_the_command_line_wins_over_the_variable():
    environ = {"PICOCLAW_DEMO": "startup=1, linger=2,"}

    switches = parse_command_line(("--demo-startup=3", "gateway"), environ).switches

    assert (switches.startup, switches.linger) == (3.0, 2.0)


@pytest.mark.parametrize(
    "word",
    [
        "startup", "startup=-1", "startup=inf", "startup=nan", "startup=soon", "mute=1", "mute=",
        "flood=-1", "crash-code=3", "crash-signal=NONE", "fail-before-pid=", "times=x", "=1",
    ],
)  # fmt: skip
def test_switch_refuses_a_value_it_cannot_take(word):
    with pytest.raises(UsageError, match="demo switch"):
        parse_switches([word])


def test_switches_keep_what_is_no_fault_when_times_is_used_up():
    switches = switches_from_variable("crash-signal=term,startup=1,mute,times=2,version=0.2.9")

    assert switches.crash_signal is signal.SIGTERM
    assert switches.crashes_after == 0.0
    assert switches.without_faults() == Switches(startup=1.0, times=2, version="0.2.9")


def test_every_switch_is_described_in_one_line():
    described = describe_switches()

    assert described.count("--demo-") == len(Switches.__slots__)
    assert max(map(len, described.splitlines())) <= 100


@pytest.mark.parametrize(
    ("words", "environ", "plain"),
    [
        ([], {}, False),
        ([], {"NO_COLOR": ""}, False),
        ([], {"NO_COLOR": "1"}, True),
        ([], {"TERM": "dumb"}, True),
        (["version", "--no-color"], {}, True),
        (["--no-color=1"], {}, True),
        (["--no-color=yes"], {}, False),
    ],
)
def test_banner_is_plain_on_demand(words, environ, plain):
    assert wants_plain_banner(words, environ) is plain


def test_banner_has_colours_unless_plain():
    coloured = render_banner({}, plain=False)

    assert "\x1b[38;2;" in coloured
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == render_banner({}, plain=True)


@pytest.mark.linux
@pytest.mark.macos
@pytest.mark.parametrize(
    ("zone", "outcome"),
    [("UTC", "Time zone loaded successfully: UTC"), ("Moon/Base", "Error loading time zone: ")],
)
def test_banner_tells_about_the_time_zone_when_one_is_set(zone, outcome):
    banner = render_banner({"TZ": zone}, plain=True)

    lines = banner.splitlines()[8:]
    assert lines[:2] == [f"TZ environment: {zone}", "ZONEINFO environment: "]
    assert lines[2].startswith(outcome)
