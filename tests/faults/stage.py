"""One row of the fault matrix, played: a gateway that misbehaves, a tray, and what a person does.

All of it is real: the stand-in as a process, the controller with its lanes, the board and the
notifier behind it. Of the product one function is wrapped, the one that sends signals; it sends
them all the same.

What is told is made comparable, and nothing else is:

* phases have a short name each (`name_of`), and steps within one of them are no step;
* numbers of processes, ports and seconds are masked in notices, and so is who started a gateway and
  which program it is, for that depends on where the tests run;
* processes are named by their part: the first gateway has no name, the next one is `second`.
"""

from __future__ import annotations

import functools
import logging
import os
import re
import signal
import sys
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from picoclaw_tray.desktop.notifier import Notifier
from picoclaw_tray.desktop.situation_board import SituationBoard
from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.lifecycle.state import (
    Backoff,
    Failed,
    Health,
    QuitKind,
    Running,
    Starting,
    Stopped,
    Stopping,
    StopReason,
)
from picoclaw_tray.presentation.situation import Surroundings
from picoclaw_tray.presentation.text import render
from picoclaw_tray.settings import Settings
from picoclaw_tray.system import processes, signaller
from picoclaw_tray.system.crew import assemble
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.system.run_record import RunRecords
from tests.faults.matrix import Seen
from tests.support.programs import DIES_WITH_THE_TESTS, Program
from tests.support.supervisor import QUICK, Supervisor, is_gone
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest
    from pytestqt.qtbot import QtBot

    from picoclaw_tray.lifecycle.policy import Policy
    from picoclaw_tray.lifecycle.state import Phase, ProcessKey, State
    from picoclaw_tray.presentation.notices import Announcement
    from tests.faults.matrix import Fault, Row
    from tests.support.gateway_home import GatewayHome

PATIENCE_S = 0.1
"""How long the notice of an end waits for a successor; three seconds in real life."""

RETRY_S = 0.6
"""Where nobody acts: longer than `PATIENCE_S`, and than it takes to explain a failure."""

NO_RETRY_S = 60.0
"""Where somebody acts: it shall be that act that brings the next attempt."""

_PATIENCE_MS = 8_000
_RECORDING_MS = 2_500
_ORDINALS = ("", "second", "third", "fourth")
_STOPPED = {
    StopReason.FROM_OUTSIDE: "ended",
    StopReason.LEFT_ALONE: "left",
    StopReason.QUIT: "quit",
    StopReason.SESSION_END: "session-over",
}
_MASKS = (
    (re.compile(r"(?<=PID )\d+(, \d+)*"), "N"),
    (re.compile(r"(?<=\(PID N, )[^)]*"), "PROGRAM"),
    (re.compile(r"(?<=in )\d+(?= s\b)"), "N"),
    (re.compile(r"(?<=\(PID N\)\. )Started .*(?=\.)"), "ORIGIN"),
)
_EXIT = re.compile(r"Exited (-?\d+)")


def name_of(phase: Phase) -> str:  # noqa: PLR0911 - one return a phase
    """The short name that a phase has in the matrix."""
    match phase:
        case Stopped(reason=reason):
            return _STOPPED.get(reason, "stopped")
        case Starting(slow=True):
            return "slow"
        case Running(health=Health.FAILING):
            return "silent"
        case Stopping(deadline=None):
            return "no-reaction"
        case Stopping(killed=True):
            return "force"
        case Failed(gave_up=True):
            return "gave-up"
        case Backoff(counted=False):
            return "waiting"
        case _:
            return type(phase).__name__.lower()


