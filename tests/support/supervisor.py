"""A controller at work in a test: what it said, and waiting for what it will say."""

from __future__ import annotations

import functools
import os
import signal
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from picoclaw_tray.desktop.controller import GatewayController
from picoclaw_tray.lifecycle.policy import Policy
from picoclaw_tray.lifecycle.state import (
    Failure,
    Phase,
    Process,
    QuitKind,
    Remains,
    Running,
    State,
    Stopped,
    StopReason,
)
from picoclaw_tray.logs.store import LogStore
from picoclaw_tray.system import processes
from picoclaw_tray.system.crew import assemble
from picoclaw_tray.system.process_key import key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pytestqt.qtbot import QtBot

    from picoclaw_tray.lifecycle.messages import Notice
    from picoclaw_tray.logs.beginnings import LogTail
    from picoclaw_tray.system.crew import Crew
    from tests.support.gateway_home import GatewayHome

    _P = TypeVar("_P", bound=Phase)

QUICK = Policy(
    poll_starting=0.05,
    poll_steady=0.3,
    poll_attentive=0.1,
    allowed_misses=2,
    hang_limit=3,
    backoff=(0.2,),
    crash_burst=2,
)
"""The numbers of tests: looks often, waits little before a retry, is as patient as in real life."""

_PATIENCE_MS = 25_000


class Supervisor:
    """A controller, all that it emitted, and a person's patience with it.

    Attributes:
        phases: The names of the phases it went through.
        said: All that it emitted, in order: phases, `"line …"` and `"quit ready"`.
        lines: The output of the gateway.
    """

    def __init__(self, qtbot: QtBot, crew: Callable[[], Crew], policy: Policy) -> None:
        self._qtbot = qtbot
        self._is_over = False
        self.phases: list[str] = []
        self.said: list[str] = []
        self.lines: list[bytes] = []
        self.notices: list[Notice] = []
        self.controller = GatewayController(crew, policy, self._recent_output)
        self.controller.state_changed.connect(self._on_state_changed)
        self.controller.lines_received.connect(self._on_lines_received)
        self.controller.notice_raised.connect(self.notices.append)
        self.controller.quit_ready.connect(self._on_quit_ready)

    @property
    def state(self) -> State:
        """The state now."""
        return self.controller.state

    @property
    def process(self) -> Process:
        """The gateway now; there has to be one."""
        process = self.state.process
        assert process is not None, self.said
        return process

    @property
    def pid(self) -> int:
        """Its PID."""
        return self.process.key.pid

    def until(self, holds: Callable[[State], bool], what: str = "a state") -> State:
        """Wait for a state, be it the present one, and return it."""
        if holds(self.state):
            return self.state
        changed = self.controller.state_changed
        with self._qtbot.waitSignal(
            changed, timeout=_PATIENCE_MS, raising=False, check_params_cb=holds
        ) as wait:
            pass
        assert wait.signal_triggered, f"no {what}: {self.said}; {self.state}"
        (state,) = wait.args
        return state

    def until_phase(self, phase: type[_P]) -> _P:
        """Wait for a phase and return it."""
        found = self.until(lambda state: isinstance(state.phase, phase), phase.__name__).phase
        assert isinstance(found, phase)
        return found

    def until_explained(self) -> Failure:
        """Wait until a failure has its reason, and return it."""
        failure = self.until(lambda state: bool(state.failure and state.failure.reason)).failure
        assert failure is not None
        return failure

    def until_runs(self, *, other_than: int | None = None) -> int:
        """Wait until a gateway answers, and return its PID."""
        state = self.until(
            lambda state: (
                isinstance(state.phase, Running)
                and state.phase.misses == 0
                and state.phase.process.key.pid != other_than
            ),
            "running gateway",
        )
        assert state.process is not None
        return state.process.key.pid

    def until_looked(self) -> None:
        """Wait for the next look to be over."""
        self.until(lambda state: state.probing, "look")
        self.until(lambda state: not state.probing, "answer")

    def until_lines(self, text: bytes) -> None:
        """Wait for a line of output that contains the text."""
        self._qtbot.waitUntil(
            lambda: any(text in line for line in self.lines), timeout=_PATIENCE_MS
        )

    def until_signals_are_heeded(self) -> None:
        """Wait until a signal leads to a graceful stop: the last step of coming up.

        Where the system does not tell, what is printed right before has to do.
        """
        self.until_lines(b"Press Ctrl+C to stop")
        status = Path(f"/proc/{self.pid}/status")
        if status.exists():
            self._qtbot.waitUntil(lambda: _catches_sigterm(status), timeout=_PATIENCE_MS)

    def descendants(self) -> tuple[int, ...]:
        """The PIDs of the programs that the gateway started."""
        return tuple(key.pid for key in processes.descendants(self.process.key))

    def signal_gateway(self, number: int) -> None:
        """Send a signal as somebody else might, while we hold the process."""
        os.kill(self.pid, number)

    def quit(self, kind: QuitKind = QuitKind.USER, *, leave: bool = False) -> None:
        """Quit as a person, or the end of a session, does, and wait until the tray may end."""
        with self._qtbot.waitSignal(self.controller.quit_ready, timeout=_PATIENCE_MS):
            self.controller.quit(kind, leave=leave)

    def end(self) -> None:
        """What the application does at its end; a gateway of ours does not survive it."""
        if self._is_over:
            return
        self._is_over = True
        if not self.state.ended:
            self.controller.force_stop()
            self.quit(QuitKind.SESSION)
        self.controller.close()
        self.controller.deleteLater()

    def _recent_output(self) -> LogTail:
        store = LogStore(max_lines=50, max_bytes=1_000_000)
        store.extend(self.lines)
        return store.tail(50, 4000)

    def _on_state_changed(self, state: State) -> None:
        name = type(state.phase).__name__
        if self.phases[-1:] != [name]:
            self.phases.append(name)
            self.said.append(name)

    def _on_lines_received(self, lines: tuple[bytes, ...]) -> None:
        self.lines += lines
        self.said += [f"line {line.decode(errors='replace')[:60]}" for line in lines]

    def _on_quit_ready(self) -> None:
        self.said.append("quit ready")


@contextmanager
def supervising(
    qtbot: QtBot, home: GatewayHome, switches: str = "", **policy: object
) -> Iterator[Supervisor]:
    """A supervisor of this home; it and a gateway of ours end with the block.

    Args:
        qtbot: Waits for signals.
        home: The home.
        switches: The stand-in's, for the gateways that are started.
        policy: What differs from `QUICK`.
    """
    crew = functools.cache(lambda: assemble(home.site(switches)))
    supervisor = Supervisor(qtbot, crew, replace(QUICK, **policy))  # type: ignore[arg-type]
    try:
        yield supervisor
    finally:
        supervisor.end()


def _catches_sigterm(status: Path) -> bool:
    masks = dict(line.split(":\t") for line in status.read_text().splitlines() if ":\t" in line)
    return bool(int(masks["SigCgt"], 16) & 1 << (signal.SIGTERM - 1))


def is_gone(pid: int) -> bool:
    """Whether no process with this PID runs; a zombie does not."""
    key = key_of(pid)
    return key is None or not processes.is_alive(key)


def is_proven_stop(state: State) -> bool:
    """Whether a person's stop left nothing behind, as a look afterwards found."""
    match state.phase:
        case Stopped(reason=StopReason.BY_USER, remains=remains):
            return remains == Remains()
        case _:
            return False
