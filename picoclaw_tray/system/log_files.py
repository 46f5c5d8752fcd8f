"""The files in which a shell can read what gateways of one home have printed or logged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, parse_mark
from picoclaw_tray.system.demo_home import is_demo
from picoclaw_tray.system.log_archive import archive_folder, archived_runs
from picoclaw_tray.system.log_follower import LogFollower
from picoclaw_tray.system.paths import log_folder
from picoclaw_tray.system.rendezvous import tray_pid

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from picoclaw_tray.logs.store import LogStore
    from picoclaw_tray.system.log_archive import ArchivedRun
    from picoclaw_tray.system.paths import GatewayPlace


def runs_folder(place: GatewayPlace) -> Path:
    """Where the past runs of a home are; a demo has everything in its own folder."""
    folder = place.home.parent / "log" if is_demo(place) else log_folder(place)
    return archive_folder(folder)


def keep(store: LogStore, source: Source, lines: tuple[bytes, ...]) -> None:
    """Puts lines that were read into a store; notes of ours are none of the gateway's."""
    if source is Source.TRAY:
        for line in lines:
            store.mark(line)
    else:
        store.extend(lines, source)


class Tail:
    """Follows the run that goes on, and then the next one, into a store; waits for nothing.

    A gateway that a tray reads from a pipe is followed in our own files, any other in its
    ``gateway.log``, near whose end it begins.
    """

    def __init__(self, place: GatewayPlace, store: LogStore) -> None:
        self._place = place
        self._folder = runs_folder(place)
        self._store = store
        self._run: _RunTail | None = None
        self._log: LogFollower | None = None

    def read_more(self) -> bool:
        """Takes in what is there by now; whether there may be more at once."""
        newest = next(reversed(archived_runs(self._folder)), None)
        goes_on = newest is not None and newest.ended is None and tray_pid(self._place) is not None
        if newest is not None and self._run is None and goes_on:
            self._begin(newest)
        elif newest is not None and self._run and not self._run.is_of(newest) and goes_on:
            while self._take_run():
                pass
            self._begin(newest)
        if self._run is not None:
            return self._take_run()
        return self._take_log()

    def close(self) -> None:
        """Lets the files go."""
        if self._run is not None:
            self._run.close()
        if self._log is not None:
            self._log.close()

    def _begin(self, run: ArchivedRun) -> None:
        self.close()
        self._log = None
        self._run = _RunTail(run)
        self._store.begin_run()

    def _take_run(self) -> bool:
        assert self._run is not None
        batches, more = self._run.read_more()
        for source, line in batches:
            keep(self._store, source, (line,))
        return more

    def _take_log(self) -> bool:
        if self._log is None:
            self._log = LogFollower(self._place.log)
            self._store.begin_run()
        turn = self._log.read_more()
        keep(self._store, Source.LOG_FILE, turn.lines)
        return turn.more


class _RunTail:
    """Reads the parts of one run, one after the other, while they are written."""

    def __init__(self, run: ArchivedRun) -> None:
        self._stem = run.parts[0][1].name.partition(".")[0]
        self._folder = run.parts[0][1].parent
        self._part = run.parts[0][0]
        self._source = Source.OUTPUT
        self._follower = self._follow()

    def is_of(self, run: ArchivedRun) -> bool:
        return run.parts[0][1].name.startswith(f"{self._stem}.")

    def read_more(self) -> tuple[list[tuple[Source, bytes]], bool]:
        """The lines since, each with its source; and whether there may be more."""
        turn = self._follower.read_more()
        told = list(self._told(turn.lines))
        if turn.more:
            return told, True
        later = sorted(part for part in self._parts() if part > self._part)
        if not later:
            return told, False
        told += self._told(self._follower.close())
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

    def _told(self, lines: tuple[bytes, ...]) -> Iterator[tuple[Source, bytes]]:
        for line in lines:
            mark = parse_mark(line)
            if mark is None:
                yield self._source, line
            elif mark.kind is MarkKind.SOURCE:
                self._source = mark.source or Source.OUTPUT
            else:
                yield Source.TRAY, line
