"""Tells a person unasked, and our own log as well."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from picoclaw_tray.lifecycle.messages import Notice
from picoclaw_tray.presentation.notices import (
    Announcement,
    announce_change,
    announce_notice,
    is_unexplained,
)
from picoclaw_tray.presentation.situation import Situation
from picoclaw_tray.presentation.text import render

if TYPE_CHECKING:
    from picoclaw_tray.presentation.situation import Surroundings

log = logging.getLogger(__name__)


class Notifier(QObject):
    """Compares each situation with the one that was told last.

    Signals:
        announced(Announcement): To be shown now.
    """

    announced = Signal(Announcement)

    def __init__(self, surroundings: Surroundings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._told = Situation(surroundings)

    @Slot(Situation)
    def on_situation(self, situation: Situation) -> None:
        """A new situation, perhaps worth telling."""
        before, state = self._told, situation.state
        if _is_alike(before, situation) or is_unexplained(state):
            return
        self._told = situation
        announcement = announce_change(before, situation, time.monotonic())
        if announcement is not None:
            self._announce(announcement)

    @Slot(Notice)
    def on_notice(self, notice: Notice) -> None:
        """A notice of the life cycle."""
        self._announce(announce_notice(notice))

    def _announce(self, announcement: Announcement) -> None:
        log.info("notice: %s", render(announcement.sentence))
        self.announced.emit(announcement)


def _is_alike(before: Situation, after: Situation) -> bool:
    """Nothing happened that could be worth telling."""
    return (
        before.state.phase is after.state.phase
        and before.reload is after.reload
        and before.login is after.login
        and before.facts.changes == after.facts.changes
    )
