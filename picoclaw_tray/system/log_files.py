"""The files in which a shell can read what gateways of one home have printed or logged."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.pid_file import MAX_PID_FILE_BYTES, parse_pid_file
from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.moment import written_at
from picoclaw_tray.system.demo_home import is_demo
from picoclaw_tray.system.files import read_bounded, size_of
from picoclaw_tray.system.log_archive import archive_folder, archived_runs, changed_at
from picoclaw_tray.system.log_follower import MAX_BEHIND, LogFollower
from picoclaw_tray.system.paths import log_folder
from picoclaw_tray.system.rendezvous import tray_pid
from picoclaw_tray.system.run_reading import GAP_MARK, SourceNotes

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.gateway.pid_file import PidRecord
    from picoclaw_tray.logs.store import LogStore
    from picoclaw_tray.system.log_archive import ArchivedRun
    from picoclaw_tray.system.paths import GatewayPlace


TRAY_TURNS: Final = 4
"""Every how many turns without news it is asked whether a tray runs."""

LATE_S: Final = 5.0
"""A gateway's log that is younger than its run on disk by so much is of another gateway."""


def runs_folder(place: GatewayPlace) -> Path:
    """Where the past runs of a home are; a demo has everything in its own folder."""
    folder = place.home.parent / "log" if is_demo(place) else log_folder(place)
    return archive_folder(folder)


class KnownSecrets:
    """What nobody may read anywhere: the token of the gateway that runs, and what its config holds.

    Files are read anew whenever one has changed.
    """

    def __init__(self, place: GatewayPlace) -> None:
        from picoclaw_tray.system.config_files import ConfigFiles  # noqa: PLC0415 - slow to import

        self._place = place
        self._config = ConfigFiles(place, {})

    def read(self) -> tuple[str, ...]:
        """What is secret now."""
        record = _pid_record(self._place)
        token = () if record is None else (record.token,)
        return *token, *self._config.read().secrets


def newest_run(place: GatewayPlace) -> ArchivedRun | None:
    """The last run on disk; none if another gateway has run since, which has a log alone."""
    run = next(reversed(archived_runs(runs_folder(place))), None)
    record = _pid_record(place)
    if run is None or (record is not None and record.pid != run.pid):
        return None
    logged_since = changed_at(place.log) - changed_at(run.parts[-1][1])
    return None if logged_since > LATE_S else run


def read_log(place: GatewayPlace, store: LogStore) -> None:
    """Takes in ``gateway.log``, or the newest 64 MB of it."""
    start = 0 if size_of(place.log) <= MAX_BEHIND else None
    follower = LogFollower(place.log, start=start)
    store.begin_run()
    more = True
    while more:
        turn = follower.read_more()
        store.extend(turn.lines, Source.LOG_FILE)
        more = turn.more
    store.extend(follower.close(), Source.LOG_FILE)


