from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.gateway.pid_file import (
    MAX_PID_FILE_BYTES,
    PID_FILE_NAME,
    PidRecord,
    parse_pid_file,
)

EXAMPLE = b"""{
  "pid": 21049,
  "token": "93ff969686cdbcb3dd075e8fcecdcbfa",
  "version": "0.2.9",
  "port": 18790,
  "host": "localhost"
}"""


def test_pid_file_name_is_the_one_of_every_release():
    assert PID_FILE_NAME == ".picoclaw.pid"


def test_parse_pid_file_reads_the_example_of_the_contract():
    assert parse_pid_file(EXAMPLE) == PidRecord(
        pid=21049,
        token="93ff969686cdbcb3dd075e8fcecdcbfa",
        version="0.2.9",
        port=18790,
        host="localhost",
    )


def test_pid_record_keeps_its_token_out_of_repr():
    assert "93ff9696" not in repr(parse_pid_file(EXAMPLE))


def test_parse_pid_file_ignores_unknown_keys_and_tolerates_absent_ones():
    assert parse_pid_file(b'{"pid": 7, "colour": "red", "host": null}') == PidRecord(
        7, "", "", 0, ""
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"21049",
        b"null",
        b"[]",
        b"garbage",
        b"{",
        b"{}",
        b'{"pid": 0}',
        b'{"pid": -1}',
        b'{"pid": true}',
        b'{"pid": "21049"}',
        b'{"pid": 1.5}',
        b'{"pid": 2147483648}',
        b'{"pid": ' + b"9" * 5000 + b"}",
        b'{"pid": NaN}',
        b'{"pid": 7, "port": -1}',
        b'{"pid": 7, "port": 65536}',
        b'{"pid": 7, "port": false}',
        b'{"pid": 7, "port": "18790"}',
        b'{"pid": 7, "token": 5}',
        b'{"pid": 7, "version": []}',
        b'{"pid": 7, "host": {}}',
        b'{"pid": 7, "deep": ' + b"[" * 60_000,
        EXAMPLE.decode().encode("utf-16"),
        b"\xef\xbb\xbf" + EXAMPLE,
        EXAMPLE + b" " * MAX_PID_FILE_BYTES,
    ],
)
def test_parse_pid_file_is_none_when_not_a_pid_file(raw):
    assert parse_pid_file(raw) is None


@pytest.mark.parametrize("pid", [1, 2**31 - 1])
@pytest.mark.parametrize("port", [0, 65535])
def test_parse_pid_file_takes_the_edges_of_the_ranges(pid, port):
    record = parse_pid_file(json.dumps({"pid": pid, "port": port}).encode())

    assert record is not None
    assert (record.pid, record.port) == (pid, port)


@given(st.binary())
def test_parse_pid_file_never_raises_for_any_bytes(raw):
    parse_pid_file(raw)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("pid", "token", "version", "port", "host"), VALUES)
    )
)
def test_parse_pid_file_gives_a_plausible_record_or_none_for_any_object(document):
    record = parse_pid_file(json.dumps(document).encode())

    if record is not None:
        assert 0 < record.pid < 2**31
        assert 0 <= record.port <= 65535
        (record.token + record.version + record.host).encode()
