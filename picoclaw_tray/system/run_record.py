"""The run record: one small file per home that says which gateway was started by a tray."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.system.files import read_bounded, write_private

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
    """

    key: ProcessKey
    run: int
    outlives: bool


class RunRecords:
    """Reads and writes the run record of one home; works in one lane."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "run.json"
        self._record: RunRecord | None = None

    def read(self) -> RunRecord | None:
        """The record; none if no tray ever started a gateway here or the file is spoilt."""
        if self._record is None:
            try:
                self._record = _parse(read_bounded(self._path, LIMIT))
            except OSError:
                return None
        return self._record

    def ours(self, key: ProcessKey) -> Process | None:
        """The process as one of ours, if a tray started it."""
        record = self.read()
        if record is None or record.key != key:
            return None
        return Process(key, ours=True, outlives=record.outlives)

    def write_spawned(self, process: Process) -> None:
        """Notes a gateway that was just started. Without a disk it is remembered while we live."""
        last = self.read()
        record = RunRecord(process.key, (last.run if last else 0) + 1, process.outlives)
        self._record = record
        try:
            write_private(self._path, _dump(record))
        except OSError as error:
            log.warning("the run record could not be written: %s", error)


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
        }:
            return RunRecord(ProcessKey(pid, created), run, outlives)
        case _:
            return None


def _dump(record: RunRecord) -> bytes:
    content = {
        "pid": record.key.pid,
        "created": record.key.created,
        "run": record.run,
        "outlives": record.outlives,
    }
    return json.dumps(content, indent=2).encode()
