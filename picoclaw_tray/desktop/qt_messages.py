"""Sends what Qt has to say into our own log."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

if TYPE_CHECKING:
    from collections.abc import Callable

log = logging.getLogger("qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

HARMLESS = ("portal", "systemtraywindowchanged")
"""Nothing is lost where there is no desktop portal, and no X11 for trays of the older kind."""


def install(give_up: Callable[[str], object] | None = None) -> None:
    """From now on Qt's messages go to the logger ``qt``.

    Args:
        give_up: Called with what Qt has complained about before a fatal message; when it returns,
            Qt aborts with a core dump. None: Qt aborts.
    """
    if give_up is None:
        qInstallMessageHandler(_log_message)
    else:
        qInstallMessageHandler(_LastWords(give_up))


def uninstall() -> None:
    """Back to Qt's own handler."""
    qInstallMessageHandler(None)


class _LastWords:
    """Qt's fatal message alone seldom says why; the warnings before it do."""

    def __init__(self, give_up: Callable[[str], object]) -> None:
        self._give_up = give_up
        self._complaints: list[str] = []

    def __call__(self, kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        _log_message(kind, context, message)
        if kind is QtMsgType.QtFatalMsg:
            self._give_up("\n".join(self._complaints or [message]))
        else:
            self._complaints.append(message)


def _log_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    level = _LEVELS.get(kind, logging.WARNING)
    category = context.category or "default"
    if level == logging.WARNING and any(word in message.lower() for word in HARMLESS):
        level = logging.INFO
    log.log(level, "%s: %s", category, message)
