from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.command_line import (
    GatewayCommand,
    is_gateway_command_line,
    mentions_gateway,
)

PICOCLAW = GatewayCommand("/usr/bin/picoclaw")
CUSTOM = GatewayCommand("/opt/bin/custom-claw")
DEMO = GatewayCommand("/checkout/.venv/bin/python", ("-m", "picoclaw_tray.demo"))


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("/usr/local/bin/picoclaw", "gateway", "-E"), True),
        (("/opt/bin/custom-claw", "gateway", "-E", "-d"), False),
        (("/opt/bin/gateway", "-E"), False),
        ((r"C:\Program Files\PicoClaw\picoclaw.exe", "gateway", "-E"), True),
        (("PICOCLAW.EXE", "GATEWAY"), False),
        (("python", "tool.py", "gateway"), False),
        (("python3", "/opt/venv/bin/picoclaw-demo-gateway", "gateway", "-E"), True),
        (("/opt/bin/gatewayd", "--serve"), False),
        (("picoclaw", "g", "-E"), True),
        (("picoclaw", "-E", "gateway"), True),
        (("/bin/sleep", "30"), False),
        ((), False),
    ],
)
def test_rule_follows_the_vectors_of_the_contract(argv, expected):
    assert is_gateway_command_line(argv, PICOCLAW) is expected


def test_rule_cannot_tell_when_the_command_line_could_not_be_read():
    assert is_gateway_command_line(None, PICOCLAW) is None


@pytest.mark.parametrize(
    "argv",
    [
        ("/opt/bin/custom-claw", "gateway", "-E"),
        ("custom-claw", "g"),
        ("/usr/bin/python3.12", "/opt/bin/custom-claw", "gateway"),
        ("/bin/sh", "-eu", "/opt/bin/custom-claw", "gateway"),
    ],
)
def test_rule_accepts_the_configured_program(argv):
    assert is_gateway_command_line(argv, CUSTOM) is True


@pytest.mark.parametrize(
    "argv",
    [
        ("/usr/bin/custom-claw", "gateway"),
        ("/opt/bin/custom-claw",),
        ("/opt/bin/custom-claw", "status", "gateway"),
        ("vim", "/opt/bin/custom-claw", "gateway"),
    ],
)
def test_rule_rejects_what_only_resembles_the_configured_program(argv):
    assert is_gateway_command_line(argv, CUSTOM) is False


def test_rule_compares_windows_paths_without_case():
    command = GatewayCommand("C:/Tools/Claw.exe", ("--profile", "Work"))

    assert (
        is_gateway_command_line((r"c:\tools\claw.EXE", "--profile", "Work", "g"), command) is True
    )
    assert is_gateway_command_line((r"c:\tools\claw", "--profile", "work", "g"), command) is False


@pytest.mark.parametrize(
    "argv",
    [
        ("/checkout/.venv/bin/python", "-m", "picoclaw_tray.demo", "gateway", "-E"),
        ("/usr/bin/python3.11", "-m", "picoclaw_tray.demo", "gateway", "-E"),
        ("Python", "-um", "picoclaw_tray.demo", "g"),
        (r"C:\Python313\pythonw.exe", "-X", "utf8", "-Wd", "-mpicoclaw_tray.demo", "gateway"),
        ("python3.13t", "-W", "error", "-Xdev", "--check", "-m", "picoclaw_tray.demo", "gateway"),
        ("python", "-m", "picoclaw_tray.demo", "--demo-crash=3", "--demo-mute", "gateway", "-E"),
    ],
)
@pytest.mark.parametrize("command", [DEMO, PICOCLAW])
def test_rule_takes_the_interpreter_and_its_options_off(argv, command):
    assert is_gateway_command_line(argv, command) is True


@pytest.mark.parametrize(
    "argv",
    [
        ("python", "-m", "http.server", "gateway"),
        ("python", "-m"),
        ("python", "-c", "import picoclaw", "gateway"),
        ("python", "-", "gateway"),
        ("python",),
        ("sh", "-c", "picoclaw gateway -E"),
        ("sh", "-c", "exec picoclaw", "gateway"),
        ("bash", "-o", "picoclaw", "gateway"),
        ("picoclaw",),
        ("picoclaw", "status"),
        ("picoclaw", "--gateway"),
        ("picoclaw-launcher", "-no-browser", "/home/g/config.json"),
        ("my-picoclaw", "gateway"),
        ("", "gateway"),
    ],
)
@pytest.mark.parametrize("command", [DEMO, PICOCLAW, GatewayCommand("python")])
def test_rule_rejects_other_programs(argv, command):
    assert is_gateway_command_line(argv, command) is False


@pytest.mark.parametrize(
    "argv",
    [
        ("bash", "-o", "pipefail", "+x", "/usr/local/bin/picoclaw-wrapper", "gateway"),
        ("zsh", "--no-rcs", "picoclaw.sh", "gateway"),
        ("dash", "--", "/opt/picoclaw", "gateway"),
    ],
)
def test_rule_takes_a_shell_and_its_options_off(argv):
    assert is_gateway_command_line(argv, PICOCLAW) is True


@given(st.none() | st.lists(st.text()).map(tuple), st.text(), st.lists(st.text()).map(tuple))
def test_rule_never_raises_for_any_vector(argv, program, arguments):
    verdict = is_gateway_command_line(argv, GatewayCommand(program, arguments))

    assert (verdict is None) == (argv is None)


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (("/opt/bin/custom-claw", "gateway"), True),
        (("/opt/bin/custom-claw", "-E", "g"), True),
        (("/opt/bin/gateway", "-E"), False),
        (("/opt/bin/custom-claw", "--gateway"), False),
        ((), False),
    ],
)
def test_mentions_gateway_only_when_an_argument_is_the_sub_command(argv, expected):
    assert mentions_gateway(argv) is expected
