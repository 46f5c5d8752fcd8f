"""Trays of one home, one after the other, while somebody signals them and their gateways at random.

What happens is told as a story; the moments come from a random generator, so that a story can be
asked for again, as far as the machine goes along.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.settings import Settings, dump_settings
from picoclaw_tray.system.paths import settings_file, state_folder
from tests.end_to_end.shell import Shell
from tests.end_to_end.tray_program import PATIENCE_S, processes_at
from tests.support.onlooker import Life, life_of
from tests.support.tray_story import Step, steps_in
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.end_to_end.conftest import StartBareTray
    from tests.end_to_end.tray_program import TrayProgram
    from tests.support.gateway_home import GatewayHome
    from tests.support.onlooker import Onlooker
    from tests.support.processes import RunningProcess

HURRIED = (sys.executable, "-m", "tests.support.hurried_tray", "run")
POLICY = {
    "start_window": 2.0,
    "stop_grace": 1.0,
    "kill_grace": 1.0,
    "session_grace": 0.7,
    "poll_starting": 0.05,
    "poll_steady": 0.3,
    "poll_attentive": 0.1,
    "allowed_misses": 2,
    "hang_limit": 6,
    "backoff": [0.2],
}
MOST_STRIKES = 3
LONGEST_PAUSE_S = 1.2
LONGEST_STOP_S = 0.8

LAST_WORDS = "the end\n"
"""After them the tray gives its place to another, even if it is stopped right then."""

KILL, STOP, END, GO_ON = signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM, signal.SIGCONT


class Mayhem:
    """Plays round after round; what a round leaves is where the next one begins.

    Attributes:
        chance: Decides everything; to be set before each round.
        story: What happened in the round so far.
    """

    def __init__(
        self,
        home: GatewayHome,
        start_tray: StartBareTray,
        onlooker: Onlooker,
        stranger: RunningProcess,
    ) -> None:
        """Does nothing yet.

        Args:
            home: Where all this happens.
            start_tray: Starts the real program.
            onlooker: Knows the gateways.
            stranger: Whose PID may stand in a stale PID file.
        """
        self.chance = random.Random()
        self.story: list[str] = []
        self._home = home
        self._start_tray = start_tray
        self._onlooker = onlooker
        self._stranger = stranger
        self._shell = Shell(home)
        self._tray: TrayProgram | None = None
        self._log_began = 0

    def play_round(self) -> None:
        """Strikes at random moments; then the next start has to work, whatever was struck."""
        self.story.clear()
        for _ in range(self.chance.randint(1, MOST_STRIKES)):
            if self._tray is None or not self._tray.program.is_running:
                self._begin_tray()
            self._pause(LONGEST_PAUSE_S)
            self._strike()
        self._leave_tray()
        self._start_again()

    def end(self, user_home: Path) -> None:
        """Ends the tray, and what it may have left."""
        if self._tray is not None and self._tray.program.is_running:
            self._tray.program.send_signal(KILL)
            self._tray.program.wait(PATIENCE_S)
        for life in self._onlooker.gateways():
            self._signal(life, KILL)
        # Whom a killed tray asked for the version ends by itself.
        wait_until(lambda: not processes_at(user_home), PATIENCE_S, what="the end of everybody")

    # -- strikes ------------------------------------------------------------------------------

    def _strike(self) -> None:
        number = self.chance.choice([KILL, STOP, END])
        victims = self.chance.choice([("tray",), ("gateway",), ("tray", "gateway")])
        struck = []
        for victim in self.chance.sample(victims, len(victims)):
            lives = self._lives_of(victim)
            for life in lives:
                self._signal(life, number)
            self._tell(f"{number.name} to the {victim} {[life.pid for life in lives]}")
            struck += lives
        if number is STOP:
            wait_until(lambda: all(map(has_heeded_stop, struck)), PATIENCE_S, what="the stop")
        if number is STOP and self.chance.random() < 0.4:
            self._pause(LONGEST_STOP_S)
            for life in struck:
                self._signal(life, GO_ON)
                self._tell(f"SIGCONT to {life.pid}")

    def _lives_of(self, victim: str) -> list[Life]:
        if victim == "gateway":
            return self._onlooker.gateways()
        assert self._tray is not None
        found = life_of(self._tray.program.pid)
        return [found[0]] if found and self._tray.program.is_running else []

    def _signal(self, life: Life, number: signal.Signals) -> None:
        """To exactly this process."""
        with suppress(ProcessLookupError):
            handle = os.pidfd_open(life.pid)
            try:
                if life.is_alive:
                    signal.pidfd_send_signal(handle, number)
            finally:
                os.close(handle)

    # -- what a person does -------------------------------------------------------------------

    def _begin_tray(self) -> None:
        """Starts one, with settings of its own, perhaps where a stale PID file names somebody."""
        settings = Settings(
            on_quit=self.chance.choice([OnQuit.STOP, OnQuit.LEAVE]),
            restart_when_hung=self.chance.random() < 0.3,
        )
        set_up(self._home, settings)
        if self.chance.random() < 0.3 and not self._onlooker.gateways():
            self._home.write_pid_file(self._stranger.pid)
            self._tell("a stale PID file names a stranger")
        self._log_began = len(self._tray.log) if self._tray else 0
        self._tray = self._start_tray(
            at=self._home, command=HURRIED, TRAY_POLICY=json.dumps(POLICY)
        )
        hung = "restarts a hung gateway" if settings.restart_when_hung else "leaves a hung gateway"
        self._tell(f"tray {self._tray.program.pid} ({settings.on_quit} at the end, {hung})")

    def _leave_tray(self) -> None:
        """A tray that hangs is killed or wakes up; one that runs is ended, or killed as well."""
        assert self._tray is not None
        program = self._tray.program
        (life,) = self._lives_of("tray") or (None,)
        if life is not None and life.is_stopped:
            is_asked = self.chance.random() < 0.1  # it takes five seconds
            if is_asked and not self._own_log.endswith(LAST_WORDS):
                self._try_another()
            number = self.chance.choice([KILL, GO_ON])
            self._signal(life, number)
            self._tell(f"the person sends {number.name} to the stopped tray")
        if life is not None:
            number = self.chance.choice([KILL, END])
            self._signal(life, number)
            self._tell(f"the person sends {number.name} to the tray")
        status = program.wait(PATIENCE_S)
        self._tell(f"the tray ended with {status}")
        assert status in {0, -KILL, -END}

    def _try_another(self) -> None:
        """A second tray beside one that hangs is none."""
        said = self._shell("run", QT_QPA_PLATFORM="offscreen")
        self._tell(f"another tray: {said.status} {said.err}")
        assert said.status == 1
        assert "looks after this home, and does not answer" in said.err

    def _start_again(self) -> None:
        """The next start; where a gateway is stopped, the person helps."""
        self._begin_tray()
        for life in self._onlooker.gateways():
            if life.is_stopped:
                self._help_with(life)
        try:
            wait_until(self._is_settled, PATIENCE_S, what="a gateway that runs")
        except AssertionError as error:
            error.add_note(self._own_log)
            raise
        status = self._shell.until(gateway_status="running")
        ownership, pid, kind = status["ownership"], status["pid"], status["managed_by"]["kind"]
        self._tell(f"runs: {pid}, {ownership}, {kind}")
        assert (ownership == "owned") == self._is_recorded(pid)

    def _help_with(self, life: Life) -> None:
        wait_until(
            lambda: self._last_phase not in {"", "locating", "preparing", "spawning"},
            PATIENCE_S,
            what="a word on the stopped gateway",
        )
        if self.chance.random() < 0.5:
            self._signal(life, GO_ON)
            self._tell(f"the tray said {self._last_phase}; the person sends SIGCONT to {life.pid}")
            return
        self._tell(f"the tray said {self._last_phase}")
        forced = self._shell("stop", "--force")
        self._tell(f"forced stop: {forced.status} {forced.out}{forced.err}")
        if life.is_alive:
            self._tell(f"the person kills {life.pid}")
            self._signal(life, KILL)
        started = self._shell("start")
        self._tell(f"start: {started.status} {started.out}{started.err}")

    def _is_settled(self) -> bool:
        """The tray shows the one gateway running, which answers and has its PID file."""
        last = self._last_step
        if last is None or not self._is_at_rest(last):
            return False
        pids = [life.pid for life in self._onlooker.gateways()]
        return pids == [last.pid] == [self._home.answering_pid()] == [self._home.recorded_pid()]

    def _is_at_rest(self, last: Step) -> bool:
        """Running; a gateway that somebody has ended meanwhile is started by the person."""
        if last.new == "stopped":
            started = self._shell("start")
            self._tell(f"after a stop from outside, start: {started.status} {started.out}")
        return last.new == "running"

    # -- what can be known --------------------------------------------------------------------

    @property
    def _own_log(self) -> str:
        assert self._tray is not None
        return self._tray.log[self._log_began :]

    @property
    def _last_step(self) -> Step | None:
        steps = steps_in(self._own_log.splitlines())
        return steps[-1] if steps else None

    @property
    def _last_phase(self) -> str:
        last = self._last_step
        return last.new if last else ""

    def _is_recorded(self, pid: int) -> bool:
        """Whether a tray could note that it has started this one, before it was killed."""
        path = state_folder(self._home.place) / "run.json"
        try:
            return json.loads(path.read_text(encoding="utf-8"))["pid"] == pid
        except FileNotFoundError:
            return False

    def _pause(self, longest_s: float) -> None:
        pause_s = self.chance.uniform(0, longest_s)
        self._tell(f"{pause_s:.3f} s")
        with suppress(AssertionError):
            wait_until(lambda: None, pause_s, what="a moment")

    def _tell(self, sentence: str) -> None:
        self.story.append(sentence.strip())


def set_up(home: GatewayHome, settings: Settings) -> None:
    """Writes the settings that the next tray of this home reads."""
    path = settings_file(home.place)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(dump_settings(settings))


def has_heeded_stop(life: Life) -> bool:
    """It takes a moment; who has ended meanwhile is past it."""
    return life.is_stopped or not life.is_alive
