"""How a gateway answers a reload, and what it says when one fails (contract 3.4 and 4.8)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from picoclaw_tray.gateway.go_json import parse_object
from picoclaw_tray.gateway.go_quoting import unquote
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from collections.abc import Iterable

_REFUSED = QT_TRANSLATE_NOOP(
    "Reload", "The gateway refused to take over its configuration. Restart it instead."
)
_TOO_EARLY = QT_TRANSLATE_NOOP("Reload", "The gateway is still starting. Try again in a moment.")
_BUSY = QT_TRANSLATE_NOOP(
    "Reload", "The gateway is already taking over its configuration. Try again in a moment."
)
_UNKNOWN = QT_TRANSLATE_NOOP(
    "Reload",
    "The gateway gave an answer that cannot be understood (HTTP status {status}). Restart it "
    "instead.",
)

RELOAD_VERDICT_S: Final = 3.0
"""Without a complaint for so long after it was accepted, a reload has succeeded."""

MAX_ANSWER_BYTES: Final = 4096
_MAX_LINE_BYTES: Final = 64 * 1024
_ACCEPTED: Final = 200
_PROBLEMS: Final = {401: _REFUSED, 405: _REFUSED, 500: _BUSY, 503: _TOO_EARLY}

_DONE: Final = re.compile(r"\s*✓ Channels restarted")
_COMPLAINT: Final = re.compile(
    r"\s*(?:Error loading config for manual reload|Manual reload failed|Config validation failed)"
)
_HOT_COMPLAINT: Final = re.compile(
    r"\s*(?:Error loading config for hot reload|Hot reload failed|Config reload failed)"
)
_CONSOLE: Final = re.compile(r"[\d:]{8} (?:ERR|FTL) \S+ \S+:\d+ > (.*)")
_ERROR_FIELD: Final = re.compile(r" error=(\"(?:[^\"\\]|\\.)*\"|\S+)")


def reload_problem(status: int) -> Text | None:
    """Why a gateway did not begin a reload; None if it did."""
    if status == _ACCEPTED:
        return None
    problem = _PROBLEMS.get(status)
    return text(_UNKNOWN, status=status) if problem is None else text(problem)


def is_reload_done(line: str) -> bool:
    """Whether a line of output says that a reload has succeeded."""
    return _DONE.match(line) is not None


def reload_complaint(lines: Iterable[str], *, hot: bool = False) -> str:
    """What a gateway says about a reload that failed, in one line; empty if it says nothing.

    Further lines of a message quote the config, secrets and all.

    Args:
        lines: of its output or of ``gateway.log``.
        hot: of a reload that nobody asked for.
    """
    for line in lines:
        message, error = _from_log(line) if line.startswith("{") else _from_console(line)
        if (_HOT_COMPLAINT if hot else _COMPLAINT).match(message):
            return ": ".join(filter(None, map(_first_line, (message, error))))
    return ""


def _first_line(words: str) -> str:
    return words.strip().partition("\n")[0].rstrip()


def _from_log(line: str) -> tuple[str, str]:
    entry = parse_object(line.encode("utf-8", "replace"), _MAX_LINE_BYTES) or {}
    message, error = entry.get("message"), entry.get("error")
    return (
        message if isinstance(message, str) else "",
        error if isinstance(error, str) else "",
    )


def _from_console(line: str) -> tuple[str, str]:
    head = _CONSOLE.match(line)
    if head is None:
        return "", ""
    message, error = head[1], ""
    if found := _ERROR_FIELD.search(message):
        message = message[: found.start()]
        error = unquote(found[1]) if found[1].startswith('"') else found[1]
    return message, error
