from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from picoclaw_tray.desktop.end_watch import EndWatch
from picoclaw_tray.lifecycle.state import ProcessKey
from tests.support.processes import sleeper

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.linux  # the others have no pidfd


@pytest.fixture
def watch(qapp: object) -> Iterator[EndWatch]:
    watch = EndWatch()
    yield watch
    watch.watch(None)


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_watch_tells_the_end_of_a_process(qtbot: QtBot, watch: EndWatch) -> None:
    with sleeper() as process:
        watch.watch(process.key)

        with qtbot.waitSignal(watch.ended):
            process.send_signal(signal.SIGKILL)


def test_watch_tells_the_end_before_anybody_reaped_the_process(
    qtbot: QtBot, watch: EndWatch
) -> None:
    with sleeper() as process:
        watch.watch(process.key)

        with qtbot.waitSignal(watch.ended):
            process.become_zombie()


def test_watch_tells_an_end_once(qtbot: QtBot, watch: EndWatch) -> None:
    with sleeper() as process:
        key = process.key
        watch.watch(key)
        with qtbot.waitSignal(watch.ended):
            process.send_signal(signal.SIGKILL)

        with qtbot.assertNotEmitted(watch.ended, wait=50):
            watch.watch(key)


def test_watch_says_nothing_of_a_process_that_it_no_longer_watches(
    qtbot: QtBot, watch: EndWatch
) -> None:
    with sleeper() as before, sleeper() as now:
        watch.watch(before.key)
        watch.watch(now.key)

        with qtbot.assertNotEmitted(watch.ended, wait=50):
            before.become_zombie()
        with qtbot.waitSignal(watch.ended):
            now.become_zombie()


def test_watch_tells_at_once_that_a_process_is_gone_already(qtbot: QtBot, watch: EndWatch) -> None:
    with sleeper() as process:
        key = process.key
        process.send_signal(signal.SIGKILL)
        process.wait()

    with qtbot.waitSignal(watch.ended):
        watch.watch(key)


def test_watch_leaves_it_to_the_poll_when_python_knows_no_pidfds(
    qtbot: QtBot, watch: EndWatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open")

    with sleeper() as process, qtbot.assertNotEmitted(watch.ended, wait=50):
        watch.watch(process.key)


def test_watch_tells_at_once_that_a_number_changed_hands(qtbot: QtBot, watch: EndWatch) -> None:
    with sleeper() as process, qtbot.waitSignal(watch.ended):
        watch.watch(ProcessKey(process.pid, "of another process"))


def test_watch_holds_no_descriptor_afterwards(qtbot: QtBot, watch: EndWatch) -> None:
    before = _descriptors()

    with sleeper() as process:
        watch.watch(process.key)
        with qtbot.waitSignal(watch.ended):
            process.become_zombie()
        watch.watch(ProcessKey(process.pid, "of another process"))
        watch.watch(process.key)
        watch.watch(None)

    assert _descriptors() == before
