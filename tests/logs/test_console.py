from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.logs.console import console_lines
from picoclaw_tray.logs.entry import Level, parse_entry
from tests.support.spoilt import HUGE, spoilt

HEAD = {"level": "warn", "component": "gateway"}
LAST = {"time": "2026-04-24T16:50:19+08:00", "caller": "/pkg/gateway.go:330", "message": "Started"}


def in_file(message: str = "Started", **fields: object) -> bytes:
    entry = {**HEAD, **fields, **LAST, "message": message}
    return json.dumps(entry, ensure_ascii=False).encode()


def shown(raw: bytes) -> str:
    return "\n".join(line.decode() for line in console_lines(raw))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, ""),
        ({"limited_mode": True, "n": 7, "nothing": None}, " limited_mode=true n=7 nothing=null"),
        ({"b": "2", "error": "1", "a": "3"}, " error=1 a=3 b=2"),
        ({"error": "no such file"}, ' error="no such file"'),
        ({"error": "[1 2]"}, ' error="[1 2]"'),
        ({"error": 'say "x"\n'}, r' error="say \"x\"\n"'),
        ({"path": "/a b"}, ' path="/a b"'),
        ({"path": "C:\\x"}, r' path="C:\\x"'),
        ({"empty": ""}, ' empty=""'),
        ({"of": {"a": [1, 2]}}, ' of={"a":[1,2]}'),
        ({"list": "[a b]"}, " list=[a b]"),
        ({"list": "[a\nb]"}, r' list="[a\nb]"'),
        ({"name": "ä"}, " name=ä"),
    ],
)
def test_line_of_the_log_reads_as_on_the_console(fields, words):
    expected = f"16:50:19 WRN gateway /pkg/gateway.go:330 > Started{words}"

    assert shown(in_file(**fields)) == expected


@pytest.mark.parametrize("level", list(Level))
def test_each_level_has_its_token(level):
    line = shown(in_file().replace(b'"warn"', f'"{level.name.lower()}"'.encode()))

    assert parse_entry(line).level is level


@pytest.mark.parametrize("time", ["16:50:19.123456789Z", "16:50:19-11:30", "16:50:19Z"])
def test_time_is_the_clock_of_the_gateway(time):
    raw = in_file().replace(b"16:50:19+08:00", time.encode())

    assert shown(raw).startswith("16:50:19 WRN ")


def test_message_of_several_lines_is_several_lines():
    lines = console_lines(in_file("Stopped:\n\n  a\n  b", of="x"))

    assert lines == (
        b"16:50:19 WRN gateway /pkg/gateway.go:330 > Stopped:",
        b"",
        b"  a",
        b"  b of=x",
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"panic: x",
        b"[1]",
        b"{}",
        b'{"a":1}',
        b'{"level":"warn" \xff',
        in_file()[:-1],
        in_file().replace(b'"warn"', b'"loud"'),
        in_file().replace(b"gateway", b"the gateway", 1),
        in_file().replace(b'"gateway"', b'""'),
        in_file().replace(b"330", b"?"),
        in_file().replace(b"+08:00", b""),
        in_file().replace(b"2026-", b""),
    ],
)
def test_what_has_no_console_form_stays_as_it_is(raw):
    assert console_lines(raw) == (raw,)


@pytest.mark.parametrize("name", HUGE)
def test_huge_line_is_no_trouble(name):
    assert console_lines(HUGE[name]) == (HUGE[name],)


@given(spoilt(in_file("a\nb", x={"a": [1]}, error="y z")))
def test_any_line_gives_lines(raw):
    lines = console_lines(raw)

    assert lines
    assert all(b"\n" not in line for line in lines) or lines == (raw,)


@given(
    st.dictionaries(
        st.from_regex(r"[a-z][a-z_]{0,9}", fullmatch=True).filter(
            lambda name: name not in {*HEAD, *LAST}
        ),
        st.text(st.characters(min_codepoint=32, max_codepoint=0x7E)),
    )
)
def test_fields_can_be_read_again(fields):
    line = shown(in_file("Started", **fields))

    values = {name: value for name, value in fields.items() if value[:1] not in {"{", "["}}
    entry = parse_entry(line)
    if len(values) == len(fields):
        assert (entry.message, dict(entry.fields)) == ("Started", fields)
