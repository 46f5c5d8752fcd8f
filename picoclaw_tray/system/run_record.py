"""The run record: one small file per home that says which gateway was started by a tray."""

from __future__ import annotations

import json
import logging
import os
import secrets
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.go_json import valid_string
from picoclaw_tray.gateway.origin import Origin, OriginKind
from picoclaw_tray.lifecycle.state import Process, ProcessKey
from picoclaw_tray.system import processes
from picoclaw_tray.system.files import read_bounded, write_private
from picoclaw_tray.system.process_key import key_of
from picoclaw_tray.text import QT_TRANSLATE_NOOP, text

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.gateway.fingerprint import Fingerprint
    from picoclaw_tray.lifecycle.messages import LaunchPlan
    from picoclaw_tray.text import Text

log = logging.getLogger(__name__)

_FORGETTING = QT_TRANSLATE_NOOP(
    "Record",
    "This tray cannot write to {folder} ({why}), so a tray that is started later will not know"
    " that it was we who started this gateway.",
)

LIMIT = 1024 * 1024
KEY_BYTES = 32
_TEXTS = ("version", "default_model", "log_level")


@dataclass(frozen=True, slots=True)
class RunRecord:
    """The last gateway that a tray started for this home.

    Attributes:
        run: 1, 2, 3 … per home; the number a person sees.
        outlives: It was started so that it can be left running.
        tray: The tray that started it; while it lives the gateway is its own and nobody else's.
        version: Of the gateway; empty if it could not be told.
        default_model: That it was started with.
        log_level: That it was started with.
        fingerprint: Of the config it was started with, or has taken over since; none: unknown.
    """

    key: ProcessKey
    run: int
    outlives: bool
    tray: ProcessKey
    version: str = ""
    default_model: str = ""
    log_level: str = ""
    fingerprint: Fingerprint | None = None


class RunRecords:
    """Reads and writes the run record of one home; works in one lane.

    Args:
        folder: Where it is.
        silent_tray: The PID of another tray of this home that cannot speak for itself; what it
            started counts as ours.
    """

    def __init__(self, folder: Path, silent_tray: int | None = None) -> None:
        self._path = folder / "run.json"
        self._key_path = folder / "fingerprint.key"
        self._key: bytes | None = None
        self._unsaved: RunRecord | None = None
        self.problem: Text | None = None
        """Why the last record is only remembered; none if it was written."""
        self._tray = key_of(os.getpid()) or ProcessKey(os.getpid(), "")
        self._silent_tray = silent_tray

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
        if not self._is_known(record.tray) and processes.is_alive(record.tray):
            return None
        return Process(key, ours=True, outlives=record.outlives)

    def origin_of(self, key: ProcessKey) -> Origin:
        """Which tray started a gateway of ours; without a record only this one can know it."""
        record = self.read()
        if record is None or record.key != key:
            return Origin(OriginKind.THIS_TRAY, starter=self._tray.pid)
        if self._is_known(record.tray):
            return Origin(OriginKind.THIS_TRAY, starter=record.tray.pid)
        return Origin(OriginKind.EARLIER_TRAY)

    def next_run(self) -> int:
        """The number that the next gateway will have."""
        last = self.read()
        return (last.run if last else 0) + 1

    def write_spawned(self, process: Process, plan: LaunchPlan) -> None:
        """Notes a gateway that was just started. Without a disk it is remembered while we live."""
        self._write(
            RunRecord(
                process.key,
                self.next_run() if plan.run is None else plan.run,
                process.outlives,
                self._tray,
                plan.version,
                plan.default_model,
                plan.log_level,
                plan.fingerprint,
            )
        )

    def write_reloaded(self, key: ProcessKey, fingerprint: Fingerprint) -> None:
        """Notes what a gateway of ours runs with from now on."""
        record = self.read()
        if record is not None and record.key == key:
            model = fingerprint.get("default_model", record.default_model)
            level, before = record.log_level, record.fingerprint or {}
            if level == before.get("log_level"):  # not so with -d, which outlasts a reload
                level = fingerprint.get("log_level", level)
            self._write(
                replace(record, default_model=model, log_level=level, fingerprint=fingerprint)
            )

    def fingerprint_key(self) -> bytes:
        """The key of the hashes in fingerprints, made at first use.

        Without a disk it lasts as long as we do.
        """
        if self._key is None:
            self._key = self._stored_key() or self._new_key()
        return self._key

    def _is_known(self, tray: ProcessKey) -> bool:
        """Whether that is the tray for which we speak."""
        return tray == self._tray or tray.pid == self._silent_tray

    def _stored_key(self) -> bytes | None:
        try:
            key = read_bounded(self._key_path, KEY_BYTES + 1)
        except OSError:
            return None
        return key if len(key) == KEY_BYTES else None

    def _new_key(self) -> bytes:
        key = secrets.token_bytes(KEY_BYTES)
        try:
            write_private(self._key_path, key)
        except OSError as error:
            log.warning("the key of the fingerprints could not be written: %s", error)
        return key

    def _write(self, record: RunRecord) -> None:
        try:
            write_private(self._path, _dump(record))
        except OSError as error:
            if self._unsaved is None:  # said once
                log.warning("the run record could not be written: %s", error)
            self._unsaved = record
            why = error.strerror or type(error).__name__
            self.problem = text(_FORGETTING, folder=str(self._path.parent), why=why)
        else:
            self._unsaved = self.problem = None


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
            return RunRecord(
                ProcessKey(pid, created),
                run,
                outlives,
                ProcessKey(tray_pid, tray_created),
                **{name: _text(content.get(name)) for name in _TEXTS},
                fingerprint=_parts(content.get("fingerprint")),
            )
        case _:
            return None


def _text(value: object) -> str:
    return valid_string(value) if isinstance(value, str) else ""


def _parts(value: object) -> Fingerprint | None:
    """A fingerprint; a spoilt one is none."""
    if not isinstance(value, dict) or not all(isinstance(part, str) for part in value.values()):
        return None
    return value


def _dump(record: RunRecord) -> bytes:
    content = {
        "pid": record.key.pid,
        "created": record.key.created,
        "run": record.run,
        "outlives": record.outlives,
        "tray": {"pid": record.tray.pid, "created": record.tray.created},
        "version": record.version,
        "default_model": record.default_model,
        "log_level": record.log_level,
        "fingerprint": record.fingerprint,
    }
    return json.dumps(content, indent=2).encode()
