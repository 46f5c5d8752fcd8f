"""Sends what Qt has to say into our own log."""

from __future__ import annotations

import logging

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

log = logging.getLogger("qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

HARMLESS = ("portal",)
"""Qt warns about a missing desktop portal at every start without one; nothing is lost."""


def install() -> None:
    """From now on Qt's messages go to the logger ``qt``."""
    qInstallMessageHandler(_log_message)


def uninstall() -> None:
    """Back to Qt's own handler."""
    qInstallMessageHandler(None)


def _log_message(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
    level = _LEVELS.get(kind, logging.WARNING)
    category = context.category or "default"
    if level == logging.WARNING and any(word in message.lower() for word in HARMLESS):
        level = logging.INFO
    log.log(level, "%s: %s", category, message)
