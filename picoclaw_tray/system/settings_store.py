"""Writes one of our settings, and leaves everything else in the file as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from picoclaw_tray.settings import Settings, parse_settings
from picoclaw_tray.system.files import read_bounded, write_private
from picoclaw_tray.system.launch_site import SETTINGS_LIMIT
from picoclaw_tray.text import QT_TRANSLATE_NOOP, Text, text

if TYPE_CHECKING:
    from pathlib import Path

_NOT_WRITTEN = QT_TRANSLATE_NOOP("Settings", "The settings in {path} cannot be written ({why}).")
_UNREADABLE = QT_TRANSLATE_NOOP("Settings", "The settings in {path} cannot be read ({why}).")


def change_setting(path: Path, key: str, value: str | bool) -> Settings | Text:  # noqa: FBT001
    """Changes one key of the settings file, which is made if there is none.

    Keys that we do not know stay. A file that cannot be used is not touched: somebody wrote it, and
    may want to mend it.

    Returns:
        All settings as they are now, or why nothing was changed.
    """
    try:
        raw = read_bounded(path, SETTINGS_LIMIT)
    except FileNotFoundError:
        raw = b"{}"
    except OSError as error:
        return text(_UNREADABLE, path=str(path), why=_words(error))
    before = parse_settings(raw, str(path))
    if isinstance(before, Text):
        return before
    content = json.dumps(json.loads(raw) | {key: value}, indent=2, ensure_ascii=False) + "\n"
    after = parse_settings(content.encode("utf-8", "surrogatepass"), str(path))
    if isinstance(after, Text):
        return after
    try:
        write_private(path, content.encode())
    except OSError as error:
        return text(_NOT_WRITTEN, path=str(path), why=_words(error))
    return after


def _words(error: OSError) -> str:
    return error.strerror or type(error).__name__
