"""What a user may set, as one frozen value per home; parsed and dumped, never half."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Final

from picoclaw_tray.lifecycle.policy import OnQuit
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from picoclaw_tray.lifecycle.policy import Policy

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
_NO_SWITCH = QT_TRANSLATE_NOOP(
    "Settings", "In the settings in {path}, “{key}” must be true or false, without quotes."
)
_NO_NUMBER = QT_TRANSLATE_NOOP(
    "Settings",
    "In the settings in {path}, “{key}” must be a whole number from {least} to {most}.",
)
_NO_LEVEL = QT_TRANSLATE_NOOP(
    "Settings", "In the settings in {path}, “{key}” must be empty or one of: {levels}."
)
_NO_CHOICE = QT_TRANSLATE_NOOP(
    "Settings", "In the settings in {path}, “{key}” must be one of: {choices}."
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one home.

    Attributes:
        gateway: The gateway executable; empty: found by itself (contract 1.5).
        host: Bind host list for the gateway instead of the config's; empty: the config's.
        log_level: Log level for the gateway instead of the config's; empty: the config's.
        restart_after_crash: Start a gateway again that ended although nobody wished it.
        restart_when_hung: Restart a gateway of our own that does not answer any more.
        on_quit: What becomes of a gateway of our own when the tray quits.
        log_lines: Most lines that are kept in memory for the window.
        log_megabytes: Most megabytes that they may have.
        archive_megabytes: Most megabytes of past runs on disk; 0: none is written down.
        archive_days: So long a past run is kept, unless many newer ones follow.
    """

    gateway: str = ""
    host: str = ""
    log_level: str = ""
    restart_after_crash: bool = True
    restart_when_hung: bool = False
    on_quit: OnQuit = OnQuit.STOP
    log_lines: int = 100_000
    log_megabytes: int = 64
    archive_megabytes: int = 64
    archive_days: int = 14

    def applied_to(self, policy: Policy) -> Policy:
        """The same numbers of supervision, but it heals as is set here."""
        return replace(
            policy,
            restart_after_crash=self.restart_after_crash,
            restart_when_hung=self.restart_when_hung,
        )


_SWITCHES: Final = frozenset({"restart_after_crash", "restart_when_hung"})
_RANGES: Final = {
    "log_lines": (100, 10_000_000),
    "log_megabytes": (1, 4096),
    "archive_megabytes": (0, 100_000),
    "archive_days": (1, 36_500),
}


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
    problem = next(filter(None, (_problem(*item, path) for item in known.items())), None)
    if problem is not None:
        return problem
    on_quit = OnQuit(known.pop("on_quit", OnQuit.STOP).strip().lower())
    return Settings(**known, on_quit=on_quit)


def _problem(key: str, value: object, path: str) -> Text | None:
    if key in _SWITCHES:
        return None if isinstance(value, bool) else text(_NO_SWITCH, path=path, key=key)
    if key in _RANGES:
        least, most = _RANGES[key]
        fits = type(value) is int and least <= value <= most
        return None if fits else text(_NO_NUMBER, path=path, key=key, least=least, most=most)
    if not isinstance(value, str) or not _is_line(value):
        return text(_NO_TEXT, path=path, key=key)
    return _problem_of_word(key, value.strip().lower() or value, path)


def _problem_of_word(key: str, word: str, path: str) -> Text | None:
    if key == "log_level" and word and word not in LOG_LEVELS:
        return text(_NO_LEVEL, path=path, key=key, levels=", ".join(LOG_LEVELS))
    if key == "on_quit" and word not in tuple(OnQuit):
        return text(_NO_CHOICE, path=path, key=key, choices=", ".join(OnQuit))
    return None


def dump_settings(settings: Settings) -> bytes:
    """Writes them so that a person can read and edit them."""
    return (json.dumps(asdict(settings), indent=2) + "\n").encode()


def _is_line(value: str) -> bool:
    """Whether it can be a path, or the value of a variable: no NUL, no half of a character."""
    return not any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in value)
