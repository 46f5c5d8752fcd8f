"""Renders texts in the user's language."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from picoclaw_tray.presentation.text import render

if TYPE_CHECKING:
    from picoclaw_tray.text import Text


def rendered(text: Text) -> str:
    """The finished sentence for the screen."""
    return render(text, _translate)


def _translate(context: str, source: str, count: int) -> str:
    return QCoreApplication.translate(context, source, "", count)
