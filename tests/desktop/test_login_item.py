"""Start at login step by step, with the jobs carried out when the test wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.desktop.login_item import LoginItem
from picoclaw_tray.presentation.autostart import LoginState, LoginStatus
from picoclaw_tray.system.autostart.xdg import XdgAutostart

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.desktop.lane import Job

ON, OFF, STALE = LoginState.ON, LoginState.OFF, LoginState.STALE


class Steps:
    """Carries out the jobs that an item asks for, and notes what it tells."""

    def __init__(self, item: LoginItem) -> None:
        self._item = item
        self._jobs: list[Job] = []
        self.told: list[LoginStatus] = []
        item.job_raised.connect(self._on_job)
        item.changed.connect(self.told.append)

    @property
    def states(self) -> list[LoginState]:
        return [status.state for status in self.told]

    def carry_out(self) -> int:
        """As the lane does; how many there were."""
        jobs, self._jobs = self._jobs, []
        for job in jobs:
            self._item.on_answer(job.work().login)  # type: ignore[attr-defined]
        return len(jobs)

    def drop(self) -> None:
        """As the lane does with a job that breaks down."""
        (job,), self._jobs = self._jobs, []
        self._item.on_answer(job.otherwise.login)  # type: ignore[attr-defined]

    def _on_job(self, job: Job) -> None:
        self._jobs.append(job)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    path = tmp_path / "picoclaw-tray"
    path.touch(0o755)
    return path


@pytest.fixture
def entry(tmp_path: Path, program: Path) -> XdgAutostart:
    folder = tmp_path / "autostart"
    return XdgAutostart(folder / "picoclaw-tray.desktop", (str(program),), title="x", icon="x")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "autostart" / "picoclaw-tray.desktop"


@pytest.fixture
def item(qapp: object, entry: XdgAutostart) -> LoginItem:
    return LoginItem(lambda: entry)


@pytest.fixture
def steps(item: LoginItem) -> Steps:
    return Steps(item)


def test_item_asks_nothing_by_itself(item: LoginItem, steps: Steps) -> None:
    assert steps.carry_out() == 0


def test_answer_is_told_when_it_differs(item: LoginItem, steps: Steps, entry: XdgAutostart) -> None:
    for change in (None, entry.enable, None, entry.disable):
        if change:
            change()
        item.ask()
        steps.carry_out()

    assert steps.states == [OFF, ON, OFF]


def test_question_is_not_asked_twice_at_once(item: LoginItem, steps: Steps) -> None:
    item.ask()
    item.ask()

    assert steps.carry_out() == 1


@pytest.mark.linux
def test_glance_asks_where_that_is_cheap(item: LoginItem, steps: Steps) -> None:
    item.glance()

    assert steps.carry_out() == 1


@pytest.mark.linux
def test_glance_asks_not_again_at_once(item: LoginItem, steps: Steps) -> None:
    item.ask()
    steps.carry_out()

    item.glance()

    assert steps.carry_out() == 0


def test_wish_is_carried_out_and_told(item: LoginItem, steps: Steps, path: Path) -> None:
    item.set_enabled(True)
    steps.carry_out()
    assert path.exists()

    item.set_enabled(False)
    steps.carry_out()

    assert steps.states == [ON, OFF]
    assert not path.exists()


def test_older_answer_does_not_undo_the_wish(item: LoginItem, steps: Steps) -> None:
    item.ask()
    item.set_enabled(True)

    steps.carry_out()

    assert steps.states == [ON]


def test_failed_wish_is_told_each_time_and_kept(item: LoginItem, steps: Steps, path: Path) -> None:
    path.mkdir(parents=True)
    for _ in range(2):
        item.set_enabled(True)
        steps.carry_out()
    item.ask()
    steps.carry_out()

    assert steps.states == [STALE, STALE]
    assert all(status.problem for status in steps.told)


def test_problem_is_over_once_the_system_says_something_else(
    item: LoginItem, steps: Steps, path: Path
) -> None:
    path.mkdir(parents=True)
    item.set_enabled(True)
    steps.carry_out()

    path.rmdir()
    item.ask()
    steps.carry_out()

    assert steps.states == [STALE, OFF]
    assert steps.told[-1].problem is None


def test_question_that_breaks_down_is_answered(item: LoginItem, steps: Steps) -> None:
    item.ask()
    steps.drop()
    item.ask()
    steps.carry_out()

    assert steps.told == [LoginStatus.unknown(), LoginStatus(OFF)]
