"""The log level among what a restart would change."""

from __future__ import annotations

from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

LOG_LEVEL = QT_TRANSLATE_NOOP("Change", "log level")


def level_after(changes: tuple[Text, ...]) -> str:
    """The log level that a restart would bring; empty if they do not tell of one."""
    told = (dict(change.args) for change in changes)
    levels = (args["after"] for args in told if args.get("part") == text(LOG_LEVEL))
    return str(next(levels, ""))
