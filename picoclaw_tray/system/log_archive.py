"""The output of past runs on disk: a few files for each run, which only the user can read.

``run-000012-20261126-235500-4711.1.log``: number of the run, its start, the PID, the part. A run
that prints more than its share keeps its first part and its newest ones. What is in the files is
masked already; between the lines stand notes of ours (``logs.marks``).
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.marks import MarkKind, parse_note
from picoclaw_tray.system.files import chunks_of, make_private_folder, size_of

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.logs.marks import RunMark

MEGABYTE: Final = 1024 * 1024
DAY_S: Final = 24 * 60 * 60

_NAME = re.compile(r"run-(\d{6,9})-(\d{8}-\d{6})-(\d{1,10})\.(\d{1,6})\.log")
_FLAGS: Final = (
    os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
)
_MARK_BYTES: Final = 4096
_DIGITS = re.compile(r"\D")


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """How much is kept.

    Attributes:
        part_bytes: Of one file.
        run_bytes: Of one run; at least its first part and the one that is written stay.
        total_bytes: Of all runs; the one that is written stays.
        age_s: Of a run, since its last line.
        runs: Most of them, the one that is written included: a gateway that crashes every few
            minutes is not to fill a box with thousands.
    """

    part_bytes: int = 4 * MEGABYTE
    run_bytes: int = 16 * MEGABYTE
    total_bytes: int = 64 * MEGABYTE
    age_s: float = 14 * DAY_S
    runs: int = 200


def archive_folder(log_folder: Path) -> Path:
    """Where the runs of one home are, below the folder of our logs."""
    return log_folder / "runs"


def archive_limits(megabytes: int, days: int) -> ArchiveLimits:
    """As they are set; a single run may have a quarter of it all, in a few files."""
    total = megabytes * MEGABYTE
    run = max(total // 4, MEGABYTE)
    return ArchiveLimits(run // 4, run, total, days * DAY_S)


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """One run on disk.

    Attributes:
        number: As a person counts; 0: unknown.
        started: ``YYYYMMDD-HHMMSS``, local time.
        parts: Number and file of each, in order; some in the middle may be missing.
    """

    number: int
    started: str
    pid: int
    parts: tuple[tuple[int, Path], ...]

    @property
    def size(self) -> int:
        """Bytes of all parts by now."""
        return sum(size_of(path) for _, path in self.parts)

    @property
    def begun(self) -> RunMark | None:
        """The note at its beginning."""
        return parse_note(_beginning_of(self.parts[0][1]).partition(b"\n")[0])

    @property
    def ended(self) -> RunMark | None:
        """The note at its end; none if it goes on, or if the tray was killed."""
        tail = _end_of(self.parts[-1][1]).splitlines()
        marks = map(parse_note, reversed(tail))
        return next((mark for mark in marks if mark and mark.kind is MarkKind.ENDED), None)


class LogArchive:
    """Writes one run after the other; works in one thread, and leaves errors to its caller."""

    def __init__(self, folder: Path, limits: ArchiveLimits) -> None:
        self._folder = folder
        self._limits = limits
        self._stem = ""
        self._part = 0
        self._file = -1
        self._sizes: dict[int, int] = {}

    def begin(self, mark: RunMark) -> None:
        """Begins the files of a run, and makes room for them.

        Raises:
            OSError: There can be no such file.
        """
        self.close()
        make_private_folder(self._folder)
        stamp = _DIGITS.sub("", mark.time[:19])
        self._stem = f"run-{mark.run or 0:06}-{stamp[:8]}-{stamp[8:]}-{mark.pid or 0}"
        self._part, self._sizes = 0, {}
        self._tidy_up()
        self._open_next()

    def write(self, block: bytes) -> None:
        """Appends whole lines; nothing where no run was begun.

        Raises:
            OSError: The disk is full, or gone. What was written of the block stays.
        """
        if self._file < 0:
            return
        size = self._sizes[self._part]
        if size and size + len(block) > self._limits.part_bytes:
            os.close(self._file)
            self._file = -1
            self._open_next()
            self._keep_to_share()
            self._tidy_up()
        rest = memoryview(block)
        while rest:
            written = os.write(self._file, rest)
            self._sizes[self._part] += written
            rest = rest[written:]

    def close(self) -> None:
        """Ends the files of the run; a last one that nothing could be written to goes."""
        if self._file >= 0:
            with contextlib.suppress(OSError):
                os.close(self._file)
            if not self._sizes[self._part]:
                _remove(self._path(self._part))
        self._file = -1

    def _open_next(self) -> None:
        self._part += 1
        self._sizes[self._part] = 0
        self._file = os.open(self._path(self._part), _FLAGS, 0o600)

    def _path(self, part: int) -> Path:
        return self._folder / f"{self._stem}.{part}.log"

    def _keep_to_share(self) -> None:
        """Removes the oldest parts of this run but for the first: a run explains itself there."""
        removable = [part for part in self._sizes if part not in {1, self._part}]
        while removable and sum(self._sizes.values()) > self._limits.run_bytes:
            part = removable.pop(0)
            _remove(self._path(part))
            del self._sizes[part]

    def _tidy_up(self) -> None:
        """Removes runs that are too old, and the oldest as long as all are too many or large."""
        runs = [run for run in archived_runs(self._folder) if not self._is_current(run)]
        others = [(run, run.size) for run in runs]
        limits = self._limits
        oldest = time.time() - limits.age_s
        total = sum(self._sizes.values()) + sum(size for _, size in others)
        for place, (run, size) in enumerate(others):
            is_spare = total > limits.total_bytes or len(others) - place >= limits.runs
            if is_spare or changed_at(run.parts[-1][1]) < oldest:
                total -= size
                for _, path in run.parts:
                    _remove(path)

    def _is_current(self, run: ArchivedRun) -> bool:
        return run.parts[0][1].name.startswith(f"{self._stem}.")


def archived_runs(folder: Path) -> tuple[ArchivedRun, ...]:
    """The runs on disk, the newest last; whatever else is in the folder is passed over.

    Looks at names alone: the window asks for them, and a shell that follows several times a second.
    """
    found: dict[tuple[str, str, str], list[tuple[int, Path]]] = {}
    with contextlib.suppress(OSError), os.scandir(folder) as files:
        for file in files:
            name = _NAME.fullmatch(file.name)
            if name is not None and file.is_file(follow_symlinks=False):
                part = int(name[4]), folder / file.name
                found.setdefault((name[2], name[1], name[3]), []).append(part)
    return tuple(
        ArchivedRun(int(number), started, int(pid), tuple(sorted(parts)))
        for (started, number, pid), parts in sorted(found.items())
    )


def _beginning_of(path: Path) -> bytes:
    return next(chunks_of(path, 0), b"")[:_MARK_BYTES]


def _end_of(path: Path) -> bytes:
    return b"".join(chunks_of(path, max(0, size_of(path) - _MARK_BYTES)))


def changed_at(path: Path) -> float:
    """When a file was written last, in seconds since the epoch; 0 if there is none."""
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _remove(path: Path) -> None:
    """On Windows a file that somebody reads stays, until the next time."""
    with contextlib.suppress(OSError):
        path.unlink()
