"""Remembers how a person had set up the window, in a small file of ours; without it, the usual."""

from __future__ import annotations

import base64
import json
import logging
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QByteArray

from picoclaw_tray.desktop.filter_state import FilterState
from picoclaw_tray.logs.entry import Level
from picoclaw_tray.system.files import read_bounded, write_private

if TYPE_CHECKING:
    from pathlib import Path

    from picoclaw_tray.desktop.log_panel import LogPanel
    from picoclaw_tray.logs.redaction import Redactor

log = logging.getLogger(__name__)

_NAME: Final = "window.json"
_LIMIT: Final = 64 * 1024
_LONGEST_NAME: Final = 1000
_MOST_ZOOM: Final = 1000
_SHORTEST_SECRET: Final = 6


class WindowMemory:
    """Reads and writes the file; what is spoilt in it is passed over."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _NAME

    def restore(self, panel: LogPanel) -> None:
        """Sets up a panel, and the window that it is in."""
        content = self._read()
        geometry = _bytes(content.get("geometry"))
        if geometry is not None:
            panel.window().restoreGeometry(geometry)
        split = _bytes(content.get("split"))
        if split is not None:
            panel.splitter.restoreState(split)
        columns = content.get("columns")
        if isinstance(columns, dict):
            panel.view.fit.restore(columns)
        zoom = content.get("zoom")
        if isinstance(zoom, int | float) and abs(zoom) < _MOST_ZOOM:
            panel.view.text_size.set_above_usual(float(zoom))
        panel.actions_.wrap.setChecked(content.get("wraps") is True)
        panel.actions_.details.setChecked(content.get("details") is True)
        panel.filter.restore(_filter(content.get("filter")))

    def keep(self, panel: LogPanel, redactor: Redactor) -> None:
        """Writes down how it is set up now, but for what was searched: that was for the moment."""
        state = panel.filter.state()
        name = state.component
        is_usable = len(name) <= _LONGEST_NAME and not _may_be_secret(name, redactor)
        told = {
            "level": None if state.level is None else state.level.name,
            "component": name if is_usable else "",
            "is_regex": state.is_regex,
            "is_case_sensitive": state.is_case_sensitive,
        }
        content = {
            "geometry": _text(panel.window().saveGeometry()),
            "split": _text(panel.splitter.saveState()),
            "columns": panel.view.fit.columns(),
            "zoom": panel.view.text_size.above_usual,
            "wraps": panel.actions_.wrap.isChecked(),
            "details": panel.actions_.details.isChecked(),
            "filter": told,
        }
        try:
            write_private(self._path, json.dumps(content, indent=2).encode())
        except OSError as error:
            log.warning("how the window was set up could not be written: %s", error)

    def _read(self) -> dict[str, Any]:
        try:
            content = json.loads(read_bounded(self._path, _LIMIT))
        except (OSError, ValueError, RecursionError):
            return {}
        return content if isinstance(content, dict) else {}


def _may_be_secret(told: str, redactor: Redactor) -> bool:
    """Also a part of one that is known, as when half of it was pasted."""
    known = any(told in value for value in redactor.values)
    return redactor.mask(told) != told or (known and len(told) >= _SHORTEST_SECRET)


def _filter(told: object) -> FilterState:
    if not isinstance(told, dict):
        return FilterState()
    component = told.get("component")
    return FilterState(
        level={level.name: level for level in Level}.get(str(told.get("level"))),
        component=component if isinstance(component, str) else "",
        is_regex=told.get("is_regex") is True,
        is_case_sensitive=told.get("is_case_sensitive") is True,
    )


def _text(state: QByteArray) -> str:
    return base64.b64encode(state.data()).decode()


def _bytes(told: object) -> QByteArray | None:
    try:
        return QByteArray(base64.b64decode(told, validate=True)) if isinstance(told, str) else None
    except ValueError:
        return None
