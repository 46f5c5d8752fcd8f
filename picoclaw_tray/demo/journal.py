"""Log entries: the console form on stdout, JSON lines in ``gateway.log`` (contract 4.8, 4.9)."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, TypeAlias

from picoclaw_tray.demo.config import LEVELS
from picoclaw_tray.demo.output import open_for_appending, print_err, write_all, write_out

if TYPE_CHECKING:
    from pathlib import Path
    from types import FrameType

Value: TypeAlias = "str | int | bool"

_TOKENS = {"debug": "DBG", "info": "INF", "warn": "WRN", "error": "ERR", "fatal": "FTL"}


class Journal:
    """Writes what its level lets through to the console and to the file, in that order."""

    def __init__(self, path: Path, level: str) -> None:
        self.level = level
        self.entries = 0
        self._fd = open_for_appending(path, 0o644)

    def write(self, level: str, component: str, message: str, **fields: Value) -> None:
        """Adds one entry. The console comes first: where it fails, the file gets nothing."""
        if LEVELS.index(level) < LEVELS.index(self.level):
            return
        self.entries += 1
        caller = _caller(sys._getframe(1))  # noqa: SLF001
        now = time.localtime()
        try:
            write_out(
                f"{time.strftime('%H:%M:%S', now)} {_TOKENS[level]} {component} {caller} > "
                f"{message}{_console_fields(fields)}\n"
            )
            entry = {
                "level": level,
                "component": component,
                **fields,
                "time": _rfc3339(now),
                "caller": caller,
                "message": message,
            }
            line = json.dumps(entry, ensure_ascii=False, separators=(",", ":")) + "\n"
            write_all(self._fd, line.encode("utf-8", "replace"))
        except OSError as error:
            print_err(f"zerolog: could not write event: {error}\n")


def _console_fields(fields: dict[str, Value]) -> str:
    ordered = sorted(fields.items(), key=lambda item: (item[0] != "error", item[0]))
    return "".join(f" {name}={_console_value(name, value)}" for name, value in ordered)


def _console_value(name: str, value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    quoted = json.dumps(text, ensure_ascii=False)
    if name == "error":
        return text if quoted == f'"{text}"' and " " not in text else quoted
    return quoted if " " in text and text[0] not in "{[" else text


def _caller(frame: FrameType) -> str:
    return f"demo/{os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno}"  # noqa: PTH119


def _rfc3339(moment: time.struct_time) -> str:
    offset = time.strftime("%z", moment)
    zone = "Z" if offset == "+0000" else f"{offset[:3]}:{offset[3:]}"
    return time.strftime("%Y-%m-%dT%H:%M:%S", moment) + zone
