from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QObject, Slot

from picoclaw_tray.desktop.lane import Job, Lane

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot


class Listener(QObject):
    """Keeps the answers, and the thread in which they came."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: list[object] = []
        self.threads: set[threading.Thread] = set()

    @Slot(object)
    def on_job_done(self, answer: object) -> None:
        self.answers.append(answer)
        self.threads.add(threading.current_thread())


class Gate:
    """Work that is under way until it is let through."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._open = threading.Event()

    def __call__(self) -> str:
        self.entered.set()
        assert self._open.wait(10)
        return "through the gate"

    def open(self) -> None:
        self._open.set()


@pytest.fixture
def lane(qapp: object) -> Iterator[Lane]:
    lane = Lane("test")
    yield lane
    assert lane.close()


@pytest.fixture
def listener(lane: Lane) -> Listener:
    listener = Listener()
    lane.job_done.connect(listener.on_job_done)
    return listener


def _saying(answer: object) -> Callable[[], object]:
    return lambda: answer


def _failing() -> object:
    raise RuntimeError("on purpose")


def _until_answered(qtbot: QtBot, listener: Listener, count: int) -> None:
    qtbot.waitUntil(lambda: len(listener.answers) == count)


def test_lane_answers_in_order_and_in_the_thread_of_its_owner(
    qtbot: QtBot, lane: Lane, listener: Listener
) -> None:
    for number in range(100):
        lane.submit(Job(_saying(number)))

    _until_answered(qtbot, listener, 100)

    assert listener.answers == list(range(100))
    assert listener.threads == {threading.main_thread()}


def test_lane_works_in_one_thread_of_its_own(qtbot: QtBot, lane: Lane, listener: Listener) -> None:
    for _ in range(3):
        lane.submit(Job(threading.current_thread))

    _until_answered(qtbot, listener, 3)

    assert len(set(listener.answers)) == 1
    assert listener.answers[0] is not threading.main_thread()


def test_lane_starts_no_thread_before_its_first_job(lane: Lane) -> None:
    lane.reach(1)

    assert "test" not in {thread.name for thread in threading.enumerate()}


def test_lane_answers_otherwise_when_the_work_fails_and_goes_on(
    qtbot: QtBot, lane: Lane, listener: Listener, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        lane.submit(Job(_failing, "failed"))
        lane.submit(Job(_saying("next")))
        _until_answered(qtbot, listener, 2)

    assert listener.answers == ["failed", "next"]
    assert "a job in lane test failed" in caplog.text
    assert "on purpose" in caplog.text


def test_lane_answers_otherwise_for_jobs_of_an_earlier_epoch(
    qtbot: QtBot, lane: Lane, listener: Listener
) -> None:
    gate = Gate()
    lane.submit(Job(gate, epoch=1))
    assert gate.entered.wait(10)
    lane.submit(Job(_saying("run"), "dropped", epoch=1))
    lane.submit(Job(_saying("run"), "dropped", epoch=2))
    lane.submit(Job(_saying("run"), "dropped"))

    lane.reach(2)
    gate.open()
    _until_answered(qtbot, listener, 4)

    assert listener.answers == ["through the gate", "dropped", "run", "run"]


def test_submit_returns_while_work_is_under_way(
    qtbot: QtBot, lane: Lane, listener: Listener
) -> None:
    gate = Gate()
    lane.submit(Job(gate))
    assert gate.entered.wait(10)

    lane.submit(Job(_saying("later")))

    assert listener.answers == []
    gate.open()
    _until_answered(qtbot, listener, 2)


def test_close_runs_what_is_queued_and_leaves_no_thread(lane: Lane) -> None:
    done: list[int] = []
    lane.submit(Job(lambda: done.append(1)))
    lane.submit(Job(lambda: done.append(2)))

    assert lane.close()

    assert done == [1, 2]
    assert "test" not in {thread.name for thread in threading.enumerate()}


def test_close_gives_up_on_work_that_takes_too_long(lane: Lane) -> None:
    gate = Gate()
    lane.submit(Job(gate))
    assert gate.entered.wait(10)

    in_time = lane.close(limit_s=0.01)

    assert not in_time
    gate.open()


def test_close_of_a_lane_that_never_ran_returns_at_once(lane: Lane) -> None:
    assert lane.close()


def test_close_may_be_said_twice(lane: Lane) -> None:
    lane.submit(Job(_saying(1)))

    assert lane.close()
    assert lane.close()
