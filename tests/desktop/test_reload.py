"""A reload step by step; what the jobs do is tested where they are carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import pytest

from picoclaw_tray.desktop.reload import Reload
from picoclaw_tray.lifecycle.state import (
    Process,
    ProcessKey,
    Rest,
    Running,
    State,
    Stopped,
    Stopping,
)
from picoclaw_tray.presentation.reload import ReloadAnswer, ReloadStage
from tests.presentation.samples import said

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

KEY = ProcessKey(4711, "c")
PROCESS = Process(KEY, ours=True, watched=True)
RUNNING = State(Running(PROCESS))
ACCEPTED = ReloadAnswer(ReloadStage.ACCEPTED, KEY, fingerprint={"port": "1"})
DONE = "  ✓ Channels restarted.".encode()
COMPLAINT = b'12:00:00 ERR gateway a/b.go:1 > Manual reload failed error="no such model"'


class Steps:
    """Notes what a reload asks for and what it tells."""

    def __init__(self, reload: Reload) -> None:
        self.jobs = 0
        self.told: list[ReloadAnswer] = []
        reload.job_raised.connect(self._on_job)
        reload.changed.connect(self.told.append)

    @property
    def stages(self) -> list[ReloadStage]:
        return [answer.stage for answer in self.told]

    def _on_job(self, _job: object) -> None:
        self.jobs += 1


def no_crew() -> NoReturn:
    raise AssertionError("a job is carried out by the lane, not here")


@pytest.fixture
def reload(qapp: object) -> Iterator[Reload]:
    reload = Reload(no_crew)
    yield reload
    reload.on_state_changed(State(Stopped()))  # or its timer goes on


@pytest.fixture
def steps(reload: Reload) -> Steps:
    return Steps(reload)


def test_reload_is_asked_for_once(reload: Reload, steps: Steps) -> None:
    reload.start(RUNNING)
    reload.start(RUNNING)

    assert steps.jobs == 1
    assert steps.told == []


@pytest.mark.parametrize("phase", [Stopped(), Stopping(PROCESS, Rest(), 1.0)])
def test_reload_needs_a_gateway_that_runs(
    reload: Reload, steps: Steps, phase: Stopped | Stopping
) -> None:
    reload.start(State(phase))

    assert steps.jobs == 0


def test_reload_is_done_at_once_when_the_output_says_so(reload: Reload, steps: Steps) -> None:
    reload.start(RUNNING)
    reload.on_answer(ACCEPTED)

    reload.on_lines_received((b"something", DONE))

    assert steps.stages == [ReloadStage.ACCEPTED, ReloadStage.DONE]
    assert steps.jobs == 2  # the second one notes the new baseline


def test_reload_has_failed_at_once_when_the_output_complains(reload: Reload, steps: Steps) -> None:
    reload.start(RUNNING)
    reload.on_answer(ACCEPTED)

    reload.on_lines_received((COMPLAINT,))

    assert steps.stages == [ReloadStage.ACCEPTED, ReloadStage.FAILED]
    assert steps.told[-1].detail == "Manual reload failed: no such model"
    assert steps.jobs == 1


def test_reload_is_judged_by_the_log_after_a_while(
    qtbot: QtBot, reload: Reload, steps: Steps
) -> None:
    reload.start(RUNNING)
    reload.on_answer(ACCEPTED)

    qtbot.waitUntil(lambda: steps.jobs == 2, timeout=6_000)
    reload.on_answer(ACCEPTED.done())

    assert steps.stages == [ReloadStage.ACCEPTED, ReloadStage.DONE]


def test_lines_before_a_reload_mean_nothing(reload: Reload, steps: Steps) -> None:
    reload.on_lines_received((DONE,))
    reload.start(RUNNING)
    reload.on_answer(ACCEPTED)

    assert steps.stages == [ReloadStage.ACCEPTED]


def test_line_that_overtakes_the_answer_counts(reload: Reload, steps: Steps) -> None:
    reload.start(RUNNING)
    reload.on_lines_received((DONE,))
    assert steps.told == []

    reload.on_answer(ACCEPTED)

    assert steps.stages == [ReloadStage.ACCEPTED, ReloadStage.DONE]


def test_late_verdict_on_the_reload_before_is_passed_over(reload: Reload, steps: Steps) -> None:
    reload.start(RUNNING)

    reload.on_answer(ACCEPTED.done())
    reload.on_answer(ACCEPTED)

    assert steps.stages == [ReloadStage.ACCEPTED]


def test_reload_is_over_with_its_gateway(reload: Reload, steps: Steps) -> None:
    reload.start(RUNNING)
    reload.on_answer(ACCEPTED)

    reload.on_state_changed(State(Stopped()))
    reload.on_lines_received((DONE,))
    reload.on_answer(ACCEPTED.done())

    assert steps.stages == [ReloadStage.ACCEPTED]


def test_reload_goes_on_while_its_gateway_does(reload: Reload, steps: Steps) -> None:
    reload.start(RUNNING)
    reload.on_answer(ACCEPTED)

    reload.on_state_changed(State(Running(PROCESS, misses=1)))
    reload.on_lines_received((DONE,))

    assert steps.stages[-1] is ReloadStage.DONE


def test_answer_about_another_gateway_is_passed_over(reload: Reload, steps: Steps) -> None:
    reload.start(RUNNING)

    reload.on_answer(ReloadAnswer(ReloadStage.DONE, ProcessKey(1, "c")))

    assert steps.told == []


def test_job_that_broke_down_ends_the_reload(reload: Reload, steps: Steps) -> None:
    reload.start(RUNNING)

    reload.on_answer(ReloadAnswer.nothing())
    reload.start(RUNNING)

    assert steps.stages == [ReloadStage.FAILED]
    assert said(steps.told[0].reason) == ""
    assert steps.jobs == 2


def test_failed_hot_reload_is_told_unasked(reload: Reload, steps: Steps) -> None:
    reload.on_lines_received((b"12:00:00 ERR gateway a/b.go:1 > Config reload failed: odd",))

    assert steps.stages == [ReloadStage.FAILED]
    assert steps.told[0].detail == "Config reload failed: odd"