class Stage:
    """A tray and a home for one row."""

    def __init__(self, qtbot: QtBot, home: GatewayHome, row: Row, fault: Fault) -> None:
        self._qtbot = qtbot
        self._home = home
        self._row = row
        self._fault = fault
        self._steps: list[str] = []
        self._notices: list[str] = []
        self._gateways: list[ProcessKey] = []
        self._others: set[ProcessKey] = set()
        self._codes: dict[ProcessKey, int] = {}
        self._sent: list[tuple[int, int]] = []
        self._stack = ExitStack()

    def __enter__(self) -> Stage:
        with ExitStack() as stack:
            self._tray = self._supervisor()
            stack.callback(self._tray.end)
            stack.callback(self._clear)
            surroundings = Surroundings(str(self._home.place.home), str(self._home.place.config))
            controller = self._tray.controller
            self._board = SituationBoard(surroundings, controller)
            self._notifier = Notifier(surroundings, controller, patience_s=PATIENCE_S)
            patience = self._notifier.findChild(QTimer)
            assert isinstance(patience, QTimer)
            self._patience = patience
            controller.state_changed.connect(self._on_state_changed)
            controller.state_changed.connect(self._board.on_state_changed)
            controller.observed.connect(self._board.on_observed)
            controller.assessed.connect(self._board.on_assessed)
            controller.notice_raised.connect(self._board.on_notice)
            controller.notice_raised.connect(self._notifier.on_notice)
            self._board.situation_changed.connect(self._notifier.on_situation)
            self._notifier.announced.connect(self._on_announced)
            stack.enter_context(self._hearing_exits())
            if self._row.ownership == "foreign":
                self._gateways.append(stack.enter_context(self._started_by_hand()))
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def play(self, expected: Seen | None, monkeypatch: pytest.MonkeyPatch) -> Seen:
        """Plays the row and tells what was seen.

        Args:
            expected: How many phases and notices to wait for; none: whatever comes in a while.
            monkeypatch: Undone before the tray is cleared away.
        """
        with monkeypatch.context() as patch:
            patch.setattr(signaller, "_send", self._recording(signaller._send))
            self._tray.controller.start()
            if self._row.act != "none":
                self._until(lambda: self._is_at_the_point() and self._is_quiet())
                self._until_printed()
                self._look_around()
                self._steps.append("|")
                self._act()
            if expected is None:
                self._qtbot.wait(_RECORDING_MS)
            else:
                self._until(
                    lambda: (
                        len(self._steps) >= len(expected.phases.split())
                        and len(self._notices) >= len(expected.notices)
                    ),
                    raising=False,
                )
            self._until(self._is_quiet)
            self._until_printed()
            self._until_looked()
        return self._seen()

    # -- parts --------------------------------------------------------------------------------

    def _supervisor(self) -> Supervisor:
        leaves = self._row.ownership == "outliving"
        settings = Settings(on_quit=OnQuit.LEAVE if leaves else OnQuit.STOP)
        site = replace(self._home.site(self._fault.words), settings=settings)
        crew = functools.cache(lambda: assemble(site))
        crew()
        return Supervisor(self._qtbot, crew, self._policy())

    def _policy(self) -> Policy:
        wait = RETRY_S if self._row.act == "none" else NO_RETRY_S
        quick = replace(QUICK, poll_steady=0.1, backoff=(wait,), crash_burst=1)
        return replace(quick, **self._fault.policy)

    def _is_at_the_point(self) -> bool:
        """Whether the switch has taken effect."""
        point = self._fault.at[self._row.ownership].split()
        return self._steps[-len(point) :] == point

    @contextmanager
    def _started_by_hand(self) -> Iterator[ProcessKey]:
        guard = (*DIES_WITH_THE_TESTS, "setsid") if sys.platform == "linux" else ()
        with Program(
            (*guard, *self._home.gateway_words),
            environment=self._home.gateway_environment(self._fault.by_hand),
            output_path=self._home.folder / "by-hand.txt",
        ) as program:
            if self._fault.comes_up:
                wait_until(lambda: program.printed("Press Ctrl.C"), what="a gateway by hand")
                wait_until(lambda: _heeds_sigterm(program.pid), what="its signal handlers")
            else:
                wait_until(self._home.place.pid_file.exists, what="its PID file")
            key = key_of(program.pid)
            assert key is not None
            try:
                yield key
            finally:
                program.send_signal(signal.SIGKILL)

    def _act(self) -> None:
        tray = self._tray
        match self._row.act:
            case "stop":
                tray.controller.stop()
            case "force":
                tray.controller.force_stop()
            case "restart":
                tray.controller.restart()
            case "quit":
                tray.quit(leave=self._row.ownership == "outliving")
            case "log-out":
                tray.quit(QuitKind.SESSION)
            case act:
                raise AssertionError(act)

    # -- looking ------------------------------------------------------------------------------

    def _on_state_changed(self, state: State) -> None:
        name = name_of(state.phase)
        if [step for step in self._steps if step != "|"][-1:] != [name]:
            self._steps.append(name)
        if state.process is not None and state.process.key not in self._gateways:
            self._gateways.append(state.process.key)

    def _on_announced(self, said: Announcement) -> None:
        sentence = render(said.sentence)
        for pattern, mask in _MASKS:
            sentence = pattern.sub(mask, sentence)
        self._notices.append(sentence.replace(str(self._home.port), "PORT"))

    @contextmanager
    def _hearing_exits(self) -> Iterator[None]:
        """What the tray learned of an end stands in its log."""
        log = logging.getLogger("picoclaw_tray.desktop.controller")
        handler = _Ear(self._on_logged)
        level = log.level
        log.addHandler(handler)
        log.setLevel(logging.INFO)
        try:
            yield
        finally:
            log.removeHandler(handler)
            log.setLevel(level)

    def _on_logged(self, message: str) -> None:
        exited = _EXIT.search(message)
        if exited:
            self._codes[self._gateways[-1]] = int(exited[1])

    def _recording(self, send):
        def recorded(key: ProcessKey, number: int):
            refused = send(key, number)
            if refused is None:
                self._sent.append((key.pid, number))
            return refused

        return recorded

    def _look_around(self) -> None:
        for key in self._gateways:
            self._others.update(processes.descendants(key))

    def _is_quiet(self) -> bool:  # noqa: PLR0911 - one return a phase
        """Nothing is being found out, and nothing is waiting to be told."""
        state = self._tray.state
        if self._patience.isActive():
            return False
        if state.ended:
            return True
        is_explained = state.failure is None or state.failure.reason is not None
        match state.phase:
            case Stopped(remains=remains):
                return remains is not None and (is_explained or not self._codes)
            case Backoff() | Failed():
                return is_explained
            case Starting(slow=slow):
                return self._home.place.pid_file.exists() and (slow or self._is_at_the_point())
            case Running(replanning=None) as running:
                return self._is_steady(running, is_explained=is_explained)
            case _:
                return False

    def _is_steady(self, running: Running, *, is_explained: bool) -> bool:
        process = running.process
        is_named = process.ours or self._board.situation.facts.origin is not None
        is_judged = running.misses == 0 or (running.health is Health.FAILING and is_explained)
        return is_judged and is_named and _heeds_sigterm(process.key.pid)

    def _until_printed(self) -> None:
        if self._fault.prints and self._row.ownership == "pipe":
            self._tray.until_lines(self._fault.prints.encode())

    def _until_looked(self) -> None:
        """What the lane had to do is done, then."""
        if not self._tray.state.ended:
            self._tray.until_looked()

    def _until(self, holds, *, raising: bool = True) -> None:
        try:
            self._qtbot.waitUntil(holds, timeout=_PATIENCE_MS)
        except self._qtbot.TimeoutError:
            if raising:
                message = f"{self._steps}; {self._notices}; {self._tray.state}"
                raise AssertionError(message) from None

    # -- telling ------------------------------------------------------------------------------

    def _seen(self) -> Seen:
        if self._tray.state.ended:
            self._tray.end()
        return Seen(
            phases=" ".join(self._steps),
            notices=tuple(self._notices),
            exits=" ".join(map(self._end_of, self._gateways)) or "none",
            files=" ".join(self._files()) or "none",
            signals=" ".join(self._signals()) or "none",
        )

    def _end_of(self, key: ProcessKey) -> str:
        if not is_gone(key.pid):
            return "runs"
        code = self._codes.get(key)
        if code is None:
            return "unseen"
        return str(code) if code >= 0 else signal.Signals(-code).name.removeprefix("SIG")

    def _files(self) -> Iterator[str]:
        recorded = self._home.recorded_pid()
        if recorded is not None:
            yield "stale-pid" if is_gone(recorded) else "pid"
        if RunRecords(self._home.site().state_folder).read() is not None:
            yield "record"

    def _signals(self) -> Iterator[str]:
        parts = dict(zip((key.pid for key in self._gateways), _ORDINALS, strict=False))
        for pid, number in self._sent:
            part = parts.get(pid, "child")
            yield f"{part}:{signal.Signals(number).name.removeprefix('SIG')}".removeprefix(":")

    def _clear(self) -> None:
        """Ends what the row left running; only what it started itself."""
        self._look_around()
        ours = self._gateways[1:] if self._row.ownership == "foreign" else self._gateways
        for key in (*ours, *self._others):
            if processes.is_alive(key):
                with suppress(ProcessLookupError):
                    os.kill(key.pid, signal.SIGKILL)


class _Ear(logging.Handler):
    def __init__(self, hear) -> None:
        super().__init__(logging.INFO)
        self._hear = hear

    def emit(self, record: logging.LogRecord) -> None:
        self._hear(record.getMessage())


def _heeds_sigterm(pid: int) -> bool:
    """Whether the process has come up: it treats SIGTERM in its own way, or not at all."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:  # noqa: PTH123 - short
            masks = dict(line.split(":", 1) for line in status if ":" in line)
    except FileNotFoundError:
        return True
    treated = int(masks["SigCgt"], 16) | int(masks["SigIgn"], 16)
    return bool(treated & 1 << (signal.SIGTERM - 1))
