from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from picoclaw_tray.remote import (
    Answer,
    ExitCode,
    ProtocolError,
    Request,
    Verb,
    View,
    dump_answer,
    dump_request,
    error_answer,
    parse_answer,
    parse_request,
)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
requests = st.builds(
    Request,
    st.sampled_from(Verb),
    anyway=st.booleans(),
    force=st.booleans(),
    leave=st.none() | st.booleans(),
    wait=st.booleans(),
)
answers = st.builds(
    Answer,
    st.sampled_from(ExitCode),
    st.dictionaries(st.text(), json_values),
    st.lists(st.text()).map(tuple),
)


class TestRequest:
    @given(requests)
    def test_request_survives_the_line(self, request):
        line = dump_request(request)

        assert parse_request(line) == request
        assert line.endswith(b"\n")
        assert line.count(b"\n") == 1

    @pytest.mark.parametrize("view", View)
    def test_view_survives_the_line(self, view):
        request = Request(Verb.SHOW, view=view)

        assert parse_request(dump_request(request)) == request

    @given(st.integers(), st.integers())
    def test_place_in_the_log_survives_the_line(self, offset, run_id):
        request = Request(Verb.LOGS, offset=offset, run_id=run_id)

        assert parse_request(dump_request(request)) == request

    @pytest.mark.parametrize("value", [b'"3"', b"3.5", b"true", b"null", b"[]"])
    def test_place_in_the_log_that_is_no_number_is_ignored(self, value):
        line = b'{"verb": "logs", "offset": %b, "run_id": %b}' % (value, value)

        assert parse_request(line) == Request(Verb.LOGS)

    def test_parse_request_ignores_what_a_newer_program_says(self):
        assert parse_request(b'{"verb": "stop", "gently": true}') == Request(Verb.STOP)

    @pytest.mark.parametrize(
        ("line", "complaint"),
        [
            (b"", "not a line of JSON"),
            (b"stop", "not a line of JSON"),
            (b"\xff\xfe\x00", "not a line of JSON"),
            (b"[" * 100_000, "not a line of JSON"),
            (b'"stop"', "not a JSON object"),
            (b"{}", "does not know"),
            (b'{"verb": "explode"}', "does not know"),
            (b'{"verb": ["stop"]}', "does not know"),
            (b'{"verb": "show", "view": "everything"}', "does not know"),
            (b'{"verb": "show", "view": {}}', "does not know"),
            (b'{"verb": "stop", "force": 1}', "neither true nor false"),
            (b'{"verb": "stop", "wait": null}', "neither true nor false"),
            (b'{"verb": "quit", "leave": "no"}', "neither true nor false"),
            (b'{"verb": "quit", "leave": []}', "neither true nor false"),
            (b'{"verb": "quit", "leave": 1}', "neither true nor false"),
        ],
    )
    def test_parse_request_says_what_is_wrong(self, line, complaint):
        with pytest.raises(ProtocolError, match=complaint):
            parse_request(line)

    @given(st.binary())
    def test_parse_request_takes_any_bytes(self, line):
        with contextlib.suppress(ProtocolError):
            assert isinstance(parse_request(line), Request)

    @given(
        st.dictionaries(st.sampled_from(["verb", "anyway", "leave", "view", "wait"]), json_values)
    )
    def test_parse_request_takes_any_object(self, content):
        with contextlib.suppress(ProtocolError):
            assert isinstance(parse_request(json.dumps(content).encode()), Request)


class TestAnswer:
    @given(answers)
    def test_answer_survives_the_line(self, answer):
        assert parse_answer(dump_answer(answer)) == answer

    @pytest.mark.parametrize(
        "line",
        [
            b"HTTP/1.1 400 Bad Request",
            b"{}",
            b'{"exit_code": 77, "payload": {}, "lines": []}',
            b'{"exit_code": true, "payload": {}, "lines": []}',
            b'{"exit_code": 0, "payload": [], "lines": []}',
            b'{"exit_code": 0, "payload": {}, "lines": [1]}',
            b'{"exit_code": 0, "payload": {}, "lines": "stopped"}',
        ],
    )
    def test_parse_answer_refuses_what_is_none(self, line):
        with pytest.raises(ProtocolError):
            parse_answer(line)

    @given(st.binary())
    def test_parse_answer_takes_any_bytes(self, line):
        with contextlib.suppress(ProtocolError):
            assert isinstance(parse_answer(line), Answer)

    def test_error_answer_says_it_to_people_and_to_scripts(self):
        answer = error_answer("No tray runs.", ExitCode.NOTHING, "Start one.", pid=7)

        assert answer == Answer(
            ExitCode.NOTHING,
            {"status": "error", "message": "No tray runs.", "pid": 7},
            ("No tray runs.", "Start one."),
        )
