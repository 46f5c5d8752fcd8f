"""What a user may set, as one frozen value per home; parsed and dumped, never half."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Final

from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

LOG_LEVELS: Final = ("debug", "info", "warn", "warning", "error", "fatal")
"""What PicoClaw understands, in any case; it takes anything else for ``warn`` (contract 4.9)."""

_NO_JSON = QT_TRANSLATE_NOOP("Settings", "The settings in {path} are not valid JSON.")
_NO_JSON_AT = QT_TRANSLATE_NOOP(
    "Settings", "The settings in {path} are not valid JSON; the mistake is near line {line}."
)
_NO_OBJECT = QT_TRANSLATE_NOOP(
    "Settings", "The settings in {path} must be a JSON object: names and values in curly brackets."
)
_NO_TEXT = QT_TRANSLATE_NOOP(
    "Settings", "In the settings in {path}, “{key}” must be a text of a single line, in quotes."
)
_NO_LEVEL = QT_TRANSLATE_NOOP(
    "Settings", "In the settings in {path}, “{key}” must be empty or one of: {levels}."
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one home.

    Attributes:
        gateway: The gateway executable; empty: found by itself (contract 1.5).
        host: Bind host list for the gateway instead of the config's; empty: the config's.
        log_level: Log level for the gateway instead of the config's; empty: the config's.
    """

    gateway: str = ""
    host: str = ""
    log_level: str = ""


def parse_settings(raw: bytes, path: str) -> Settings | Text:
    """Reads a settings file; keys it does not know are ignored.

    Args:
        raw: All of it.
        path: For the sentence.

    Returns:
        The settings, or what is wrong. No value is quoted: it may be a secret in the wrong place.
    """
    try:
        content = json.loads(raw)
    except json.JSONDecodeError as error:
        return text(_NO_JSON_AT, path=path, line=error.lineno)
    except (ValueError, RecursionError):
        return text(_NO_JSON, path=path)
    if not isinstance(content, dict):
        return text(_NO_OBJECT, path=path)
    known = {name: content[name] for name in Settings.__slots__ if name in content}
    for name, value in known.items():
        if not isinstance(value, str) or not _is_line(value):
            return text(_NO_TEXT, path=path, key=name)
    settings = Settings(**known)
    if settings.log_level and settings.log_level.strip().lower() not in LOG_LEVELS:
        return text(_NO_LEVEL, path=path, key="log_level", levels=", ".join(LOG_LEVELS))
    return settings


def dump_settings(settings: Settings) -> bytes:
    """Writes them so that a person can read and edit them."""
    return (json.dumps(asdict(settings), indent=2) + "\n").encode()


def _is_line(value: str) -> bool:
    """Whether it can be a path, or the value of a variable: no NUL, no half of a character."""
    return not any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in value)
