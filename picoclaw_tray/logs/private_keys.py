"""Private keys that are printed line by line: which lines are the inside of one.

That depends on the lines alone, and on few of them:

- A line that is nothing but base64 and as long as the lines of a key are belongs to one, whatever
  is above it: the beginning may be gone, or lines of others may stand between. So does a shorter
  one right below it, which is the last.
- Where a key has begun not far above, and did not end, each line belongs to it that is one word of
  base64 or a header.

Certificates and pictures in base64 look the same; nobody reads them in a log.
"""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import TYPE_CHECKING, Final

from picoclaw_tray.logs.splitter import decode_line

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_KEY: Final = 200
"""Lines; a key of 16,384 bits has 200."""

_LONGEST_LINE: Final = 16 * 1024
"""Bytes; such a key has fewer in all. To look at longer lines would take a while."""

_WIDTHS: Final = frozenset({64, 70, 76})  # OpenSSL and PuTTY, OpenSSH, MIME
_WHOLE_KEY: Final = 200  # on one line; hashes, paths and identifiers are shorter

_DASHES: Final = b"-----"
_MARK: Final = b"PRIVATE KEY-----"
_MARKS: Final = re.compile(rb"-----(BEGIN|END) [A-Z ]*PRIVATE KEY-----")
_INSIDE: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}|(?:Proc-Type|DEK-Info): .*")
_BEGINS_WIDE: Final = re.compile(rb"\n[ \t\r\v\f]*[A-Za-z0-9+/]{60}")
# What nearly every line begins with: something, behind a colour, that no line of a key has there.
_ORDINARY: Final = re.compile(
    rb"(?:\s|\x1b\[[0-9;]*m)*+(?!Proc-Type|DEK-Info)[A-Za-z0-9+/]*+={0,2}+"
    rb"(?:\s++[^\x1b\xc2\x9b]|[^A-Za-z0-9+/=\s\x1b\xc2\x9b])"
)


class Part(Enum):
    """What a line can be of a key; ``WORD``: its inside, if one goes on there."""

    BEGIN = auto()
    BODY = auto()
    WORD = auto()
    END = auto()
    NONE = auto()


def is_no_inside(raw: bytes) -> bool:
    """Whether a line is surely not the inside of a key; a cheap look."""
    return _ORDINARY.match(raw, 0, _LONGEST_LINE) is not None


def part_of(raw: bytes) -> Part:
    """What this line can be."""
    is_ordinary = is_no_inside(raw)
    if is_ordinary and raw.find(_DASHES, -_LONGEST_LINE) < 0:
        return Part.NONE
    line = raw[-_LONGEST_LINE:].strip()
    if b"\x1b" in line or b"\x9b" in line:
        line = decode_line(line).strip().encode()
    if _MARK in line and (marks := _MARKS.findall(line)):
        return Part[marks[-1].decode()]
    if is_ordinary or len(raw) > _LONGEST_LINE or not _INSIDE.fullmatch(line):
        return Part.NONE
    is_wide = len(line) in _WIDTHS or len(line) >= _WHOLE_KEY
    has_both_cases = line.lower() != line != line.upper()  # a hash has not
    return Part.BODY if is_wide and has_both_cases else Part.WORD


class KeyFinder:
    """Tells of numbered lines, asked in any order, which are the inside of a key."""

    def __init__(self) -> None:
        self._known = -1, -1  # above which line the last mark is known, and where it begins a key

    def is_inside(self, n: int, first: int, line_at: Callable[[int], bytes]) -> bool:
        """Whether a line is.

        Args:
            n: Its number.
            first: That of the first line there is.
            line_at: Gives a line.
        """
        part = part_of(line_at(n))
        if part is not Part.WORD:
            return part is Part.BODY
        if n > first and part_of(line_at(n - 1)) is Part.BODY:
            return True
        earliest = max(first, n - LONGEST_KEY)
        return self._last_begin(n, earliest, line_at) >= earliest

    def _last_begin(self, n: int, earliest: int, line_at: Callable[[int], bytes]) -> int:
        """Where the last mark above begins a key; looks at no line twice if asked in order."""
        known, begin = self._known
        if not earliest <= known <= n:
            known, begin = earliest, -1
        for above in range(n - 1, known - 1, -1):
            if (part := part_of(line_at(above))) in {Part.BEGIN, Part.END}:
                begin = above if part is Part.BEGIN else -1
                break
        self._known = n, begin
        return begin


class KeyWatch:
    """Tells of lines that come one after the other the same as a ``KeyFinder``."""

    def __init__(self) -> None:
        self._left = 0  # so many lines below belong to the key that has begun
        self._is_below_body = False

    def may_concern(self, block: bytes) -> bool:
        r"""Whether any of these lines, joined by ``\n``, has to be looked at; a cheap look."""
        return (
            self._left > 0
            or self._is_below_body
            or _MARK in block
            or b"\x1b" in block
            or b"\x9b" in block
            or _BEGINS_WIDE.search(b"\n" + block) is not None
        )

    def is_inside(self, raw: bytes) -> bool:
        """Whether the next line is."""
        part = part_of(raw)
        is_inside = part is Part.BODY or (
            part is Part.WORD and (self._is_below_body or self._left > 0)
        )
        match part:
            case Part.BEGIN:
                self._left = LONGEST_KEY
            case Part.END:
                self._left = 0
            case _:
                self._left = max(0, self._left - 1)
        self._is_below_body = part is Part.BODY
        return is_inside
