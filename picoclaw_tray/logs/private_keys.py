"""Private keys that are printed line by line: only together do their lines look like a secret."""

from __future__ import annotations

import re
from typing import Final

LONGEST_KEY: Final = 200
"""Lines; a key of 16,384 bits has 200."""

_LONGEST_LINE: Final = 16 * 1024
"""Bytes; such a key has fewer in all. To look at longer lines would take a while."""

_BEGINS = re.compile(rb"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_GOES_ON = re.compile(rb"(?:[A-Za-z0-9+/]+={0,2}|(?:Proc-Type|DEK-Info): .*)?")


def begins_key(line: bytes) -> bool:
    """Whether the lines below may be the inside of a key."""
    return _BEGINS.search(line) is not None


def may_be_inside(line: bytes) -> bool:
    """Whether a line could be the inside of a key, if one has begun above it."""
    return len(line) <= _LONGEST_LINE and _GOES_ON.fullmatch(line.strip()) is not None
