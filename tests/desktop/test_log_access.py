from __future__ import annotations

import pytest

from picoclaw_tray.desktop.gateway_log import GatewayLog
from picoclaw_tray.desktop.log_access import LogAccess
from picoclaw_tray.logs import reading
from picoclaw_tray.logs.marks import MarkKind, RunMark, dump_mark
from picoclaw_tray.logs.reading import MAX_LINES
from picoclaw_tray.remote import MAX_ANSWER_BYTES, Answer, ExitCode, Request, Verb, dump_answer

SECRET = "sk-ant-api03-ABCDEFGHIJKLMNOP1234"


class Heard:
    """The log of a tray, who reads it to a shell, and what he said."""

    def __init__(self, site, qtbot):
        self.log = GatewayLog(site)
        self.remote = LogAccess(self.log)
        self.answers: dict[int, Answer] = {}
        self.remote.answered.connect(self.answers.__setitem__)
        self._qtbot = qtbot

    def ask(self, request, number=1):
        self.remote.on_asked(number, request)
        self._qtbot.waitUntil(lambda: number in self.answers)
        return self.answers.pop(number)


@pytest.fixture
def heard(qtbot, stand_in_home):
    said = Heard(stand_in_home.site(), qtbot)
    yield said
    said.log.close()


def test_answer_is_that_of_the_contract(heard):
    heard.log.store.begin_run()
    heard.log.store.mark(dump_mark(RunMark(MarkKind.STARTED, "2026-01-01T00:00:00+00:00")))
    heard.log.store.extend([b"a", b"b"])

    answer = heard.ask(Request(Verb.LOGS))
    newer = heard.ask(Request(Verb.LOGS, offset=1, run_id=1))

    assert answer.exit_code is ExitCode.DONE
    assert answer.payload == {
        "log_run_id": 1,
        "log_total": 2,
        "logs": ["a", "b"],
        "log_first": 1,
        "log_more": False,
        "log_sources": [[0, "output"]],
    }
    assert newer.payload["logs"] == ["b"]


def test_lines_are_told_page_by_page(heard, monkeypatch):
    monkeypatch.setattr(reading, "MAX_LINES", 2)
    heard.log.store.begin_run()
    heard.log.store.extend([b"a", b"b", b"c"])
    heard.log.store.begin_run()
    heard.log.store.extend([b"d"])

    newest = heard.ask(Request(Verb.LOGS, every_run=True)).payload
    before = heard.ask(Request(Verb.LOGS, every_run=True, before=newest["log_first"])).payload

    assert (newest["logs"], newest["log_first"], newest["log_more"]) == (["c", "d"], 2, True)
    assert (before["logs"], before["log_first"], before["log_more"]) == (["a", "b"], 0, False)


def test_clear_begins_the_next_run(heard):
    heard.log.store.begin_run()
    heard.log.store.extend([b"a"])

    answer = heard.ask(Request(Verb.CLEAR_LOGS))

    assert answer.payload == {"log_run_id": 2, "log_total": 0, "status": "cleared"}
    assert heard.ask(Request(Verb.LOGS)).payload["logs"] == []


def test_full_store_is_read_in_slices_into_a_masked_answer_of_bounded_size(heard):
    heard.log.store.begin_run()
    heard.log.store.extend([f"{n} é key={SECRET}".encode() for n in range(2 * MAX_LINES)])

    answer = heard.ask(Request(Verb.LOGS))
    line = dump_answer(answer)

    assert answer.payload["logs"][-1].startswith(f"{2 * MAX_LINES - 1} é key=")
    assert len(answer.payload["logs"]) == MAX_LINES
    assert len(line) < MAX_ANSWER_BYTES
    assert b"ABCDEFGH" not in line
