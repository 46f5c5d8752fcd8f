"""The reason a gateway gives for a failed start, found in what it left (contract 4.6)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.go_json import parse_object
from picoclaw_tray.gateway.go_quoting import unquote

if TYPE_CHECKING:
    from collections.abc import Callable

_MESSAGE = "Gateway startup failed"
# The closing quote may have been cut off with the rest of a long line.
_ENTRY = re.compile(r"> Gateway startup failed +error=(\"(?:[^\"\\]|\\.)*\"?|\S*)")
_LAST_WORDS = re.compile(r"Error: (.*\S)")
_MAX_LINE_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True)
class StartupError:
    """The gateway's own words, and the line that holds them."""

    error: str
    line: str


def find_startup_error(
    output_tail: tuple[str, ...], panic_tail: tuple[str, ...]
) -> StartupError | None:
    """The last reason given: in the log, else as last words in the panic file or the output.

    Usage errors come before the panic file is opened, so their last words are in the output.
    """
    return (
        _last(output_tail, _from_log_line)
        or _last(panic_tail, _from_last_words)
        or _last(output_tail, _from_last_words)
    )


def _last(lines: tuple[str, ...], find: Callable[[str], str | None]) -> StartupError | None:
    for line in reversed(lines):
        if error := find(line):
            return StartupError(error, line)
    return None


def _from_log_line(line: str) -> str | None:
    """From a line of the console or, where it begins with a brace, of ``gateway.log``."""
    if _MESSAGE not in line:
        return None
    if line.startswith("{"):
        entry = parse_object(line.encode("utf-8", "replace"), _MAX_LINE_BYTES) or {}
        error = entry.get("error")
        return error if isinstance(error, str) and entry.get("message") == _MESSAGE else None
    match = _ENTRY.search(line)
    if match is None:
        return None
    value = match[1]
    return unquote(value) if value.startswith('"') else value


def _from_last_words(line: str) -> str | None:
    match = _LAST_WORDS.match(line)
    return match[1] if match else None
