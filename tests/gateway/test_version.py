from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.demo.banner import render_banner
from picoclaw_tray.gateway.version import MAX_OUTPUT_BYTES, VersionInfo, parse_version

FULL = "🦞 picoclaw 0.2.9 (git: 1a2b3c4)\n  Build: 2026-05-22T13:05:11Z\n  Go: go1.25.9\n"
INFO = VersionInfo("0.2.9", "1a2b3c4", "2026-05-22T13:05:11Z", "go1.25.9")


@pytest.mark.parametrize(
    ("line", "info"),
    [
        ("🦞 picoclaw 0.2.9 (git: 1a2b3c4)", VersionInfo("0.2.9", "1a2b3c4")),
        ("🦞 picoclaw dev", VersionInfo("dev")),
        ("picoclaw.exe v0.2.9-14-gabcdef12", VersionInfo("v0.2.9-14-gabcdef12")),
        ("🦞 picoclaw Status", None),
        ("picoclaw abcdefa", VersionInfo("abcdefa")),
        ("picoclaw " + "abcdef12" * 5, VersionInfo("abcdef12" * 5)),
        ("picoclaw abcdef", None),
        ("picoclaw " + "a" * 41, None),
        ("picoclaw abcdefg", None),
        ("picoclaw devel", None),
        ("picoclaw development-1", VersionInfo("development-1")),
        ("🦞 picoclaw is ready!", None),
        ("picoclaw 0.2.9 is ready", None),
        ("picoclaw 0.2.9 (git: )", None),
        ("picoclaw 0.2.9 (1a2b3c4)", None),
        ("picoclaw 0.2.9(git: 1a2b3c4)", VersionInfo("0.2.9", "1a2b3c4")),
        ("picoclaw\t0.2.9\t", VersionInfo("0.2.9")),
        ("picoclaw", None),
        ("picoclaw0.2.9", None),
        ("the picoclaw 0.2.9", None),
        ("picoclaws 0.2.9", None),
        ("picoclaw-launcher 0.2.9", None),
        ("Picoclaw 0.2.9", None),
        ("picoclaw ²", None),
        ("picoclaw " + "1" * 101, None),
        ("0.2.9", None),
        ("", None),
    ],
)
def test_version_line_is_read_by_the_rule(line, info):
    assert parse_version(line.encode()) == info


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("environ", [{}, {"TZ": "UTC"}, {"TZ": "Nowhere"}])
def test_version_is_found_behind_the_banner(plain, environ):
    output = render_banner(environ, plain=plain) + FULL

    assert parse_version(output.encode()) == INFO


def test_version_is_read_with_line_ends_of_windows_and_colours():
    output = FULL.replace("\n", "\r\n").replace("picoclaw", "\x1b[1;38;5;9mpicoclaw\x1b[0m\x1b[m")

    assert parse_version(output.encode()) == INFO


@pytest.mark.parametrize("edge", ["│", "║", "┃", "|"])
def test_version_is_read_out_of_a_box(edge):
    lines = [f"{edge}  {line.strip():60}  {edge}" for line in FULL.splitlines()]
    output = "\n".join(["╭" + "─" * 64 + "╮", *lines, "╰" + "─" * 64 + "╯"])

    assert parse_version(output.encode()) == INFO


def test_version_is_the_first_that_is_one():
    output = b"picoclaw Status\npicoclaw 0.2.8\npicoclaw 0.2.9\nGo: go1\nGo: go2\n"

    assert parse_version(output) == VersionInfo("0.2.8", go="go1")


def test_build_and_go_belong_behind_the_version():
    assert parse_version(b"Go: none\nBuild: none\npicoclaw 0.2.9\nBuild:\n") == VersionInfo("0.2.9")


@pytest.mark.parametrize("build", ["2026-05-22T15:05:11+0200", "dev"])
def test_build_is_taken_as_it_is(build):
    info = parse_version(f"picoclaw 0.2.9\n  Build: {build}\n".encode())

    assert info == VersionInfo("0.2.9", build=build)


def test_build_is_cut_when_it_is_long():
    info = parse_version(b"picoclaw 0.2.9\nBuild: " + b"1" * 1000)

    assert info == VersionInfo("0.2.9", build="1" * 100)


def test_version_is_read_beside_bytes_that_are_no_text():
    assert parse_version(b"\xff\xfe\x00\n\xf0\x9f picoclaw 0.2.9\n\xff") == VersionInfo("0.2.9")


def test_nothing_behind_the_limit_is_looked_at():
    line = b"picoclaw 0.2.9"
    fill = b"\n" * (MAX_OUTPUT_BYTES - len(line))

    assert parse_version(fill + line) == VersionInfo("0.2.9")
    assert parse_version(fill + line + b"0") is None  # cut, it would be another version
    assert parse_version(fill[1:] + line + b"\n0") == VersionInfo("0.2.9")
    assert parse_version(fill + b"\n" + line) is None


@pytest.mark.parametrize("piece", [b" ", b"-", b"picoclaw ", b"picoclaw 1\t", b"\x1b[", b"(git: "])
def test_parse_version_gives_up_on_one_long_line(piece):
    count = MAX_OUTPUT_BYTES // len(piece) - 10

    assert parse_version(b"picoclaw 1" + piece * count + b"x") is None


PIECES = st.sampled_from(
    [b"picoclaw", b".exe", b" ", b"0.2.9", b"(git: ", b")", b"\r\n", b"\x1b[", b"m", b"Go:", b"dev"]
)


@given(st.binary() | st.lists(PIECES | st.binary(max_size=3)).map(b"".join))
def test_parse_version_gives_a_value_or_none_for_any_bytes(output):
    info = parse_version(output)

    assert info is None or 0 < len(info.version) <= 100


@given(
    st.from_regex(r"v?[0-9]\.[0-9]{1,3}\.[0-9](-[0-9]{1,2}-g[0-9a-f]{8})?", fullmatch=True),
    st.from_regex(r"[0-9a-f]{0,12}", fullmatch=True),
    st.binary().filter(lambda noise: b"picoclaw" not in noise),
)
def test_version_is_found_behind_any_noise(version, commit, noise):
    git = f" (git: {commit})" if commit else ""

    info = parse_version(noise + f"\n🦞 picoclaw {version}{git}\n".encode())

    assert info == VersionInfo(version, commit)
