"""Reads what ``system.log_archive`` has written down of a run, and says what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.entry import Source
from picoclaw_tray.logs.marks import MarkKind, dump_mark, parse_note
from picoclaw_tray.logs.splitter import LineSplitter
from picoclaw_tray.system.files import chunks_of, size_of
from picoclaw_tray.system.log_follower import BEFORE_MARK

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from picoclaw_tray.system.log_archive import ArchivedRun

GAP_MARK: Final = "… [parts {first} to {last} of this run were removed to save room]"
REST_MARK: Final = "… [the rest of this line was not written down]"


def read_run(run: ArchivedRun, limit_bytes: int) -> Iterator[tuple[Source, tuple[bytes, ...]]]:
    """The newest lines of a run, each batch with its source; notes of ours are ``Source.TRAY``.

    The note at its beginning is among them in any case. A file that cannot be read is like one that
    was removed.
    """
    reading = _Reading()
    skipped = max(0, run.size - limit_bytes)
    if skipped:
        begun = run.begun
        if begun is not None:
            yield Source.TRAY, (dump_mark(begun),)
        yield Source.TRAY, (BEFORE_MARK.format(count=skipped).encode(),)
    last = run.parts[0][0] - 1
    for part, path in run.parts:
        if part > last + 1:
            yield from reading.rest()  # a long line goes on in the next part, which is gone
            gap = GAP_MARK.format(first=last + 1, last=part - 1)
            yield Source.TRAY, (gap.encode(),)
        last = part
        size = size_of(path)
        begin, skipped = min(skipped, size), max(0, skipped - size)
        yield from reading.batches(chunks_of(path, begin), in_line=begin > 0)
    for batch in reading.rest():
        yield batch
        yield Source.TRAY, (REST_MARK.encode(),)


class SourceNotes:
    """Tells lines of one source from those of another by the notes between them.

    Attributes:
        has_ended: There was the note of the end.
    """

    def __init__(self) -> None:
        self._source = Source.OUTPUT
        self.has_ended = False

    def told(self, lines: Iterable[bytes]) -> Iterator[tuple[Source, tuple[bytes, ...]]]:
        """Lines in a row that have one source, with it; a note by itself, as ``Source.TRAY``."""
        batch: list[bytes] = []
        for line in lines:
            mark = parse_note(line)
            if mark is None:
                batch.append(line)
                continue
            if batch:
                yield self._source, tuple(batch)
                batch = []
            if mark.kind is MarkKind.SOURCE:
                self._source = mark.source or Source.OUTPUT
            else:
                self.has_ended |= mark.kind is MarkKind.ENDED
                yield Source.TRAY, (dump_mark(mark),)
        if batch:
            yield self._source, tuple(batch)


class _Reading:
    """Puts the chunks of all parts together."""

    def __init__(self) -> None:
        self._splitter = LineSplitter()
        self._sources = SourceNotes()

    def batches(
        self, chunks: Iterable[bytes], *, in_line: bool
    ) -> Iterator[tuple[Source, tuple[bytes, ...]]]:
        """``in_line``: they begin inside a line, which is left out."""
        for chunk in chunks:
            lines = self._splitter.feed(chunk)
            if in_line and lines:
                in_line = False
                lines = lines[1:]
            yield from self._sources.told(lines)

    def rest(self) -> Iterator[tuple[Source, tuple[bytes, ...]]]:
        """What stands behind the last line end, as one batch; nothing if that was the end."""
        yield from self._sources.told(self._splitter.finish())
