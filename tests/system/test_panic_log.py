from __future__ import annotations

import os

import pytest
from hypothesis import given

from picoclaw_tray.lifecycle.state import Failure
from picoclaw_tray.system import panic_log
from picoclaw_tray.system.diagnoser import Diagnoser
from picoclaw_tray.system.panic_log import PanicLog
from tests.support.spoilt import HUGE, spoilt


@pytest.fixture
def path(tmp_path):
    return tmp_path / "gateway_panic.log"


def append(path, content):
    with path.open("ab") as file:
        file.write(content)


def test_news_are_what_was_written_since_the_mark(path):
    append(path, b"panic: old\n")
    log = PanicLog(path)

    log.mark()
    append(path, b"panic: new\n\ngoroutine 1 [running]:\n")

    assert log.news() == (b"panic: new", b"", b"goroutine 1 [running]:")


def test_news_are_told_again_until_the_next_mark(path):
    log = PanicLog(path)
    append(path, b"panic: new\n")
    first = log.news(), log.news()

    log.mark()

    assert first == ((b"panic: new",), (b"panic: new",))
    assert log.news() == ()


def test_news_are_the_whole_file_when_there_was_none(path):
    log = PanicLog(path)
    log.mark()
    append(path, b"panic: first")

    assert log.news() == (b"panic: first",)


def test_news_are_the_whole_file_when_it_was_cut(path):
    append(path, b"a long old panic\n")
    log = PanicLog(path)
    log.mark()

    path.write_bytes(b"new\n")

    assert log.news() == (b"new",)


def test_news_are_the_last_bytes_when_there_are_too_many(path, monkeypatch):
    monkeypatch.setattr(panic_log, "LIMIT", 10)
    log = PanicLog(path)
    log.mark()

    append(path, b"first line\nsecond\nlast\n")

    assert log.news() == (b"cond", b"last")


def test_news_are_none_without_a_file(path):
    log = PanicLog(path)
    log.mark()

    assert log.news() == ()


def test_news_are_none_when_it_is_a_folder(path):
    path.mkdir()
    log = PanicLog(path)
    log.mark()

    assert log.news() == ()


@pytest.mark.linux
@pytest.mark.macos
def test_news_do_not_wait_for_the_writer_of_a_pipe(path):
    os.mkfifo(path)
    log = PanicLog(path)
    log.mark()

    assert log.news() == ()


@given(spoilt(b"panic: x\n\ngoroutine 1 [running]:\nmain.main()\n\t/x/main.go:7 +0x1b\n"))
def test_news_of_any_bytes_lead_to_a_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("panic") / "gateway_panic.log"
    log = PanicLog(path)
    log.mark()
    path.write_bytes(content)

    found = Diagnoser(log, lambda: "picoclaw").diagnose(Failure("unknown", exit_code=2), ())

    assert found.reason is not None


@pytest.mark.parametrize("content", HUGE.values(), ids=HUGE)
def test_news_of_a_huge_file_are_its_last_bytes(path, content):
    log = PanicLog(path)
    log.mark()
    path.write_bytes(content)

    assert sum(map(len, log.news())) <= panic_log.LIMIT
    assert Diagnoser(log, lambda: "picoclaw").diagnose(Failure("unknown", exit_code=2), ()).reason
