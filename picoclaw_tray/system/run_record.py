"""The run record: one small file per home that says which gateway was started by a tray."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.system import processes
from picoclaw_tray.system.files import read_bounded, write_private
from picoclaw_tray.system.process_key import key_of

if TYPE_CHECKING:
    from pathlib import Path

log = logging.getLogger(__name__)

LIMIT = 64 * 1024


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The last gateway that a tray started for this home.

    Attributes:
        run: 1, 2, 3 … per home; the number a person sees.
        outlives: It was started so that it can be left running.
        tray: The tray that started it; while it lives the gateway is its own and nobody else's.
    """

    key: ProcessKey
    run: int
    outlives: bool
    tray: ProcessKey


class RunRecords:
    """Reads and writes the run record of one home; works in one lane."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "run.json"
        self._unsaved: RunRecord | None = None
        self._tray = key_of(os.getpid()) or ProcessKey(os.getpid(), "")

    def read(self) -> RunRecord | None:
        """The record; none if no tray ever started a gateway here or the file is spoilt."""
        if self._unsaved is not None:
            return self._unsaved
        try:
            return _parse(read_bounded(self._path, LIMIT))
        except OSError:
            return None

    def ours(self, key: ProcessKey) -> Process | None:
        """The process as one of ours, if this tray started it, or one that is gone."""
        record = self.read()
        if record is None or record.key != key:
            return None
        if record.tray != self._tray and processes.is_alive(record.tray):
            return None
        return Process(key, ours=True, outlives=record.outlives)

    def write_spawned(self, process: Process) -> None:
        """Notes a gateway that was just started. Without a disk it is remembered while we live."""
        last = self.read()
        run = (last.run if last else 0) + 1
        record = RunRecord(process.key, run, process.outlives, self._tray)
        try:
            write_private(self._path, _dump(record))
        except OSError as error:
            self._unsaved = record
            log.warning("the run record could not be written: %s", error)
        else:
            self._unsaved = None


def _parse(raw: bytes) -> RunRecord | None:
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    match content:
        case {
            "pid": int(pid),
            "created": str(created),
            "run": int(run),
            "outlives": bool(outlives),
            "tray": {"pid": int(tray_pid), "created": str(tray_created)},
        }:
            tray = ProcessKey(tray_pid, tray_created)
            return RunRecord(ProcessKey(pid, created), run, outlives, tray)
        case _:
            return None


def _dump(record: RunRecord) -> bytes:
    content = {
        "pid": record.key.pid,
        "created": record.key.created,
        "run": record.run,
        "outlives": record.outlives,
        "tray": {"pid": record.tray.pid, "created": record.tray.created},
    }
    return json.dumps(content, indent=2).encode()
