"""Lines of 10 MiB that a program should not print, and that must do no harm."""

from __future__ import annotations

from random import Random
from typing import Final

SIZE: Final = 10 * 1024 * 1024


def _filled(*pattern: bytes) -> bytes:
    begin, unit = pattern if len(pattern) > 1 else (b"", *pattern)
    return begin + unit * ((SIZE - len(begin)) // len(unit))


HUGE: Final = {
    "binary": Random(7).randbytes(SIZE).replace(b"\n", b"\xff").rstrip(b"\r"),
    "invalid UTF-8": _filled(b"\xff\xc3\xe2\x82"),
    "NUL": _filled(b"\0"),
    "CR": _filled(b"\r") + b".",
    "lone escapes": _filled(b"\x1b"),
    "endless escape": _filled(b"\x1b]0;", b"x"),
    "half escapes": _filled(b"\x1b["),
    "spaces": _filled(b" ") + b"!",
    "like a key": _filled(b"A") + b"!",
    "JSON": _filled(b'{"level":"warn","message":"', b"x") + b'"}',
}
"""None holds a line feed or ends with a carriage return."""