class Tail:
    """Follows the runs of a home, one after the other, into a store; waits for nothing.

    A gateway that a tray reads from a pipe is followed in our own files, from its beginning. Any
    other is followed in its two files: near the end of ``gateway.log``, or at what was its end when
    the run before was over, and in what ``gateway_panic.log`` gains.
    """

    def __init__(self, place: GatewayPlace, store: LogStore) -> None:
        self._place = place
        self._folder = runs_folder(place)
        self._store = store
        self._run: _RunTail | None = None
        self._logs: dict[Source, LogFollower] = {}
        newest = self._newest()
        self._known = _order(newest)  # of the newest run that was gone over to, or passed over
        self._turns = 0
        if newest is not None and self._goes_on(newest):
            self._begin(newest)
        else:
            self._follow_logs(None)

    def read_more(self) -> bool:
        """Takes in what is there by now; whether there may be more at once."""
        if self._run is not None and self._take_run():
            return True
        newest = self._newest()
        if newest is not None and _order(newest) > self._known:  # even if it is over already
            self._take_logs(before=_started_at(newest))
            self._begin(newest)
            return True
        if not self._logs and self._is_over():
            self._follow_logs(size_of(self._place.log))
        return self._take_logs()

    def close(self) -> None:
        """Lets the files go."""
        if self._run is not None:
            self._run.close()
        for follower in self._logs.values():
            follower.close()

    def _newest(self) -> ArchivedRun | None:
        return next(reversed(archived_runs(self._folder)), None)

    def _goes_on(self, run: ArchivedRun) -> bool:
        """A tray that was killed leaves a run without an end; the PID file knows better."""
        if run.ended is not None or tray_pid(self._place) is None:
            return False
        record = _pid_record(self._place)
        return record is None or record.pid == run.pid

    def _is_over(self) -> bool:
        """Whether whatever is written now is of another gateway than the run's."""
        if self._run is not None and self._run.has_ended:
            return True
        self._turns += 1
        return self._turns % TRAY_TURNS == 0 and tray_pid(self._place) is None

    def _begin(self, run: ArchivedRun) -> None:
        self.close()
        self._logs = {}
        self._known = _order(run)
        self._run = _RunTail(run)
        self._store.begin_run()

    def _follow_logs(self, start: int | None) -> None:
        place = self._place
        self._logs = {
            Source.LOG_FILE: LogFollower(place.log, start=start, since=float("-inf")),
            Source.PANIC_FILE: LogFollower(place.panic_log, start=size_of(place.panic_log)),
        }
        self._store.begin_run()

    def _take_run(self) -> bool:
        assert self._run is not None
        batches, more = self._run.read_more()
        for source, lines in batches:
            self._store.extend(lines, source)
        return more

    def _take_logs(self, before: float = float("inf")) -> bool:
        """What a run has logged that we go over to, from a moment on, is told by its own file."""
        turns = {source: follower.read_more() for source, follower in self._logs.items()}
        for source, turn in turns.items():
            lines = [line for line in turn.lines if (written_at(line) or 0.0) < before]
            self._store.extend(lines, source)
        return any(turn.more for turn in turns.values())


class _RunTail:
    """Reads the parts of one run, one after the other, while they are written."""

    def __init__(self, run: ArchivedRun) -> None:
        self._stem = run.parts[0][1].name.partition(".")[0]
        self._folder = run.parts[0][1].parent
        self._part = run.parts[0][0]
        self._sources = SourceNotes()
        self._follower = self._follow()
        self._rest = b""  # of a line that goes on in the next part

    @property
    def has_ended(self) -> bool:
        return self._sources.has_ended

    def is_of(self, run: ArchivedRun) -> bool:
        return run.parts[0][1].name.startswith(f"{self._stem}.")

    def read_more(self) -> tuple[list[tuple[Source, tuple[bytes, ...]]], bool]:
        """The lines since, each with its source; and whether there may be more."""
        turn = self._follower.read_more()
        lines = turn.lines
        if lines and self._rest:
            lines = (self._rest + lines[0], *lines[1:])
            self._rest = b""
        told = list(self._sources.told(lines))
        if turn.more:
            return told, True
        later = sorted(part for part in self._parts() if part > self._part)
        if not later:
            return told, False
        self._rest += b"".join(self._follower.close())
        if later[0] > self._part + 1:
            told += self._sources.told((self._rest,) if self._rest else ())
            self._rest = b""
            gap = GAP_MARK.format(first=self._part + 1, last=later[0] - 1)
            told.append((Source.TRAY, (gap.encode(),)))
        self._part = later[0]
        self._follower = self._follow()
        return told, True

    def close(self) -> None:
        self._follower.close()

    def _follow(self) -> LogFollower:
        return LogFollower(self._folder / f"{self._stem}.{self._part}.log", start=0)

    def _parts(self) -> list[int]:
        found = (run for run in archived_runs(self._folder) if self.is_of(run))
        return [part for run in found for part, _ in run.parts]


def _started_at(run: ArchivedRun) -> float:
    """In seconds since the epoch."""
    return time.mktime(time.strptime(run.started, "%Y%m%d-%H%M%S"))


def _order(run: ArchivedRun | None) -> tuple[str, int, int]:
    return (run.started, run.number, run.pid) if run is not None else ("", 0, 0)


def _pid_record(place: GatewayPlace) -> PidRecord | None:
    try:
        return parse_pid_file(read_bounded(place.pid_file, MAX_PID_FILE_BYTES + 1))
    except OSError:
        return None
