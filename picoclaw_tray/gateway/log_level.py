"""What fixes the log level of a running gateway, whatever its config says (contract 4.2, 4.9)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from picoclaw_tray.gateway.command_line import without_program
from picoclaw_tray.gateway.config import normal_log_level
from picoclaw_tray.gateway.launch import LOG_LEVEL_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

_DEBUG = re.compile(r"--debug(?:=(?:1|[tT]|true|True|TRUE))?|-[EdT]*d[EdT]*")


def forced_log_level(argv: tuple[str, ...] | None, environ: Mapping[str, str] | None) -> str | None:
    """The level that its command line or else its environment asks for; both outlast a reload.

    Args:
        argv: Its argument vector; None if it could not be read.
        environ: Likewise.

    Returns:
        Empty if nothing does: then its config decides. None if that cannot be told.
    """
    if argv is None:
        return None
    if any(map(_DEBUG.fullmatch, without_program(argv))):
        return "debug"
    if environ is None:
        return None
    level = environ.get(LOG_LEVEL_VARIABLE, "")
    return normal_log_level(level) if level else ""
